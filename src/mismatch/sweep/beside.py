"""Several sweeps composed at once: Hydra takes seconds for each of them, in one thread.

In: what is to be composed, and how. Out: a session that was told all of it, in its order. Processes of our own compose
some of it, into what they would have told the session; what one of them cannot do, or wants to say, is done here.
"""

import contextlib
import io
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, cast

from mismatch.sweep.session import Session

MOST = 8
"""So many processes at the most: each is a copy of this one."""

Compose = Callable[[list[str], Session], None]
"""Tells a session the sweeps that words ask for."""


@dataclass
class _Told:
    """In the place of a session: notes what it is told."""

    typed: bool
    added: list[tuple[Any, ...]] = field(default_factory=list)

    def warm(self, *_: object) -> None:
        """Workers are those of the session itself."""

    def add(
        self,
        configs: Sequence[Any],
        overrides: Sequence[str] = (),
        experiment: str | None = None,
        executor: tuple[str, Any] = ("inline", 1),
        launch: object = None,
        note: str = "",
    ) -> None:
        """As a session's."""
        if launch is not None:
            raise ValueError("another launcher holds what cannot be sent")
        self.added.append((configs, overrides, experiment, executor, None, note))


def compose_all(asked: Sequence[list[str]], compose: Compose, session: Session) -> None:
    """Tell `session` everything that is asked for, as if it were composed part by part.

    Raises:
        ConfigError: as `compose`, for the first part that cannot be used.
    """
    hands = min(len(asked), len(os.sched_getaffinity(0)), MOST) if sys.platform == "linux" else 1
    with contextlib.ExitStack() as stack:
        # Forked before anything is composed, while this process has one thread.
        helpers = [stack.enter_context(_helper(asked[hand::hands], compose, session.typed)) for hand in range(1, hands)]
        done: list[Any] = [iter(())] * hands
        for place, words in enumerate(asked):
            hand = place % hands
            if hand and place == hand:
                done[hand] = iter(_received(helpers[hand - 1]))
            told = next(done[hand], None)
            if told is None:
                compose(words, session)
                continue
            for each in told:
                session.add(*each)


@contextlib.contextmanager
def _helper(asked: Sequence[list[str]], compose: Compose, typed: bool) -> Iterator[Connection]:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_help, args=(asked, compose, typed, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()


def _received(helper: Connection) -> list[Any]:
    """What a helper made; nothing where it has died."""
    try:
        return list(helper.recv())
    except (EOFError, OSError):
        return []


def _help(asked: Sequence[list[str]], compose: Compose, typed: bool, end: Connection) -> None:
    """Compose part after part up to the first that fails or says something, in a process that nobody hears."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    done: list[Any] = []
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        for words in asked:
            told = _Told(typed)
            try:
                compose(words, cast(Session, told))
            except BaseException:  # the process that asked comes upon it as well, and says it
                break
            if out.getvalue():
                break
            done.append(told.added)
    end.send(done)
