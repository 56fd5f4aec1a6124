"""An errand for a process of its own that ends when this one does: something to work on goes out, an answer comes back.

In: the name of a module whose main block calls `answer`, words for it, and what it is to work on. Out: what it made of
it. Its process has a session of its own, so that Ctrl-C reaches the driver alone. It is forked from that of the workers
(`sweep.origin`) where there is one, and has TensorFlow imported then, but never started.
"""

import os
import pickle
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mismatch.sweep import origin
from mismatch.sweep.parent import die_with


class Process(Protocol):
    """What is needed of a process."""

    def wait(self, limit: float | None = None) -> int: ...

    def kill(self) -> None: ...


_RUNNING: set[Process] = set()


def stop() -> None:
    """Kill all that is being worked on, in whatever thread somebody waits for it."""
    for process in list(_RUNNING):
        process.kill()


@dataclass(frozen=True)
class Answer:
    """made: what the process made, None where it failed; output: all that it said; status: its exit status."""

    made: Any
    output: str
    status: int

    @property
    def last(self) -> str:
        """The last line of what it said."""
        return (self.output.strip().splitlines() or ["no output"])[-1]


def ask(
    module: str,
    words: list[str],
    errand: Any,
    variables: Mapping[str, str] | None = None,
    limit: float | None = None,
) -> Answer:
    """Have the main block of `module` work on `errand`, which is pickled.

    variables: the whole environment of a process that needs another one than this. limit: seconds after which it is
    killed.
    """
    with tempfile.TemporaryDirectory(prefix="mismatch-") as folder:
        given, made, said = (Path(folder) / name for name in ("errand", "answer", "said"))
        given.write_bytes(pickle.dumps(errand))
        asked = [module, *words, str(given), str(made)]
        forked = variables is None and origin.asked()
        status = _wait(_Fork(asked, said) if forked else _Start(asked, said, variables or os.environ), limit)
        output = said.read_text(errors="replace") if said.is_file() else ""
        return Answer(pickle.loads(made.read_bytes()) if status == 0 and made.is_file() else None, output, status)


def answer(work: Callable[..., Any]) -> None:
    """In the process that was started: `work` on the errand, given it behind the words, and leave what it makes."""
    *words, errand, made = sys.argv[1:]
    die_with(os.getppid())
    Path(made).write_bytes(pickle.dumps(work(*words, pickle.loads(Path(errand).read_bytes()))))


def _wait(process: Process, limit: float | None) -> int:
    """Its exit status; it is killed when it takes too long, and when anything happens here."""
    _RUNNING.add(process)
    try:
        return process.wait(limit)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        _RUNNING.discard(process)


class _Start:
    """``python -m`` these words; what it says goes to the file `said`."""

    def __init__(self, words: list[str], said: Path, variables: Mapping[str, str]) -> None:
        environment = {"TF_CPP_MIN_LOG_LEVEL": "3"} | dict(variables)
        command = [sys.executable, "-m", *words]
        with said.open("wb") as file:
            self._process = subprocess.Popen(command, stdout=file, stderr=file, start_new_session=True, env=environment)

    def wait(self, limit: float | None = None) -> int:
        """Exit status, once it has ended; it is killed after so many seconds."""
        try:
            return self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()


class _Fork:
    """As `_Start`, forked."""

    def __init__(self, words: list[str], said: Path) -> None:
        self._process = origin.context().Process(target=_forked, args=[words, said], daemon=True)
        self._process.start()

    def wait(self, limit: float | None = None) -> int:
        """As of `_Start`."""
        self._process.join(limit)
        if self._process.exitcode is None:
            self.kill()
            self._process.join()
        return self._process.exitcode or 0

    def kill(self) -> None:
        """End it now."""
        self._process.kill()


def _forked(words: list[str], said: Path) -> None:
    """In the forked process."""
    os.setsid()
    file = os.open(said, os.O_WRONLY | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.argv = list(words)
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)
