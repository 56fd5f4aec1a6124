"""A question on data, as the session takes it beside sweeps: it plans its own runs, and writes its own answer.

In: settings whose `advise` is given. Out: what a session needs of a question; it is made and answered by `advise`,
which stands above this room.
"""

from pathlib import Path
from typing import Any, Protocol

from mismatch.config.groups import Settings
from mismatch.sweep.executors.base import Executor


class Question(Protocol):
    """The session holds `folder`, and the workers of `executor` (its name, how many or where), while it is answered."""

    @property
    def folder(self) -> Path: ...

    @property
    def executor(self) -> tuple[str, Any]: ...

    def answer(self, executor: Executor, begin: float) -> int:
        """Train what is missing, write the answer; the exit code. begin: when the command did, by `executor.now()`.

        Raises:
            ConfigError: for what cannot be read or written.
            KeyboardInterrupt: before anything is known.
        """


class Asker(Protocol):
    """What a session needs of `advise`."""

    def question(self, asked: Settings, executor: tuple[str, Any], out: str | None) -> Question:
        """The question that settings come to. out: its folder, where the person named one.

        Raises:
            ConfigError: for settings that are no part of a question.
        """
