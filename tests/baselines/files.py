"""Small files of a person's own that say which row belongs to which part, for tests of baselines."""

import json
from pathlib import Path

import numpy as np

from mismatch.baselines.beside import Beside
from mismatch.config.registry import DATASETS
from mismatch.data.base import Dataset

WORDS = ("film", "plot", "scene", "actor", "music")
SIZES = {"train": 80, "probe": 40, "test": 60}


def texts(path: Path, only_in_test: str = "") -> Dataset:
    """Texts that say good or bad; those of the test part may say another word."""
    rng = np.random.default_rng(0)
    rows = []
    for part, size in SIZES.items():
        labels = rng.permutation(np.arange(size) % 2)
        fillers = [[*rng.choice(WORDS, 4), f"w{part}{k}"] for k in range(size)]
        for label, filler in zip(labels, fillers, strict=True):
            extra = [only_in_test] if part == "test" and only_in_test else []
            text = " ".join([*filler, ("bad", "good")[label], *extra])
            rows.append({"text": text, "label": int(label), "part": part})
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return checked("text", path=str(path), split="part")


def series(path: Path) -> Dataset:
    """Two features over 3 to 6 steps; the class is in the level of the first."""
    rng = np.random.default_rng(0)
    lines, number = ["id,part,label,a,b"], 0
    for part, size in SIZES.items():
        labels = rng.permutation(np.arange(size) % 2)
        for label in labels:
            number += 1
            for a, b in rng.normal(size=(rng.integers(3, 7), 2)):
                lines.append(f"{number},{part},{label},{a + 2 * label:.4f},{b:.4f}")
    path.write_text("\n".join(lines) + "\n")
    return checked("series", path=str(path), split="part", time=None)


def checked(kind: str, **settings: object) -> Dataset:
    found: Dataset = DATASETS.get(kind)(**settings)
    found.check()
    return found


def job(data: Dataset, replicate: int = 0, data_hash: str = "") -> Beside:
    return Beside(data, 0, replicate, data_hash)
