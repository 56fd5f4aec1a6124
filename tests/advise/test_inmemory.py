"""Sequences in memory as a file of the results folder: the same once they are read, named by content, written once."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mismatch.advise.inmemory import in_words, kept
from mismatch.config.fields import ConfigError
from mismatch.data.sources import arrays
from tests.advise import made

LABELS = [label for _, label in made.texts()]
HOSTILE = '<b>\x1b[31m"\u202e{{ 7*7 }}, ;\t'
PARTS = ["train"] * 40 + ["probe"] * 10 + ["test"] * 22
GROUPS = [f"g{n // 2}" for n in range(72)]


def texts() -> list[str]:
    return [f"{text} \u4f60\u597d caf\u00e9 \x07\n" for text, _ in made.texts()]


def numbers() -> list[np.ndarray]:
    return [values for values, _ in made.series()]


@pytest.mark.parametrize(
    "beside", [{}, {"groups": GROUPS}, {"parts": PARTS}, {"groups": GROUPS, "parts": PARTS}], ids=str
)
@pytest.mark.parametrize("sequences", [texts, numbers])
def test_what_is_read_is_what_was_in_memory(sequences: Any, beside: dict[str, Any], tmp_path: Path) -> None:
    given = arrays.items(sequences(), LABELS, **beside)
    dataset = kept(given, tmp_path, "refuse")
    read = dataset.items()
    assert read.classes == given.classes and read.texts == given.texts and read.features == given.features
    assert np.array_equal(read.labels, given.labels) and len(read) == 72
    assert read.values is None or np.array_equal(read.values, given.values)
    assert (read.groups is None) == ("groups" not in beside) and (read.parts is None) == ("parts" not in beside)
    dataset.hold, dataset.probe = "out", 8
    dataset.check()
    assert dataset.aside() is not None


@pytest.mark.parametrize("sequences", [texts, numbers])
def test_the_file_is_named_by_its_content_and_written_once(sequences: Any, tmp_path: Path) -> None:
    for _ in range(2):
        kept(arrays.items(sequences(), LABELS), tmp_path, "refuse")
    (path,) = tmp_path.iterdir()
    before = path.stat().st_mtime_ns
    kept(arrays.items(sequences(), LABELS), tmp_path, "refuse")
    assert path.stat().st_mtime_ns == before
    kept(arrays.items(sequences(), LABELS[::-1]), tmp_path, "refuse")
    assert len(list(tmp_path.iterdir())) == 2
    path.write_bytes(b"damaged")
    assert len(kept(arrays.items(sequences(), LABELS), tmp_path, "refuse").items()) == 72


def test_no_file_can_hold_code(tmp_path: Path) -> None:
    for sequences in (texts, numbers):
        kept(arrays.items(sequences(), LABELS), tmp_path, "refuse")
    (path,) = tmp_path.glob("*.npz")
    with np.load(path, allow_pickle=False) as held:
        assert {held[name].dtype.kind for name in held.files} <= set("fiU")


def test_labels_that_mean_harm_are_labels(tmp_path: Path) -> None:
    named = [HOSTILE if label == "a" else "fine" for label in LABELS]
    for sequences in (texts, numbers):
        assert HOSTILE.strip() in kept(arrays.items(sequences(), named), tmp_path, "refuse").items().classes


def test_what_no_file_keeps_is_refused_in_one_line(tmp_path: Path) -> None:
    named = ["a\x00" if label == "a" else "a" for label in LABELS]
    with pytest.raises(ConfigError, match=r"sequences=.*no file keeps"):
        kept(arrays.items(numbers(), named), tmp_path, "refuse")
    half = [f"{text} \ud800" for text in texts()]
    with pytest.raises(ConfigError, match="half a character") as caught:
        kept(arrays.items(half, LABELS), tmp_path, "refuse")
    assert str(in_words(caught.value)).startswith("sequences=")


def test_missing_numbers_are_filled_as_asked(tmp_path: Path) -> None:
    given = arrays.items([np.where(values > 1.5, np.nan, values) for values in numbers()], LABELS)
    assert kept(given, tmp_path, "zero").items().reading.notes
    with pytest.raises(ConfigError, match="missing=refuse") as caught:
        kept(given, tmp_path, "refuse")
    assert str(in_words(caught.value)).startswith("missing=refuse: ")
