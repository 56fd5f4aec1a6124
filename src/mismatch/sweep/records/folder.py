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
from typing import NamedTuple, TypeVar

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
SAMPLE = 2000
"""Traces that are looked for before a file is written: enough to meet most pages that lead to others."""
BROKEN = (ValueError, KeyError, TypeError, AttributeError)
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
    notes: list[str] = []
    _clear(out)
    with _hindered(out):
        try:
            with _damage():
                _check(out / FILE)
                _take_dropped(out, notes)
        except Damaged as damage:
            notes.append(_replace(out / FILE, str(damage)))
            _take_dropped(out, notes)
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
            found = [_read(path) for path in paths[start : start + BATCH]]
            held.notes += [each.note for each in found if each.note]
            held.parts[-1].append(each.record for each in found if each.record)
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


class _Dropped(NamedTuple):
    """A dropped record; where there is none, a line, and whether its file is damaged."""

    path: Path
    record: Record | None = None
    note: str = ""
    damaged: bool = False


def _read(path: Path) -> _Dropped:
    left = "record left out; its run counts as not trained"
    try:
        return _Dropped(path, dropped.read(path))
    except FileNotFoundError:  # the driver has just taken it in
        return _Dropped(path)
    except (dropped.LaterVersion, OSError) as error:
        return _Dropped(path, note=f"{path}: {left} ({reason(error)})")
    except BROKEN as error:
        return _Dropped(path, note=f"{path}: damaged {left} ({reason(error)})", damaged=True)


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
        Damaged, sqlite3.Error: where anything but a trace is not as it was written, or traces cannot be found.
    """
    if not _filled(path):
        return
    with Database.open(path) as database:
        ids = [brief.id for brief in database.briefs()]
        sound = [raw.sound for raw in database.rows(ids)]  # by its id each, as they are read later
        rows, listed = database.counts()
        named = database.meta("columns") in (None, database.layout.checksum)
        database.find_traces([*ids[:: max(1, len(ids) // SAMPLE)], *ids[-1:]])
    unsound = sound.count(False)
    if len(sound) != len(ids):
        raise Damaged(f"{len(sound)} of {len(ids)} rows can be found")
    if unsound:
        raise Damaged(f"{unsound} rows do not match their checksums")
    if not named:
        raise Damaged("the list of columns does not match its checksum")
    if rows != listed:
        raise Damaged(f"{listed} of {rows} runs are in the index")


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


def _take_dropped(out: Path, notes: list[str]) -> None:
    """Dropped files into the database, each removed once it is kept; those that are damaged are set aside."""
    paths = dropped.paths(out)
    with ExitStack() as stack:
        database: Database | None = None
        for start in range(0, len(paths), BATCH):
            found = [_read(path) for path in paths[start : start + BATCH]]
            sound = [each for each in found if each.record is not None]
            if sound:
                database = database or stack.enter_context(Database.open(out / FILE))
                database.append(each.record for each in sound if each.record is not None)
            for each in sound:
                each.path.unlink(missing_ok=True)
            notes += [_set_aside(each) if each.damaged else each.note for each in found if each.note]
    dropped.clear(out)


def _set_aside(broken: _Dropped) -> str:
    aside = _aside(broken.path)
    broken.path.rename(aside)
    return f"{broken.note}; it is kept as {aside}"


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
