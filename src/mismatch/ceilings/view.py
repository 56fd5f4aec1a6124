"""`View`: what an arm lets the model see of a sequence, in the words that ceilings are computed from.

In: an arm and the streams of a replicate. Out: its `View`, asked of the parts the arm is made of; None where the
arm shows something that these words cannot say, so that its ceiling stays unknown.
"""

from collections.abc import Hashable
from dataclasses import dataclass, fields

import numpy as np

from mismatch.adapt.scale import moments
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams

UNKNOWN = float("nan")


@dataclass(frozen=True, eq=False)
class View:
    """What is left to be seen of a sequence. Defaults: nothing is hidden.

    steps: T, timesteps after padding and truncating
    truncating, padding, fill, pad_value: as in `adapt.length.place`; padding none shows each length as it is, and
        truncating interpolate pads nothing
    mask, mask_value: none | masking (rows equal to `mask_value`) | explicit (the true padding)
    center, spread: (d,) float64, subtracted from and divided into each feature, else None
    matrix: (d, D) float32, the linear map of the adapter, or None where every feature is kept as it is
    extra: none | noise | resample, columns beside the features that say nothing of the label
    kernel: length of the convolution (1 for a learned layer on single steps), or None without one
    pool: steps of a window, or None without windows; stride: one step of each is kept instead of its maximum
    rebuilt: whether the mask acts on convolution and pooling, and goes on to the model behind them
    """

    steps: int
    truncating: str = "pre"
    padding: str = "post"
    fill: str = "constant"
    pad_value: float = 0.0
    mask: str = "explicit"
    mask_value: float = 0.0
    center: np.ndarray | None = None
    spread: np.ndarray | None = None
    matrix: np.ndarray | None = None
    extra: str = "none"
    kernel: int | None = None
    pool: int | None = None
    stride: bool = False
    rebuilt: bool = False

    @property
    def reduces(self) -> bool:
        """Whether something stands between the steps and the model behind them."""
        return self.kernel is not None or self.pool is not None

    @property
    def maximum(self) -> bool:
        """Whether features of different steps meet in one maximum."""
        return self.kernel is None and (self.pool or 1) > 1

    @property
    def key(self) -> tuple[Hashable, ...]:
        """All fields, arrays as shape and bytes: equal for views that show the same."""
        values = (getattr(self, item.name) for item in fields(self))
        return tuple((v.shape, v.tobytes()) if isinstance(v, np.ndarray) else v for v in values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def view(arm: Arm, streams: Streams) -> View | None:
    """What the arm's adaptation and reduction leave to be seen, or None where they cannot say."""
    length, adapter, windows = arm.length, arm.adapter, arm.front.windows()
    if arm.layout.at is not None or adapter.extra == "unknown" or windows is None:
        return None
    scaled = arm.features.scale != "none"
    center, spread = moments(arm.data.draw(streams).train.values) if scaled else (None, None)
    return View(
        steps=arm.steps,
        truncating=length.truncating or "pre",
        padding=length.padding or "pre",
        fill=length.fill or "constant",
        pad_value=length.pad_value or 0.0,
        mask=arm.mask.kind,
        mask_value=arm.mask.value or 0.0,
        center=center,
        spread=spread,
        matrix=adapter.matrix(arm.data.feature_count, arm.width, streams),
        extra=adapter.extra,
        # A learned layer on single steps is a convolution of length 1: behind it, a maximum forgets no less.
        kernel=windows.kernel or (1 if adapter.learned and windows.pool else None),
        pool=windows.pool,
        stride=windows.stride,
        rebuilt=arm.reduction.mask == "rebuilt",
    )
