"""``reduction=pool``: the maximum of each feature over windows of ``pool`` steps."""

from typing import Any

from mismatch.config import groups
from mismatch.reductions.base import FAR_BELOW, Reduction, Windows, any_real, blanked


class Pool(Reduction):
    name = "pool"
    meaning = "the maximum over windows of pool steps"
    uses = ("pool",)

    def __init__(self, settings: groups.Reduction) -> None:
        super().__init__(settings)
        self.pool = settings.pool or 1

    def steps(self, steps: int) -> int:
        return steps // self.pool

    def width(self, width: int) -> int:
        return width

    def windows(self) -> Windows:
        return Windows(pool=self.pool)

    def build(self, keras: Any, x: Any, mask: Any, conv: Any) -> tuple[Any, Any]:
        x = blanked(keras, x, mask, FAR_BELOW)
        x = keras.layers.MaxPooling1D(self.pool, name="pool")(x)
        if mask is None:
            return x, None
        mask = self.mask_after(keras.ops, mask)
        return blanked(keras, x, mask), mask  # a window of pads alone is a step of zeros, not of FAR_BELOW

    def mask_after(self, ops: Any, mask: Any) -> Any:
        return any_real(ops, mask, self.pool)

    def flops(self, steps: int, width: int) -> int:
        return 0  # comparisons, not multiplications
