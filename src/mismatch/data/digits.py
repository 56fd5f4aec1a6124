"""Handwritten digits, 8 x 8 pixels read as a sequence (Alpaydin & Kaynak 1998, as shipped with scikit-learn)."""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from mismatch.config.fields import ranged, require
from mismatch.data._split import require_rows, stratified_split
from mismatch.data.base import Dataset, RaggedData, Splits
from mismatch.data.streams import Streams, digest

PIXELS, CLASSES, BRIGHTEST = 64, 10, 16
DIGEST = "348b877aa71a287c"


@dataclass
class Digits(Dataset):
    """`steps` pieces of 64 / steps pixels, in reading order; 8 is a row of the image at each step."""

    name: str = "digits"
    train: int = ranged(1024, low=1)
    probe: int = ranged(128, low=1)
    test: int = ranged(512, low=1)
    steps: int = ranged(8, low=1)

    def check(self) -> None:
        super().check()
        require(PIXELS % self.steps == 0, "data.steps", self.steps, f"must divide {PIXELS}")
        require_rows(self, int(np.bincount(_table()[:, -1]).min()))

    @property
    def classes_count(self) -> int:
        return CLASSES

    @property
    def feature_count(self) -> int:
        return PIXELS // self.steps

    @property
    def shortest(self) -> int:
        return self.steps

    @property
    def longest(self) -> int:
        return self.steps

    def law(self) -> None:
        return None  # nobody knows the distribution of handwriting

    def draw(self, streams: Streams) -> Splits:
        pixels, labels = _table()[:, :-1], _table()[:, -1]
        wanted = {"train": self.train, "probe": self.probe, "test": self.test}
        picked = stratified_split(streams.rng("split"), np.arange(len(labels)), labels, wanted)
        values = (pixels / BRIGHTEST).astype(np.float32)
        parts = {
            part: RaggedData(values[rows].reshape(-1, self.feature_count), np.full(len(rows), self.steps), labels[rows])
            for part, rows in picked.items()
        }
        return Splits(**parts)


@cache
def _table() -> np.ndarray:
    """(1797, 65) int64: 64 pixels of 0..16 and the digit. Read as a file: the package takes a second to import.

    Raises:
        RuntimeError: when scikit-learn is missing or its file is not the one we know.
    """
    spec = find_spec("sklearn")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("package scikit-learn is not installed: pip install scikit-learn")
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "data" / "digits.csv.gz"
    table = np.loadtxt(path, delimiter=",", dtype=np.int64)
    if digest(table) != DIGEST:
        raise RuntimeError(
            "digits of scikit-learn are not the ones we know: pip install --force-reinstall scikit-learn"
        )
    return table
