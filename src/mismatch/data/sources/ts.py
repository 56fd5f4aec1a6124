"""Files of sktime and aeon (``.ts``): one labelled sequence per line, its features separated by colons.

In: the text of a file. Out: `Found`. What its header says of the data is checked against the data, and what holds
times, numbers to predict, or no label at all is refused in one line.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from mismatch.config.counting import counted
from mismatch.data.sources.labels import number
from mismatch.data.sources.numeric import Found
from mismatch.data.sources.words import listed, quoted

KNOWN = ("problemname", "timestamps", "missing", "univariate", "dimensions", "equallength", "serieslength")
LABELS = ("classlabel", "targetlabel", "data")
GAPS = ("?", "")
"""Cells that stand for a missing value, beside NaN."""


class Malformed(ValueError):
    """Why a text is no file of labelled sequences: what would be accepted, in one line."""


@dataclass
class Header:
    """tags: what stands behind each ``@tag``, in lower case. start: index of the first line of data."""

    tags: dict[str, str] = field(default_factory=dict)
    start: int = 0

    def says(self, tag: str) -> bool | None:
        """Whether a tag is true or false, None where it does not stand there."""
        words = self.tags.get(tag, "").split()
        return {"true": True, "false": False}.get(words[0].lower()) if words else None

    def count(self, tag: str) -> int | None:
        """The whole number behind a tag, None where there is none."""
        text = self.tags.get(tag, "")
        return int(text) if text.isdecimal() else None


def parse(text: str) -> Found:
    """The sequences of a ``.ts`` file, with ``line 17`` as the place of each.

    Raises:
        Malformed: for timestamps, regression, no labels, lines with another number of features, or cells that are no
            numbers, with the line.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = _header(lines)
    _refuse(header)
    numbered = [(at, line.strip()) for at, line in enumerate(lines[header.start :], header.start + 1)]
    rows = [(at, line) for at, line in numbered if line and line[0] not in "#%"]
    if not rows:
        raise Malformed("has no sequences after @data")
    d = _width(header, rows[0])
    parsed = [_row(at, line, d) for at, line in rows]
    arrays, labels = [array for array, _ in parsed], [label for _, label in parsed]
    lengths = np.array([len(array) for array in arrays], np.int64)
    values = np.concatenate(arrays)
    return Found(
        values,
        lengths,
        labels,
        tuple(f"line {at}" for at, _ in rows),
        tuple(f"dimension {k}" for k in range(1, d + 1)),
        f".ts of sktime and aeon, {counted(d, 'dimension')}",
        notes=tuple(_notes(header, labels)),
        warnings=tuple(_warnings(header, lengths, values, labels, rows)),
    )


def _header(lines: list[str]) -> Header:
    header = Header()
    for at, line in enumerate(lines):
        line = line.strip()
        if not line or line[0] in "#%":
            continue
        if line[0] != "@":
            raise Malformed(f"line {at + 1} must be a comment (#) or a tag (@) before @data, is {quoted(line)}")
        tag, rest = (*line[1:].split(maxsplit=1), "", "")[:2]
        tag = tag.lower().rstrip(":")
        if tag in ("relation", "attribute"):
            raise Malformed("must be a .ts file; @relation and @attribute are tags of ARFF")
        if tag != "problemname" and header.tags.get(tag, rest) != rest:
            raise Malformed(f"line {at + 1} says @{tag} a second time, and something else")
        header.tags["dimensions" if tag == "dimension" else tag] = rest
        if tag == "data":
            header.start = at + 1
            return header
    raise Malformed("must have a line @data before its sequences")


def _refuse(header: Header) -> None:
    """Kinds of `.ts` files that are no labelled sequences of plain steps."""
    if header.says("timestamps"):
        raise Malformed("has timestamps (@timeStamps true): write the values alone, or a long table with a time column")
    if header.says("targetlabel"):
        raise Malformed("holds numbers to predict (@targetLabel true: regression); classes are needed")
    if header.says("classlabel") is None:
        raise Malformed("must say @classLabel true and the classes")
    if not header.says("classlabel"):
        raise Malformed("has no labels (@classLabel false); classes are needed")


