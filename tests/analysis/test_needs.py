"""Claims on which arms need more replicates."""

from pathlib import Path

from mismatch.analysis.needs import Looked, askers, look
from mismatch.analysis.registry import Registry
from mismatch.config.groups import LOOKS
from tests.analysis.made import CONTROLLED, SLOW, Runs, claim, contrast, registered, rows, runs_of

WIDE = {"data": "late", "spread": 0.03}
"""Arms of which ten differences give no interval within +-.02, and eighty do."""
POST = {"length.padding": "post"}


def arms(replicates: int = 10) -> Runs:
    """arm00 and arm01 agree closely on early, arm02 and arm03 do not on late; arm04 and arm05 are planted copies."""
    late = CONTROLLED | WIDE
    copies = (SLOW, late | {"control": "slow", "level": 0.85})
    return runs_of(CONTROLLED, CONTROLLED | POST, late, late | POST, *copies, replicates=replicates)


def claims(folder: Path, **more: object) -> Registry:
    near = contrast("near", primary=True, predicts="equal")
    far = contrast("far", **{"primary": True, "predicts": "equal", "where": {"data": "late"}} | more)
    return registered(folder, claim(near, contrast("aside", where={"data": "late"})), claim(far, id="C2"))


def looked(found: Registry, runs: Runs, counts: list[int], number: int = 1) -> Looked:
    return look(found, runs, {f"arm{at:02d}": n for at, n in enumerate(counts)}, LOOKS, number)


def test_a_wide_interval_asks_for_its_arms_and_their_copies_and_a_narrow_one_for_none(tmp_path: Path) -> None:
    found = looked(claims(tmp_path), arms(), [10] * 6)
    assert [need.contrast for need in found.needs] == ["C2: far"] and found.contrasts == 2
    assert found.arms == {"arm02", "arm03", "arm05"}
    assert found.needs[0].why.startswith("+-0.") and found.needs[0].why.endswith("margin 0.02")


def test_who_stopped_at_a_look_is_not_asked_again_and_enough_replicates_are_enough(tmp_path: Path) -> None:
    counts = [10, 10, 80, 80, 10, 80]
    last = looked(claims(tmp_path), arms(80), counts, 4)
    assert (last.needs, last.contrasts) == ((), 1)
    again = looked(claims(tmp_path), arms(80), [10] * 6)  # as a sweep that goes on: the first ten alone
    assert again.arms == {"arm02", "arm03", "arm05"}
    assert looked(claims(tmp_path), arms(80), counts).contrasts == 1


def test_no_margin_and_no_pairs_ask_for_nothing(tmp_path: Path) -> None:
    assert looked(claims(tmp_path, predicts="less", margin=0), arms(), [10] * 6).arms == frozenset()
    assert looked(claims(tmp_path), arms()[lambda t: t["run"] != "arm03-4"], [10] * 6).arms == frozenset()


def test_a_difference_that_so_few_replicates_cannot_show_in_so_large_a_family_asks_too(tmp_path: Path) -> None:
    runs = runs_of(CONTROLLED, CONTROLLED | POST | {"level": 0.58})
    several = [claim(contrast("it", primary=True), id=f"C{at}") for at in range(5)]
    few, many = (registered(tmp_path, *several[:n]) for n in (4, 5))
    assert looked(few, runs, [10, 10]).needs == ()  # 4 x 2 / 2^10 is below .0097
    found = looked(many, runs, [10, 10])
    assert len(found.needs) == 5 and "p of 0.0019 needed, one of 5; 10 have none below 0.002" in found.needs[0].why


def test_a_contrast_at_tuned_rates_asks_for_its_arms_at_every_rate(tmp_path: Path) -> None:
    rates = [{"train.learning_rate": rate} for rate in (0.01, 0.1)]
    sides = [CONTROLLED | WIDE | side | rate for side in ({}, POST) for rate in rates]
    runs = runs_of(*sides).assign(probe_accuracy=0.5, probe_loss=1.0)
    tuned = contrast("tuned", test="tuned", primary=True, where={"data": "late"}, rates=[0.01, 0.1])
    assert looked(registered(tmp_path, claim(tuned)), runs, [10] * 4).arms == {f"arm{at:02d}" for at in range(4)}


def test_only_primary_contrasts_of_two_arms_with_a_margin_may_ask(tmp_path: Path) -> None:
    assert [each.name for _, each in askers(claims(tmp_path))] == ["near", "far"]
    assert askers(registered(tmp_path, claim(contrast(margin=0, primary=True)))) == []
    assert askers(registered(tmp_path, claim(rows("cases", "time-*", primary=True)))) == []
    assert askers(registered(tmp_path, claim(contrast(table="steps.csv", primary=True)))) == []
