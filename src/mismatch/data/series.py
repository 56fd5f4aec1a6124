"""Your own labelled sequences of numbers: ``data=series data.path=my.ts``, or a long table, NPZ, or a folder per class.

A long table has a row per step: ``data.id=patient data.time=hour data.label=outcome``. The files are described in
``sources/{ts,long,npz,recordings}.py``; what was read, left out, filled and split is said before anything is trained.
"""

from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from mismatch.config.fields import choice, free
from mismatch.data._own import Own
from mismatch.data._ragged import RaggedData, Splits
from mismatch.data.sources.base import Items
from mismatch.data.sources.missing import POLICIES
from mismatch.data.sources.named import line_of, names_of
from mismatch.data.sources.numbers import kind, numbers


@dataclass
class Series(Own):
    """`id`, `time`, `label`, `split` and `group` name columns of a table; ``.ts`` and NPZ know theirs.

    time None: the rows of each id stand in order. features: names, as a list or with commas between them; None: all
    columns with no other use. missing: what becomes of missing values; infinite ones are refused.
    """

    name: str = "series"
    id: str | None = free("id", meaning="column that names the sequence a row belongs to")
    time: str | None = free("time", meaning="column that puts the rows of a sequence in order; empty: they are")
    features: Any = field(default=None, metadata={"meaning": "columns of the features; empty: all with no other use"})
    missing: str = choice("refuse", *POLICIES, meaning="missing values: refuse | previous | linear | zero")

    READ: ClassVar[tuple[str, ...]] = (*Own.READ, "id", "time", "features", "missing")

    def settle(self) -> None:
        names = names_of(self.features)
        self.features = line_of(names) if names else None
        self.id, self.time = (None if value is None else str(value) for value in (self.id, self.time))
        super().settle()
        what = kind(self.path)
        if what == "table":
            return
        # Names of columns are empty where there are none; others than the defaults are refused by the reader.
        self.id = None if self.id == "id" else self.id
        self.label = None if self.label == "label" else self.label
        if what != "folder":
            self.time = None if self.time == "time" else self.time

    def read(self) -> Items:
        return numbers(
            self.path,
            self.id,
            self.time,
            self.label,
            names_of(self.features) or None,
            self.split,
            self.group,
            self.separator,
            self.encoding,
            self.test_path,
            self.missing,
        )

    @property
    def feature_count(self) -> int:
        return len(self.items().features)

    def encoded(self, rows: dict[str, np.ndarray]) -> Splits:
        return Splits(**{part: _taken(self.items(), chosen) for part, chosen in rows.items()})

    def extra(self) -> list[str]:
        names = ", ".join(self.items().features[:8])
        more = self.feature_count - 8
        return [f"features: {self.feature_count}: {names}{f' and {more} more' if more > 0 else ''}"]


def _taken(items: Items, rows: np.ndarray) -> RaggedData:
    """The sequences of these rows, in this order, in 32 bits."""
    assert items.values is not None and items.lengths is not None
    chosen = RaggedData(items.values, items.lengths, items.labels).at(rows)
    return replace(chosen, values=chosen.values.astype(np.float32))
