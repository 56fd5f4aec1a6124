"""Cells that hold several values: what to write in their place, as a table has one value in each.

In: cells of JSON, Parquet and Feather, or objects in memory. Out: advice in a few words, or a refusal that holds it.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from mismatch.config.fields import ConfigError, plain
from mismatch.config.paths import shown
from mismatch.data.sources.labels import missing
from mismatch.data.sources.named import FLATTEN
from mismatch.data.sources.rows import Rows

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
    for name in features or rows.frame.columns:
        if name not in rows.frame:
            continue
        column = rows.frame[name]
        if column.dtype.kind != "O":
            continue
        some = list(islice((cell for cell in column if not missing(cell)), LOOKED_AT))
        if some and all(series(cell) for cell in some):
            name, label = plain(name, 40), plain(label or "label", 40)
            lines = (
                f"x = [np.array(list(s), float) for s in df['{name}']]; np.savez('new.npz', values=np.concatenate(x), "
                f"lengths=[len(s) for s in x], labels=df['{label}'].astype(object).fillna('').to_numpy('U')) "
                "makes a file that is read"
            )
            raise ConfigError(key, shown(path), f"holds a sequence in each cell of {name}, not a row per step: {lines}")


def _listed(cell: Any) -> bool:
    return isinstance(cell, Sequence | np.ndarray) and not isinstance(cell, str | bytes)


def _numeric(value: Any) -> bool:
    return value is None or (isinstance(value, int | float | np.number) and not isinstance(value, bool))
