"""One sweep at a time in a results folder.

A sweep holds an advisory lock of the operating system on ``<out>/.lock``, in which it says who it is. A second sweep
is refused with one line. The lock of a process that has died is free, as the system lets go of it.
"""

import fcntl
import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from mismatch.config.fields import ConfigError

FILE = ".lock"


@contextmanager
def hold(folder: Path, shown: str = "") -> Iterator[None]:
    """Hold `folder`, made if need be, as long as the context lasts; if it is then empty, it is gone again.

    Raises:
        ConfigError: when another process holds it, or it cannot be written to.
    """
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = _open(folder / FILE, shown or str(folder))
        except OSError as error:
            raise ConfigError("out", shown or folder, f"cannot be written to: {error.strerror}") from error
        try:
            yield
        finally:
            with suppress(OSError):
                (folder / FILE).unlink()  # before it is let go: nobody else can hold this file
            file.close()
    finally:
        for path in made:
            with suppress(OSError):
                path.rmdir()  # only where nothing was written


def _open(path: Path, shown: str) -> IO[str]:
    """The lock file, locked and signed."""
    while True:
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = _read(file.read())
            file.close()
            what = f"another sweep writes there ({holder}); wait for its end, or give this one another name=..."
            raise ConfigError("out", shown, what) from None
        if path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino:
            break
        file.close()  # its holder has just removed it
    file.truncate(0)
    me = {"pid": os.getpid(), "host": platform.node(), "since": datetime.now().isoformat(" ", "seconds")}
    file.write(json.dumps(me) + "\n")
    file.flush()
    return file


def _read(text: str) -> str:
    """Who holds the lock, in words."""
    try:
        holder = json.loads(text)
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "it has not said which"
