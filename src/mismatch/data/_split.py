"""Training, probe and test rows of data that are there once: random, disjoint, the classes in equal shares."""

import numpy as np

from mismatch.config.fields import require
from mismatch.data.base import Dataset


def require_rows(dataset: Dataset, smallest_class: int) -> None:
    """Refuse sizes that rows of which the rarest class has `smallest_class` cannot fill.

    Raises:
        ConfigError: naming the largest training set that the probe and the test set leave.
    """
    taken = sum(-(-part // dataset.classes_count) for part in (dataset.probe, dataset.test))
    left = (smallest_class - taken) * dataset.classes_count
    accepted = f"must be at most {left}, what data.probe and data.test leave"
    require(dataset.train <= left, "data.train", dataset.train, accepted)


def stratified_split(
    rng: np.random.Generator, rows: np.ndarray, labels: np.ndarray, wanted: dict[str, int]
) -> dict[str, np.ndarray]:
    """Disjoint random subsets of `rows`, each with the classes in equal shares (to within one row)."""
    kinds = np.unique(labels[rows])
    picked: dict[str, list[np.ndarray]] = {part: [] for part in wanted}
    for number, kind in enumerate(kinds):
        pool = rng.permutation(rows[labels[rows] == kind])
        shares = {part: count // len(kinds) + (number < count % len(kinds)) for part, count in wanted.items()}
        start = 0
        for part, share in shares.items():
            picked[part].append(pool[start : start + share])
            start += share
    return {part: rng.permutation(np.concatenate(chunks)) for part, chunks in picked.items()}
