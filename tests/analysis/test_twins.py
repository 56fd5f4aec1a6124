"""Claims on twins: what is one piece of evidence, and that it counts once."""

from pathlib import Path

import pandas as pd
import pytest

from mismatch.analysis.claims import evaluate
from mismatch.analysis.twins import Compared, groups
from tests.analysis.made import CONTROLLED, claim, contrast, registered, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")

KIND = ("runs.csv", "exact_accuracy", "difference")
VARIED = (-0.65, -0.64, -0.66)


def pair(*arms: str, differences: tuple[float, ...] = VARIED, kind: tuple[str, ...] = KIND) -> Compared:
    return Compared(kind, arms, differences)


def test_the_same_numbers_in_every_replicate_are_one_piece_of_evidence() -> None:
    nearly = tuple(value + 1e-12 for value in VARIED)
    assert groups([pair("a", "b"), pair("c", "d", differences=nearly), pair("e", "f", differences=VARIED[::-1])]) == [
        0, 0, 2,
    ]  # fmt: skip


def test_differences_that_do_not_vary_tell_no_twins_but_the_same_two_arms_always_are() -> None:
    ties = (0.0, 0.0, 0.0)
    assert groups([pair("a", "b", differences=ties), pair("c", "d", differences=ties)]) == [0, 1]
    assert groups([pair("a", "b", differences=ties), pair("a", "b", differences=ties)]) == [0, 0]


def test_two_pairs_another_metric_and_cases_without_differences_are_no_twins() -> None:
    assert groups([pair("a", "b", differences=VARIED[:2]), pair("c", "d", differences=VARIED[:2])]) == [0, 1]
    assert groups([pair("a", "b"), pair("c", "d", kind=("runs.csv", "accuracy", "difference"))]) == [0, 1]
    assert groups([pair(differences=()), pair(differences=())]) == [0, 1]


def test_sides_that_are_swapped_are_twins_of_the_opposite_sign() -> None:
    turned = tuple(-value for value in VARIED)
    assert groups([pair("a", "b"), pair("c", "a", differences=turned)]) == [0, 0]
    assert pair("a", "b").sign_to(pair("c", "a", differences=turned)) == -1
    flat, back = (0.3, 0.3, 0.3), (-0.3, -0.3, -0.3)
    assert groups([pair("a", "b", differences=flat), pair("b", "a", differences=back)]) == [0, 0]
    assert groups([pair("a", "b", differences=flat), pair("c", "a", differences=back)]) == [0, 1]


def test_a_twin_of_the_opposite_sign_has_its_own_word_and_enters_the_correction_once(tmp_path: Path) -> None:
    sides = {"pre": 0.88, "post": 0.58, "mid": 0.5}
    runs = runs_of(*(CONTROLLED | {"length.padding": side, "level": level} for side, level in sides.items()))
    swap = {"arm": {"length.padding": "pre"}, "against": {"length.padding": "post"}}
    parts = [
        contrast("loss"),
        contrast("gain", **swap, predicts="greater"),
        contrast("wrong way", **swap, predicts="less"),
        contrast("mid", arm={"length.padding": "mid"}),
    ]
    found = evaluate(registered(tmp_path, claim(*parts)), {"runs.csv": runs}, []).set_index("contrast")
    assert found["verdict"].to_dict() == {
        "loss": "SUPPORTED", "gain": "SUPPORTED", "wrong way": "REFUTED", "mid": "SUPPORTED",
    }  # fmt: skip
    assert found.loc["gain", "twins"] == "C1: loss; C1: wrong way"
    # Three judgements: the loss, what predicts its opposite, and the middle.
    assert found["p_holm"].tolist() == [3 * 2 / 1024] * 4


def test_twins_are_named_and_enter_the_correction_of_their_family_once(tmp_path: Path) -> None:
    sides = {"pre": 0.88, "post": 0.58, "mid": 0.58}
    early = runs_of(*(CONTROLLED | {"length.padding": side, "level": level} for side, level in sides.items()))
    names = {name: early[name].str.replace("arm0", "arm1") for name in ("arm", "run")}
    late = early.assign(data="late", data_hash="late", **names)  # another task that gives the same numbers
    late["data_hash"] += late["replicate"].astype(str)
    parts = [
        contrast(f"{data} {side}", where={"data": data}, arm={"length.padding": side})
        for data, side in (("early", "post"), ("late", "post"), ("early", "mid"))
    ]
    runs = pd.concat([early, late], ignore_index=True)
    found = evaluate(registered(tmp_path, claim(*parts)), {"runs.csv": runs}, [])
    assert found["twins"].tolist() == ["C1: late post", "C1: early post", ""]
    assert found["p_holm"].tolist() == [2 * 2 / 1024] * 3  # two pieces of evidence, not three
