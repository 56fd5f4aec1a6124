"""Advice from the first word to the files: limits of what can be asked, workers, the results folder, the answer.

In: a function that reads sequences, what a person asks for, a folder. Out: an `Advice`, whose files and records are in
the folder, so that the same question goes on where it was stopped.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from mismatch.advise import fitted, functions, inmemory
from mismatch.advise.advising import Advising
from mismatch.advise.answer import Advice
from mismatch.advise.entering import Asked
from mismatch.advise.writing import Written, write
from mismatch.check.items import check_items
from mismatch.check.outcome import Checked
from mismatch.config import environment, fields
from mismatch.config.fields import ConfigError, ranged, require
from mismatch.config.files import guard
from mismatch.config.paths import absolute, shown
from mismatch.config.registry import EXECUTORS
from mismatch.data.sources import arrays
from mismatch.data.sources.missing import POLICIES
from mismatch.sweep import lock

Read = Callable[[Path], tuple[Any, Checked]]
"""Makes the dataset, and what the check found in it; it may write into the results folder."""


@dataclass
class Limits:
    """What can be asked for, within bounds."""

    minutes: float = ranged(5.0, low=0.2, high=1440.0)
    margin: float = ranged(0.01, high=0.99, above=0.0)
    units: int = ranged(16, low=1, high=4096)
    seed: int = ranged(0, low=0)

    def asked(self) -> Asked:
        """The same, checked.

        Raises:
            ConfigError: naming what is out of bounds.
        """
        fields.check("", self)
        return Asked(float(self.minutes), float(self.margin), int(self.units), int(self.seed))


def ask(read: Read, asked: Asked, folder: Path, say: Callable[[str], None] | None = None) -> tuple[Advice, Written]:
    """Race, test, time, tell, write. say: for lines on how far it has come; they go to stderr otherwise.

    Raises:
        ConfigError: for what cannot be read or written.
        KeyboardInterrupt: before anything is known.
    """
    executor = EXECUTORS.get("local")(-1)
    executor.warm()  # while sequences are read
    try:
        with lock.hold(guard(folder), shown(folder)):
            dataset, checked = read(folder)
            advice = Advising(dataset, checked, asked, folder, executor, say or told).advice()
            executor.stop()
            return advice, fitted.written(advice, folder, say or told) if asked.fit else write(advice, folder)
    finally:
        executor.stop()


def advise(
    sequences: Any,
    labels: Any,
    groups: Any = None,
    parts: Any = None,
    lengths: Any = None,
    features: Sequence[str] | None = None,
    *,
    minutes: float = 5.0,
    margin: float = 0.01,
    units: int = 16,
    seed: int = 0,
    missing: str = "refuse",
    out: str | Path | None = None,
    model: Any = None,
) -> Advice:
    """What to do with sequences that are in memory: see `mismatch.advise`, which calls it.

    Raises:
        ConfigError: a ValueError whose one line names what cannot be read, and what would be accepted.
    """
    asked = Limits(minutes, margin, units, seed).asked()
    require(missing in POLICIES, "missing", missing, f"must be one of {', '.join(POLICIES)}")
    require(out is None or isinstance(out, str | Path), "out", out, "must name a folder")
    folder = absolute(out or "results/advise-sequences")
    if (wrong := environment.problem()) is not None:
        raise ConfigError(*wrong)
    if model is not None:
        asked = replace(asked, model=functions.kept(model, folder))
    items = arrays.items(sequences, labels, groups, parts, lengths, features=features)
    checked = check_items(items)

    def read(folder: Path) -> tuple[Any, Checked]:
        return inmemory.kept(items, folder, missing), checked

    try:
        with _without_main():
            return ask(read, asked, folder)[0]
    except ConfigError as error:
        raise inmemory.in_words(error) from None


def told(line: str) -> None:
    """Say how far it has come."""
    print(fields.plain(line), file=sys.stderr, flush=True)


@contextmanager
def _without_main() -> Iterator[None]:
    """Workers import the script that is running, as Python would have it, which runs it again where it has no guard:
    meanwhile there is none to import."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
