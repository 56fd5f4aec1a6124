"""Measurements of another kind than a training run: what one is, and how one is made.

In: the name of a measurement (``measure: timing`` in an experiment's config) and the arms of its sweep. Out: tables,
made in a fresh process, and the stamp that says when they need not be made again.
"""

import hashlib
import os
import pickle
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mismatch.config.arm import Arm
from mismatch.config.registry import MEASUREMENTS
from mismatch.sweep.parent import die_with

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = ("tensorflow", "keras", "numpy", "pandas")
"""Packages whose versions a measurement depends on."""


class Measurement(ABC):
    """One kind of measurement; its module must import no TensorFlow before `measure` is called.

    name: how a config chooses it. again: whether it is made at every sweep, even where nothing has changed.
    `tables` and `columns` are given as plain attributes of the class.
    """

    name: ClassVar[str]
    again: ClassVar[bool] = False

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
        """Every one of `tables`, by file name. Called in a fresh process, on an otherwise idle machine."""


def make(name: str, arms: Sequence[Arm], smoke: bool, log: Path | None = None) -> dict[str, "pd.DataFrame"]:
    """The tables of the measurement `name`, made in a fresh process that ends when this one does.

    `arms` are all arms of the sweep. On failure all that the process said is written to `log`.

    Raises:
        RuntimeError: with the last line of what the process said, if it fails.
        ConfigError: for an unknown name.
    """
    part = MEASUREMENTS.get(name)()
    with tempfile.TemporaryDirectory(prefix="mismatch-") as folder:
        errand, answer = Path(folder) / "errand", Path(folder) / "answer"
        errand.write_bytes(pickle.dumps((list(arms), smoke)))
        status, output = _run([name, str(errand), str(answer), str(os.getpid())])
        tables = pickle.loads(answer.read_bytes()) if status == 0 and answer.is_file() else {}
    missing = [table for table in part.tables if table not in tables]
    if not missing:
        return {table: tables[table] for table in part.tables}
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(output)
    last = (output.strip().splitlines() or ["no output"])[-1] if status else f"it made no {', '.join(missing)}"
    raise RuntimeError(f"the measurement {name} failed: {last}" + (f" (all of it in {log})" if log else ""))


def _run(words: list[str]) -> tuple[int, str]:
    """Exit status and output of `main` in a process with a session of its own: Ctrl-C reaches this one alone."""
    command = [sys.executable, "-m", "mismatch.sweep.measurement", *words]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, env=environment
    )
    with _killed_on_error(process):
        output, _ = process.communicate()
    return process.returncode, output


@contextmanager
def _killed_on_error(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        process.kill()
        process.wait()
        raise


def stamp(name: str, arms: Sequence[Arm], smoke: bool) -> dict[str, str]:
    """What the tables of a measurement depend on: the package, the arms, how much was measured, and versions."""
    from importlib.metadata import version

    asked = hashlib.sha256("\n".join(sorted(arm.id for arm in arms)).encode()).hexdigest()
    said = {"measure": name, "code": code(name), "arms": asked[:12], "size": "smoke" if smoke else "full"}
    return said | {each: version(each) for each in PACKAGES}


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


def main() -> None:
    """``python -m mismatch.sweep.measurement <name> <errand> <answer> <parent>``: measure in this process."""
    name, errand, answer, parent = sys.argv[1:]
    die_with(int(parent))
    arms, smoke = pickle.loads(Path(errand).read_bytes())
    tables = MEASUREMENTS.get(name)().measure(arms, smoke)
    Path(answer).write_bytes(pickle.dumps(tables))


if __name__ == "__main__":
    main()
