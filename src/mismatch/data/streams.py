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
