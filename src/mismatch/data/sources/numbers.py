"""Sequences of numbers in whatever is read: ``.ts``, NPZ, a long table in any common format, a folder per class.

In: a path and what its columns or arrays are called. Out: `Items`. The kind of a file is what its first bytes say.
"""

import re
from dataclasses import replace
from pathlib import Path

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError, require
from mismatch.config.paths import absolute, shown
from mismatch.data.sources import archive, long, npz, recordings, ts
from mismatch.data.sources.base import Items
from mismatch.data.sources.content import load, whole
from mismatch.data.sources.encoding import decode
from mismatch.data.sources.long import Columns
from mismatch.data.sources.named import with_comma
from mismatch.data.sources.nested import refuse_series
from mismatch.data.sources.numeric import Found, items, joined
from mismatch.data.sources.rows import read_rows
from mismatch.data.sources.words import listed

ZIP, ARRAY = b"PK\x03\x04", b"\x93NUMPY"
TAG = re.compile(rb"^@(problemname|timestamps|classlabel)\b", re.IGNORECASE | re.MULTILINE)
SINGLE = "is one array without lengths and labels: np.savez('new.npz', x=x, lengths=lengths, labels=labels) keeps all"


def numbers(
    path: str,
    id: str | None = "id",
    time: str | None = "time",
    label: str | None = "label",
    features: tuple[str, ...] | None = None,
    split: str | None = None,
    group: str | None = None,
    separator: str | None = None,
    encoding: str | None = None,
    test_path: str | None = None,
    missing: str = "refuse",
) -> Items:
    """The labelled sequences of the file at `path`.

    In a long table `id`, `time`, `label`, `split` and `group` name columns, `features` those of the numbers (None: all
    others), and time None means that the rows of each id stand in order. In NPZ label, split and group name arrays.
    In both and in ``.ts``, `features` picks some. In a folder per class each file is a sequence, with columns as in a
    long table; `time` orders its steps where there is such a column. `test_path` is a second file, all of it for
    testing. `missing`: see `missing.fill`; ``keep`` leaves NaN and infinite values for a check.

    Raises:
        ConfigError: in one line, naming the key, and the line, id, column or array where there is one.
    """
    columns = Columns(id or "", time, label or "", tuple(features or ()), split, group)
    require(not (test_path and split), "data.split", split, "must be left out where data.test_path gives the test part")
    found = _found(path, columns, separator, encoding, "data.path", bool(test_path))
    if test_path:
        test = _found(test_path, columns, separator, encoding, "data.test_path")
        found = _both(found, test, test_path)
    else:
        found = replace(found, notes=(*found.notes, *_beside(path)))
    name = {"ts": "@classLabel", "npz": "labels", "folder": "names of folders"}.get(kind(path), label or "")
    return items(found, path, name, missing)


def kind(path: str) -> str:
    """``ts``, ``npz``, ``npy``, ``folder`` or ``table``: what `path` holds, as far as its start tells.

    Raises:
        ConfigError: for what cannot be read.
    """
    try:
        if path and absolute(path).is_dir():
            return "folder"
        if not absolute(path).is_file():
            return "table"  # whose reader says what is wrong
        with absolute(path).open("rb") as file:
            start = file.read(4096)
    except OSError:
        return "table"
    if start.startswith(ARRAY):
        return "npy"
    if start.startswith(ZIP) or Path(path).suffix.lower() == ".npz":
        return "npz"
    named = Path(path.lower().removesuffix(".gz")).suffix == ".ts"
    return "ts" if named or TAG.search(start) else "table"


def _unnamed(path: str, what: str, columns: Columns) -> None:
    """Refuse columns that are named, other than by default, of a file that has none: ``.ts``, NPZ."""
    none = f"names a column of a table; {shown(path)} is none: leave it out"
    require(columns.id in ("", "id"), "data.id", columns.id, none)
    require(columns.time in (None, "time"), "data.time", columns.time, none)
    if what == "ts":
        none = f"names a column of a table; the labels of {shown(path)} stand behind its last colons"
        require(columns.label in ("", "label"), "data.label", columns.label, none)


