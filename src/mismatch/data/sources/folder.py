"""A folder per class, one text file per sequence: the convention of Keras's `text_dataset_from_directory`.

In: the folder that holds the classes, or one with ``train`` and ``test`` folders of such. Out: `Items`. Hidden files
are passed over, empty ones dropped, and a file that is no text is refused by name.
"""

from collections.abc import Sequence

import numpy as np

from mismatch.config.counting import counted
from mismatch.config.fields import require
from mismatch.config.paths import shown
from mismatch.data.sources.base import Dropped, Items, Reading
from mismatch.data.sources.content import load
from mismatch.data.sources.encoding import Decoded, decode_all
from mismatch.data.sources.labels import EXAMPLES, Labels, labelled
from mismatch.data.sources.parts import lopsided, repeated
from mismatch.data.sources.recordings import numeric
from mismatch.data.sources.tree import Found, walk


def texts(path: str, encoding: str | None = None, test_path: str | None = None) -> Items:
    """The text files below `path`, each labelled by the folder it stands in; those below `test_path` for testing.

    Raises:
        ConfigError: for a folder without at least two folders of texts, and for a file that is no text.
    """
    tree = walk(path, "data.path", "train" if test_path else "")
    found, notes = tree.files, tree.notes
    if test_path:
        test = walk(test_path, "data.test_path", "test")
        found, notes = found + test.files, notes + test.notes
    accepted = "holds tables of numbers, not texts: data=series reads them (mismatch check, without --text)"
    require(not numeric(found), "data.path", shown(path), accepted)
    raws = [_raw(one) for one in found]
    decoded = decode_all(raws, encoding, [shown(one.file) for one in found], "data.path")
    full = [row for row, one in enumerate(decoded) if one.text.strip()]
    empty = [found[row].place for row, one in enumerate(decoded) if not one.text.strip()]
    kept = [found[row] for row in full]
    labels = labelled([one.label for one in kept], [one.place for one in kept], "data.path", shown(path))
    parts = np.array([one.part for one in kept]) if any(one.part for one in kept) else None
    pages = tuple(decoded[row].text for row in full)
    duplicates, conflicts = repeated(pages, labels.codes)
    reading = Reading(
        path=path,
        kind=f"folder per class, {', '.join(sorted({one.kind for one in decoded if one.text}))}",
        read=len(found),
        kept=len(full),
        dropped=(Dropped("empty file", len(empty), tuple(empty[:EXAMPLES])),) if empty else (),
        notes=notes + labels.notes,
        warnings=_warnings(found, decoded, labels, parts),
        duplicates=duplicates,
        conflicts=conflicts,
    )
    return Items(labels.codes, labels.classes, reading, tuple(one.place for one in kept), pages, parts=parts)


def _warnings(
    found: Sequence[Found], decoded: Sequence[Decoded], labels: Labels, parts: np.ndarray | None
) -> tuple[str, ...]:
    """Of the classes, and of the files that an earlier conversion has damaged: the first and their number."""
    damaged = [(one, text) for one, text in zip(found, decoded, strict=True) if text.warnings]
    damage: tuple[str, ...] = ()
    if damaged:
        one, text = damaged[0]
        damage = (f"{counted(len(damaged), 'file')} damaged, the first {one.place}: {text.warnings[0]}",)
    uneven = lopsided(labels.codes, labels.classes, parts) if parts is not None else ()
    return damage + labels.warnings + uneven


def _raw(found: Found) -> bytes:
    """What the file holds; nothing but blanks is fine."""
    empty = found.file.is_file() and not found.file.stat().st_size
    return b"" if empty else load(str(found.file), blank=True).raw
