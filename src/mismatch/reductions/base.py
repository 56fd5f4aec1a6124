"""What every reduction tells of itself: its rule, its layers, the mask after them, its FLOPs, and what it shows.

In: the settings of the group ``reduction``. Out: answers about T and D behind it, and the layers that make them. A
built-in reduction is a module of this package with one class; one of another package is an entry point of
``mismatch.reductions``. All other code asks the class and names no reduction. Keras comes in as an argument: this
package imports no TensorFlow.
"""

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, NamedTuple

from mismatch.config import groups
from mismatch.config.fields import require

FAR_BELOW = -1e9  # stands for minus infinity before a maximum over steps that may be padding
SIZES = ("kernel", "filters", "pool")


class Windows(NamedTuple):
    """What can be seen behind a reduction, for the ceiling; all None: the steps as they are.

    kernel: steps in the patch a convolution sees (padding ``same``), or None without one
    pool: steps of a window, or None without windows
    stride: the patch at the start of each window is left, instead of the maximum over its patches (or steps)
    """

    kernel: int | None = None
    pool: int | None = None
    stride: bool = False


class Reduction(ABC):
    """One kind of front, with its sizes. A class that leaves out one of the abstract members cannot be used."""

    def __init__(self, settings: groups.Reduction) -> None:
        self.settings = settings

    @property
    @abstractmethod
    def name(self) -> str:
        """The value of ``reduction``; a class attribute, the name of its module."""

    @property
    @abstractmethod
    def meaning(self) -> str:
        """One line for help, tables and pages; a class attribute."""

    @property
    @abstractmethod
    def uses(self) -> tuple[str, ...]:
        """Which of ``kernel``, ``filters`` and ``pool`` act; a class attribute. The others are None in its arms."""

    @abstractmethod
    def steps(self, steps: int) -> int:
        """The timesteps of T = `steps` that reach the GRU."""

    @abstractmethod
    def width(self, width: int) -> int:
        """The features that reach the GRU where D = `width` come in."""

    @abstractmethod
    def windows(self) -> Windows | None:
        """What can be seen behind it, or None where `Windows` cannot say: the ceiling is then NaN."""

    @abstractmethod
    def build(self, keras: Any, x: Any, mask: Any, conv: Any) -> tuple[Any, Any]:
        """Its layers on the symbolic `x` (N, T, D): (N, steps(T), width(D)), and the mask (N, steps(T)) behind it.

        mask: (N, T) bool where it is to be rebuilt (pads must then change nothing), or None. conv: the class to use
        for a `keras.layers.Conv1D`. Weighted layers must be named: initial weights are drawn by their names.
        """

    @abstractmethod
    def mask_after(self, ops: Any, mask: Any) -> Any:
        """Which of the steps behind it are real: (N, steps(T)) bool of `mask` (N, T). ops: numpy or `keras.ops`."""

    @abstractmethod
    def flops(self, steps: int, width: int) -> int:
        """Floating-point operations of a forward pass over one sequence of T = `steps` and D = `width`."""

    @property
    def transparent(self) -> bool:
        """Whether nothing stands before the GRU at all, so that a mask passes by itself."""
        return False

    def resolve(self, steps: int, masked: bool) -> groups.Reduction:
        """The settings for T = `steps`, with None for each that cannot act; `masked`: the arm has a mask.

        A reduction with rules of its own extends this.

        Raises:
            ConfigError: for a size that is missing, or does not fit T.
        """
        kept: dict[str, Any] = {}
        for key in (*SIZES, "mask"):
            acts = key in self.uses or (key == "mask" and not self.transparent)
            kept[key] = getattr(self.settings, key) if acts else None
            require(
                not acts or kept[key] is not None, f"reduction.{key}", None, f"must be given for reduction={self.name}"
            )
        for key in ("kernel", "pool"):
            accepted = f"must be at most length.steps={steps}"
            require(kept[key] is None or kept[key] <= steps, f"reduction.{key}", kept[key], accepted)
        # Keras drops the last T mod pool steps without a word, and with them what they said.
        whole = steps % (kept["pool"] or 1) == 0
        require(whole, "reduction.pool", kept["pool"], f"must divide length.steps={steps}")
        return replace(self.settings, **kept | {"mask": kept["mask"] if masked else None})


def blanked(keras: Any, x: Any, mask: Any, value: float = 0.0) -> Any:
    """`x` (N, T, D) with `value` at the steps that `mask` (N, T) says are not real; as it is without a mask."""
    if mask is None:
        return x
    return keras.ops.where(keras.ops.expand_dims(mask, -1), x, keras.ops.cast(value, "float32"))


def any_real(ops: Any, mask: Any, pool: int) -> Any:
    """A window of `pool` steps is real where any of its steps is: (N, T / pool) bool of `mask` (N, T)."""
    return ops.any(ops.reshape(mask, (-1, mask.shape[1] // pool, pool)), axis=-1)
