"""``reduction=conv_pool``: a convolution, and the maximum of what it sees over windows of ``pool`` steps."""

from typing import Any

from mismatch.config import groups
from mismatch.reductions.base import Reduction, Windows
from mismatch.reductions.conv import Conv
from mismatch.reductions.pool import Pool


class ConvPool(Reduction):
    name = "conv_pool"
    meaning = "a convolution over kernel steps, then the maximum over windows of pool steps"
    uses = ("kernel", "filters", "pool")

    def __init__(self, settings: groups.Reduction) -> None:
        super().__init__(settings)
        self.conv, self.pool = Conv(settings), Pool(settings)

    def steps(self, steps: int) -> int:
        return self.pool.steps(steps)

    def width(self, width: int) -> int:
        return self.conv.width(width)

    def windows(self) -> Windows:
        return Windows(self.conv.kernel, self.pool.pool)

    def build(self, keras: Any, x: Any, mask: Any, conv: Any) -> tuple[Any, Any]:
        x, mask = self.conv.build(keras, x, mask, conv)
        return self.pool.build(keras, x, mask, conv)

    def mask_after(self, ops: Any, mask: Any) -> Any:
        return self.pool.mask_after(ops, mask)

    def flops(self, steps: int, width: int) -> int:
        return self.conv.flops(steps, width)
