"""The profile of data: what was read, the classes, what each T pads and cuts, features or tokens, parts.

In: a `Subject`. Out: sections to show, the reading first, and the same numbers by name for machines.
"""

from typing import Any

import numpy as np

from mismatch.check import lengths
from mismatch.check.outcome import Section
from mismatch.check.sequences import Subject
from mismatch.check.words import memory, named, share
from mismatch.config.counting import counted
from mismatch.data.sources.base import Reading

MOST = 12
"""Rows of a table of classes or features at most."""


def profile(subject: Subject) -> tuple[Section, ...]:
    """All sections, the reading first."""
    content = _text(subject) if subject.is_text else _features(subject)
    found = (_read(subject.items.reading), _classes(subject), _lengths(subject), content, _parts(subject))
    return tuple(section for section in found if section is not None)


def facts(subject: Subject) -> dict[str, Any]:
    """The profile's numbers by name."""
    items, reading = subject.items, subject.items.reading
    dropped = [{"reason": each.reason, "count": each.count, "examples": each.examples} for each in reading.dropped]
    lines = {"notes": reading.notes, "warnings": reading.warnings}
    copies = {"duplicates": reading.duplicates, "conflicts": reading.conflicts}
    read = {"path": reading.path, "kind": reading.kind, "read": reading.read, "kept": reading.kept}
    marks = np.quantile(subject.lengths, [0, 0.25, 0.5, 0.75, 0.95, 1], method="inverted_cdf").astype(int)
    return {
        "reading": {**read, "dropped": dropped, **lines, **copies},
        "sequences": len(items),
        "classes": {name: int(count) for name, count in zip(items.classes, subject.counts, strict=True)},
        "features": subject.width,
        "text": subject.is_text,
        "lengths": dict(zip(("min", "q25", "median", "q75", "q95", "max"), marks.tolist(), strict=True)),
        "steps": [vars(each) for each in lengths.cuts(subject.lengths, subject.width)],
        "pad_value": None if subject.is_text else subject.pad_value,
    }


def _read(reading: Reading) -> Section:
    """What was read, what was left out and why, and what the reader says of it."""
    lines = [reading.kind, f"{reading.read:,} read, {reading.kept:,} kept"]
    for each in reading.dropped:
        more = ", ..." if each.count > len(each.examples) else ""
        places = f" ({', '.join(each.examples[:3])}{more})" if each.examples else ""
        lines.append(f"left out: {each.count:,} {each.reason}{places}")
    if not reading.dropped:
        lines.append("nothing left out")
    lines += [f"note: {note}" for note in reading.notes]
    lines += [f"warning: {warning}" for warning in reading.warnings]
    return Section(f"Read {reading.path}", tuple(lines))


def _classes(subject: Subject) -> Section:
    items, counts = subject.items, subject.counts
    order = np.argsort(-counts, kind="stable")[:MOST]
    rows = []
    for k in order:
        long = subject.lengths[items.labels == k]
        median = int(np.median(long)) if len(long) else None
        rows.append((items.classes[k], int(counts[k]), share(int(counts[k]), len(items)), median))
    more = f", the {MOST} most frequent below" if len(counts) > MOST else ""
    guess = counts.max() / len(items)
    line = f"{counted(len(counts), 'class')}{more}; guessing the most frequent is right on {share(guess)}"
    return Section("Classes", (line,), ("class", "sequences", "share", "median length"), tuple(rows))


def _lengths(subject: Subject) -> Section:
    low, high = int(subject.lengths.min()), int(subject.lengths.max())
    noun = "tokens" if subject.is_text else "steps"
    quarter, half, most = (subject.quantile(each) for each in (0.25, 0.5, 0.75))
    line = f"{low:,} to {high:,} {noun}, quartiles {quarter:,}, {half:,}, {most:,}"
    rows = tuple(
        (each.steps, f"{each.share:.0%}", share(each.padded), each.sequences, share(each.lost), memory(each.size))
        for each in lengths.cuts(subject.lengths, subject.width)
    )
    head = ("T", "hold whole", "pads", "sequences cut", "steps cut", "array")
    return Section("Lengths, and what each T pads and cuts", (line,), head, rows)


def _features(subject: Subject) -> Section:
    values, rows = subject.values, []
    for column in range(min(subject.width, MOST)):
        known = values[np.isfinite(values[:, column]), column]
        numbers = (known.min(), known.mean(), known.std(), known.max()) if len(known) else (None,) * 4
        rows.append((subject.feature(column), *map(_number, numbers), len(values) - len(known)))
    more = f", the first {MOST} below" if subject.width > MOST else ""
    line = f"{counted(subject.width, 'feature')}, {len(values):,} steps{more}"
    return Section("Features", (line,), ("feature", "min", "mean", "deviation", "max", "not finite"), tuple(rows))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _text(subject: Subject) -> Section:
    words = subject.words
    total = sum(words.values())
    once = sum(times == 1 for times in words.values())
    frequent = named([word for word, _ in words.most_common(8)], 8)
    lines = [f"{total:,} tokens, {len(words):,} distinct, {once:,} of them once; most frequent: {frequent}"]
    for size in (1000, 4000, 16000):
        if size < len(words):
            held = sum(times for _, times in words.most_common(size))
            lines.append(f"a vocabulary of {size:,} holds {share(held, total)} of the tokens")
    return Section("Tokens", tuple(lines))


def _parts(subject: Subject) -> Section | None:
    items = subject.items
    if items.parts is None and items.groups is None:
        return None
    lines = []
    if items.parts is not None:
        names, counts = np.unique(items.parts[items.parts != ""], return_counts=True)
        sizes = ", ".join(f"{name} {count:,}" for name, count in zip(names, counts, strict=True))
        lines.append(f"the file says: {sizes}")
    if items.groups is not None:
        sizes_of = np.bincount(items.groups)
        sizes_of = sizes_of[sizes_of > 0]
        lines.append(f"{counted(len(sizes_of), 'group')} of {sizes_of.min():,} to {sizes_of.max():,} sequences")
    return Section("Parts and groups", tuple(lines))
