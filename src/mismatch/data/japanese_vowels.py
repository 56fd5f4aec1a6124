"""Nine speakers say two vowels: 640 recordings of 12 cepstrum coefficients, 7 to 29 steps (Kudo et al. 1999, UCI).

Real sequences of numbers of unequal length, shipped as ``files/japanese_vowels.npz``; origin and licence (CC BY 4.0)
stand in the text file beside it. Length alone says something about the speaker: class means run from 12.6 to 20.2.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mismatch.config.fields import choice, ranged, require
from mismatch.data import _split
from mismatch.data._pool import Pool
from mismatch.data.base import Dataset, RaggedData, Splits
from mismatch.data.sources import archive
from mismatch.data.streams import Streams, digest

CLASSES, FEATURES, SHORTEST, LONGEST = 9, 12, 7, 29
TRAIN, TEST = 270, 370
DIGEST = "cc3f62b0af452cc4"
FILE = Path(__file__).with_name("files") / "japanese_vowels.npz"


@dataclass
class JapaneseVowels(Dataset):
    """parts published: the 270 recordings (30 of each speaker) and the 370 later ones that others train and test on,
    the probe drawn from the former. pooled: fresh random parts of all 640 in every replicate, in natural shares.
    """

    name: str = "japanese_vowels"
    train: int = ranged(225, low=1)
    probe: int = ranged(45, low=1)
    test: int = ranged(370, low=1)
    parts: str = choice("published", "published", "pooled", meaning="training and test part: published | pooled")

    def check(self) -> None:
        super().check()
        trained, tested = (TRAIN, TEST) if self.parts == "published" else (TRAIN + TEST - self.test, TRAIN + TEST - 2)
        require(self.test <= tested, "data.test", self.test, f"must be at most {tested}, of data.parts={self.parts}")
        require(
            self.probe < trained, "data.probe", self.probe, f"must be below {trained}, what there is beside data.test"
        )
        left = trained - self.probe
        require(
            self.train <= left, "data.train", self.train, f"must be at most {left}, what data.probe leaves of {trained}"
        )

    @property
    def classes_count(self) -> int:
        return CLASSES

    @property
    def feature_count(self) -> int:
        return FEATURES

    @property
    def shortest(self) -> int:
        return SHORTEST

    @property
    def longest(self) -> int:
        return LONGEST

    def law(self) -> None:
        return None  # nobody knows the distribution of voices

    @property
    def chance(self) -> float:
        """Guessing one speaker: all are equally frequent in the published training part."""
        return 1.0 / CLASSES if self.parts == "published" else self._pool().chance

    def draw(self, streams: Streams) -> Splits:
        wanted = {"train": self.train, "probe": self.probe, "test": self.test}
        drawn = _split.draw(streams.rng("split"), self._pool(), wanted)
        return Splits(**{part: _recordings().at(rows) for part, rows in drawn.items()})

    def _pool(self) -> Pool:
        labels = _recordings().labels
        count = np.arange(TRAIN + TEST)
        given = np.where(count < TRAIN, "train", "test") if self.parts == "published" else None
        return Pool(count, labels, CLASSES, count, equal=False, parts=given)


@cache
def _recordings() -> RaggedData:
    """All 640, those of the training part first.

    Raises:
        RuntimeError: when the file is not the one we know.
    """
    try:
        arrays = archive.parse(FILE.read_bytes())
    except (OSError, archive.Malformed) as error:
        raise RuntimeError(f"{FILE.name} of this package cannot be read ({error}): install it anew") from None
    if digest(arrays["values"], arrays["lengths"], arrays["labels"]) != DIGEST:
        raise RuntimeError(f"{FILE.name} of this package is not the one we know: install it anew")
    lengths, labels = (arrays[name].astype(np.int64) for name in ("lengths", "labels"))
    return RaggedData(arrays["values"], lengths, labels - 1)
