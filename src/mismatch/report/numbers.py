"""Numbers for the documents, looked up in the committed tables by names that a writer can read.

In: a claim or the settings of an arm. Out: numbers that know how to write themselves. A name that fits no row, or more
than one, is an error: a document never shows a number that was picked by chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from pathlib import Path
from typing import Any

import pandas as pd

from mismatch.config.fields import ConfigError
from mismatch.config.paths import REFERENCE
from mismatch.sweep.store import read_csv

PLAIN = {"baseline": None, "control": "none"}
"""What the arms that documents speak of have in summary.csv: they are a GRU's, and no check of the instrument."""


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% interval, as ``effect`` and ``[low, high]``; of a ratio the factor itself.

    row: the row of the table that it stands in.
    """

    value: float
    low: float
    high: float
    row: Mapping[str, Any]

    @property
    def less(self) -> "Estimate":
        """The same with the other sign: what is lost."""
        return Estimate(-self.value, -self.high, -self.low, self.row)

    @property
    def inverse(self) -> "Estimate":
        """The factor, taken the other way round."""
        return Estimate(1 / self.value, 1 / self.high, 1 / self.low, self.row)

    def alone(self, digits: int = 3) -> str:
        """``0.651``: without the interval; no minus in front of zeros."""
        return number(self.value, digits)

    def interval(self, digits: int = 3) -> str:
        """``[0.647, 0.671]``."""
        return f"[{number(self.low, digits)}, {number(self.high, digits)}]"

    def told(self, digits: int = 3) -> str:
        """``0.651 [0.647, 0.671]``."""
        return f"{self.alone(digits)} {self.interval(digits)}"

    def times(self, digits: int = 1) -> str:
        """``at least 5.4 times [4.4, 6.4]``: a bound, where runs of one side ended before they had learnt."""
        sides = (part.split() for part in str(self.row.get("censored")).split(",") if " " in part)
        late = [side for side, count in sides if int(count)]
        bound = {"arm": "at least ", "against": "at most "}[late[0]] if len(late) == 1 else ""
        return f"{bound}{self.alone(digits)} times {self.interval(digits)}"


def number(value: float, digits: int = 3) -> str:
    """`value` with so many digits behind the point; what rounds to zero has no sign."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def contrast(claim: str, words: str = "", folder: Path = REFERENCE) -> Estimate:
    """The primary contrast of a claim, or the only one of its contrasts whose name has `words` in it.

    Raises:
        ConfigError: where none or several have.
    """
    table = _table(folder / "verdicts.csv")
    rows = table[table["claim"] == claim]
    same = rows["contrast"].eq(words)
    chosen = rows[
        same if same.any() else rows["contrast"].str.contains(words, regex=False) if words else rows["primary"]
    ]
    row = _only(chosen, f"{claim}: {words or 'primary'}", "contrast")
    value, low, high = (row[side] for side in ("effect", "low", "high"))
    return Estimate(value, low, high, row)


def arm(experiment: str, metric: str = "accuracy", folder: Path = REFERENCE, **settings: Any) -> Estimate:
    """A metric of the only arm with these settings, ``length__padding="post"`` for the key ``length.padding``.

    Raises:
        ConfigError: where no arm, or more than one, has them.
    """
    asked = {name.replace("__", "."): value for name, value in settings.items()}
    known = _table(folder / f"{experiment}/summary.csv").columns
    row = cell_row(f"{experiment}/summary", folder, **{k: v for k, v in PLAIN.items() if k in known} | asked)
    return Estimate(row[metric], row[f"{metric}_low"], row[f"{metric}_high"], row)


def baseline(experiment: str, data: str, name: str, folder: Path = REFERENCE) -> Estimate:
    """The accuracy of a model without a GRU on the sequences of an experiment."""
    return arm(experiment, folder=folder, data=data, baseline=name, control=None)


def cell_row(table: str, folder: Path = REFERENCE, **where: Any) -> Mapping[str, Any]:
    """The only row of ``<folder>/<table>.csv`` in which columns have these values; None stands for an empty cell.

    Raises:
        ConfigError: where there is none, or more than one.
    """
    rows = _table(folder / f"{table}.csv")
    for name, value in where.items():
        if value is None and name not in rows:  # a column without any value is not written
            continue
        column = rows[name]
        rows = rows[column.isna() if value is None else column.eq(value)]
    return _only(rows, f"{table}: {where}", "arm")


def usual(key: str, table: str = "padding/summary", folder: Path = REFERENCE) -> Any:
    """The value that most arms of a table have for a setting."""
    return _whole(_table(folder / f"{table}.csv")[key].mode().iloc[0])


def halving(factor: Estimate, steps: int) -> float:
    """How many steps halve what `steps` steps multiply by `factor`, each step by the same."""
    return steps * log(2) / -log(factor.value)


def share(counted: Estimate) -> int:
    """How many of the cases of a census, whose effect is a share."""
    return round(counted.value * int(counted.row["n"]))


def verdicts(verdict: str | None = None, folder: Path = REFERENCE) -> int:
    """How many claims have this verdict, or have any."""
    table = _table(folder / "verdicts.csv")
    primary = table[table["primary"]]
    return len(primary if verdict is None else primary[primary["verdict"] == verdict])


@cache
def _table(path: Path) -> pd.DataFrame:
    arms = path.with_name("arms.csv")  # all settings of an arm; before there was a short summary, they were in the one
    path = arms if path.name == "summary.csv" and arms.is_file() else path
    if not path.is_file():
        raise ConfigError("table", path, "must be a table of the reference")
    return read_csv(path)


def _only(rows: pd.DataFrame, asked: str, column: str) -> Mapping[str, Any]:
    if len(rows) != 1:
        names = "; ".join(rows[column].astype(str).head(5)) if column in rows else ""
        raise ConfigError("number", asked, f"must fit one row of the table, fits {len(rows)}: {names}")
    return {str(name): _whole(value) for name, value in rows.iloc[0].items()}


def _whole(value: Any) -> Any:
    """A whole number that a column with blanks holds as a fraction, as a whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
