"""``reduction=strided``: a convolution over ``kernel`` steps that moves ``pool`` steps at a time."""

from typing import Any

from mismatch.config import groups
from mismatch.reductions.base import Reduction, Windows, any_real, blanked


class Strided(Reduction):
    name = "strided"
    meaning = "a convolution over kernel steps that moves pool steps at a time"
    uses = ("kernel", "filters", "pool")

    def __init__(self, settings: groups.Reduction) -> None:
        super().__init__(settings)
        self.kernel, self.filters, self.pool = settings.kernel or 1, settings.filters or 1, settings.pool or 1

    def steps(self, steps: int) -> int:
        return steps // self.pool

    def width(self, width: int) -> int:
        return self.filters

    def windows(self) -> Windows:
        return Windows(self.kernel, self.pool, stride=True)

    def build(self, keras: Any, x: Any, mask: Any, conv: Any) -> tuple[Any, Any]:
        options = {"strides": self.pool, "padding": "same", "activation": "relu", "name": "conv"}
        x = conv(self.filters, self.kernel, **options)(blanked(keras, x, mask))
        mask = None if mask is None else self.mask_after(keras.ops, mask)
        return blanked(keras, x, mask), mask

    def mask_after(self, ops: Any, mask: Any) -> Any:
        return any_real(ops, mask, self.pool)

    def flops(self, steps: int, width: int) -> int:
        return 2 * self.kernel * width * self.filters * self.steps(steps)
