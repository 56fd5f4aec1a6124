"""What timing tells apart in an arm, and the work a step of it does.

In: the arms of the sweep. Out: a `Setting` for each, which names it, finds the arm it is compared with, and counts
its floating-point operations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError, require
from mismatch.data.streams import Streams

ENGINES = {"fit": "graph", "xla": "xla"}
"""Values of ``train.engine`` that can be timed, and what the tables call them; `compiled` runs blocks, not steps."""
OTHERS = ("layout", "model.", "train.", "seed")
"""Parameters beside the fields of a `Setting` that are told apart where they differ between arms."""


@dataclass(frozen=True)
class Setting:
    """One arm as the tables see it.

    padded: share of the T steps that are pads. lengths: real steps of the sequences of the batch.
    rest: other parameters in which arms of the sweep differ.
    """

    engine: str
    steps: int
    width: int
    mask: str
    padded: float
    reduction: str
    pool: int | None
    kernel: int | None
    control: str
    delay_ms: float | None
    rest: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Readable and unique: what differs from an unmasked, unpadded, unreduced GRU is said."""
        reduction = "" if self.reduction == "none" else f"{self.reduction}{self.pool or ''}"
        parts = [self.engine, f"T{self.steps}", f"D{self.width}", self.mask, reduction, self.control]
        padded = [f"padded{self.padded:g}"] if self.padded else []
        rest = [f"{key}={value}" for key, value in self.rest]
        return "-".join(part for part in [*parts, *padded, *rest] if part not in ("", "none"))

    def columns(self) -> dict[str, Any]:
        """What the tables say about the arm, under the names of the runs table."""
        return {
            "engine": self.engine,
            "length.steps": self.steps,
            "features.width": self.width,
            "mask": self.mask,
            "padded_fraction": self.padded,
            "reduction": self.reduction,
            "reduction.pool": self.pool,
            "reduction.kernel": self.kernel,
            "control": self.control,
            "control.delay_ms": self.delay_ms,
        } | dict(self.rest)


@dataclass(frozen=True)
class Work:
    """Forward FLOPs per sequence: all of them, and those on real steps and real features."""

    flops: float
    useful: float

    @property
    def useful_fraction(self) -> float:
        return self.useful / self.flops


def settings(arms: Sequence[Arm]) -> list[Setting]:
    """The arms as timing tells them apart.

    Raises:
        ConfigError: for an engine without steps, or two arms that differ only in what it does not tell apart.
    """
    for arm in arms:
        require(arm.train.engine in ENGINES, "train.engine", arm.train.engine, "must be fit or xla for measure=timing")
    require(bool(arms), "measure", "timing", "needs arms to time: give them with replicates=0")
    rows = [arm.parameters() for arm in arms]
    names = [key for key in rows[0] if key.startswith(OTHERS) and key != "train.engine"]
    differ = [key for key in names if len({repr(row[key]) for row in rows}) > 1]
    made = [_setting(arm, tuple((key, row[key]) for key in differ)) for arm, row in zip(arms, rows, strict=True)]
    for place, setting in enumerate(made):
        if setting in made[:place]:
            raise ConfigError("measure", "timing", f"takes {setting.name} for two arms, which differ in other things")
    return made


def _setting(arm: Arm, rest: tuple[tuple[str, Any], ...]) -> Setting:
    return Setting(
        engine=ENGINES[arm.train.engine],
        steps=arm.steps,
        width=arm.width,
        mask=arm.mask.kind,
        padded=float(1 - batch_lengths(arm).mean() / arm.steps),
        reduction=arm.reduction.kind,
        pool=arm.reduction.pool,
        kernel=arm.reduction.kernel,
        control=arm.control.kind,
        delay_ms=arm.control.delay_ms,
        rest=rest,
    )


def batch_lengths(arm: Arm) -> np.ndarray:
    """Real steps of the sequences of the timed batch, (N,): the first of the training sequences, at most T each."""
    lengths = arm.data.draw(Streams(arm.seed, 0)).train.lengths[: arm.train.batch]
    return np.minimum(lengths, arm.steps)


def work(arm: Arm) -> Work:
    """Convolution 2 k D F T and 2 H (T / p) (D' + H) a gate of the recurrent layer, D' its input width.

    Useful: real steps, windows with one for that layer, and real features; a filter counts as real.
    """
    lengths, pool = batch_lengths(arm), arm.reduction.pool or 1
    windows = float(np.ceil(lengths / pool).mean())
    real = min(arm.width, arm.data.feature_count)
    return Work(
        _flops(arm, arm.width, float(arm.steps), float(arm.steps // pool)),
        _flops(arm, real, float(lengths.mean()), windows),
    )


def _flops(arm: Arm, features: int, steps: float, windows: float) -> float:
    """Not known of a model of one's own."""
    reduction, units = arm.reduction, arm.model.units
    if units is None:
        return float("nan")
    places = windows if reduction.kind == "strided" else steps
    convolution = 2 * (reduction.kernel or 0) * features * (reduction.filters or 0) * places
    return convolution + 2 * arm.gates * units * windows * ((reduction.filters or features) + units)