def _width(header: Header, first: tuple[int, str]) -> int:
    """d, from the header where it says so, else from the first line."""
    at, line = first
    if line.startswith("("):
        raise Malformed(f"line {at} holds pairs of time and value: write the values alone")
    said, univariate, found = header.count("dimensions"), header.says("univariate"), line.count(":")
    if univariate and said not in (None, 1):
        raise Malformed(f"says both @univariate true and @dimensions {said}")
    return 1 if univariate else said or max(found, 1)


def _row(at: int, line: str, d: int) -> tuple[np.ndarray, str | None]:
    """The sequence (L, d) of a line, and its label."""
    *dimensions, label = line.split(":")
    if len(dimensions) != d:
        many = f"{counted(len(dimensions), 'dimension')} and a label" if dimensions else "no colon, so no label"
        raise Malformed(f"line {at} has {many}, must have {d}: {quoted(line)}")
    columns = [_numbers(at, k, text) for k, text in enumerate(dimensions, 1)]
    sizes = [len(column) for column in columns]
    if len(set(sizes)) > 1:
        other = next(k for k, size in enumerate(sizes) if size != sizes[0])
        unequal = f"{sizes[0]} values in dimension 1 and {sizes[other]} in dimension {other + 1}"
        raise Malformed(f"line {at} has {unequal}: a step needs all its features")
    return np.stack(columns, axis=1), label.strip() or None


def _numbers(at: int, dimension: int, text: str) -> np.ndarray:
    cells = text.split(",") if text.strip() else []
    try:
        if "_" in text:
            raise ValueError  # Python reads 1_000 as a number
        return np.array([np.nan if cell.strip() in GAPS else float(cell) for cell in cells], np.float64)
    except ValueError:
        wrong = next(cell for cell in cells if cell.strip() not in GAPS and not _is_number(cell))
        many = "" if dimension == 1 else f", dimension {dimension}"
        hint = ": pairs of time and value are not read" if "(" in wrong else ""
        raise Malformed(f"line {at}{many} must hold numbers, has {quoted(wrong.strip())}{hint}") from None


def _is_number(cell: str) -> bool:
    return number(cell) is not None or cell.strip().lower().lstrip("+-") in ("nan", "inf", "infinity")


def _notes(header: Header, labels: list[str | None]) -> Iterable[str]:
    unknown = [f"@{tag}" for tag in header.tags if tag not in (*KNOWN, *LABELS)]
    if unknown:
        yield f"tags that nobody here knows were not used: {listed(unknown)}"
    absent = [name for name in header.tags["classlabel"].split()[1:] if _like(name) not in map(_like, set(labels))]
    if absent:
        yield f"@classLabel names classes without a sequence: {listed(absent, quotes=True)}"


def _warnings(
    header: Header, lengths: np.ndarray, values: np.ndarray, labels: list[str | None], rows: list[tuple[int, str]]
) -> Iterable[str]:
    """Where the header says something else than the data."""
    shortest, longest, size = int(lengths.min()), int(lengths.max()), header.count("serieslength")
    if header.says("equallength") and shortest < longest:
        yield f"@equalLength true, but lengths run from {shortest} to {longest}"
    elif size and (shortest, longest) != (size, size):
        yield f"@seriesLength {size}, but lengths run from {shortest} to {longest}"
    gaps = int(np.isnan(values).sum())
    if gaps and header.says("missing") is False:
        yield f"@missing false, but {counted(gaps, 'value')} {'is' if gaps == 1 else 'are'} missing"
    named = {_like(name) for name in header.tags["classlabel"].split()[1:]}
    other = {label: at for (at, _), label in reversed(list(zip(rows, labels, strict=True))) if label is not None}
    strange = [f"{quoted(label)} in line {at}" for label, at in other.items() if _like(label) not in named]
    if named and strange:
        yield f"labels that @classLabel does not name: {', '.join(sorted(strange)[:3])}"


def _like(name: str | None) -> str | float | None:
    """A label as a number where it is one, so that 1.0 is 1."""
    size = None if name is None else number(name)
    return name if size is None else size
