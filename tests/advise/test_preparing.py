"""`prepare`: arrays of new sequences are those that the advised arm would be given, to the last bit."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mismatch.adapt import adapt
from mismatch.advise.advising import overrides
from mismatch.advise.preparing import prepare
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.data.streams import Streams
from tests.advise import made

TEXT: list[dict[str, Any]] = [
    {"length.steps": 5, "length.truncating": "pre", "length.padding": "post", "mask": "masking"},
    {"length.steps": 12, "length.padding": "pre", "data.vocabulary": 12},
    {"length.steps": 4, "length.truncating": "stride", "length.padding": "pre", "mask": "explicit"},
]
NUMBERS: list[dict[str, Any]] = [
    {"length.steps": 5, "length.truncating": "post", "length.padding": "post", "features.scale": "standard"},
    {"length.steps": 6, "length.truncating": "interpolate"},
    {"length.steps": 12, "length.padding": "pre", "mask": "masking", "length.pad_value": -1.0, "mask.value": -1.0},
]


def arm_of(data: str, path: str, settings: dict[str, Any]) -> Arm:
    own = {key.removeprefix("data."): value for key, value in settings.items() if key.startswith("data.")}
    return made.arm_of(data, {key: value for key, value in settings.items() if "data." not in key}, path=path, **own)


def wanted(arm: Arm) -> tuple[Any, np.ndarray]:
    """The test part of replicate 0 as the arm has it, and its places in the file."""
    streams = Streams(arm.seed, 0)
    return adapt(arm, arm.data.draw(streams), streams)["test"], arm.data.places(streams)["test"]


@pytest.mark.parametrize("settings", TEXT, ids=str)
def test_new_texts_are_prepared_as_those_of_the_arm(settings: dict[str, Any], tmp_path: Path) -> None:
    arm = arm_of("text", made.table(tmp_path / "a.csv"), settings)
    test, rows = wanted(arm)
    found = prepare(arm, [made.texts()[row][0] for row in rows])
    made.same(found.inputs, test.inputs)
    made.same(found.mask, test.mask)


@pytest.mark.parametrize("settings", NUMBERS, ids=str)
def test_new_numbers_are_prepared_as_those_of_the_arm(settings: dict[str, Any], tmp_path: Path) -> None:
    arm = arm_of("series", made.ts(tmp_path / "a.ts"), settings)
    test, rows = wanted(arm)
    inputs, mask = prepare(arm, [made.series()[row][0] for row in rows])
    made.same(inputs, test.inputs)
    made.same(mask, test.mask)


@pytest.mark.parametrize("settings", [TEXT[0], {"length.steps": 12}, NUMBERS[1], NUMBERS[2]], ids=str)
def test_the_settings_of_an_advice_make_its_arm(settings: dict[str, Any], tmp_path: Path) -> None:
    data = "text" if settings in (TEXT[0], {"length.steps": 12}) else "series"
    path = made.table(tmp_path / "a.csv") if data == "text" else made.ts(tmp_path / "a.ts")
    arm = arm_of(data, path, settings | {"train.learning_rate": 0.004})
    found = overrides(arm)
    assert {"length.steps", "length.padding", "mask", "reduction"} <= found.keys() and "length.ratio" not in found
    assert arm_of(data, path, found).id == arm.id


def test_what_is_no_such_sequence_is_one_line(tmp_path: Path) -> None:
    words = arm_of("text", made.table(tmp_path / "a.csv"), {"length.steps": 5})
    numbers = arm_of("series", made.ts(tmp_path / "a.ts"), {"length.steps": 5})
    refused: list[tuple[Arm, Any, str]] = [
        (words, [], "at least one"),
        (words, "a text", "must be a list"),
        (words, ["a", 3], r"sequences\[1\] is no text"),
        (words, ["a", " \x1b "], r"sequences\[1\] must hold a word"),
        (numbers, ["a"], "is a text"),
        (numbers, [np.ones((4, 2))], "must have the 3 features"),
        (numbers, [np.ones((4, 3)), np.ones((0, 3))], r"sequences\[1\] has no step"),
        (numbers, [np.full((4, 3), np.inf)], "finite"),
        (numbers, [np.full((4, 3), np.nan)], "missing=refuse"),
    ]
    for arm, sequences, line in refused:
        with pytest.raises(ConfigError, match=line) as caught:
            prepare(arm, sequences)
        assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)
