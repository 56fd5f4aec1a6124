"""Where the files of a folder per class lie, and which class and part each belongs to.

In: a folder of folders. Out: `Tree`: every file that is not hidden, however deep in its class, and what was passed
over. Links to folders inside a class are not followed.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError, plain, require
from mismatch.config.paths import absolute, shown
from mismatch.data.sources.parts import PARTS
from mismatch.data.sources.words import listed

LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")
"""What operating systems leave behind, beside names that start with a dot."""
MOST = 500_000
"""Files in all: whoever names a folder of more has named a disk."""


@dataclass(frozen=True)
class Found:
    """A file: its class, its part ("" where no folder says), and where it lies, for messages."""

    file: Path
    label: str
    part: str
    place: str


@dataclass(frozen=True)
class Tree:
    """The files of all classes, in the order of their names, and notes on what else is there."""

    files: tuple[Found, ...]
    notes: tuple[str, ...]


def walk(path: str, key: str, part: str = "") -> Tree:
    """The files below `path`, all of `part` where that is given, else of the parts that its folders name.

    Raises:
        ConfigError: for what is no folder of at least two folders.
    """
    root = absolute(path)
    require(root.is_dir(), key, shown(path), "must be a folder with one folder per class, as data.path is one")
    inside = _folders(root, key)
    if not part and all(folder.name.casefold() in PARTS for folder in inside):
        roots = [(folder, PARTS[folder.name.casefold()]) for folder in inside]
    else:
        _refuse_unknown_parts(inside, key, root)
        roots = [(root, part)]
    files: list[Found] = []
    notes = _beside(root)
    for folder, its_part in roots:
        classes = _folders(folder, key)
        found = (one for label in classes for one in _class(label, root, its_part, part == "test"))
        files += islice(found, MOST + 1 - len(files))
        require(len(files) <= MOST, key, shown(root), f"must hold at most {MOST:,} files")
        notes += _beside(folder) if folder != root else []
        notes += _remarks(classes, files)
    return Tree(tuple(files), tuple(notes))


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in LITTER


def _entries(folder: Path, key: str) -> list[Path]:
    """What lies in `folder` and is not hidden, in sorted order."""
    try:
        return sorted(entry for entry in folder.iterdir() if not _hidden(entry.name))
    except OSError as error:
        raise ConfigError(key, shown(folder), f"must be a folder that can be read ({error.strerror})") from None


def _folders(root: Path, key: str) -> list[Path]:
    entries = _entries(root, key)
    inside = [entry for entry in entries if entry.is_dir()]
    names = f" ({listed(entry.name for entry in inside)})" if inside else ""
    has = f"{counted(len(entries) - len(inside), 'file')} and {counted(len(inside), 'folder')}{names}"
    accepted = (
        f"must be a file, or a folder with one folder per class, of texts or of tables of numbers; it holds {has}"
    )
    require(len(inside) > 1, key, shown(root), accepted)
    return inside


def _refuse_unknown_parts(inside: list[Path], key: str, root: Path) -> None:
    """Folders that hold no files but folders of the same names are parts, under names that nobody could know."""
    below = [entry for folder in inside for entry in _entries(folder, key)]
    same = set.intersection(*({entry.name for entry in _entries(folder, key)} for folder in inside))
    if same and all(entry.is_dir() for entry in below):
        what = f"its folders ({listed(folder.name for folder in inside)}) all hold {listed(sorted(same), 3)}"
        advice = "if they are parts, give one as data.path and one as data.test_path"
        raise ConfigError(key, shown(root), f"must hold one folder per class; {what}: {advice}")


def _class(folder: Path, root: Path, part: str, second: bool) -> Iterator[Found]:
    """The files of a class; those of a `second` tree say so in their place."""
    for here, inside, files in os.walk(folder):
        inside[:] = sorted(name for name in inside if not _hidden(name))
        for name in sorted(files):
            if not _hidden(name):
                file = Path(here, name)
                place = plain(file.relative_to(root)) + (f" of {plain(shown(root))}" if second else "")
                yield Found(file, plain(folder.name), part, place)


def _beside(folder: Path) -> list[str]:
    beside = sorted(entry.name for entry in folder.iterdir() if entry.is_file() and not _hidden(entry.name))
    what = f"{counted(len(beside), 'file')} beside the folders of {shown(folder)}, in no class: {listed(beside, 3)}"
    return [what] if beside else []


def _remarks(classes: list[Path], files: list[Found]) -> Iterator[str]:
    """Folders without a file, and files deeper than the folder of their class."""
    own = {str(folder) for folder in classes}
    inside = [_up_to(os.path.dirname(one.file), own) for one in files]
    bare = own - set(inside)
    if bare:
        yield f"folders without a file, and so no class: {listed(shown(folder) for folder in sorted(bare))}"
    deep = sum(folder in own and folder != os.path.dirname(one.file) for folder, one in zip(inside, files, strict=True))
    if deep:
        yield f"{counted(deep, 'file')} in folders inside the folder of the class"


def _up_to(folder: str, known: set[str]) -> str:
    """`folder`, or the folder around it that is `known`; the root of all where none is."""
    while folder not in known and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return folder
