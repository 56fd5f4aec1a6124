"""Delay, early accuracies and excess loss: hand-made traces and predictions with known answers."""

from types import SimpleNamespace

import numpy as np
import pytest

from mismatch.config.arm import Arm
from mismatch.engine.trace import score
from mismatch.run.metrics.learning import BUDGETS, Learning, delayed, excess_loss, target
from tests.helpers import make_arm

UPDATES = np.arange(5) * 10
POSTERIOR = np.array([[0.9, 0.1], [0.3, 0.7], [1.0, 0.0], [0.5, 0.5]], np.float32)


def part(posterior=POSTERIOR, labels=(0, 1, 0, 1)) -> SimpleNamespace:
    return SimpleNamespace(posterior=posterior, labels=np.array(labels))


def measured(curve, arm: Arm | None = None, exact=None, ceiling: float = 0.9, probes: int = 256) -> dict:
    """The family's columns of a run whose probe accuracies were `curve`, exactly `exact`."""
    curve = np.array(curve, np.float32)
    exact = np.full_like(curve, np.nan) if exact is None else np.array(exact, np.float32)
    trace = SimpleNamespace(probe_accuracy=curve, probe_exact=exact)
    parts = {"probe": SimpleNamespace(labels=np.zeros(probes)), "test": part(None)}
    outcome = SimpleNamespace(trace=trace, logits=np.zeros((4, 2)))
    arm = arm or make_arm(train__updates=10 * (len(curve) - 1))
    return Learning().measure(SimpleNamespace(arm=arm, parts=parts, outcome=outcome, ceiling=ceiling))


def test_the_delay_is_where_the_line_between_two_probes_crosses_the_target():
    """Chance .25, ceiling .9: the target is .835, two thirds of the way from .635 to .935, 20 to 30 updates."""
    found = measured([0.25, 0.3, 0.635, 0.935, 0.5])
    assert found["delay"] == pytest.approx(20 + 10 * 2 / 3, abs=1e-4) and found["delay_censored"] is False


def test_a_run_that_never_gets_there_took_all_its_updates_at_least():
    found = measured([0.25, 0.3, 0.5, 0.8, 0.83])
    assert found["delay"] == 40 and found["delay_censored"] is True


def test_what_is_known_before_training_takes_one_update_so_that_ratios_exist():
    assert delayed(np.array([0.9, 0.9]), np.array([0, 10]), 0.8) == (1.0, False)
    assert delayed(np.array([0.79, 0.9]), np.array([0, 2]), 0.791) == (1.0, False)


def test_exact_probe_accuracies_are_used_where_they_are_known():
    noisy, exact = [0.25, 0.9, 0.25, 0.9, 0.9], [0.25, 0.25, 0.25, 0.9, 0.9]
    assert measured(noisy)["delay"] == pytest.approx(9, abs=0.01)
    assert measured(noisy, exact=exact)["delay"] == pytest.approx(29, abs=0.01)


def test_where_nothing_can_be_learnt_there_is_no_delay_and_nothing_is_censored():
    """Shuffled labels: the ceiling is chance. A reach below three standard errors of guessing could be luck."""
    for ceiling in (0.25, 0.3):
        found = measured([0.25, 0.3, 0.3, 0.3, 0.3], ceiling=ceiling)
        assert np.isnan(found["delay"]) and found["delay_censored"] is False
    assert np.isnan(target(0.5, 0.6, np.array([0.5]), 256)) and target(0.5, 0.6, np.array([0.5]), 4096) == 0.59


def test_without_a_ceiling_the_run_s_own_best_stands_for_it_but_noise_is_no_learning():
    """Chance .25: 3 standard errors of 256 guesses are .0812; of very many, a rise of .05 is asked for."""
    nan = float("nan")
    assert target(0.25, nan, np.array([0.25, 0.65]), 256) == pytest.approx(0.25 + 0.9 * 0.4)
    assert target(0.25, nan, np.array([0.25, 0.3]), 256) == pytest.approx(0.25 + 3 * np.sqrt(0.25 * 0.75 / 256))
    assert target(0.25, nan, np.array([0.25, 0.3]), 10**6) == pytest.approx(0.30)
    assert measured([0.25, 0.3, 0.28, 0.31, 0.3], ceiling=nan)["delay_censored"] is True


def test_accuracies_at_budgets_are_read_off_the_probes_and_empty_beyond_the_run():
    curve = np.linspace(0.25, 0.65, 41)  # probes every 10 of 400 updates
    found = measured(curve, make_arm(train__updates=400))
    got = [found[f"probe_accuracy_{budget}"] for budget in BUDGETS]
    assert got[:3] == pytest.approx([0.35, 0.45, 0.65]) and np.isnan(got[3:]).all()
    between = measured([0.25, 0.65], make_arm(train__updates=160, train__block=160))
    assert between["probe_accuracy_100"] == pytest.approx(0.5)  # linear


def test_the_exact_posterior_has_no_excess_loss_and_uniform_shares_that_of_a_sum_by_hand():
    certain = np.log(np.maximum(POSTERIOR, 1e-30))
    assert excess_loss(certain, part()) == pytest.approx(0, abs=1e-7)  # float32 of the posterior
    entropies = [0.9 * np.log(0.9) + 0.1 * np.log(0.1), 0.3 * np.log(0.3) + 0.7 * np.log(0.7), 0, np.log(0.5)]
    uniform = excess_loss(np.zeros((4, 2), np.float32), part())
    assert uniform == pytest.approx(np.log(2) + np.mean(entropies), abs=1e-7)


def test_excess_loss_survives_certainty_and_is_empty_without_posterior_or_finite_logits():
    wrong = np.array([[0, 200.0]] * 4, np.float32)  # exp(-200) is no float32
    assert 0 < excess_loss(wrong, part()) < 200
    assert np.isnan(excess_loss(wrong, part(None))) and np.isnan(excess_loss(np.full_like(wrong, np.inf), part()))


def test_a_probe_is_scored_on_its_labels_and_exactly():
    logits = np.log(np.array([[0.8, 0.2], [0.8, 0.2], [0.8, 0.2], [0.2, 0.8]], np.float32))
    loss, accuracy, exact = score(logits, part())
    assert loss == pytest.approx(-(3 * np.log(0.8) + np.log(0.2)) / 4) and accuracy == 0.75
    assert exact == pytest.approx((0.9 + 0.3 + 1.0 + 0.5) / 4)
    assert np.isnan(score(logits, part(None))[2])
