"""``reduction=conv``: ``filters`` features of the ``kernel`` steps around each step (padding same, ReLU)."""

from typing import Any

from mismatch.config import groups
from mismatch.reductions.base import Reduction, Windows, blanked


class Conv(Reduction):
    name = "conv"
    meaning = "a convolution over kernel steps"
    uses = ("kernel", "filters")

    def __init__(self, settings: groups.Reduction) -> None:
        super().__init__(settings)
        self.kernel, self.filters = settings.kernel or 1, settings.filters or 1

    def steps(self, steps: int) -> int:
        return steps

    def width(self, width: int) -> int:
        return self.filters

    def windows(self) -> Windows:
        return Windows(self.kernel)

    def build(self, keras: Any, x: Any, mask: Any, conv: Any) -> tuple[Any, Any]:
        layer = conv(self.filters, self.kernel, padding="same", activation="relu", name="conv")
        return blanked(keras, layer(blanked(keras, x, mask)), mask), mask

    def mask_after(self, ops: Any, mask: Any) -> Any:
        return mask

    def flops(self, steps: int, width: int) -> int:
        return 2 * self.kernel * width * self.filters * steps
