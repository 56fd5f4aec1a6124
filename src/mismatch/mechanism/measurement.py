"""What padding does to the gradient before anything is trained.

In: nothing but seeds; the arms of the sweep play no part. Out: `gradient.csv`, one row per number of pads x where
they stand x mask x bias x replicate. All cells of a replicate share sequences and initial kernels, so a share is a
paired ratio.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from mismatch.config.arm import Arm
from mismatch.data.early import Early
from mismatch.data.streams import Streams
from mismatch.sweep.measurement import Measurement

if TYPE_CHECKING:
    from mismatch.mechanism.probe import Reading

SIDES = ("pre", "mid", "post")
MASKS = ("none", "masking")
BIASES = ("zeros", "chrono")
STEPS = 8
"""Real steps of every sequence; the cue that names the class is the first."""
SEQUENCES = 128
SEED = 0


@dataclass(frozen=True)
class Size:
    """How much is measured: the numbers of pads, and the replicates."""

    pads: tuple[int, ...]
    replicates: int


FULL = Size((0, 1, 2, 3, 5, 8, 10, 15, 20, 30, 40), 12)
SMOKE = Size((0, 2, 10, 20), 3)


@dataclass(frozen=True)
class Cell:
    """What is varied: how many pads, where (pre | mid | post), mask none | masking, bias zeros | chrono."""

    pads: int
    side: str
    mask: str
    bias: str


class Gradient(Measurement):
    """Gradient and final state of an untrained GRU, with pads and without, under the same weights."""

    name = "gradient"
    tables: ClassVar[dict[str, str]] = {
        "gradient.csv": "gradient and final state of an untrained GRU against the number of zero steps added"
    }
    columns: ClassVar[dict[str, tuple[str, str]]] = {
        "experiment": ("", "experiment"),
        "arm": ("", "pads, where they stand, mask and bias in words"),
        "replicate": ("", "replicate: its own sequences and initial weights"),
        "status": ("", "ok"),
        "pads": ("timesteps", "zero steps added to each sequence"),
        "length.padding": ("", "where they stand: pre | mid | post"),
        "length.steps": ("timesteps", "T, real steps and pads"),
        "mask": ("", "none | masking (Keras's own)"),
        "model.bias_init": ("", "zeros | chrono (Tallec & Ollivier 2018)"),
        "gradient_norm": ("nats", "Frobenius norm of the loss's gradient by the input kernel"),
        "gradient_share": ("", "gradient_norm / that without pads and mask under the same weights"),
        "cue_gradient_norm": ("nats", "the same over the rows of the cue's features, which fire at the first step"),
        "cue_gradient_share": ("", "cue_gradient_norm / that without pads and mask under the same weights"),
        "state_norm": ("", "mean length of the final state"),
        "state_spread": ("", "root mean square distance of the final states from their mean"),
    }

    def seconds(self, arms: Sequence[Arm], smoke: bool) -> float:
        return 8.0 if smoke else 16.0

    def measure(self, arms: Sequence[Arm], smoke: bool) -> dict[str, pd.DataFrame]:
        return {"gradient.csv": pd.DataFrame(rows(SMOKE if smoke else FULL))}


def pad(inputs: np.ndarray, pads: int, side: str) -> np.ndarray:
    """Put `pads` zero steps before, amid or after the steps of (N, T, D): (N, T + pads, D)."""
    at = {"pre": 0, "mid": inputs.shape[1] // 2, "post": inputs.shape[1]}[side]
    zeros = np.zeros((len(inputs), pads, inputs.shape[2]), inputs.dtype)
    return np.concatenate([inputs[:, :at], zeros, inputs[:, at:]], axis=1)


def dataset() -> Early:
    """`early` with all sequences of one length, so that every pad is one of the pads counted."""
    return Early(min_length=STEPS, max_length=STEPS)


def rows(size: Size) -> Iterator[dict[str, object]]:
    """The table row by row.

    A share compares with the unpadded, unmasked sequence under the SAME weights. A chrono bias is that of
    the padded T, so its own effect on the gradient is in both and only that of the pads is left.
    """
    from mismatch.mechanism.probe import Probe  # TensorFlow starts here, not before

    probe = Probe(dataset())
    for replicate in range(size.replicates):
        streams = Streams(SEED, replicate)
        data = dataset().sample(streams.rng("data/probe"), SEQUENCES)
        inputs, labels = data.values.reshape(len(data), STEPS, -1), data.labels
        for bias, pads in product(BIASES, size.pads):
            probe.initialise(bias, STEPS + pads, streams)
            unpadded = probe.read("none", inputs, labels)
            for side, mask in product(SIDES, MASKS):
                reading = probe.read(mask, pad(inputs, pads, side), labels)
                yield _row(replicate, Cell(pads, side, mask, bias), reading, unpadded)


def _row(replicate: int, cell: Cell, reading: "Reading", unpadded: "Reading") -> dict[str, object]:
    return {
        "experiment": "padding",
        "arm": "{pads} pads {side}, mask {mask}, bias {bias}".format(**asdict(cell)),
        "replicate": replicate,
        "status": "ok",
        "pads": cell.pads,
        "length.padding": cell.side,
        "length.steps": STEPS + cell.pads,
        "mask": cell.mask,
        "model.bias_init": cell.bias,
        "gradient_norm": reading.gradient_norm,
        "gradient_share": reading.gradient_norm / unpadded.gradient_norm,
        "cue_gradient_norm": reading.cue_gradient_norm,
        "cue_gradient_share": reading.cue_gradient_norm / unpadded.cue_gradient_norm,
        "state_norm": reading.state_norm,
        "state_spread": reading.state_spread,
    }
