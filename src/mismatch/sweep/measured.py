"""The measurement of another kind that goes with a sweep: whether it is due, and its tables in the results folder.

In: the name of a measurement and the arms of the sweep. Out: its tables beside ``measured.json``, which says what they
were made from; a measurement that has its tables from the same code and arms is not made again.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mismatch.config import files
from mismatch.config.arm import Arm
from mismatch.config.registry import MEASUREMENTS
from mismatch.sweep import measurement

STAMP = "measured.json"


def tables(name: str | None) -> list[str]:
    """File names of the measurement's tables; none without one."""
    return [] if name is None else list(MEASUREMENTS.get(name)().tables)


def due(name: str | None, arms: Sequence[Arm], smoke: bool, folder: Path, claims: str | None = None) -> float:
    """Estimated seconds of the measurement; 0 where there is none, or its tables are there already.

    claims: hash of the claims it is made for.
    """
    if name is None:
        return 0.0
    part = MEASUREMENTS.get(name)()
    whole = all((folder / table).is_file() for table in tables(name))
    if whole and stamp(folder) == _stamp(name, arms, smoke, claims):
        return 0.0
    return float(part.seconds(arms, smoke))


def alone(name: str) -> bool:
    """Whether the measurement needs a quiet machine."""
    return bool(MEASUREMENTS.get(name).alone)


def make(name: str, arms: Sequence[Arm], smoke: bool, folder: Path, claims: str | None = None) -> None:
    """Make the measurement and write its tables; on failure those of an earlier one stay.

    Raises:
        RuntimeError: with the last line of what the measuring process said.
    """
    made = measurement.make(name, arms, smoke, log=folder / "measure.log")
    texts = {file: table.to_csv(index=False) for file, table in made.items()}
    said = json.dumps(_stamp(name, arms, smoke, claims)) + "\n"
    files.write_set(folder, texts | {STAMP: said}, obsolete=[f"{name}_columns.csv"])
    with suppress(FileNotFoundError):
        (folder / "measure.log").unlink()


def _stamp(name: str, arms: Sequence[Arm], smoke: bool, claims: str | None) -> dict[str, str]:
    return measurement.stamp(name, arms, smoke) | ({"claims": claims} if claims else {})


def stamp(folder: Path) -> dict[str, str] | None:
    """What the tables in `folder` were made from; None where that is not told."""
    try:
        found: dict[str, str] = json.loads((folder / STAMP).read_text())
        return found
    except (OSError, ValueError):
        return None
