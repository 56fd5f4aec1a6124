"""Settings as a person writes them: typed, range-checked groups, one dataclass per group of the config tree."""

from dataclasses import dataclass, field
from typing import Any

from mismatch.config.fields import choice, ranged

PADDINGS = ("pre", "post", "mid", "none")
INTERPOLATE = "interpolate"
AUTO, LOOKS = "auto", (10, 20, 40, 80)
"""As many replicates as the claims ask for: counted after each look, of which the last is the most there are."""
TRUNCATINGS = ("pre", "post", "head_tail", "crop", "stride", INTERPOLATE)


@dataclass
class Features:
    """d -> D. `width` is D; None keeps the dataset's own d. `adapter` names a module of `adapt/features`."""

    width: int | None = ranged(None, low=1)
    adapter: str = "native"
    scale: str = choice("none", "none", "standard")


@dataclass
class Length:
    """L -> T. `steps` is T or ``max`` (the longest sequence); `ratio` gives T / L_max instead.

    padding none: batches of equal length, no pads at all (the control). fill: what a pad holds, `pad_value`,
    the last real step again, or N(0, 1) noise. truncating interpolate: every sequence is resampled to T steps.
    """

    steps: Any = "max"
    ratio: float | None = ranged(None, above=0.0)
    padding: str | None = choice("pre", *PADDINGS)
    truncating: str | None = choice("pre", *TRUNCATINGS)
    fill: str | None = choice("constant", "constant", "last", "noise")
    pad_value: float | None = 0.0


@dataclass
class Mask:
    """none | masking (Keras's own, from `value`) | explicit (from the lengths)."""

    kind: str = choice("none", "none", "masking", "explicit")
    value: float | None = 0.0


@dataclass
class Reduction:
    """What stands before the GRU: `kind` names a module of `reductions`, which says what of the sizes acts there.

    mask: whether the arm's mask survives it.
    """

    kind: str = "none"
    kernel: int | None = ranged(3, low=1)
    filters: int | None = ranged(16, low=1)
    pool: int | None = ranged(2, low=1)
    mask: str | None = choice("destroyed", "destroyed", "rebuilt")


@dataclass
class Layout:
    """The order of the array's axes: correct, or one of the mistakes Keras lets pass when the sizes agree.

    transpose: features as timesteps (T = D). scramble: the right shape read in the wrong memory order.
    time_major: (T, N, D) taken for (N, T, D). `at`: in training and test alike, or at test time alone.
    """

    kind: str = choice("correct", "correct", "transpose", "scramble", "time_major")
    at: str | None = choice("both", "both", "test")


@dataclass
class Control:
    """What checks the instrument itself: see `run/controls.py`. `rate` of changed labels, `delay_ms` per update."""

    kind: str = choice("none", "none", "sham", "noisy", "shuffled", "delayed", "slow", "short")
    rate: float | None = ranged(0.1, above=0.0, high=1.0)
    delay_ms: float | None = ranged(2.0, above=0.0)


@dataclass
class Model:
    """The recurrent classifier. `kernel_init` matched: Glorot limit of the raw d, whatever D is.

    dropout: of the features that reach the recurrent layer, the same ones at all steps of a sequence.
    build: a model of one's own in its place, ``my_model.py:build``, which decides all of that itself; `sha256` is
    filled in from its file, so that results of another version of it are not mistaken for this one's.
    """

    units: int | None = ranged(16, low=1)
    bias_init: str | None = choice("zeros", "zeros", "chrono")
    bidirectional: bool | None = False
    kernel_init: str | None = choice("glorot", "glorot", "matched")
    cell: str | None = choice("gru", "gru", "lstm")
    dropout: float | None = ranged(0.0, low=0.0, high=0.9)
    build: str | None = None
    sha256: str | None = None


@dataclass
class Train:
    """The number of updates is fixed, not of epochs. `block` updates run in one compiled call.

    engine: compiled blocks, Keras's own fit (in graph mode), or that with XLA. keep: which weights are tested.
    """

    updates: int = ranged(400, low=1)
    batch: int = ranged(64, low=1)
    learning_rate: float = ranged(0.005, above=0.0)
    optimizer: str = choice("adam", "adam", "sgd", "rmsprop")
    block: int = ranged(10, low=1)
    engine: str = choice("compiled", "compiled", "fit", "xla")
    keep: str = choice("last", "last", "best")


@dataclass
class Advise:
    """What is asked of an advice: minutes it may take, accuracy that is nothing to the person, units of the GRU.

    model: a function of one's own that makes a model in the place of the GRU, ``my_model.py:build``. fit: whether the
    advised model is fitted on all sequences, too.
    """

    minutes: float = ranged(5.0, low=0.2, high=1440.0)
    margin: float = ranged(0.01, high=0.99, above=0.0)
    units: int = ranged(16, low=1, high=4096)
    model: str | None = None
    fit: bool = False


@dataclass
class Settings:
    """The whole config as Hydra composes it. `measure`: a measurement of another kind that goes with the sweep.

    replicates: how many, or ``auto``: those of the first of `LOOKS`, and more for arms whose claims ask for more.
    advise: given, it is no sweep, but a question on the data: which settings to take.
    """

    data: Any = None
    features: Features = field(default_factory=Features)
    length: Length = field(default_factory=Length)
    mask: Mask = field(default_factory=Mask)
    reduction: Reduction = field(default_factory=Reduction)
    layout: Layout = field(default_factory=Layout)
    control: Control = field(default_factory=Control)
    model: Model = field(default_factory=Model)
    train: Train = field(default_factory=Train)
    replicates: Any = 10
    seed: int = ranged(0, low=0)
    name: str = "adhoc"
    out: str = "results/${name}"
    time_limit: float = ranged(600.0, above=0.0)
    impossible: str = choice("refuse", "refuse", "skip")
    measure: str | None = None
    advise: Advise | None = None
    figures: bool = True
    smoke: bool = False


GROUPS: dict[str, type] = {
    "features": Features,
    "length": Length,
    "mask": Mask,
    "reduction": Reduction,
    "layout": Layout,
    "control": Control,
    "model": Model,
    "train": Train,
}
