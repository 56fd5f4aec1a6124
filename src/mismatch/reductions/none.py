"""``reduction=none``: the GRU reads the adapted steps themselves."""

from typing import Any

from mismatch.reductions.base import Reduction, Windows


class Nothing(Reduction):
    name = "none"
    meaning = "nothing before the GRU"
    uses = ()

    @property
    def transparent(self) -> bool:
        return True

    def steps(self, steps: int) -> int:
        return steps

    def width(self, width: int) -> int:
        return width

    def windows(self) -> Windows:
        return Windows()

    def build(self, keras: Any, x: Any, mask: Any, conv: Any) -> tuple[Any, Any]:
        return x, mask

    def mask_after(self, ops: Any, mask: Any) -> Any:
        return mask

    def flops(self, steps: int, width: int) -> int:
        return 0
