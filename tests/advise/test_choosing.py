"""Claims on the recommendation: the cheapest arm within the margin of the leader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.advise.choosing import choose

MEANS = {"long": 0.860, "middle": 0.853, "short": 0.851, "tiny": 0.80}
COSTS = {"long": 9.0, "middle": 4.0, "short": 2.0, "tiny": 0.5}


def test_the_cheapest_arm_within_the_margin_is_chosen() -> None:
    found = choose(MEANS, COSTS, margin=0.01)
    assert (found.arm, found.leader, found.within) == ("short", "long", ("short", "middle", "long"))
    assert found.behind == pytest.approx(0.009) and found.saves == pytest.approx(7 / 9)


@pytest.mark.parametrize(("margin", "arm"), [(0.0, "long"), (0.007, "middle"), (0.0089, "middle"), (0.1, "tiny")])
def test_a_wider_margin_buys_a_cheaper_arm(margin: float, arm: str) -> None:
    assert choose(MEANS, COSTS, margin).arm == arm


def test_a_margin_takes_in_what_lies_on_it() -> None:
    assert choose({"a": 0.86, "b": 0.85}, {"a": 2, "b": 1}, 0.01).arm == "b"  # .86 - .85 > .01 in binary fractions


def test_of_arms_that_cost_the_same_the_most_accurate_is_chosen() -> None:
    close = {"a": 3.04, "b": 3.0, "c": 3.03, "d": 3.2}
    means = {"a": 0.85, "b": 0.848, "c": 0.85, "d": 0.853}
    assert choose(means, close, 0.01).arm == "c"
    assert choose(means, close, 0.01, alike=0.0).arm == "b"
    assert choose(dict.fromkeys("ab", 0.8), dict.fromkeys("ab", 1.0), 0.01).arm == "a"


def test_what_is_cheaper_must_show_that_it_is_as_good() -> None:
    errors = {"middle": 0.003, "short": 0.0011, "tiny": 0.0}
    sure = {"short": 0.0009}
    assert choose(MEANS, COSTS, 0.01, error=lambda arm, _: errors[arm]).within == ("middle", "long")
    assert choose(MEANS, COSTS, 0.01, error=lambda arm, _: (errors | sure)[arm]).arm == "short"
    found = choose(MEANS, COSTS, 0.01, error=lambda arm, leader: float("inf") if leader == "long" else 0.0)
    assert (found.arm, found.within) == ("long", ("long",)), "the leader is within any margin of itself"


def test_arms_that_dropped_out_neither_lead_nor_are_chosen() -> None:
    found = choose(MEANS, COSTS, 0.01, among=["middle", "tiny", "short"])
    assert (found.leader, found.arm) == ("middle", "short")


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 100)), min_size=1, max_size=8), st.floats(0, 0.5))
def test_no_arm_within_the_margin_is_much_cheaper_and_the_choice_is_within_it(
    arms: list[tuple[float, float]], margin: float
) -> None:
    means = {str(at): mean for at, (mean, _) in enumerate(arms)}
    costs = {str(at): cost for at, (_, cost) in enumerate(arms)}
    found = choose(means, costs, margin)
    assert found.arm in found.within and -1e-12 <= found.behind <= margin + 1e-9
    assert costs[found.arm] <= 1.02 * min(costs[arm] for arm in found.within) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("means", "costs", "margin", "message"),
    [
        ({}, {}, 0.1, "no arm"),
        ({"a": 0.5}, {"a": 1.0}, -0.1, "margin is -0.1"),
        ({"a": 0.5}, {}, 0.1, "cost of a is None"),
        ({"a": 0.5}, {"a": 0.0}, 0.1, "cost of a is 0.0"),
        ({"a": float("nan")}, {"a": 1.0}, 0.1, "mean of a is nan"),
    ],
)
def test_what_cannot_be_chosen_from_is_refused(
    means: dict[str, float], costs: dict[str, float], margin: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        choose(means, costs, margin)
