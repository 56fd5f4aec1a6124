"""The delay from probes every 10 updates against that from probes every 2: same training, a coarser look at it."""

import numpy as np
import pytest

from mismatch.run.metrics.learning import delayed, target
from mismatch.run.pipeline import run
from tests.helpers import make_arm

pytestmark = pytest.mark.slow

ARMS = {"masked": {"length__padding": "post", "mask": "masking"}, "pre": {}}


def delays(name: str, replicate: int) -> dict[int, float]:
    """Updates to 90% of the learnable by probes every 2 and every 10 updates of one run."""
    arm = make_arm(
        length__ratio=2.0, data__probe=256, train__updates=200, train__batch=64, train__block=2, **ARMS[name]
    )
    record = run(arm, replicate, "x")
    curve = np.array(record.trace["probe_exact"], float)
    goal = target(arm.data.chance, record.metrics["ceiling"], curve, arm.data.probe)
    found = {step: delayed(curve[:: step // 2], np.arange(0, 201, step), goal) for step in (2, 10)}
    assert not any(censored for _, censored in found.values())
    assert found[2][0] == record.metrics["delay"]
    return {step: value for step, (value, _) in found.items()}


def test_probes_every_ten_updates_are_fine_enough_for_the_mean_ratio_of_two_delays():
    """Within 25%: 3 standard errors of the mean of 4 pairs, whose logarithms have the sd of .14 told in `delayed`."""
    errors = []
    for replicate in range(4):
        masked, pre = delays("masked", replicate), delays("pre", replicate)
        errors.append(np.log(pre[10] / masked[10]) - np.log(pre[2] / masked[2]))
    assert abs(np.mean(errors)) < np.log(1.25)


def test_a_control_keeps_the_meaning_of_the_delay():
    """Changed labels lower the ceiling, and with it the target; shuffled ones leave nothing to learn."""
    fast = {"train__updates": 200, "train__batch": 64, "train__learning_rate": 0.02, "data__probe": 256}
    noisy = run(make_arm(control="noisy", control__rate=0.3, **fast), 0, "x").row()
    assert noisy["ceiling"] == pytest.approx(0.7 * 0.9 + 0.1 * 0.1)
    assert not noisy["delay_censored"] and noisy["delay"] < 200
    shuffled = run(make_arm(control="shuffled", **fast), 0, "x").row()
    assert np.isnan(shuffled["delay"]) and not shuffled["delay_censored"]
    assert shuffled["probe_accuracy_100"] == pytest.approx(0.25, abs=1e-6)  # every class has posterior 1/4
    assert shuffled["excess_loss"] > 0  # whatever it learnt of chance is wrong