def _found(
    path: str, columns: Columns, separator: str | None, encoding: str | None, key: str, other: bool = False
) -> Found:
    """What `path` holds; `other`: another path holds the test part."""
    what = kind(path)
    if what == "npy":
        raise ConfigError(key, shown(path), SINGLE)
    if what == "folder":
        part = "test" if key == "data.test_path" else "train" if other else ""
        return recordings.found(path, columns, separator, encoding, key, part)
    if what == "table":
        return _table(path, columns, separator, encoding, key)
    try:
        if what == "ts":
            found = _ts(path, columns, encoding, key)
        else:
            require(encoding is None, "data.encoding", encoding, f"acts on text alone; {shown(path)} is NPZ")
            found = _npz(path, columns, key)
    except (ts.Malformed, archive.Malformed) as error:
        raise ConfigError(key, shown(path), str(error)) from None
    require(separator is None, "data.separator", separator, f"acts on tables alone; {shown(path)} is none")
    _unnamed(path, what, columns)
    return _picked(found, columns.features, path)


def _table(path: str, columns: Columns, separator: str | None, encoding: str | None, key: str) -> Found:
    rows = read_rows(path, separator, encoding, key)
    refuse_series(rows, path, key, columns.label, columns.features)
    for setting, name in (("data.id", columns.id), ("data.label", columns.label)):
        require(bool(name), setting, name or None, f"must name a column of {shown(path)}: {listed(rows.frame.columns)}")
    return long.found(rows, columns, path, key)


def _ts(path: str, columns: Columns, encoding: str | None, key: str) -> Found:
    for setting, name in (("data.split", columns.split), ("data.group", columns.group)):
        require(name is None, setting, name, "names a column of a table; a .ts file has none")
    content = load(path, key)
    decoded = decode(content.raw, encoding, shown(path), key)
    found = ts.parse(decoded.text)
    return replace(found, kind=f"{found.kind}, {decoded.kind}", warnings=(*decoded.warnings, *found.warnings))


def _npz(path: str, columns: Columns, key: str) -> Found:
    label, arrays = None if columns.label in ("", "label") else columns.label, archive.parse(whole(path, key))
    for setting, name in (("data.label", label), ("data.split", columns.split), ("data.group", columns.group)):
        accepted = f"must be an array of {shown(path)}: {listed(arrays)}"
        require(name is None or name in arrays or "x_train" in arrays, setting, name, accepted)
    return npz.found(arrays, label, columns.split, columns.group)


def _picked(found: Found, features: tuple[str, ...], path: str) -> Found:
    """Some of the features, by name."""
    if not features:
        return found
    for name in features:
        accepted = f"must be a feature of {shown(path)}: {listed(found.features)}"
        there = name in found.features and features.count(name) == 1
        require(there, "data.features", name, accepted + with_comma(found.features))
    order = [found.features.index(name) for name in features]
    return replace(found, values=found.values[:, order], features=features)


def _both(train: Found, test: Found, test_path: str) -> Found:
    """Two files as one; ids of tables may start again in the second."""
    same = len({place for place in train.places if place.startswith("id ")} & set(test.places))
    both = joined(train, test, shown(test_path))
    said = f"{counted(same, 'id')} of both files: taken as different sequences"
    return replace(both, notes=(*both.notes, said)) if same else both


def _beside(path: str) -> tuple[str, ...]:
    """A test file of the archive that this file's name says it is the training part of."""
    full = absolute(path)
    other = full.with_name(full.name.replace("_TRAIN", "_TEST"))
    if other.name == full.name or not other.is_file():
        return ()
    return (f"{other.name} stands beside it: data.test_path={shown(other)} tests on it",)
