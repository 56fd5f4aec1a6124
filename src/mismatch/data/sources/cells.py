"""Cells of a table as numbers and as times: what is no number is refused with its line, never turned into one.

In: columns of a table, strings as they stand or typed. Out: float64 arrays, NaN where a cell holds nothing.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError, plain
from mismatch.data.sources.labels import missing, number
from mismatch.data.sources.named import FLATTEN
from mismatch.data.sources.rows import Rows
from mismatch.data.sources.words import listed, quoted

NOTHING = frozenset(
    (
        *("na", "n/a", "n.a.", "#n/a", "#na", "nan", "<na>", "null", "none", "nil", "nat", "missing", "\\n"),
        *("?", "-", "--", "---", ".", "..", "...", "*", "\u2013", "\u2014"),
        *("#div/0!", "#value!", "#ref!", "#name?", "#num!", "#null!", "#n/a n/a", "#calc!", "#spill!"),
    )
)
"""What stands for a missing number, in any case: a column of numbers has no other use for these words and marks, nor
for what spreadsheets write where a formula fails."""
MINUS = "\u2212"
"""The minus of typeset text; it means nothing but what the hyphen does."""
ENDLESS = {"\u221e": "inf", "+\u221e": "inf", "-\u221e": "-inf"}
NAMES = "data.features=[a,b] names the columns that are features"
COMMA = re.compile(r"[+-]?\d*,\d+$")
WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$")
AROUND = (
    (
        re.compile(r"[+-]?\s*[$\u00a3\u20ac\u00a5\u20b9\u20bd]|.*[$\u00a3\u20ac\u00a5\u20b9\u20bd]$"),
        "a sign of currency: write digits alone",
    ),
    (re.compile(r".*\d\s*%$"), "a per cent sign: write digits alone"),
    (re.compile(r"\([\d., ]+\)$"), "a negative number in brackets: write a minus"),
    (re.compile(r"[<>\u2264\u2265~]\s*[\d.]+$"), "a limit: write the number that it stands for"),
    (re.compile(r"(true|false|yes|no)$", re.IGNORECASE), "a truth value: write 1 and 0"),
    (
        re.compile(r"[+-]?\d[\d.]*\s*(?:\u00b0\w?|[^\W\d_]+(?:/[^\W\d_]+)?[\u00b2\u00b3]?)$"),
        "a unit: write digits alone",
    ),
    (re.compile(r"\[.*\]$"), "a list in one cell: write a row per step"),
)
"""What stands around digits, and what to write."""
THOUSANDS = re.compile(r"[+-]?(\d{1,3}([ ',.\u00a0\u202f]\d{3})+)(\.\d+)?$")


def numbers_of(rows: Rows, columns: Sequence[str], chosen: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The rows `chosen` (M,) of these columns, (M, d) float64, and what was taken for missing.

    Raises:
        ConfigError: naming the column and the line of a cell that is no number, and why it is none.
    """
    values, notes = np.empty((len(chosen), len(columns))), []
    for k, column in enumerate(columns):
        values[:, k], words = _numbers(rows, column, chosen)
        signs = words.pop(MINUS, 0)
        if words:
            these = f"{counted(sum(words.values()), 'cell')} of {plain(column, 40)} with {listed(words, quotes=True)}"
            notes.append(f"{these}: taken as missing")
        if signs:
            notes.append(f"{counted(signs, 'cell')} of {plain(column, 40)} with {MINUS} (U+2212): read as a minus")
    return values, notes


def _numbers(rows: Rows, column: str, chosen: np.ndarray) -> tuple[np.ndarray, dict[str, int]]:
    """The numbers of a column, and how often each mark of a missing one, or the minus of typeset text, stands there."""
    series = rows.frame[column]
    kind = getattr(series.dtype, "kind", "O")
    if kind in "biuf":
        return series.to_numpy(dtype=np.float64, na_value=np.nan)[chosen], {}
    if kind != "O" and not _is_text(series):
        raise ConfigError("data.features", column, f"must hold numbers, holds {series.dtype}: {NAMES}")
    cells = series.to_numpy(dtype=object)
    values, words = np.full(len(chosen), np.nan), dict[str, int]()
    for at, row in enumerate(chosen.tolist()):
        cell = cells[row]
        if missing(cell):
            continue
        if isinstance(cell, str) and cell.strip().lower() in NOTHING:
            words[cell.strip()] = words.get(cell.strip(), 0) + 1
            continue
        if isinstance(cell, str) and MINUS in cell:
            words[MINUS] = words.get(MINUS, 0) + 1
        values[at] = _number(cell, column, rows.places[row])
    return values, words


