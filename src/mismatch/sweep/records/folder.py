"""The records of a results folder as one: its SQLite file, and the files that jobs dropped beside it.

In: a folder. The driver, who holds it, takes dropped files in and has a damaged file replaced by what can be saved of
it; the damaged one stays in ``damaged/``. Anybody may read, at any time, also where nothing can be written.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from mismatch.config import files
from mismatch.config.fields import ConfigError, reason
from mismatch.run.record import Record
from mismatch.sweep.records import dropped
from mismatch.sweep.records.database import Database
from mismatch.sweep.records.rows import Brief
from mismatch.sweep.records.salvage import BATCH, Saved, salvage
from mismatch.sweep.records.schema import FILE

T = TypeVar("T")
ASIDE = "damaged"
"""Folder of what was damaged, as it was found."""
BROKEN = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What reading a damaged dropped file may raise."""
IN_USE = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
HINDERED = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH", "SQLITE_FULL", "SQLITE_IOERR", *IN_USE)
"""Errors that say nothing of the file; any other is damage."""


class Damaged(Exception):
    """The file of records is not as it was written; the text says in what."""


@dataclass
class Held:
    """Open databases, of which a later one knows better, and lines on what is damaged."""

    parts: list[Database] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def briefs(self) -> Iterator[tuple[int, Brief]]:
        """What planning needs of every run, and the part it is in."""
        for place, part in enumerate(self.parts):
            for brief in part.briefs():
                yield place, brief


def there(out: Path) -> bool:
    """Whether a folder has any records."""
    return _filled(out / FILE) or any(True for _ in dropped.paths(out))


def take_in(out: Path) -> list[str]:
    """Put the records of a folder in order; lines on what was damaged. For the driver, who holds the folder.

    Raises:
        ConfigError: where the records cannot be had: of a later version, in use, or not to be written.
    """
    notes = []
    _clear(out)
    with _hindered(out):
        if _filled(out / FILE):
            try:
                _check(out / FILE)
            except Damaged as damage:
                notes.append(_replace(out / FILE, str(damage)))
        notes += _take_dropped(out)
    return notes


def read(out: Path, work: Callable[[Held], T]) -> T:
    """What `work` makes of the records of a folder, which is left as it is; of a damaged file, of what can be saved.

    Raises:
        ConfigError: as `take_in`.
    """
    with _hindered(out):
        try:
            with _damage(), _open(out) as held:
                return work(held)
        except Damaged as damage:
            with _open(out, str(damage)) as held:
                return work(held)


def fingerprint(out: Path) -> str:
    """A text that changes with every change of the records of a folder; they are not read for it."""
    told = []
    if _filled(out / FILE):
        try:
            with _hindered(out), _damage(), ExitStack() as stack:
                told.append(stack.enter_context(_main(out / FILE)).changes)
        except Damaged:
            status = (out / FILE).stat()
            told.append(f"damaged-{status.st_size}-{status.st_mtime_ns}")
    for path in dropped.paths(out):
        told.append(f"{path.name}-{path.stat().st_size}-{path.stat().st_mtime_ns}")
    return " ".join(told)


def _filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


@contextmanager
def _open(out: Path, damage: str = "") -> Iterator[Held]:
    """The file, or what can be saved of it, and the dropped files: in databases of our own, which are gone after it."""
    held = Held()
    with ExitStack() as stack:
        if damage:
            held.parts.append(stack.enter_context(Database.temporary()))
            saved = salvage(out / FILE, held.parts[0])
            held.notes.append(_told(out / FILE, damage, saved) + "the next sweep there keeps it aside")
        elif _filled(out / FILE):
            held.parts.append(stack.enter_context(_main(out / FILE)))
        paths = dropped.paths(out)
        if paths:
            held.parts.append(stack.enter_context(Database.temporary()))
        for start in range(0, len(paths), BATCH):
            sound = [record for path in paths[start : start + BATCH] if (record := _read(path, held.notes))]
            held.parts[-1].append(sound)
        yield held


@contextmanager
def _main(path: Path) -> Iterator[Database]:
    """The file, open to read. A write that a killed writer left half done is undone in it or, for lack of rights, in a
    copy."""
    journal = path.with_name(f"{path.name}-journal")
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    with ExitStack() as stack:
        if not writable and _filled(journal):
            folder = Path(stack.enter_context(TemporaryDirectory()))
            for file in (path, journal):
                shutil.copyfile(file, folder / file.name)
            path, writable = folder / path.name, True
        yield stack.enter_context(Database.read(path, writable))


