"""Claims on what looks may spend of an error rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.analysis.spending import shares


@given(st.floats(0.001, 0.5), st.lists(st.integers(1, 200), min_size=1, max_size=6, unique=True).map(sorted))
def test_shares_are_above_zero_and_sum_to_the_rate(alpha: float, looks: list[int]) -> None:
    found = shares(alpha, looks)
    assert len(found) == len(looks) and min(found) > 0 and sum(found) == pytest.approx(alpha, rel=1e-12)


def test_a_single_look_spends_all_and_shares_are_in_proportion_to_the_rate() -> None:
    assert shares(0.1, (7,)) == pytest.approx((0.1,))
    assert shares(0.1, (3, 5, 8)) == pytest.approx([2 * share for share in shares(0.05, (3, 5, 8))])
