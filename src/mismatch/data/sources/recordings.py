"""Recordings in a folder per class: a file per sequence, each a table of numbers with a row per step.

In: the folder that holds the classes, or one with ``train`` and ``test`` folders of such. Out: `Found`, read as the
long table that the files make end to end. Files of arrays and of sound are refused with the lines that make one NPZ.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError, plain, require
from mismatch.config.paths import shown
from mismatch.data.sources import columnar, long, tree
from mismatch.data.sources.cells import NOTHING
from mismatch.data.sources.labels import number
from mismatch.data.sources.long import Columns
from mismatch.data.sources.numeric import Found
from mismatch.data.sources.rows import Rows, read_rows
from mismatch.data.sources.words import listed, quoted

FILE, FOLDER = "(file)", "(folder)"
"""Columns of the table that the files make: which sequence a step belongs to, and its class."""
SAMPLE, START, NUMERIC = 3, 8192, 0.9
"""Files of a class, and bytes of each, that are looked at; share of numbers in a table of them."""
CLOCK = re.compile(r"[\d:.T+-]*\d[\d:.TZ+-]*")
ARRAYS = {b"\x93NUMPY": ("NumPy arrays", "np.load(f)"), b"RIFF": ("sound", "scipy.io.wavfile.read(f)[1]")}


def numeric(files: Sequence[tree.Found]) -> bool:
    """Whether most of the files, as far as some of each class tell, hold numbers and no texts."""
    seen: Counter[str] = Counter()
    starts = []
    for one in files:
        seen[one.label] += 1
        if seen[one.label] <= SAMPLE:
            starts.append(_start(one.file))
    return sum(map(_numbers, starts)) * 2 > len(starts)


def holds(path: str) -> bool:
    """Whether `path` is a folder per class of numbers."""
    return numeric(tree.walk(path, "data.path").files)


def found(path: str, columns: Columns, separator: str | None, encoding: str | None, key: str, part: str = "") -> Found:
    """The sequences of a folder, in the order of its files' names.

    Raises:
        ConfigError: for texts and arrays, settings that cannot act, and files with other columns than the first.
    """
    for setting, given in (("data.split", columns.split), ("data.group", columns.group)):
        require(given is None, setting, given, "must be left out: a folder per class has no such column")
    require(columns.id in ("", "id"), "data.id", columns.id, "must be left out: in a folder each file is a sequence")
    walked = tree.walk(path, key, part)
    accepted = f"holds texts, such as {walked.files[0].place if walked.files else 'none'}: data=text reads them"
    require(numeric(walked.files), key, shown(path), accepted)
    _refuse_arrays(walked.files, path, key)
    tables = [read_rows(str(one.file), separator, encoding, key) for one in walked.files]
    _alike(walked.files, tables, key)
    time = columns.time if columns.time in tables[0].frame or columns.time != "time" else None
    made = long.found(_joined(walked.files, tables), replace(columns, id=FILE, label=FOLDER, time=time), path)
    parts = {one.place: one.part for one in walked.files if one.part}
    places = tuple(place.removeprefix("id ") for place in made.places)
    sides = np.array([parts[place] for place in places]) if parts else None
    return replace(made, places=places, parts=sides, notes=(*walked.notes, *made.notes))


def _start(file: Path) -> bytes:
    """The first bytes of a plain file; of a pipe or a device none, as reading it may wait for ever."""
    try:
        if not file.is_file():
            return b""
        with file.open("rb") as opened:
            return opened.read(START)
    except OSError:
        return b""


def _numbers(start: bytes) -> bool:
    """Whether a file that starts so is an array, sound, a typed table, or lines of numbers below a line of names."""
    if start.startswith(tuple(ARRAYS)) or columnar.kind(start):
        return True
    lines = start.decode("latin-1").splitlines()
    below = lines[1:-1] if len(start) == START else lines[1:]
    cells = [cell for line in below for cell in re.split(r"[,;\t| ]+", line) if cell]
    known = sum(bool(number(cell) is not None or CLOCK.fullmatch(cell) or cell.lower() in NOTHING) for cell in cells)
    return len(below) > 1 and len(cells) > 3 and known >= NUMERIC * len(cells)


def _refuse_arrays(files: Sequence[tree.Found], path: str, key: str) -> None:
    start = _start(files[0].file)
    what, read = next((each for magic, each in ARRAYS.items() if start.startswith(magic)), ("", ""))
    lines = (
        f"files = sorted(Path({str(shown(path))!r}).glob('*/*.*')); x = [{read} for f in files]; "
        "labels = [f.parent.name for f in files]; "
        "np.savez('new.npz', values=np.concatenate(x), lengths=list(map(len, x)), labels=labels)"
    )
    require(
        not what, key, shown(path), f"holds {what}, a file per sequence; these lines make one file of them: {lines}"
    )


def _alike(files: Sequence[tree.Found], tables: Sequence[Rows], key: str) -> None:
    """All files have the columns of the first, under names."""
    names = list(tables[0].frame.columns)
    for one, table in zip(files, tables, strict=True):
        its = list(table.frame.columns)
        if all(number(name) is not None for name in its):
            long_table = (
                "pd.concat(pd.read_csv(f, header=None).assign(id=str(f), label=f.parent.name) for f in files)"
                ".to_csv('steps.csv', index=False) makes one table with names, for data.id=id data.time=null"
            )
            raise ConfigError(
                key, shown(str(one.file)), f"has no line of names, starts with {quoted(its[0])}: {long_table}"
            )
        accepted = f"must have the columns of {files[0].place} ({listed(names)}), has {listed(its)}"
        require(set(its) == set(names), key, shown(str(one.file)), accepted)
    taken = {FILE, FOLDER} & set(names)
    require(not taken, key, shown(str(files[0].file)), f"must name no column {listed(taken)}")


def _joined(files: Sequence[tree.Found], tables: Sequence[Rows]) -> Rows:
    """One table of all files, with the columns FILE and FOLDER."""
    import pandas as pd

    said = Counter(note for table in tables for note in table.notes)
    damaged = Counter(line for table in tables for line in table.warnings)
    frames = (
        table.frame.astype(object).assign(**{FILE: one.place, FOLDER: one.label})
        for one, table in zip(files, tables, strict=True)
    )
    places = (f"{place} of {one.place}" for one, table in zip(files, tables, strict=True) for place in table.places)
    return Rows(
        pd.concat(frames, ignore_index=True),
        tuple(places),
        f"folder per class, {counted(len(files), 'file')}, {'; '.join(sorted({table.kind for table in tables}))}",
        sum(table.read for table in tables),
        notes=tuple(f"{counted(count, 'file')}: {plain(note, 120)}" for note, count in said.items()),
        warnings=tuple(f"{counted(count, 'file')}: {plain(line, 120)}" for line, count in damaged.items()),
    )
