"""Common random numbers: named random streams that depend on (seed, replicate, name) alone.

Arms that differ in anything else draw the same numbers, so their differences are paired.
"""

import hashlib
import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Streams:
    """The random streams of one replicate. Seed 0 is a seed like any other."""

    seed: int
    replicate: int
    prefix: str = ""

    def rng(self, name: str) -> np.random.Generator:
        """A fresh generator for `name` (for example ``data/train``); the same at every call."""
        key = (self.replicate, zlib.crc32((self.prefix + name).encode()))
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))


def digest(*arrays: np.ndarray) -> str:
    """First 16 hex digits of the sha256 over dtype, shape and bytes of `arrays`."""
    sha = hashlib.sha256()
    for array in arrays:
        sha.update(f"{array.dtype}{array.shape}".encode())
        sha.update(np.ascontiguousarray(array).tobytes())
    return sha.hexdigest()[:16]


def bucketed_order(rng: np.random.Generator, lengths: np.ndarray, updates: int, batch: int) -> np.ndarray:
    """The same for batches of one length each: (updates, batch) int64 into `lengths` (N,).

    A batch's length is drawn as often as sequences have it; within a length, epoch follows epoch.
    """
    rows = {int(length): np.flatnonzero(lengths == length) for length in np.unique(lengths)}
    sizes = np.array([len(members) for members in rows.values()])
    drawn = rng.choice(np.array(list(rows)), updates, p=sizes / sizes.sum())
    order = np.empty((updates, batch), np.int64)
    for length, members in rows.items():
        places = np.flatnonzero(drawn == length)
        epochs = -(-len(places) * batch // len(members))
        queue = np.concatenate([rng.permutation(members) for _ in range(epochs)] or [members])
        order[places] = queue[: len(places) * batch].reshape(-1, batch)
    return order


def batch_order(rng: np.random.Generator, samples: int, updates: int, batch: int) -> np.ndarray:
    """Which training sequence goes where: (updates, batch) int64, epoch after epoch.

    Each epoch is a fresh permutation of all `samples`; epochs follow each other without a gap,
    so every batch is full. More updates extend the order and change nothing before.
    """
    epochs = -(-updates * batch // samples)
    order = np.concatenate([rng.permutation(samples) for _ in range(epochs)])
    return order[: updates * batch].reshape(updates, batch)
