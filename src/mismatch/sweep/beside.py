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

CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else None)

Compose = Callable[[list[str], Session], None]
"""Tells a session the sweeps that words ask for."""


@dataclass
class _Told:
    """In the place of a session: notes what it is told, and has `started` start workers. sent: whether that goes to
    another process."""

    typed: bool
    sent: bool
    started: Callable[..., object] = lambda *_: None
    added: list[tuple[Any, ...]] = field(default_factory=list)

    def warm(self, *asked: Any) -> None:
        """As a session's."""
        self.started(*asked)

    def add(
        self,
        configs: Sequence[Any],
        overrides: Sequence[str] = (),
        experiment: str | None = None,
        executor: tuple[str, Any] = ("inline", 1),
        launch: Any = None,
        note: str = "",
    ) -> None:
        """As a session's."""
        if launch is not None and self.sent:
            raise ValueError("another launcher holds what cannot be sent")
        self.added.append((configs, overrides, experiment, executor, launch, note))


def compose_all(asked: Sequence[list[str]], compose: Compose, session: Session) -> None:
    """Tell `session` everything that is asked for, as if it were composed part by part.

    Raises:
        ConfigError: as `compose`, for the first part that cannot be used.
    """
    can = sys.platform == "linux" and session.typed  # configs take longer to send than to compose
    hands = min(len(asked), len(os.sched_getaffinity(0)), MOST) if can else 1
    done: dict[int, list[tuple[Any, ...]]] = {}
    if hands > 1:
        with contextlib.ExitStack() as stack:
            # Forked before anything is composed, while this process has one thread.
            share = _Share(asked, compose, session.typed)
            helpers = [stack.enter_context(_helper(share)) for _ in range(hands - 1)]
            done |= share.work(session.warm)
            for helper in helpers:
                done |= _received(helper)
    for place, words in enumerate(asked):
        if place not in done:
            compose(words, session)
        for told in done.get(place, ()):
            session.add(*told)


class _Share:
    """What is to be composed: the one who asked begins with the first part, the others with the last, until they
    meet."""

    def __init__(self, asked: Sequence[list[str]], compose: Compose, typed: bool) -> None:
        self.asked, self.compose, self.typed = asked, compose, typed
        self._left = CONTEXT.Array("i", [0, len(asked)])

    def work(self, started: Callable[..., object] | None = None) -> dict[int, list[tuple[Any, ...]]]:
        """Compose part after part up to the first that fails, or says something in a process that nobody hears."""
        done: dict[int, list[tuple[Any, ...]]] = {}
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            while (place := self._take(first=started is not None)) is not None:
                told = _Told(self.typed, sent=False, started=started) if started else _Told(self.typed, sent=True)
                try:
                    self.compose(self.asked[place], cast(Session, told))
                except (Exception, SystemExit):  # composed once more where it is said
                    break
                if out.getvalue():
                    break
                done[place] = told.added
        return done

    def _take(self, first: bool) -> int | None:
        """The first or the last part that nobody has taken; None where all are."""
        with self._left.get_lock():
            begin, end = self._left
            if begin == end:
                return None
            self._left[:] = (begin + 1, end) if first else (begin, end - 1)
            return int(begin if first else end - 1)


@contextlib.contextmanager
def _helper(share: _Share) -> Iterator[Connection]:
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_help, args=(share, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()


def _received(helper: Connection) -> dict[int, list[tuple[Any, ...]]]:
    """What a helper made; nothing where it has died."""
    try:
        return dict(helper.recv())
    except (EOFError, OSError):
        return {}


def _help(share: _Share, end: Connection) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    end.send(share.work())
