"""A ceiling is what the best rule reaches that sees the arrays: on any small law, and in its order for any arm."""

from collections import defaultdict
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mismatch.ceilings import View, ceiling, full_ceiling
from mismatch.ceilings.enumerated import enumerated
from mismatch.config.fields import ConfigError
from mismatch.data import RaggedData
from mismatch.data.laws import Support
from mismatch.data.streams import Streams
from tests.ceilings.brute_force import seen_by_loop
from tests.helpers import make_arm

from .strategies import SEEDS
from .test_identity import OVERRIDES

LONGEST = 5
SLACK = 1e-9


@st.composite
def laws(draw):
    """All sequences of some lengths over an alphabet of different steps, with random P(sequence, label)."""
    features, longest = draw(st.sampled_from([(1, LONGEST), (2, LONGEST), (2, 3)]))
    step = st.tuples(*[st.sampled_from([0.0, 1.0, -1.0])] * features)
    letters = draw(st.lists(step, min_size=2, max_size=2 if longest == LONGEST else 3, unique=True))
    lengths = draw(st.lists(st.integers(1, longest), min_size=1, max_size=3, unique=True))
    sequences = [sequence for length in lengths for sequence in product(letters, repeat=length)]
    joint = np.random.default_rng(draw(SEEDS)).random((len(sequences), draw(st.integers(2, 3))))
    values = np.array([step for sequence in sequences for step in sequence], np.float32)
    lengths = np.array([len(sequence) for sequence in sequences])
    return RaggedData(values, lengths, np.zeros(len(lengths), np.int64)), joint / joint.sum()


@st.composite
def views(draw):
    """Any view without random numbers in it, of T up to 6."""
    steps = draw(st.sampled_from([4, 6, 5, 3, 2, 1]))
    front = draw(st.sampled_from(["none", "pool", "conv", "strided", "conv_pool", "conv_pool"]))
    pool = draw(st.sampled_from([size for size in range(steps, 0, -1) if steps % size == 0]))
    return View(
        steps,
        truncating=draw(st.sampled_from(["pre", "post", "head_tail", "crop", "stride", "interpolate"])),
        padding=draw(st.sampled_from(["pre", "post", "mid"])),
        fill=draw(st.sampled_from(["constant", "last"])),
        pad_value=draw(st.sampled_from([0.0, -0.0, 1.0, -5.0])),
        mask=draw(st.sampled_from(["none", "masking", "explicit"])),
        mask_value=draw(st.sampled_from([0.0, 1.0, -5.0])),
        kernel=draw(st.integers(1, steps)) if front in ("conv", "conv_pool", "strided") else None,
        pool=pool if front in ("pool", "conv_pool", "strided") else None,
        stride=front == "strided",
        rebuilt=front != "none" and draw(st.booleans()),
    )


def best_rule(data, joint, view):
    """Sum over what can be seen of the largest P(seen, label); a crop starts anywhere it fits with equal chance."""
    excess = np.maximum(data.lengths - view.steps, 0)
    seen = defaultdict(lambda: np.zeros(joint.shape[1]))
    for start in range(LONGEST if view.truncating == "crop" else 1):
        observations = seen_by_loop(data, view, np.minimum(start, excess))
        for number, observation in enumerate(observations):
            if view.truncating != "crop":
                seen[observation] += joint[number]
            elif start <= excess[number]:
                seen[observation] += joint[number] / (excess[number] + 1)
    return sum(weights.max() for weights in seen.values())


@settings(max_examples=300)
@given(laws(), views())
def test_a_ceiling_is_the_accuracy_of_the_best_rule_on_what_the_arrays_show(law, view):
    data, joint = law
    assert enumerated(Support.of(data, joint), view) == pytest.approx(best_rule(data, joint, view), abs=SLACK)


@settings(max_examples=40)
@given(laws(), st.sampled_from(["pre", "post"]))
def test_with_a_true_mask_more_steps_never_lower_a_ceiling(law, truncating):
    data, joint = law
    support = Support.of(data, joint)
    found = [enumerated(support, View(steps, truncating=truncating)) for steps in range(1, LONGEST + 1)]
    assert all(low <= high + SLACK for low, high in pairwise(found))


@settings(max_examples=40)
@given(OVERRIDES)
def test_the_ceiling_of_an_arm_lies_between_chance_and_what_the_raw_sequence_tells(overrides):
    try:
        arm = make_arm(**overrides)
    except ConfigError:
        assume(False)
    found = ceiling(arm, Streams(0, 0))
    assert np.isnan(found) or arm.data.chance - SLACK <= found <= full_ceiling(arm) + SLACK
