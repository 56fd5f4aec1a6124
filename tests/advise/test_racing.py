"""Claims on a race: who drops out, by how much, and what it takes; how often the best one does: test_simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mismatch.advise.racing import Look, Race
from mismatch.advise.rivals import arm_means, common_spread
from mismatch.analysis.spending import shares

NOISE = np.array([0.012, -0.021, 0.004, 0.017, -0.009, -0.013, 0.006, 0.004])


def race(entrants: int, **more: object) -> Race:
    return Race(entrants=entrants, ratio=1 / 3, tested=200, **more)  # type: ignore[arg-type]


def field(*means: float, replicates: int = 3, seed: int = 0, sd: float = 0.01) -> dict[str, np.ndarray]:
    """Arms a, b, ... of these means, all harmed alike by a hard replicate."""
    rng = np.random.default_rng(seed)
    hard = rng.normal(0, 0.03, replicates)
    return {chr(97 + at): np.clip(mean + hard + rng.normal(0, sd, replicates), 0, 1) for at, mean in enumerate(means)}


def standing(look: Look, arm: str) -> object:
    return next(one for one in look.standings if one.arm == arm)


def test_two_arms_are_compared_by_the_corrected_resampled_t_test() -> None:
    first, second = 0.8 + NOISE, 0.7 - NOISE[::-1]
    look = Race(entrants=2, ratio=1 / 3, tested=10_000).look({"first": first, "second": second}, 3)
    differences = first - second
    error = np.sqrt(differences.var(ddof=1) * (1 / 8 + 1 / 3))
    p = stats.t.sf(differences.mean() / error, 7) * 0.05 / shares(0.05, (3, 5, 8))[2]
    assert look.leader == "first" and look.left == ("first",)
    (out,) = look.out
    assert (out.arm, out.against, out.replicates, out.failed) == ("second", "first", 8, 0)
    assert out.p == pytest.approx(p) and out.behind == pytest.approx(differences.mean())
    assert look.means == pytest.approx({"first": first.mean(), "second": second.mean()})


def test_no_difference_is_taken_for_steadier_than_counts_of_sequences_can_be() -> None:
    look = race(2).look({"first": 0.8 + NOISE, "second": 0.7 + NOISE}, 3)
    t = 0.1 / np.sqrt((0.1 - 0.01) / 200 * (1 / 8 + 1 / 3))
    assert look.out[0].p == pytest.approx(stats.t.sf(t, 7) * 0.05 / shares(0.05, (3, 5, 8))[2])


def test_an_arm_is_held_against_all_entrants() -> None:
    scores = field(0.9, 0.89, 0.88, 0.8)
    few, many = (race(entrants).look(scores, 1) for entrants in (4, 400))
    assert [one.arm for one in few.out] == ["d"] and few.left == ("a", "b", "c")
    assert not many.out and many.left[0] == "a"


def test_forty_arms_tell_with_three_replicates_what_a_pair_alone_cannot() -> None:
    scores = {f"arm {at}": values for at, values in enumerate(field(*[0.9] * 30, *[0.75] * 10).values())}
    look = race(40).look(scores, 1)
    assert len(look.out) >= 8 and all(int(one.arm[4:]) >= 30 for one in look.out)
    alone = race(40).look({arm: scores[arm] for arm in (look.leader, "arm 35")}, 1)
    assert not alone.out


def test_an_arm_that_fails_once_stays_and_one_that_always_fails_drops_out() -> None:
    scores = field(*[0.9] * 8)
    scores["b"][1] = np.nan
    scores["c"][:] = np.nan
    look = race(8).look(scores, 1)
    assert [(one.arm, one.failed) for one in look.out] == [("c", 3)]
    assert standing(look, "b").failed == 1  # type: ignore[attr-defined]
    assert look.means["c"] == pytest.approx(0) and look.means["b"] == pytest.approx(np.nan_to_num(scores["b"]).mean())
    assert race(8, worst=0.5).look(scores, 1).means["c"] == pytest.approx(0.5)


def test_failing_arms_do_not_shelter_the_others() -> None:
    scores = field(*[0.9] * 16, *[0.7] * 4, replicates=5)
    for at, arm in enumerate("bcde"):
        scores[arm][at] = 0.1
    assert {one.arm for one in race(20).look(scores, 2).out} == set("qrst")


def test_equal_scores_and_constant_differences_by_a_sequence_are_no_proof() -> None:
    same = race(3).look({arm: [0.9, 0.85, 0.95] for arm in "abc"}, 1)
    assert not same.out and same.leader == "a" and {one.p for one in same.standings} == {1.0}
    by_one = race(2).look({"a": [0.9, 0.85, 0.95], "b": [0.895, 0.845, 0.945]}, 1)
    assert not by_one.out and by_one.left == ("a", "b")
    by_many = race(2).look({"a": [0.9, 0.85, 0.95], "b": [0.6, 0.55, 0.65]}, 1)
    assert [one.arm for one in by_many.out] == ["b"]
    all_or_nothing = race(2).look({"a": [1.0, 1.0, 1.0], "b": [0.0, 0.0, 0.0]}, 1)
    assert all_or_nothing.out[0].p == 0


def test_a_late_arm_is_compared_on_the_replicates_it_shares() -> None:
    hard = np.array([-0.2, -0.18, -0.22, 0.1, 0.08])
    early = {arm: 0.7 + hard + NOISE[at : at + 5] / 4 for at, arm in enumerate("abcd")}
    late = {"late": early["a"][:3] + 0.001, "later": early["a"][:2]}
    look = race(6).look(early | late, 2)
    assert not look.out and look.means["late"] == pytest.approx(0.7 - 0.084 + 0.001, abs=0.01)
    assert standing(look, "late").replicates == 3 or look.leader == "late"  # type: ignore[attr-defined]
    bad = race(6).look(early | {"late": early["a"][:3] - 0.2}, 2)
    assert [(one.arm, one.replicates) for one in bad.out] == [("late", 3)]


def test_with_fewer_replicates_than_the_first_look_an_arm_neither_leads_nor_drops_out() -> None:
    scores = field(0.8, 0.79, 0.78, replicates=3)
    few = {"best": {0: 1.0, 2: 1.0}, "worst": {0: 0.0, 2: 0.0}}
    look = race(5).look(scores | few, 1)
    assert look.leader in scores and not look.out
    assert [standing(look, arm).replicates for arm in few] == [2, 2]  # type: ignore[attr-defined]
    assert [standing(look, arm).p for arm in few] == [1.0, 1.0]  # type: ignore[attr-defined]
    none = race(5).look(few, 1)
    assert none.leader == "best" and not none.out


def test_missing_replicates_are_named_and_later_ones_wait_for_their_look() -> None:
    scores = field(0.9, 0.89, 0.6, replicates=8)
    gaps: dict[str, dict[int, float] | np.ndarray] = dict(scores)
    gaps["b"] = {at: float(score) for at, score in enumerate(scores["b"]) if at != 1}
    look = race(3).look(gaps, 2)
    assert standing(look, "b").replicates == 4  # type: ignore[attr-defined]
    cut = race(3).look({arm: values[:5] for arm, values in scores.items()}, 2)
    assert race(3).look(scores, 2) == cut


def test_means_of_unequal_replicates_are_those_of_least_squares() -> None:
    rng = np.random.default_rng(4)
    table = rng.random((6, 7))
    table[rng.random(table.shape) < 0.3] = np.nan
    rows, columns = np.nonzero(np.isfinite(table))
    design = np.hstack([np.eye(6)[rows], np.eye(7)[columns]])
    effects = np.linalg.lstsq(design, table[rows, columns])[0]
    assert arm_means(table) == pytest.approx(effects[:6] + effects[6:].mean(), abs=1e-6)


def test_the_common_spread_is_that_of_the_arms_and_not_of_those_that_fail() -> None:
    drawn = np.random.default_rng(5).normal(0.8, 0.02, (2_000, 20, 5))
    variance, degrees = common_spread(drawn)
    assert variance.mean() == pytest.approx(2 * 0.02**2, rel=0.03)
    # As many degrees of freedom as are reckoned with, or more: sd of a chi square over its mean.
    assert 2 * (variance.mean() / variance.std()) ** 2 >= degrees[0] == pytest.approx(0.8 * 19 * 4)
    drawn[:, :4, 0] = 0.1
    assert np.median(common_spread(drawn)[0]) < 2 * 2 * 0.02**2
    assert common_spread(drawn[0, :1])[0] == 0


@given(st.permutations(range(5)), st.permutations(range(6)))
def test_neither_the_order_of_arms_nor_that_of_replicates_matters(replicates: list[int], arms: list[int]) -> None:
    scores = field(0.9, 0.88, 0.85, 0.8, 0.7, 0.6, replicates=5, seed=2)
    names = list(scores)
    shuffled = {names[at]: scores[names[at]][replicates] for at in arms}
    plain, other = race(6).look(scores, 2), race(6).look(shuffled, 2)
    assert plain.left == other.left
    assert [one.p for one in plain.standings] == pytest.approx([one.p for one in other.standings])


@given(st.floats(0.001, 0.3))
def test_a_worse_arm_is_out_if_a_better_one_is(lower: float) -> None:
    scores = field(0.9, 0.88, 0.87, 0.8, replicates=5, seed=3)
    before = standing(race(4).look(scores, 2), "d").p  # type: ignore[attr-defined]
    scores["d"] = scores["d"] - lower
    assert standing(race(4).look(scores, 2), "d").p <= before  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entrants": 0}, "entrants is 0"),
        ({"ratio": 0.0}, "ratio is 0.0"),
        ({"tested": 0}, "tested is 0"),
        ({"alpha": 1.0}, "alpha is 1.0"),
        ({"looks": (5, 3)}, "looks is"),
        ({"looks": (1, 3)}, "looks is"),
        ({"looks": ()}, "looks is"),
        ({"worst": -1.0}, "worst is -1.0"),
    ],
)
def test_a_race_that_cannot_be_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Race(**({"entrants": 2, "ratio": 0.3, "tested": 50} | change))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scores", "number", "message"),
    [
        ({"a": [0.5] * 3}, 4, "number is 4, expected 1 to 3"),
        ({}, 1, "arms is 0"),
        ({"a": [0.5], "b": [0.5], "c": [0.5]}, 1, "arms is 3, expected 1 to 2"),
        ({"a": [1.5]}, 1, "score of a is 1.5"),
        ({"a": {-1: 0.5}}, 1, "replicate of a is -1"),
        ({"a": [0.5], "b": {7: 0.5}}, 1, "runs of b is 0"),
    ],
)
def test_scores_that_cannot_be_are_refused(scores: dict[str, object], number: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        race(2).look(scores, number)  # type: ignore[arg-type]
