"""Measurements of another kind than a training run: what one is, and how one is made.

In: the name of a measurement (``measure: timing`` in an experiment's config) and the arms of its sweep. Out: tables,
made in a fresh process, and the stamp that says when they need not be made again.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mismatch.config.arm import Arm
from mismatch.config.identity import installed
from mismatch.config.registry import MEASUREMENTS
from mismatch.sweep import child

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = ("tensorflow", "keras", "numpy", "pandas")
"""Packages whose versions a measurement depends on."""


class Measurement(ABC):
    """One kind of measurement; its module must import no TensorFlow before `measure` is called.

    name: how a config chooses it. packages: those it depends on beside `PACKAGES`, where they are installed.
    alone: whether it needs a quiet machine; others are made while the workers train.
    `tables` and `columns` are given as plain attributes of the class.
    """

    name: ClassVar[str]
    packages: ClassVar[tuple[str, ...]] = ()
    alone: ClassVar[bool] = False

    @property
    @abstractmethod
    def tables(self) -> dict[str, str]:
        """File name (.csv) -> what the table holds."""

    @property
    @abstractmethod
    def columns(self) -> dict[str, tuple[str, str]]:
        """Column of any of the tables -> (unit, meaning), for the data dictionary."""

    def check(self, arms: Sequence[Arm]) -> None:  # noqa: B027
        """Called when the sweep is planned.

        Raises:
            ConfigError: for arms that it cannot measure.
        """

    @abstractmethod
    def seconds(self, arms: Sequence[Arm], smoke: bool) -> float:
        """What it should take, for the plan."""

    @abstractmethod
    def measure(self, arms: Sequence[Arm], smoke: bool) -> dict[str, "pd.DataFrame"]:
        """Every one of `tables`, by file name. Called in a fresh process, on an idle machine where it is `alone`."""


def make(name: str, arms: Sequence[Arm], smoke: bool, log: Path | None = None) -> dict[str, "pd.DataFrame"]:
    """The tables of the measurement `name`, made in a fresh process that ends when this one does.

    `arms` are all arms of the sweep. On failure all that the process said is written to `log`.

    Raises:
        RuntimeError: with the last line of what the process said, if it fails.
        ConfigError: for an unknown name.
    """
    part = MEASUREMENTS.get(name)()
    answer = child.ask("mismatch.sweep.measurement", [name], (list(arms), smoke))
    tables = answer.made or {}
    missing = [table for table in part.tables if table not in tables]
    if not missing:
        return {table: tables[table] for table in part.tables}
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(answer.output)
    last = answer.last if answer.status else f"it made no {', '.join(missing)}"
    raise RuntimeError(f"the measurement {name} failed: {last}" + (f" (all of it in {log})" if log else ""))


def stamp(name: str, arms: Sequence[Arm], smoke: bool) -> dict[str, str]:
    """What the tables of a measurement depend on: the package, the arms, how much was measured, and versions."""
    asked = hashlib.sha256("\n".join(sorted(arm.id for arm in arms)).encode()).hexdigest()
    said = {"measure": name, "code": code(name), "arms": asked[:12], "size": "smoke" if smoke else "full"}
    return said | {each: installed(each) or "not installed" for each in (*PACKAGES, *MEASUREMENTS.get(name).packages)}


@cache
def code(name: str) -> str:
    """12 hex digits over the package and the measurement, as they were when this process first asked."""
    package = Path(__file__).parents[1]
    sources = [(str(path.relative_to(package)), path) for path in sorted(package.rglob("*.py"))]
    foreign = MEASUREMENTS.source(name)
    sources += [(name, foreign)] if foreign else []
    sha = hashlib.sha256()
    for label, path in sources:
        sha.update(label.encode() + path.read_bytes())
    return sha.hexdigest()[:12]


def measured(name: str, errand: tuple[list[Arm], bool]) -> dict[str, "pd.DataFrame"]:
    """``python -m mismatch.sweep.measurement <name>``: the tables of a measurement, made in this process."""
    return MEASUREMENTS.get(name)().measure(*errand)


if __name__ == "__main__":
    child.answer(measured)