def _is_text(series: Any) -> bool:
    import pandas as pd

    return isinstance(series.dtype, pd.StringDtype | pd.CategoricalDtype)


def _number(cell: Any, column: str, place: str) -> float:
    if isinstance(cell, str):
        text = cell.strip().replace(MINUS, "-")
        text = ENDLESS.get(text, text)
        if text.lower().lstrip("+-") in ("inf", "infinity"):
            return float(text)
        value = number(text)
    else:
        value = float(cell) if isinstance(cell, int | float | np.number | np.bool_) or _is_decimal(cell) else None
    if value is None:
        raise ConfigError("data.features", column, f"must hold numbers, has {quoted(cell)} at {place}{_why(cell)}")
    return value


def _is_decimal(cell: Any) -> bool:
    from decimal import Decimal

    return isinstance(cell, Decimal)


def _why(cell: Any) -> str:
    """Why a cell that looks like a number is none."""
    text = str(cell).strip()
    if COMMA.match(text):
        return " (a decimal comma: write points, or give data.separator if the comma stands between columns)"
    if THOUSANDS.match(text):
        return " (marks between thousands: write digits alone)"
    if isinstance(cell, dict):
        return f" (an object, {FLATTEN})"
    return next(
        (f" ({what})" for around, what in AROUND if around.match(text)),
        f": leave the cell empty if its number is missing; {NAMES}",
    )


def times_of(rows: Rows, column: str) -> tuple[np.ndarray, str]:
    """Times as numbers that sort as they do, (N,) float64, NaN where there is none; and what they were found to be.

    Numbers, dates of a typed file, and dates as ISO 8601 writes them (``2026-01-31 12:00``) have an order.

    Raises:
        ConfigError: naming the line of a time that has none.
    """
    series = rows.frame[column]
    kind = getattr(series.dtype, "kind", "O")
    if kind in "iufMm":
        return _ranks(
            series.to_numpy(), series.isna().to_numpy()
        ), f", times are {'dates' if kind in 'Mm' else 'numbers'}"
    cells = series.to_numpy(dtype=object)
    texts = {at: str(cell).strip() for at, cell in enumerate(cells) if not missing(cell)}
    sizes = {at: int(text) if WHOLE.fullmatch(text) else number(text) for at, text in texts.items()}
    if all(size is not None for size in sizes.values()):
        ordered = sorted({size for size in sizes.values() if size is not None})
        known = {size: rank for rank, size in enumerate(ordered)}
        values = np.full(len(cells), np.nan)
        values[list(sizes)] = [known[size] for size in sizes.values() if size is not None]
        return values, ", times are numbers"
    return _dates(rows, column, texts, [at for at, size in sizes.items() if size is not None])


def _dates(rows: Rows, column: str, texts: dict[int, str], numbers: list[int]) -> tuple[np.ndarray, str]:
    """Times of texts by their row; those of the rows `numbers` are none."""
    import pandas as pd

    others = sorted(set(texts) - set(numbers))
    parsed = pd.to_datetime(pd.Series(texts, dtype=object), format="ISO8601", errors="coerce", utc=True)
    wrong = min(numbers, others, key=len) if numbers else parsed.index[parsed.isna()].tolist()
    if wrong:
        accepted = "must hold numbers, or dates as 2026-01-31 12:00:00 (ISO 8601), all of one kind"
        where = f"{quoted(texts[wrong[0]])} at {rows.places[wrong[0]]}"
        raise ConfigError("data.time", column, f"{accepted}; has {where}")
    if len({bool(ZONE.search(text)) for text in texts.values()}) > 1:
        raise ConfigError("data.time", column, "must name the time zone in every row or in none")
    times = parsed.reindex(range(len(rows.places)))
    return _ranks(times.to_numpy(), times.isna().to_numpy()), ", times are dates"


def _ranks(times: np.ndarray, nothing: np.ndarray) -> np.ndarray:
    """Places in the sorted order: nanoseconds since 1970 do not fit 53 bits."""
    ranks = np.full(len(times), np.nan)
    ranks[~nothing] = np.unique(times[~nothing], return_inverse=True)[1]
    return ranks
