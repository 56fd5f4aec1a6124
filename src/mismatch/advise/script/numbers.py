"""How a script reads labelled sequences of numbers: tables with a row per step, ``.ts``, and NPZ.

In: the settings of a dataset of series. Out: ways of reading them, the simplest first: without a word on padding and
missing values where the file has none.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from mismatch.advise.script import archives, steps
from mismatch.advise.script.piece import Piece, literal
from mismatch.advise.script.reading import Reading, files
from mismatch.advise.script.tables import codec, opener
from mismatch.config.paths import shown
from mismatch.data.series import Series
from mismatch.data.sources.content import load
from mismatch.data.sources.encoding import decode
from mismatch.data.sources.numbers import kind
from mismatch.data.sources.ts import GAPS

CUT = ("s = s[: np.flatnonzero(~np.isnan(s).all(1))[-1] + 1]  # steps without any value at the end are padding",)
FILLS = {
    "zero": ("s = np.where(np.isnan(s), 0, s)  # a missing value is 0",),
    "previous": (
        "for column in s.T:  # a missing value is the last one before it, or the first there is",
        "    known = np.flatnonzero(~np.isnan(column))",
        '    last = np.searchsorted(known, np.arange(len(column)), "right") - 1',
        "    column[:] = column[known[np.maximum(last, 0)]]",
    ),
    "linear": (
        "for column in s.T:  # a missing value lies between its neighbours",
        "    gone = np.isnan(column)",
        "    column[gone] = np.interp(np.flatnonzero(gone), np.flatnonzero(~gone), column[~gone])",
    ),
}
"""What becomes of missing values, by the policy of the dataset."""


def readings(data: Series, tested: bool) -> Iterator[Reading]:
    """Ways of reading the sequences of `data`; tested: those of the test part of the file itself, too."""
    what, two = kind(data.path), tested and data.test_path is not None
    cuts: tuple[tuple[str, ...], ...] = ((), CUT) if what in ("ts", "npz") else ((),)
    fills: tuple[tuple[str, ...], ...] = ((), FILLS[data.missing]) if data.missing in FILLS else ((),)
    for cut, fill in product(cuts, fills):
        holes = bool(cut or fill)
        if what == "ts":
            found = iter([_ts(data, two, holes)])
        elif what == "npz":
            found = iter([archives.reading(data, tested, holes)])
        else:
            found = steps.readings(data, two)
        for reading in found:
            yield replace(reading, one=(*reading.one, *cut, *fill))


def _ts(data: Series, two: bool, holes: bool) -> Reading:
    """A line per sequence: its dimensions and its label, with colons between them."""
    content = load(data.path)
    name = codec(decode(content.raw, data.encoding, shown(data.path)).kind, data.encoding, content.raw)
    path = "path" if two else "FILE"
    opened = opener(path, content.packed, name)
    text = f"{opened}.read()" if content.packed else f"Path({path}).read_text(encoding={literal(name)})"
    lines: tuple[str, ...] = (f'lines = {text}.split("\\n")',)
    if two:
        lines = ("lines = []", "for path in (FILE, TEST_FILE):", f'    lines += {text}.split("\\n")')
    number = f'float("nan" if v.strip() in {literal(GAPS)} else v)' if holes else "float(v)"
    chosen = [int(name.removeprefix("dimension ")) - 1 for name in data.items().features] if data.features else []
    given = (("FEATURES", chosen),) if chosen else ()
    dimensions = 'dimension.split(",") for dimension in lines[n].split(":")[:-1]'
    if chosen:
        dimensions = 'lines[n].split(":")[k].split(",") for k in FEATURES'
    one = (f"dimensions = [{dimensions}]", f"s = np.array([[{number} for v in step] for step in zip(*dimensions)])")
    imports = ("import gzip",) if content.packed else ("from pathlib import Path",)
    piece = Piece(imports, (*files(data, two), *given), (), lines)
    return Reading(piece, one, 'lines[n].rsplit(":", 1)[1]', "lines", "lines of the file, from 0")
