"""Ceilings behind interpolation: closed forms, simulation, and a plain count over every value of what is random."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import norm

from mismatch.adapt import adapt
from mismatch.adapt.length import interpolated
from mismatch.ceilings import View, bayes_accuracy, ceiling
from mismatch.ceilings.enumerated import enumerated
from mismatch.config.registry import ADAPTERS, DATASETS
from mismatch.data import RaggedData
from mismatch.data.laws import Support
from mismatch.data.streams import Streams
from tests.data.tasks import DRAWS, EXACT, sample, standard_error
from tests.helpers import make_arm

STREAMS = Streams(0, 0)


def bayes(name, steps, mask="none", settings=None, **view):
    return bayes_accuracy(DATASETS.get(name)(**settings or {}), View(steps, "interpolate", mask=mask, **view))


@pytest.mark.parametrize("mask", ["none", "masking", "explicit"])
@pytest.mark.parametrize("steps", [2, 3, 7, 12, 24])
def test_what_stands_at_an_end_is_never_lost(steps, mask):
    for name in ("early", "late"):
        assert bayes(name, steps, mask) == pytest.approx(0.9, abs=EXACT)
    assert bayes("ends_xor", steps, mask) == pytest.approx(0.905, abs=EXACT)


@pytest.mark.parametrize("steps", [1, 2, 4, 5, 6, 7, 12])
def test_a_cue_anywhere_is_lost_where_no_point_lies_within_a_step_of_it(steps):
    """P(near a point) A0 + P(not) / K; twice as many points as half the longest length lose nothing."""
    near = []
    for length in range(4, 13):
        points = np.linspace(0, length - 1, steps) if steps > 1 else np.zeros(1)
        near.append(np.mean([(np.abs(points - place) < 1 - 1e-9).any() for place in range(length)]))
    share = np.mean(near)
    assert bayes("uniform", steps) == pytest.approx(share * 0.9 + (1 - share) / 4, abs=EXACT)
    assert (share == 1) == (steps > 6.5)


@pytest.mark.parametrize("steps", [6, 8, 13])
def test_a_stretched_sequence_loses_its_length_where_all_its_steps_are_equal(steps):
    """Ones alone, 2 to 6 of them, look alike: those of odd number are taken for the likelier even ones."""
    lost = (2.0**-3 + 2.0**-5) / 5
    assert bayes("parity", steps) == pytest.approx(1 - lost, abs=EXACT)
    assert bayes("parity", steps, settings={"coding": "flag"}) == pytest.approx(1 - lost, abs=EXACT)


def test_a_step_between_minus_and_plus_one_is_zero_and_masking_deletes_it():
    """The order is lost with it, as the mask leaves nothing in its place: 16 steps at 9, spacing 15 / 8."""
    plain, masked = (bayes("majority", 9, mask) for mask in ("none", "masking"))
    assert masked < plain - 1e-4
    assert bayes("majority", 9, "masking", {"coding": "flag"}) == pytest.approx(plain, abs=EXACT)


def with_every_distractor(dataset):
    """The law of a cue task with all values of its distractor listed: (RaggedData, joint (M, K))."""
    data, joint = dataset.support()
    values, lengths, weights = [], [], []
    for rows, share in zip(np.split(data.values, data.offsets[1:]), joint, strict=True):
        free = np.flatnonzero(rows[:, dataset.classes])
        for signs in product((-1.0, 1.0), repeat=len(free)):
            copy = rows.copy()
            copy[free, dataset.classes] = signs
            values.append(copy)
            lengths.append(len(rows))
            weights.append(share / 2 ** len(free))
    return RaggedData(np.concatenate(values), np.array(lengths), np.zeros(len(lengths), int)), np.array(weights)


DISTRACTED = [
    *(View(steps, "interpolate", mask=mask) for steps in (1, 2, 3, 4, 6) for mask in ("none", "masking")),
    *(View(4, "interpolate", mask="none", kernel=k, pool=2) for k in (None, 1, 3)),
    View(6, "interpolate", mask="explicit", kernel=2, pool=3, rebuilt=True),
    View(6, "interpolate", mask="none", kernel=1, pool=2, stride=True),
]


@pytest.mark.parametrize("view", DISTRACTED, ids=lambda view: str(DISTRACTED.index(view)))
@pytest.mark.parametrize("name", ["early", "late", "uniform"])
def test_a_distractor_changes_no_ceiling_that_is_given(name, view):
    dataset = DATASETS.get(name)(classes=3, min_length=2, max_length=5)
    found = bayes_accuracy(dataset, view)
    listed = enumerated(Support.of(*with_every_distractor(dataset)), view)
    assert found == pytest.approx(listed, abs=EXACT) or np.isnan(found)
    assert not np.isnan(found) or view.kernel is not None or view.pool is not None


def test_a_distractor_mixed_with_other_features_leaves_the_ceiling_unknown():
    for width in (3, 6):
        assert np.isnan(bayes("early", 8, matrix=ADAPTERS.get("project")().matrix(6, width, STREAMS)))
    first = ADAPTERS.get("truncate")().matrix(6, 4, STREAMS)
    assert bayes("early", 8, matrix=first) == pytest.approx(0.9, abs=EXACT)


def test_noise_between_the_steps_betrays_the_length_and_leaves_what_depends_on_it_unknown():
    """Straight from raw step to raw step, noise bends at every step: counting bends gives L, and with it the parity."""
    wide = {"features__adapter": "noise", "features__width": 4, "length__truncating": "interpolate"}
    arm = make_arm("parity", length__steps=61, **wide)  # 60 is a multiple of every L - 1
    splits = arm.data.draw(STREAMS)
    test = adapt(arm, splits, STREAMS)["test"]
    bends = (np.abs(np.diff(test.inputs[:, :, 1:].astype(np.float64), n=2, axis=1)).max(2) > 1e-4).sum(1)
    assert (bends + 2 == splits.test.lengths).all()
    plain = make_arm("parity", length__steps=61, length__truncating="interpolate")
    assert np.isnan(ceiling(arm, STREAMS)) and ceiling(plain, STREAMS) < 1


@pytest.mark.parametrize("extra", ["noise", "resample"])
def test_a_ceiling_that_needs_no_length_is_known_beside_random_columns(extra):
    for name, expected in (("early", 0.9), ("ends_xor", 0.905)):
        for mask in ("none", "explicit"):
            assert bayes(name, 7, mask, extra=extra) == pytest.approx(expected, abs=EXACT)
    assert bayes("ends_xor", 7, "masking", extra="noise") == pytest.approx(0.905, abs=EXACT)
    assert np.isnan(bayes("ends_xor", 7, "masking", extra="resample"))  # a 0 beside a copy of 0 is skipped, or not


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 6, 9, 14])
def test_gaussian_steps_are_worth_what_the_best_linear_rule_makes_of_them(steps):
    dataset, data = sample("sparse_features", seed=steps)
    shown = interpolated(data, steps)[:, :, dataset.informative_positions].sum(2, dtype=np.float64)
    half = DRAWS // 2
    signed = shown[:half] * (2 * data.labels[:half, None] - 1)
    spread = np.atleast_2d(np.cov(shown[:half].T - signed.mean(0)[:, None] * (2 * data.labels[:half] - 1)))
    rule = np.linalg.pinv(spread, rcond=1e-6) @ signed.mean(0)
    hits = ((shown[half:] @ rule > 0) == data.labels[half:]).mean()
    expected = bayes("sparse_features", steps)
    assert hits == pytest.approx(expected, abs=4 * standard_error(expected, half) + 0.002)  # 0.002: rule estimated


def test_as_many_gaussian_steps_as_raw_ones_or_more_are_worth_all_and_one_less_too():
    full = bayes_accuracy(DATASETS.get("sparse_features")(), View(10))
    for steps in (9, 11, 12, 19, 50):  # nine points between ten steps: the weights of the tenth follow from theirs
        assert bayes("sparse_features", steps) == pytest.approx(full, abs=1e-9)
    assert bayes("sparse_features", 4) == pytest.approx(0.8389, abs=1e-4)  # a stride of 3: Phi(0.35 sqrt(2 x 4))


@pytest.mark.parametrize(("kernel", "pool"), [(1, 4), (2, 4), (1, 2)])
def test_the_gaps_of_a_strided_convolution_take_their_share_of_interpolated_steps(kernel, pool):
    """1'(AA')^+ 1 of the rows of A that a kernel covers, A from numpy.interp."""
    to, of = np.linspace(0, 1, 12), np.linspace(0, 1, 10)
    weights = np.stack([np.interp(to, of, unit) for unit in np.eye(10)], axis=1)[np.arange(12) % pool < kernel]
    worth = np.ones(len(weights)) @ np.linalg.pinv(weights @ weights.T, rcond=1e-9) @ np.ones(len(weights))
    found = bayes("sparse_features", 12, kernel=kernel, pool=pool, stride=True)
    assert found == pytest.approx(norm.cdf(0.35 * np.sqrt(2 * worth)), abs=1e-6)
