"""Arms that check the instrument itself, and what each must show.

sham: the same arm under another label, its own streams; it must not differ. noisy: a share of all labels is
changed, at a known cost. shuffled: labels have nothing to do with sequences; accuracy must be chance. delayed:
every update waits a known time. slow: a tenth of the learning rate; short: half of the updates. These two plant a
deficit: only where it is seen can "no difference" be said. In: raw splits of a replicate. Out: splits with the labels
the arm is given, and the arm as it is trained. The raw sequences, their hash included, stay what they are: a control
is a treatment, not another dataset.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from mismatch.config.arm import Arm
from mismatch.data.base import RaggedData, Splits
from mismatch.data.streams import Streams


def streams(arm: Arm, replicate: int) -> Streams:
    """The streams of a replicate: shared by all arms but the sham, which draws everything afresh."""
    return Streams(arm.seed, replicate, "sham/" if arm.control.kind == "sham" else "")


SLOWER = 10
"""What the learning rate is divided by in the slow control."""


def treated(arm: Arm) -> Arm:
    """The arm as it is trained: at a lower rate or for fewer updates, in whole blocks, where the control says so."""
    train = arm.train
    if arm.control.kind == "slow":
        return replace(arm, train=replace(train, learning_rate=train.learning_rate / SLOWER))
    if arm.control.kind == "short":
        return replace(arm, train=replace(train, updates=train.updates // 2 // train.block * train.block))
    return arm


def relabel(arm: Arm, splits: Splits, streams: Streams) -> Splits:
    """The splits with the labels, and their exact posterior, that the arm's control asks for."""
    if arm.control.kind not in ("noisy", "shuffled"):
        return splits
    parts = {
        part: _relabel(arm, getattr(splits, part), streams.rng(f"control/{part}"))
        for part in ("train", "probe", "test")
    }
    return Splits(**parts)


def _relabel(arm: Arm, data: RaggedData, rng: np.random.Generator) -> RaggedData:
    classes = arm.data.classes_count
    if arm.control.rate is None:
        uniform = None if data.posterior is None else np.full_like(data.posterior, 1 / classes)
        return replace(data, labels=rng.permutation(data.labels), posterior=uniform)
    changed = rng.random(len(data)) < arm.control.rate
    others = (data.labels + rng.integers(1, classes, len(data))) % classes
    posterior = None if data.posterior is None else with_noise(arm, data.posterior).astype(np.float32)
    return replace(data, labels=np.where(changed, others, data.labels), posterior=posterior)


def with_noise(arm: Arm, share: Any) -> Any:
    """What is left of a probability of being right: (1 - rate) p + rate (1 - p) / (K - 1)."""
    rate = arm.control.rate or 0.0
    return (1 - rate) * share + rate * (1 - share) / (arm.data.classes_count - 1)


def ceiling(arm: Arm, clean: float) -> float:
    """Bayes accuracy on the labels the arm is given, from that on the clean ones."""
    if arm.control.kind == "shuffled":
        return arm.data.chance
    return float(with_noise(arm, clean))
