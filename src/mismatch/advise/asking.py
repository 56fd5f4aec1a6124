"""Advice from the first word to the files: limits of what can be asked, and the question as a session answers it.

In: a function that reads sequences, what a person asks for, a folder. Out: an `Advice`, whose files and records are in
the folder, so that the same question goes on where it was stopped.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mismatch.advise import fitted, functions, inmemory
from mismatch.advise.advising import Advising
from mismatch.advise.answer import Advice
from mismatch.advise.budget import Budget
from mismatch.advise.entering import Asked
from mismatch.advise.writing import Written, write
from mismatch.check.items import check_items
from mismatch.check.outcome import Checked
from mismatch.config import environment, fields
from mismatch.config.fields import ConfigError, ranged, require
from mismatch.config.files import guard
from mismatch.config.groups import Advise
from mismatch.config.paths import absolute
from mismatch.data.sources import arrays
from mismatch.data.sources.missing import POLICIES
from mismatch.sweep import origin, session
from mismatch.sweep.executors.base import Executor

Read = Callable[[Path], tuple[Any, Checked]]
"""Makes the dataset, and what the check found in it; it may write into the results folder."""
LOCAL = ("local", -1)
"""An executor: a worker for each core."""


@dataclass
class Limits(Advise):
    """What can be asked for, within bounds."""

    seed: int = ranged(0, low=0)

    def asked(self) -> Asked:
        """The same, checked.

        Raises:
            ConfigError: naming what is out of bounds.
        """
        fields.check("", self)
        for name in ("minutes", "margin", "units", "seed"):
            require(getattr(self, name) is not None, name, None, "must be a number")
        numbers = float(self.minutes), float(self.margin), int(self.units), int(self.seed)
        return Asked(*numbers, None if self.model is None else functions.place(str(self.model)), bool(self.fit))


@dataclass
class Asking:
    """A question that a session can answer. show: is given the answer once it is written.

    executor: name of one, and how many workers or where. say: for lines on how far it has come; they go to stderr
    otherwise. advice: once it is answered.
    """

    read: Read
    asked: Asked
    folder: Path
    executor: tuple[str, Any] = LOCAL
    show: Callable[[Advice, Written], None] = lambda advice, written: None
    say: Callable[[str], None] | None = None
    advice: Advice | None = None

    def __post_init__(self) -> None:
        guard(self.folder)

    def answer(self, executor: Executor, begin: float) -> int:
        """Race, test, time, tell, write; the exit code.

        Raises:
            ConfigError: for what cannot be read or written.
            KeyboardInterrupt: before anything is known.
        """
        started, used = executor.now(), time.process_time()
        dataset, checked = self.read(self.folder)
        read_s, used = executor.now() - started, time.process_time() - used
        slow = max(1.0, read_s / used) if used else 1.0
        budget = Budget(60 * self.asked.minutes, executor.now, begin, read_s, slow)
        advising = Advising(dataset, checked, self.asked, self.folder, executor, self.say, budget)
        self.advice = advising.advice()
        written, ended = self._written(self.advice, executor, advising.ended)
        self.show(self.advice, written)
        return 0 if ended is None else session.ended(ended)

    def _written(
        self, advice: Advice, executor: Executor, ended: KeyboardInterrupt | None
    ) -> tuple[Written, KeyboardInterrupt | None]:
        """The files, written though somebody interrupts it once; and what interrupted the answer, if anything."""
        written = fitted.written if self.asked.fit else write
        try:
            executor.stop()
            return written(advice, self.folder), ended
        except KeyboardInterrupt as end:
            if ended is not None:
                raise
            session.say("interrupted: all was done, and is written; once more, and it ends at once")
            executor.stop()
            return write(advice, self.folder), end


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
    asked = Limits(minutes, margin, units, seed=seed).asked()
    require(missing in POLICIES, "missing", missing, f"must be one of {', '.join(POLICIES)}")
    require(out is None or isinstance(out, str | Path), "out", out, "must name a folder")
    folder = absolute(out or "results/advise-sequences")
    if (wrong := environment.problem()) is not None:
        raise ConfigError(*wrong)
    asked = asked if model is None else replace(asked, model=functions.kept(model, folder))
    items = arrays.items(sequences, labels, groups, parts, lengths, features=features)
    checked = check_items(items)

    def read(folder: Path) -> tuple[Any, Checked]:
        return inmemory.kept(items, folder, missing), checked

    question, workers = Asking(read, asked, folder), session.Session()
    try:
        with origin.without_main():
            workers.ask(question)
            workers.run()
    except ConfigError as error:
        raise inmemory.in_words(error) from None
    finally:
        workers.stop()
    assert question.advice is not None
    return question.advice
