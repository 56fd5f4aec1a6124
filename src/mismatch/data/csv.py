"""Your own labelled texts, from a CSV file: ``data=csv data.path=my.csv data.text=review data.label=stars``."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mismatch.config.fields import ConfigError, free, ranged, require
from mismatch.config.paths import absolute, shown
from mismatch.data._text import Corpus, Text, tokenise


@dataclass
class Csv(Text):
    """`text` and `label` name columns. Classes are drawn in equal shares, so that chance is 1/K.

    Sizes left out are chosen from the file: a quarter for testing, a twentieth (at most 256) as probe, the rest
    for training. `max_length` left out is the longest document. `sha256` is filled in from the file, so that
    results of another version of it are not mistaken for this one's.
    """

    name: str = "csv"
    path: str = free("", meaning="file of the texts")
    text: str = free("text", meaning="its column of texts")
    label: str = free("label", meaning="its column of labels")
    sha256: str | None = free(None, meaning="checksum of the file")
    train: int | None = ranged(None, low=1)  # type: ignore[assignment]
    probe: int | None = ranged(None, low=1)  # type: ignore[assignment]
    test: int | None = ranged(None, low=1)  # type: ignore[assignment]
    max_length: int | None = ranged(None, low=1)  # type: ignore[assignment]

    def check(self) -> None:
        require(self.text != self.label, "data.text", self.text, "must be another column than data.label")
        self.path = str(absolute(self.path)) if self.path else self.path
        self.sha256 = _sha256(_bytes(self.path))
        corpus = self.corpus()
        if self.max_length is None:
            self.max_length = max((len(words) for words in corpus.tokens), default=1)
        rows = self.smallest_class() * self.classes_count
        self.test = self.test or max(rows // 4, 1)
        self.probe = self.probe or max(min(256, rows // 20), 1)
        self.train = self.train or max(rows - self.test - self.probe - 2 * self.classes_count, 1)
        super().check()

    def corpus(self) -> Corpus:
        return _read(self.path, self.sha256, self.text, self.label)

    @property
    def classes_count(self) -> int:
        return int(self.corpus().labels.max()) + 1


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


def _bytes(path: str) -> bytes:
    require(bool(path), "data.path", path, "must be a CSV file")
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError("data.path", shown(path), f"must be a CSV file ({error.strerror})") from None


@cache
def _read(path: str, sha256: str | None, text: str, label: str) -> Corpus:
    """Documents and labels 0..K-1, in the sorted order of the column's values; incomplete rows are left out.

    Raises:
        ConfigError: for a file that cannot be read so, or one that is no longer what `sha256` says.
    """
    import io

    import pandas as pd

    raw = _bytes(path)
    same = sha256 in (None, _sha256(raw))
    require(same, "data.path", shown(path), "has changed since the sweep was planned: run it again")
    try:
        table = pd.read_csv(io.BytesIO(raw))
    except ValueError as error:
        accepted = f"must be a CSV file with a header ({' '.join(str(error).split())})"
        raise ConfigError("data.path", shown(path), accepted) from None
    for key, column in (("data.text", text), ("data.label", label)):
        if column not in table:
            raise ConfigError(key, column, f"must be a column of {shown(path)}: {', '.join(map(str, table.columns))}")
    table = table[[text, label]].dropna().drop_duplicates(text)
    codes, values = pd.factorize(table[label], sort=True)
    if len(values) < 2:
        raise ConfigError("data.label", label, f"must hold at least 2 classes, has {len(values)}")
    return Corpus([tokenise(str(document)) for document in table[text]], codes.astype(np.int64))
