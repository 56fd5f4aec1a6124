"""Cells that hold several values: what to write in their place, as a table has one value in each.

In: cells of JSON, Parquet and Feather, or objects in memory. Out: advice in a few words, or a refusal that holds it.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from mismatch.config.fields import ConfigError
from mismatch.config.paths import shown
from mismatch.data.sources.labels import missing
from mismatch.data.sources.named import FLATTEN
from mismatch.data.sources.rows import Rows
from mismatch.data.sources.wide import read_by
from mismatch.data.sources.words import listed

LOOKED_AT = 20
"""Rows that are looked at to know what a column holds."""
JOINED = "' '.join(x) makes a text of each list of tokens"


def advice(cell: Any) -> str:
    """What to do with a cell that is no text, for the end of a line; nothing where nobody knows."""
    if isinstance(cell, dict):
        return f" (an object, {FLATTEN})"
    if tokens(cell):
        return f": {JOINED}"
    return ": numbers are no texts; data=series reads them, from NPZ or a row per step" if series(cell) else ""


def tokens(cell: Any) -> bool:
    """Whether `cell` is a list of texts."""
    return _listed(cell) and len(cell) > 0 and all(isinstance(each, str) for each in cell)


def series(cell: Any) -> bool:
    """Whether `cell` is a list of numbers, or of lists of them: a sequence."""
    return _listed(cell) and len(cell) > 0 and all(_numeric(each) or series(each) for each in cell)


def refuse_series(rows: Rows, path: str, key: str, label: str, features: Sequence[str] = ()) -> None:
    """Raise ConfigError for a table with a sequence in each row, with the lines that make NPZ of it.

    features: the columns that are looked at; none named: all.
    """
    names = [
        str(name) for name in features or rows.frame.columns if name in rows.frame and _of_series(rows.frame[name])
    ]
    if not names:
        return
    one = f"[numpy.array(list(s), float) for s in df[{names[0]!r}]]"
    several = f"[numpy.column_stack([list(s) for s in row]).astype(float) for row in df[{names}].to_numpy()]"
    lines = (
        f"df = {read_by(rows, path)}; x = {one if len(names) == 1 else several}; "
        "numpy.savez('new.npz', values=numpy.concatenate(x), lengths=[len(s) for s in x], "
        f"labels=df[{label or 'label'!r}].astype(object).fillna('').to_numpy('U')) makes a file that is read"
    )
    what = f"holds a sequence in each cell of {listed(names)}, not a row per step"
    raise ConfigError(key, shown(path), f"{what}: {lines}")


def _of_series(column: Any) -> bool:
    """Whether the cells of a column hold sequences, as far as the first of them tell."""
    if column.dtype.kind != "O":
        return False
    some = list(islice((cell for cell in column if not missing(cell)), LOOKED_AT))
    return bool(some) and all(series(cell) for cell in some)


def _listed(cell: Any) -> bool:
    return isinstance(cell, Sequence | np.ndarray) and not isinstance(cell, str | bytes)


def _numeric(value: Any) -> bool:
    return value is None or (isinstance(value, int | float | np.number) and not isinstance(value, bool))
