"""The synthetic tasks by kind, and draws of them, as several tests need them."""

import numpy as np

from mismatch.config.registry import DATASETS

DRAWS = 40_000
EXACT = 1e-12  # rounding of sums in float64
CUES = ["early", "late", "uniform"]
BITS = ["ends_xor", "majority", "parity"]
MARKERS = ["gap", "order", "pool_order"]
SYNTHETIC = [*CUES, "sparse_features", *BITS, *MARKERS]
SIDES = ["pre", "post", "head_tail"]
ALL_SIDES = [*SIDES, "crop", "stride"]


def standard_error(share: float, count: int = DRAWS) -> float:
    return float(np.sqrt(max(share * (1 - share), 1e-4) / count))


def sample(name: str, seed: int = 0, **settings: object):
    dataset = DATASETS.get(name)(**settings)
    return dataset, dataset.sample(np.random.default_rng(seed), DRAWS)
