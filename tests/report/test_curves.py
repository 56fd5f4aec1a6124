"""Traces become curves of the arms they belong to."""

import numpy as np
import pandas as pd

from mismatch.report.curves import by_arm, updates_of


def test_traces_of_ok_replicates_are_stacked_by_arm_and_cut_to_the_shortest() -> None:
    runs = pd.DataFrame({"run": ["r0", "r1", "r2", "r3"], "arm": ["a", "a", "a", "b"], "replicate": [0, 1, 2, 0]})
    runs["status"] = ["ok", "ok", "diverged", "ok"]
    traces = {"r0": np.ones(5), "a-1": {"probe_loss": [0.0] * 4}, "r2": np.ones(2), "elsewhere": np.ones(5)}
    stacks = by_arm(traces, runs)
    assert {arm: losses.shape for arm, losses in stacks.items()} == {"a": (2, 4)}


def test_probes_stand_at_the_update_they_were_taken_after() -> None:
    arm = pd.Series({"train.block": 20, "train.updates": 60})
    assert updates_of(arm, 4).tolist() == [0, 20, 40, 60]
    assert updates_of(arm, 60).tolist() == list(range(1, 61))
