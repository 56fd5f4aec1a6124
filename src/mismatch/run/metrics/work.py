"""What the model is made to work on: its size, its FLOPs, the share of them spent on padding, and what masks skip."""

from typing import ClassVar

import numpy as np

from mismatch.adapt import Adapted
from mismatch.adapt.length import steps_used
from mismatch.config.arm import Arm
from mismatch.run.metrics.base import Column, Finished, Metric


class Work(Metric):
    """Manipulation checks: what reached the recurrent layer."""

    name = "work"
    columns: ClassVar = {
        "parameters": Column("", "trainable parameters"),
        "flops_per_sample": Column(
            "FLOP", "multiply-adds x 2 of a forward pass through convolution and recurrent layer, per sequence"
        ),
        "useful_fraction": Column(
            "share", "share of the work on the model's input spent on real features and on no more steps than were raw"
        ),
        "padded_fraction": Column("share", "share of the T steps that are padding; 0 where all are interpolated"),
        "truncated_fraction": Column(
            "share", "share of raw steps that were cut, or of which no interpolated one is made"
        ),
        "masked_fraction": Column(
            "share", "share of its steps the mask tells the GRU to skip; 0 if no mask reaches it"
        ),
        "mask_reached_gru": Column("", "whether a mask reaches the GRU layer"),
    }

    def measure(self, run: Finished) -> dict[str, float | bool]:
        arm, train, outcome = run.arm, run.parts["train"], run.outcome
        # A sequence stretched to T steps holds no more than its own.
        kept = np.minimum(train.lengths, arm.steps).sum()
        used = steps_used(train.lengths, arm.steps, arm.length.truncating).sum()
        slots = train.mask.size
        real = min(arm.data.feature_count, arm.width)
        units = arm.model.units or 0
        return {
            "parameters": outcome.parameters,
            "flops_per_sample": flops_per_sample(arm),
            "useful_fraction": float(kept * (real + units) / (slots * (arm.width + units))),
            "padded_fraction": float(1 - train.mask.sum() / slots),
            "truncated_fraction": float(1 - used / train.lengths.sum()),
            "masked_fraction": _masked(arm, train) if outcome.mask_reached_gru else 0.0,
            "mask_reached_gru": outcome.mask_reached_gru,
        }


def flops_per_sample(arm: Arm) -> float:
    """Forward FLOPs per sequence: those of the reduction, and 2 H T' (D' + H) a gate of the recurrent layer.

    Those of a model of one's own are not known.
    """
    if arm.model.units is None:
        return float("nan")
    units, front = arm.model.units, int(arm.front.flops(arm.steps, arm.width))
    return front + 2 * arm.gates * units * arm.gru_steps * (arm.gru_width + units)


def _masked(arm: Arm, train: Adapted) -> float:
    """Share of the GRU's steps that its mask skips."""
    if arm.mask.kind == "explicit":
        real = train.mask
    elif arm.data.vocabulary_size:
        real = train.inputs != 0
    else:
        real = (train.inputs != np.float32(arm.mask.value)).any(-1)
    return float(1 - arm.front.mask_after(np, real).mean())
