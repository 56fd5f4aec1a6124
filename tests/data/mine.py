"""A dataset on `Own` whose items are made by hand, for tests of what all own data share."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mismatch.config.fields import free
from mismatch.data._own import Own
from mismatch.data.base import RaggedData, Splits
from mismatch.data.sources.base import Dropped, Items, Reading

ITEMS: dict[str, Items] = {}


@dataclass
class Mine(Own):
    name: str = "mine"
    key: str = free("", meaning="which of `ITEMS`")
    READ: ClassVar[tuple[str, ...]] = ("key",)
    feature_count = 1

    def checksum(self) -> str:
        return "0" * 16

    def read(self) -> Items:
        return ITEMS[self.key]

    def encoded(self, rows: dict[str, np.ndarray]) -> Splits:
        items = self.items()
        offsets = np.cumsum(items.lengths) - items.lengths
        parts = {}
        for part, places in rows.items():
            steps = [items.values[offsets[row] : offsets[row] + items.lengths[row]] for row in places]
            parts[part] = RaggedData(np.concatenate(steps), items.lengths[places], items.labels[places])
        return Splits(**parts)


def mine(labels, values=None, parts=None, groups=None, lengths=None, dropped=(), **settings) -> Mine:
    """Own data of these labels; values: (N,), one number per sequence, its row number where not given."""
    labels = np.asarray(labels)
    count = len(labels)
    lengths = np.ones(count, np.int64) if lengths is None else np.asarray(lengths)
    values = np.arange(count) if values is None else np.asarray(values)
    kept = tuple(Dropped(*each) for each in dropped)
    key = f"case {len(ITEMS)}"
    ITEMS[key] = Items(
        labels,
        tuple(f"class {k}" for k in range(labels.max() + 1)),
        Reading("my.ts", "numbers", count + sum(each.count for each in kept if not each.steps), count, kept),
        tuple(f"line {row + 2}" for row in range(count)),
        values=np.repeat(values, lengths).astype(float)[:, None],
        lengths=lengths,
        parts=None if parts is None else np.asarray(parts),
        groups=None if groups is None else np.asarray(groups),
    )
    return Mine(path="my.ts", key=key, **settings)


def numbers(part: RaggedData) -> list[float]:
    """The first number of each sequence of a part."""
    return part.values[part.offsets, 0].tolist()
