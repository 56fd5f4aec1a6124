"""What needs no quiet machine, measurements and reports, made in threads of their own while the workers train.

In: for each results folder, what makes it. Out: its end, or what went wrong, to whoever asks for it.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from mismatch.sweep import child


class Background:
    """What is being made, by folder; `at_once` of them, in the order in which they were begun."""

    def __init__(self, at_once: int = 1) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="background")
        self._making: dict[Path, Future[None]] = {}

    def begin(self, folder: Path, make: Callable[[], None]) -> None:
        """Call `make` when its turn has come."""
        self._making[folder] = self._pool.submit(make)

    def end(self, folder: Path) -> bool:
        """Wait for the one of `folder`; whether there was one.

        Raises:
            Exception: what `make` raised.
        """
        making = self._making.pop(folder, None)
        if making is None:
            return False
        making.result()
        return True

    def quiet(self) -> None:
        """Wait until none is being made; what went wrong is raised by `end`."""
        wait(self._making.values())

    def stop(self) -> None:
        """Give up what is being made."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if any(not making.done() for making in self._making.values()):
            child.stop()
