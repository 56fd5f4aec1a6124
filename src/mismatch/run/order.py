"""Which training sequence goes into which batch: drawn once per replicate, the same for every arm it can be.

In: the arm and the lengths of its training sequences. Out: (updates, batch) int64 indices of them.
"""

import numpy as np

from mismatch.config.arm import Arm
from mismatch.data.streams import Streams


def order(arm: Arm, lengths: np.ndarray, streams: Streams) -> np.ndarray:
    """The arm's batch order, (updates, batch) int64 into its training sequences of `lengths` (N,)."""
    rng, size = streams.rng("order"), (arm.train.updates, arm.train.batch)
    return bucketed_order(rng, lengths, *size) if arm.bucketed else batch_order(rng, len(lengths), *size)


def batch_order(rng: np.random.Generator, samples: int, updates: int, batch: int) -> np.ndarray:
    """Which training sequence goes where: (updates, batch) int64, epoch after epoch.

    Each epoch is a fresh permutation of all `samples`; epochs follow each other without a gap,
    so every batch is full. More updates extend the order and change nothing before.
    """
    epochs = -(-updates * batch // samples)
    order = np.concatenate([rng.permutation(samples) for _ in range(epochs)])
    return order[: updates * batch].reshape(updates, batch)


def bucketed_order(rng: np.random.Generator, lengths: np.ndarray, updates: int, batch: int) -> np.ndarray:
    """As `batch_order`, for batches of one length each: (updates, batch) int64 into `lengths` (N,).

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
