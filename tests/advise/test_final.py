"""Claims on final figures: what intervals are made of, and what they hold to; how often they cover: test_simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mismatch.advise.final import accuracy, difference, enough, equivalent, failed
from mismatch.analysis.intervals import Interval


def correct(seed: int, replicates: int, sequences: int, mean: float = 0.8, run: float = 0.1) -> np.ndarray:
    """`(R, M) uint8`: sequences of unequal difficulty, replicates of unequal luck."""
    rng = np.random.default_rng(seed)
    latent = 1.5 * rng.normal(size=sequences) + run * rng.normal(size=(replicates, 1))
    latent = latent + rng.normal(size=(replicates, sequences))
    return (latent < stats.norm.ppf(mean) * np.sqrt(1.5**2 + run**2 + 1)).astype(np.uint8)


def width(found: Interval) -> float:
    return found.high - found.low


def test_a_difference_adds_what_sequences_and_what_replicates_vary() -> None:
    first, second = correct(0, 4, 60), correct(1, 4, 60, 0.7)
    found = difference(first, second)
    apart = first.astype(float) - second
    of_sequences = apart.mean(0).var(ddof=1) / 60 + 1 / 60**2
    of_replicates = apart.mean(1).var(ddof=1) / 4
    half = np.sqrt(stats.t.ppf(0.975, 59) ** 2 * of_sequences + stats.t.ppf(0.975, 3) ** 2 * of_replicates)
    assert found.estimate == pytest.approx(apart.mean())
    assert (found.low, found.high) == pytest.approx((apart.mean() - half, apart.mean() + half))
    assert found.valid and found.note == "" and found.level == 0.95


def test_replicates_that_are_all_the_same_leave_the_exact_binomial_interval() -> None:
    once = correct(2, 1, 300)
    found = accuracy(np.repeat(once, 5, axis=0))
    right = int(once.sum())
    exact = stats.binomtest(right, 300).proportion_ci(method="exact")
    assert found.estimate == pytest.approx(right / 300)
    # 1 / 299 of the width: the sample variance divides by M - 1.
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=3e-4)


@pytest.mark.parametrize("value", [0, 1])
def test_where_all_or_none_are_right_the_interval_is_that_of_as_many_sequences(value: int) -> None:
    found = accuracy(np.full((3, 50), value))
    edge = 0.025 ** (1 / 50)
    assert (found.low, found.high) == pytest.approx((edge, 1.0) if value else (0.0, 1 - edge))


def test_arms_that_never_disagreed_may_still_do_so() -> None:
    same = correct(3, 5, 200)
    found = difference(same, same)
    assert found.estimate == 0 and found.high == -found.low == pytest.approx(1.97 / 200, abs=1e-4)
    assert equivalent(same, same, 0.01) and not equivalent(same, same, 0.005)


def test_one_bad_run_widens_the_interval() -> None:
    steady = correct(4, 5, 200)
    once = steady.copy()
    once[0] = 1 - once[0]
    assert width(accuracy(once)) > 4 * width(accuracy(steady))


def test_groups_of_one_are_no_groups_and_copies_of_sequences_add_nothing() -> None:
    first, second = correct(5, 4, 50), correct(6, 4, 50)
    plain, alone = difference(first, second), difference(first, second, groups=range(50))
    assert plain == alone
    copied = [np.repeat(arm, 3, axis=1) for arm in (first, second)]
    grouped = difference(*copied, groups=np.repeat(np.arange(50), 3))
    assert (grouped.low, grouped.high) == pytest.approx((plain.low, plain.high))
    assert width(difference(*copied)) < 0.8 * width(plain)
    assert width(accuracy(copied[0], groups=[str(at // 3) for at in range(150)])) == pytest.approx(
        width(accuracy(first)), rel=0.02
    )


@given(st.integers(0, 20))
def test_a_difference_changes_sign_with_the_arms_and_keeps_to_what_can_be(seed: int) -> None:
    first, second = correct(seed, 3, 25, 0.95), correct(seed + 100, 3, 25, 0.1, run=2.0)
    found, other = difference(first, second), difference(second, first)
    assert (found.estimate, found.low, found.high) == pytest.approx((-other.estimate, -other.high, -other.low))
    assert -1 <= found.low <= found.estimate <= found.high <= 1
    for arm in (first, second):
        alone = accuracy(arm)
        assert 0 <= alone.low <= alone.estimate <= alone.high <= 1


@given(st.permutations(range(30)), st.permutations(range(3)))
def test_neither_the_order_of_sequences_nor_that_of_replicates_matters(columns: list[int], rows: list[int]) -> None:
    first, second = correct(7, 3, 30), correct(8, 3, 30)
    plain = difference(first, second)
    other = difference(first[rows][:, columns], second[rows][:, columns])
    assert (plain.low, plain.high) == pytest.approx((other.low, other.high))


def test_one_replicate_or_few_sequences_claim_nothing() -> None:
    one = difference(correct(9, 1, 100), correct(10, 1, 100))
    assert not one.valid and "one replicate" in one.note and one.low < one.estimate < one.high
    few = accuracy(correct(9, 5, 100), groups=np.arange(100) // 10)
    assert not few.valid and "10 sequences or groups are too few" in few.note
    assert not equivalent(correct(9, 1, 100), correct(9, 1, 100), 0.5)


def test_as_many_sequences_as_are_said_to_be_enough_bring_the_width_to_the_margin_on_average() -> None:
    found = []
    for seed in range(0, 120, 4):
        now = enough(correct(seed, 10, 200), correct(seed + 1, 10, 200, 0.78), 0.03)
        assert now.sequences is None or now.sequences > 200
        size = now.sequences or 10_000
        found.append(width(difference(correct(seed + 2, 10, size), correct(seed + 3, 10, size, 0.78))) / 2)
    assert np.median(found) == pytest.approx(0.03, rel=0.15)


def test_what_there_is_is_enough_for_the_width_there_is() -> None:
    for seed in range(0, 40, 2):
        first, second = correct(seed, 10, 200), correct(seed + 1, 10, 200, 0.78)
        half = width(difference(first, second)) / 2
        now = enough(first, second, half * (1 + 1e-9))
        assert now.half == pytest.approx(half)
        # The numbers tried are 2% apart, and the next one from 10 is 11.
        assert now.sequences == pytest.approx(200, rel=0.03) and now.replicates == pytest.approx(10, abs=1)
        easier = enough(first, second, 0.2)
        assert easier.sequences is not None and easier.sequences < 200


def test_no_number_of_sequences_makes_up_for_unsteady_training_and_none_of_replicates_for_few_sequences() -> None:
    unsteady = enough(correct(15, 4, 400, run=1.0), correct(16, 4, 400, run=1.0), 0.05)
    assert unsteady.sequences is None and unsteady.replicates is not None and unsteady.replicates > 4
    few = enough(correct(17, 4, 30), correct(18, 4, 30), 0.02)
    assert few.replicates is None and few.sequences is not None


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (np.zeros((3, 40)), np.zeros((3, 41)), "expected the same"),
        (np.zeros(40), np.zeros(40), r"shape \(40,\)"),
        (np.full((3, 40), 2), np.zeros((3, 40)), "other values than 0 and 1"),
        (np.full((3, 40), np.nan), np.zeros((3, 40)), "other values than 0 and 1"),
        (np.zeros((0, 40)), np.zeros((0, 40)), "expected"),
    ],
)
def test_what_is_not_zeros_and_ones_of_one_shape_is_refused(
    first: np.ndarray, second: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        difference(first, second)


def test_groups_and_margins_that_cannot_be_are_refused() -> None:
    one = correct(19, 3, 40)
    with pytest.raises(ValueError, match="39 groups"):
        accuracy(one, groups=range(39))
    with pytest.raises(ValueError, match="margin is 0"):
        enough(one, one, 0)
    with pytest.raises(ValueError, match="1 replicate"):
        enough(one[:1], one[:1], 0.1)


def test_trainings_that_end_near_guessing_are_counted_as_failed() -> None:
    good, bad = correct(0, 30, 200, 0.9), correct(1, 10, 200, 0.5)
    assert failed(np.concatenate([good, bad]), 0.5) == 10
    assert failed(bad, 0.5) == 0, "nothing learnt at all: there is no better one to fail against"


def test_of_trainings_that_are_alike_none_is_called_failed() -> None:
    """At chance too, where the best of 40 on 25 sequences is far above the worst by luck alone; 200 draws of each."""
    for mean in (0.5, 0.6, 0.9):
        draws = [failed(correct(seed, 40, 25, mean), 0.5) for seed in range(200)]
        assert np.mean(np.array(draws) > 0) <= 0.05
