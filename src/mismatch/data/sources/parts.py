"""Parts that a file gives itself, and sequences that stand in it more than once.

In: what columns and folders say. Out: the words train, probe and test, counts, and warnings in one line.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mismatch.data.sources.words import listed

PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("probe", "val", "valid", "validate", "validation", "dev", "development"), "probe"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
"""What a column or the name of a folder may say, in any case."""


def lopsided(codes: np.ndarray, classes: tuple[str, ...], parts: np.ndarray) -> tuple[str, ...]:
    """Warnings about classes, (N,) `codes`, that stand in the training part alone, or not in it at all."""
    train, test = (set(codes[parts == part].tolist()) for part in ("train", "test"))
    ways = (("the test part", train - test), ("the training part", test - train))
    return tuple(
        f"classes that {where} lacks: {listed([classes[code] for code in sorted(lacking)], quotes=True)}"
        for where, lacking in ways
        if lacking and train and test
    )


def repeated(sequences: Sequence[Any], labels: np.ndarray) -> tuple[int, int]:
    """Sequences that repeat an earlier one, and distinct sequences that stand under more than one label."""
    seen: dict[Any, set[int]] = {}
    for sequence, label in zip(sequences, labels.tolist(), strict=True):
        seen.setdefault(sequence, set()).add(label)
    return len(labels) - len(seen), sum(len(found) > 1 for found in seen.values())
