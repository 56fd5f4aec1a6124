"""A dataset as a person has it, a file, and beside it what only the judge knows.

In: a `Source`, the number of a repeat. Out: `Written`: the file that is advised on, and what an advice trains on in the
end with a test part of sequences that the file lacks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.data._own import Own
from mismatch.data.series import Series
from mismatch.data.streams import Streams
from mismatch.data.text import YourText
from mismatch.regret.sources import Sequences, Source

SEED = 7_011
"""Of the files; that of a call of advice is the number of the repeat."""


@dataclass(frozen=True)
class Written:
    """file: the dataset that is advised on. judged: what it leaves beside what is set aside, tested on fresh sequences.

    Fresh ones are drawn as those of the file are; none of them stands in it.
    """

    file: Any
    judged: Any


def write(source: Source, repeat: int, folder: Path) -> Written:
    """Draw a file and fresh sequences, the same ones for the same number of the repeat."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = source.draw(Streams(SEED, repeat).rng(source.name), source.file + source.fresh)
    known = set(drawn.at(np.arange(source.file)).contents())
    new = [row for row, content in enumerate(drawn.contents()) if row >= source.file and content not in known]
    mine = drawn.at(np.arange(source.file))
    file = _dataset(_saved(mine, folder / "file"))
    judged = _dataset(
        _saved(mine.at(_left(file)), folder / "rest"), _saved(drawn.at(np.array(new, np.int64)), folder / "fresh")
    )
    return Written(file, judged)


def _left(dataset: Any) -> np.ndarray:
    """Rows of the file that are not set aside."""
    held: Any = _dataset(Path(dataset.path))
    held.hold = "out"
    held.check()
    aside = held.aside()
    return np.sort(aside.whole.rows[aside.rest])


def _dataset(path: Path, fresh: Path | None = None) -> Own:
    other = None if fresh is None else str(fresh)
    if path.suffix == ".csv":
        return YourText(path=str(path), test_path=other, text="text", label="label")
    return Series(path=str(path), test_path=other)


def _saved(given: Sequences, stem: Path) -> Path:
    """Texts as a table, numbers as NPZ."""
    if given.data is not None:
        path = stem.with_suffix(".npz")
        np.savez(path, values=given.data.values, lengths=given.data.lengths, labels=given.labels)
        return path
    path = stem.with_suffix(".csv")
    path.write_text("\n".join(_rows(given)) + "\n", encoding="utf-8")
    return path


def _rows(given: Sequences) -> Iterator[str]:
    """Lines of a CSV file; words of our texts hold no quotes and no line breaks, but may hold commas."""
    yield "text,label"
    for text, label in zip(given.texts or (), given.labels, strict=True):
        yield f'"{text}",{label}'
