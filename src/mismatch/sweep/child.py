"""An errand for a fresh process that ends when this one does: something to work on goes out, an answer comes back.

In: the name of a module whose main block calls `answer`, words for it, and what it is to work on. Out: what it made of
it. Its process has a session of its own, so that Ctrl-C reaches the driver alone.
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mismatch.sweep.parent import die_with

_RUNNING: set[subprocess.Popen[str]] = set()


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
    variables: Mapping[str, str] = os.environ,
    limit: float | None = None,
) -> Answer:
    """Have ``python -m module words`` work on `errand`, which is pickled, under these environment variables.

    limit: seconds after which it is killed.
    """
    with tempfile.TemporaryDirectory(prefix="mismatch-") as folder:
        given, made = Path(folder) / "errand", Path(folder) / "answer"
        given.write_bytes(pickle.dumps(errand))
        status, output = _run([module, *words, str(given), str(made), str(os.getpid())], variables, limit)
        return Answer(pickle.loads(made.read_bytes()) if status == 0 and made.is_file() else None, output, status)


def answer(work: Callable[..., Any]) -> None:
    """In the process that was started: `work` on the errand, given it behind the words, and leave what it makes."""
    *words, errand, made, parent = sys.argv[1:]
    die_with(int(parent))
    Path(made).write_bytes(pickle.dumps(work(*words, pickle.loads(Path(errand).read_bytes()))))


def _run(words: list[str], variables: Mapping[str, str], limit: float | None) -> tuple[int, str]:
    """Exit status and output of ``python -m`` these words, in a session of its own."""
    environment = {"TF_CPP_MIN_LOG_LEVEL": "3"} | dict(variables)
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env=environment,
    )
    _RUNNING.add(process)
    try:
        with _killed_on_error(process):
            output = _said(process, limit)
    finally:
        _RUNNING.discard(process)
    return process.returncode, output


def _said(process: subprocess.Popen[str], limit: float | None) -> str:
    """All that it says until it ends."""
    try:
        return process.communicate(timeout=limit)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


@contextmanager
def _killed_on_error(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        process.kill()
        process.wait()
        raise
