"""A folder per class, one text file per sequence: the convention of Keras's `text_dataset_from_directory`.

In: the folder that holds the classes, or one with ``train`` and ``test`` folders of such. Out: `Items`. Files lie in
their class however deep; hidden ones are passed over, empty ones dropped, and one that is no text is refused by name.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mismatch.config.fields import ConfigError, plain, require
from mismatch.config.paths import absolute, shown
from mismatch.data.sources.base import Dropped, Items, Reading
from mismatch.data.sources.content import load
from mismatch.data.sources.encoding import decode
from mismatch.data.sources.labels import EXAMPLES, labelled
from mismatch.data.sources.parts import PARTS, lopsided, repeated
from mismatch.data.sources.words import counted, listed


@dataclass(frozen=True)
class _Found:
    """A file: its class, its part ("" where no folder says), where it lies below the folder given."""

    file: Path
    label: str
    part: str
    place: str


def texts(path: str, encoding: str | None = None, test_path: str | None = None) -> Items:
    """The text files below `path`, each labelled by the folder it stands in; those below `test_path` for testing.

    Raises:
        ConfigError: for a folder without at least two folders of texts, and for a file that is no text.
    """
    found, notes = _walk(path, "data.path", "train" if test_path else "")
    if test_path:
        further, more = _walk(test_path, "data.test_path", "test")
        found, notes = found + further, notes + more
    pages, kinds = [], set()
    for one in found:
        text, kind = _text(one, encoding)
        pages.append(text)
        kinds.add(kind)
    full = [row for row, text in enumerate(pages) if text.strip()]
    empty = [found[row].place for row in range(len(found)) if not pages[row].strip()]
    dropped = (Dropped("empty file", len(empty), tuple(empty[:EXAMPLES])),) if empty else ()
    return _items(path, [found[row] for row in full], tuple(pages[row] for row in full), dropped, notes, kinds)


def _items(
    path: str, found: list[_Found], pages: tuple[str, ...], dropped: tuple[Dropped, ...], notes: list[str], kinds: set
) -> Items:
    places = tuple(one.place for one in found)
    labels = labelled([one.label for one in found], places, "data.path", shown(path))
    parts = np.array([one.part for one in found]) if any(one.part for one in found) else None
    warnings = labels.warnings + (lopsided(labels.codes, labels.classes, parts) if parts is not None else ())
    duplicates, conflicts = repeated(pages, labels.codes)
    reading = Reading(
        path=path,
        kind=f"folder per class, {', '.join(sorted(kinds))}",
        read=len(found) + sum(reason.count for reason in dropped),
        kept=len(found),
        dropped=dropped,
        notes=(*notes, *labels.notes),
        warnings=warnings,
        duplicates=duplicates,
        conflicts=conflicts,
    )
    return Items(labels.codes, labels.classes, reading, places, pages, parts=parts)


def _walk(path: str, key: str, part: str) -> tuple[list[_Found], list[str]]:
    """Every file below the folder `path`, and what was passed over."""
    root = absolute(path)
    require(root.is_dir(), key, shown(path), "must be a folder of folders, as data.path is one")
    inside = _folders(root, key)
    divided = not part and len(inside) > 1 and all(folder.name.casefold() in PARTS for folder in inside)
    found, notes = [], _beside(root)
    if divided:
        for folder in inside:
            found += _classes(folder, root, PARTS[folder.name.casefold()], key)
            notes += _beside(folder)
    else:
        found = _classes(root, root, part, key)
    return found, notes


def _folders(root: Path, key: str) -> list[Path]:
    try:
        inside = sorted(entry for entry in root.iterdir() if entry.is_dir() and not _hidden(entry.name))
        files = sum(entry.is_file() for entry in root.iterdir())
    except OSError as error:
        raise ConfigError(key, shown(root), f"must be a folder that can be read ({error.strerror})") from None
    accepted = "must be a file, or a folder that holds one folder of text files per class"
    has = f"it holds {counted(files, 'file')} and {counted(len(inside), 'folder')}"
    require(len(inside) > 1, key, shown(root), f"{accepted}; {has}{f': {listed(inside)}' if inside else ''}")
    return inside


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in ("__MACOSX", "Thumbs.db", "desktop.ini")


def _beside(folder: Path) -> list[str]:
    beside = sorted(entry.name for entry in folder.iterdir() if entry.is_file() and not _hidden(entry.name))
    what = f"{counted(len(beside), 'file')} beside the folders of {shown(folder)}, in no class: {listed(beside, 3)}"
    return [what] if beside else []


def _classes(folder: Path, root: Path, part: str, key: str) -> list[_Found]:
    return [
        _Found(file, kind.name, part, plain(file.relative_to(root)))
        for kind in _folders(folder, key)
        for file in _files(kind)
    ]


def _files(folder: Path) -> Iterator[Path]:
    """Every file below `folder` that is not hidden, in sorted order; links to folders are not followed."""
    for here, inside, files in os.walk(folder):
        inside[:] = sorted(name for name in inside if not _hidden(name))
        yield from (Path(here, name) for name in sorted(files) if not _hidden(name))


def _text(found: _Found, encoding: str | None) -> tuple[str, str]:
    """The text of a file and its encoding; an empty file is an empty text."""
    if found.file.is_file() and not found.file.stat().st_size:
        return "", "UTF-8"
    content = load(str(found.file), blank=True)
    decoded = decode(content.raw, encoding, shown(found.file))
    return decoded.text, decoded.kind