def _read(path: Path, notes: list[str]) -> Record | None:
    """A dropped record; None, and a line, where it is damaged, or of a later version."""
    try:
        return dropped.read(path)
    except dropped.LaterVersion as error:
        notes.append(f"{path}: record left out; its run counts as not trained ({error})")
    except FileNotFoundError:  # the driver has just taken it in
        pass
    except BROKEN as error:
        notes.append(f"{path}: damaged record left out; its run counts as not trained ({reason(error)})")
    return None


@contextmanager
def _damage() -> Iterator[None]:
    """Errors that say that the file is damaged, as `Damaged`."""
    try:
        yield
    except sqlite3.Error as error:
        name = str(getattr(error, "sqlite_errorname", ""))
        if name.startswith(HINDERED) and name != "SQLITE_IOERR_SHORT_READ":
            raise
        raise Damaged(str(error)) from error


@contextmanager
def _hindered(out: Path) -> Iterator[None]:
    """Errors that keep us from the file, as one line."""
    try:
        yield
    except sqlite3.Error as error:
        busy = str(getattr(error, "sqlite_errorname", "")).startswith(IN_USE)
        what = "is in use by another process" if busy else f"cannot be read or written: {error}"
        raise ConfigError("out", out / FILE, what) from error


def _check(path: Path) -> None:
    """
    Raises:
        Damaged: where anything but a trace is not as it was written.
    """
    with _damage(), Database.open(path) as database:
        unsound = sum(not raw.sound for raw in database.rows())
    if unsound:
        raise Damaged(f"{unsound} rows do not match their checksums")


def _replace(path: Path, why: str) -> str:
    """Put what can be saved of the file in its place, and the file aside; a line that says so."""
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    draft.unlink(missing_ok=True)
    with Database.open(draft) as fresh:
        saved = salvage(path, fresh)
    aside = _aside(path)
    try:
        os.link(path, aside)
    except OSError:  # a file system without links
        shutil.copyfile(path, aside)
    journal = path.with_name(f"{path.name}-journal")
    with suppress(FileNotFoundError):  # it would be played back into the new file
        journal.rename(aside.with_name(f"{aside.name}-journal"))
    draft.replace(path)
    return _told(path, why, saved) + f"the damaged file is kept as {aside}"


def _told(path: Path, why: str, saved: Saved) -> str:
    """What was found and saved, up to a semicolon."""
    of = f" of {saved.of}" if saved.of is not None and saved.of >= saved.runs else ""
    bare = f", {saved.bare} of them without their traces" if saved.bare else ""
    rest = "" if saved.of == saved.runs else ", the others count as not trained"
    return f"{path}: damaged ({why}): {saved.runs}{of} runs saved{bare}{rest}; "


def _take_dropped(out: Path) -> list[str]:
    """Dropped files into the database, each removed once it is kept."""
    notes: list[str] = []
    paths = dropped.paths(out)
    if not paths:
        return notes
    with ExitStack() as stack:
        database: Database | None = None
        for start in range(0, len(paths), BATCH):
            sound: dict[Path, Record] = {}
            for path in paths[start : start + BATCH]:
                said: list[str] = []
                record = _read(path, said)
                if record is not None:
                    sound[path] = record
                elif said and "damaged" in said[0]:
                    aside = _aside(path)
                    path.rename(aside)
                    said = [f"{said[0]}; it is kept as {aside}"]
                notes += said
            if sound:
                database = database or stack.enter_context(Database.open(out / FILE))
                database.append(sound.values())
            for path in sound:
                path.unlink(missing_ok=True)
    dropped.clear(out)
    return notes


def _aside(path: Path) -> Path:
    """A free name in the folder of damaged files."""
    folder = (path.parent if path.name == FILE else path.parent.parent) / ASIDE
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for number in range(10**6):
        found = folder / f"{path.stem}-{stamp}{f'-{number}' if number else ''}{path.suffix}"
        if not found.exists():
            break
    return found


def _clear(out: Path) -> None:
    """Remove the drafts of processes that died."""
    dropped.clear(out)
    for draft in out.glob(f".{Path(FILE).stem}.*"):
        writer = draft.name.split(".")[2]
        if writer.isdecimal() and not files.alive(int(writer)):
            draft.unlink(missing_ok=True)
