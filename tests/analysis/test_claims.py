"""Claims on verdicts: what withholds them, how families are corrected, and that noise alone gets none."""

import math
from pathlib import Path
from typing import Any

import pytest

from mismatch.analysis.claims import COLUMNS, evaluate
from mismatch.analysis.controls import Check
from tests.analysis.made import (
    CHANCE,
    CONTROLLED,
    claim,
    contrast,
    failed,
    judged,
    plan_of,
    registered,
    rows,
    runs_of,
    sound,
)

pytestmark = pytest.mark.usefixtures("unwarned")


def test_planned_pairs_that_are_absent_withhold_the_verdict_and_are_named(tmp_path: Path) -> None:
    runs = sound()
    cut = runs[~runs["run"].isin(["arm01-3", "arm01-7"])]
    found = evaluate(registered(tmp_path, claim(contrast())), {"runs.csv": cut}, [], plan_of(runs)).iloc[0]
    assert (found["verdict"], found["why"]) == ("WITHHELD", "2 planned pairs missing (replicate 3: not run)")
    assert found["n"] == 8
    without = runs[runs["arm"] != "arm01"]
    found = evaluate(registered(tmp_path, claim(contrast())), {"runs.csv": without}, [], plan_of(runs)).iloc[0]
    assert (found["verdict"], found["why"]) == ("WITHHELD", "no arm data=early, length.padding=post")


def test_runs_that_are_no_pair_withhold_the_verdict(tmp_path: Path) -> None:
    runs = sound()
    runs.loc[runs["run"] == "arm01-4", "order_hash"] = "another"
    found = judged(tmp_path, runs, contrast(), contrast("batches of their own", shares=["data"]))
    assert found["verdict"].tolist() == ["WITHHELD", "SUPPORTED"]
    assert "order_hash differs" in found["why"].iloc[0]


def test_a_verdict_withheld_for_its_pairs_still_says_how_the_controls_of_its_arms_did(tmp_path: Path) -> None:
    runs = sound()
    runs.loc[runs["run"] == "arm01-4", "order_hash"] = "another"
    alarm = Check("ceiling", False, "arm arm01 is above its ceiling", "accuracy", arms=("arm01",))
    found = evaluate(registered(tmp_path, claim(contrast())), {"runs.csv": runs}, [alarm]).iloc[0]
    assert "order_hash differs" in found["why"] and "above its ceiling" in found["controls"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"metric": "roughness"}, "roughness"),
        ({"arm": {"model.units": 8}}, "model.units=8: must be a column"),
        ({"arm": {"length.padding": "pre"}}, "both sides are arm arm00"),
        ({"table": "steps.csv"}, "steps.csv is missing"),
    ],
)
def test_what_the_table_cannot_answer_is_withheld_and_stops_nothing_else(tmp_path: Path, given: Any, why: str) -> None:
    found = judged(tmp_path, sound(), contrast("odd", **given), contrast())
    assert found["verdict"].tolist() == ["WITHHELD", "SUPPORTED"]
    assert why in found["why"].iloc[0]


def test_primary_contrasts_are_corrected_together_whatever_their_claim(tmp_path: Path) -> None:
    # 2/2^6 = .031 is enough alone; of two in a family, Holm asks for .025.
    sides = (CONTROLLED | {"length.padding": side, "level": 0.58} for side in ("post", "mid"))
    runs = runs_of(CONTROLLED, *sides, replicates=6)
    both, other = contrast(primary=True), contrast(primary=True, arm={"length.padding": "mid"})
    alone = evaluate(registered(tmp_path, claim(both)), {"runs.csv": runs}, [])
    two = evaluate(registered(tmp_path, claim(both), claim(other, id="C2")), {"runs.csv": runs}, [])
    assert (alone["verdict"].iloc[0], alone["p_holm"].iloc[0]) == ("SUPPORTED", 2 / 64)
    assert two["verdict"].tolist() == ["INCONCLUSIVE"] * 2
    assert two["p_holm"].tolist() == [4 / 64] * 2 and two["p"].tolist() == [2 / 64] * 2
    apart = evaluate(
        registered(tmp_path, claim(both), claim(other | {"family": "own"}, id="C2")), {"runs.csv": runs}, []
    )
    assert apart["verdict"].tolist() == ["SUPPORTED"] * 2


def test_a_table_of_claims_is_complete_and_names_the_runs(tmp_path: Path) -> None:
    said = claim(contrast(primary=True), rows("none", "time-*"))
    never = {"id": "C9", "claim": "Elsewhere too.", "source": "made up", "untestable": "needs another library"}
    found = evaluate(registered(tmp_path, said, never), {"runs.csv": sound()}, [], plan_of(sound()))
    assert list(found) == list(COLUMNS) and found["verdict"].notna().all()
    first, last = found.iloc[0], found.iloc[-1]
    assert first["runs"].split()[:2] == ["arm01-0", "arm00-0"] and len(first["runs"].split()) == 20
    must = [name for name in COLUMNS if name not in ("why", "controls")]
    assert first[must].notna().all() and first["family"] == "primary" and first["failures"] == 0
    assert (last["verdict"], last["why"], last["primary"]) == ("UNTESTED", "needs another library", True)


def test_failures_enter_the_effect_and_are_counted(tmp_path: Path) -> None:
    runs = failed(sound(), *(f"arm01-{k}" for k in range(10)))
    found = judged(tmp_path, runs, contrast()).iloc[0]
    assert (found["verdict"], found["failures"]) == ("SUPPORTED", 10)
    assert found["effect"] == pytest.approx(CHANCE - runs.loc[runs["arm"] == "arm00", "exact_accuracy"].mean())


def null_families(folder: Path, families: int, contrasts: int = 10) -> float:
    """Share of families without effects, all arms against one control, in which a verdict claims one."""
    sides = [f"side {k}" for k in range(contrasts)]
    entries = (contrast(side, primary=True, margin=0, arm={"length.padding": side}) for side in sides)
    found = registered(folder, *(claim(entry, id=f"C{k}") for k, entry in enumerate(entries)))
    wrong = 0
    for seed in range(families):
        runs = runs_of(*({"data": "early", "length.padding": side} for side in ("pre", *sides)), seed=seed)
        wrong += evaluate(found, {"runs.csv": runs}, [])["verdict"].isin(["SUPPORTED", "REFUTED"]).any()
    return wrong / families


@pytest.mark.slow
def test_of_families_without_effects_one_in_twenty_at_most_gets_a_verdict_that_claims_one(tmp_path: Path) -> None:
    families = 50
    # .05 and three Monte Carlo standard errors. Measured over 400 families: .02, as in test_statistics.
    assert null_families(tmp_path, families) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / families)
