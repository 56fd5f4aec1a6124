"""Runs as a table, straight from the columns they are kept in: no record is made for it.

In: an open database and the ids of runs. Out: a list of values for each column; those whose rows are damaged left out.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mismatch.run import metrics
from mismatch.run.sections import IDENTITY, PROVENANCE, ordered
from mismatch.sweep.records.cells import SECTIONS, places
from mismatch.sweep.records.database import Database
from mismatch.sweep.records.rows import Raw

if TYPE_CHECKING:
    import pandas as pd

STEP = 10_000
"""Rows whose cells are turned into columns at once."""


@dataclass
class Columns:
    """values: by section and name, as many as there are runs. ids: of the runs. unsound: of those left out.

    gone: how many were not there any more, as others were written in their place.
    """

    values: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    unsound: list[int] = field(default_factory=list)
    gone: int = 0
    _words: dict[str, str] = field(default_factory=dict)

    def add(self, database: Database, ids: Sequence[int]) -> None:
        """Add these runs of a database."""
        for start in range(0, len(ids), STEP):
            rows = list(database.rows(ids[start : start + STEP]))
            self.gone += len(ids[start : start + STEP]) - len(rows)
            self.unsound += [raw.id for raw in rows if not raw.sound]
            self._add(database, [raw for raw in rows if raw.sound])

    def _add(self, database: Database, rows: list[Raw]) -> None:
        layout, before = database.layout, len(self.ids)
        self.ids += [raw.id for raw in rows]
        width = len(layout.stored)
        cells = [raw.row.cells + (None,) * (width - len(raw.row.cells)) for raw in rows]
        columns = dict(zip(layout.stored, zip(*cells, strict=True), strict=True)) if rows else {}
        present = {place for bits in {raw.row.present for raw in rows} for place in places(bits)}
        for place in sorted(present):
            column = layout.keys[place]
            values = self._decoded(columns.get(place, (None,) * len(rows)), column.kind)
            self._column(column.section, column.name, before).extend(values)
        for row, raw in enumerate(rows, before):
            for section, found in (json.loads(raw.row.beyond) if raw.row.beyond else {}).items():
                for name, value in found.items():
                    self._column(section, name, row)  # as long as the rows before it, at least
                    self._set(section, name, row, value)
        for values in self.values.values():
            values += [None] * (len(self.ids) - len(values))

    def _column(self, section: str, name: str, length: int) -> list[Any]:
        values = self.values.setdefault((section, name), [])
        values += [None] * (length - len(values))
        return values

    def _set(self, section: str, name: str, row: int, value: Any) -> None:
        values = self.values[section, name]
        if row < len(values):
            values[row] = value
        else:
            values.append(value)

    def _decoded(self, cells: Sequence[Any], kind: str) -> Sequence[Any]:
        if kind == "BOOLEAN":
            return [None if cell is None else bool(cell) for cell in cells]
        if kind == "TEXT":
            known = self._words.setdefault  # one object for every word: a column of words repeats a few
            return [None if cell is None else known(cell, cell) for cell in cells]
        return cells


def of_columns(columns: Columns) -> "pd.DataFrame":
    """The runs table from columns; see `arranged`."""
    import pandas as pd

    names = {section: [name for known, name in columns.values if known == section] for section in SECTIONS}
    values = {name: columns.values[section, name] for section in SECTIONS for name in names[section]}
    return arranged(pd.DataFrame(values), names["parameters"], names["metrics"])


def arranged(runs: "pd.DataFrame", parameters: Iterable[str], measured: Iterable[str]) -> "pd.DataFrame":
    """The runs table: identity, parameters, metrics, provenance; sorted by parameters and replicate."""
    if runs.empty:
        return runs
    parameters = ordered(set(parameters))
    known = dict.fromkeys([*metrics.columns(), *measured])
    runs = runs.reindex(columns=[*IDENTITY, *parameters, *known, *PROVENANCE])
    order = [name for name in parameters if _varies(runs[name])]
    return runs.sort_values([*order, "replicate"], kind="stable", key=uniform).reset_index(drop=True)


def uniform(column: "pd.Series") -> "pd.Series":
    """The column as text where it holds values of several types, which have no order and no type in Parquet.

    Two datasets may give one key to a number and to a word.
    """
    mixed = column.dtype == object and column.dropna().map(type).nunique() > 1
    return column.map(str, na_action="ignore") if mixed else column


def _varies(column: "pd.Series") -> bool:
    try:
        return bool(column.nunique(dropna=False) > 1)
    except TypeError:  # lists
        return True
