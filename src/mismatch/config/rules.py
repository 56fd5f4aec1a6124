"""What is possible together: from typed settings to the checked, canonical `Arm`."""

from copy import copy
from dataclasses import replace
from math import isfinite

from mismatch.config import environment, ownmodel
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError, check, require
from mismatch.config.groups import (
    GROUPS,
    INTERPOLATE,
    PADDINGS,
    TRUNCATINGS,
    Control,
    Features,
    Layout,
    Length,
    Mask,
    Model,
    Reduction,
    Settings,
)
from mismatch.config.registry import ADAPTERS, DATASETS, REDUCTIONS


def resolve(node: Settings) -> Arm:
    """The checked, canonical arm of `node`.

    Raises:
        ConfigError: for a value out of range or an impossible combination.
    """
    if not DATASETS.made(node.data):
        raise ConfigError("data", node.data, "must be one of " + ", ".join(DATASETS.names))
    data = copy(node.data)
    data.check()  # may fill in what was left open; the settings a person gave stay as they are
    for group in GROUPS:
        check(group, getattr(node, group))
    arm = Arm(data=data, **{group: getattr(node, group) for group in (*GROUPS, "seed")})
    arm = replace(arm, length=_length(arm))
    arm = replace(arm, features=_features(arm))
    arm = replace(arm, layout=_layout(arm))
    arm = replace(arm, control=_control(arm))
    arm = replace(arm, reduction=_reduction(arm))
    arm = replace(arm, mask=_mask(arm))
    arm = replace(arm, model=_model(arm))
    _engine(arm)
    require(
        arm.train.updates % arm.train.block == 0,
        "train.updates",
        arm.train.updates,
        f"must be a multiple of train.block={arm.train.block}",
    )
    return arm


def _engine(arm: Arm) -> None:
    """Blocks are compiled by TensorFlow alone; its data pipeline takes no batches of many lengths, JAX's does."""
    engine, jax = arm.train.engine, environment.backend() == "jax"
    require(engine != "compiled" or not jax, "train.engine", engine, f"must be fit where {environment.CHOICE}=jax")
    accepted = "needs train.engine=compiled: its batches have no pads"
    require(engine == "compiled" or jax or not arm.bucketed, "length.padding", "none", accepted)


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
    resampled = _resampled(arm, steps)
    padded, cut = steps > arm.data.shortest and not resampled, steps < longest
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
        plain = {"mask": "none", "reduction": "none"}
        given = {"mask": arm.mask.kind, "reduction": arm.reduction.kind}
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
        truncating=length.truncating if cut or resampled else None,
        fill=length.fill if filled else None,
        pad_value=_unsigned(pad_value) if filled and length.fill == "constant" else None,
    )


def _resampled(arm: Arm, steps: int) -> bool:
    """Whether interpolation acts: it gives every sequence T = `steps` steps, where not all have as many already."""
    length, data = arm.length, arm.data
    if length.truncating != INTERPOLATE:
        return False
    others = ", ".join(name for name in TRUNCATINGS if name != INTERPOLATE)
    accepted = f"must be one of {others} for token ids (data.embedding=vectors takes any)"
    require(data.vocabulary_size is None, "length.truncating", INTERPOLATE, accepted)
    acts = not data.shortest == steps == data.longest
    accepted = f"cannot be given beside length.truncating={INTERPOLATE}, which leaves batches of one length, T={steps}"
    require(not acts or length.padding != "none", "length.padding", "none", accepted)
    return acts


def _features(arm: Arm) -> Features:
    features, tokens = arm.features, arm.data.vocabulary_size is not None
    raw, name = arm.data.feature_count, arm.data.name
    adapter, width = ADAPTERS.get(features.adapter)().check(features.width, raw, name, tokens)
    accepted = "must be none for token ids; data.embedding=vectors takes any"
    require(not tokens or features.scale == "none", "features.scale", features.scale, accepted)
    return replace(features, adapter=adapter, width=width)


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
    exact = kind != "time_major" or arm.data.exact
    require(exact, "layout", kind, "needs parts of the same size in every replicate: no data.group, no copies")
    sizes = (arm.data.train, arm.data.probe, arm.data.test)
    whole = kind != "time_major" or not any(size % arm.steps for size in sizes)
    require(whole, "layout", kind, f"needs data.train, data.probe and data.test to be multiples of T={arm.steps}")
    return layout


def _control(arm: Arm) -> Control:
    control = arm.control
    for key, kind in (("rate", "noisy"), ("delay_ms", "delayed")):
        given = getattr(control, key) is not None or control.kind != kind
        require(given, f"control.{key}", None, f"must be given for control={kind}")
    halves = control.kind != "short" or arm.train.updates >= 2 * arm.train.block
    require(halves, "control", "short", f"needs train.updates of at least two blocks, 2 x {arm.train.block}")
    return replace(
        control,
        rate=control.rate if control.kind == "noisy" else None,
        delay_ms=control.delay_ms if control.kind == "delayed" else None,
    )


def _reduction(arm: Arm) -> Reduction:
    part = REDUCTIONS.get(arm.reduction.kind)(arm.reduction)
    resolved: Reduction = part.resolve(arm.steps, arm.mask.kind != "none")
    return resolved


def _model(arm: Arm) -> Model:
    model, given = arm.model, arm.model.dropout or 0.0
    if model.build is not None:
        return ownmodel.settled(arm)
    ownmodel.refuse_open(model)
    for key, value, drawn in (
        ("train.engine", arm.train.engine, "fit"),
        ("length.padding", arm.length.padding, "none"),
    ):
        accepted = f"must be 0 with {key}={drawn}: its random numbers are others, so that its runs would have no pair"
        require(not given or value != drawn, "model.dropout", given, accepted)
    same = arm.width == arm.data.feature_count
    return replace(model, kernel_init="glorot" if same else model.kernel_init, dropout=given + 0.0)


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
    return replace(mask, value=_unsigned(mask.value) if mask.kind == "masking" else None)


def _unsigned(value: float | None) -> float | None:
    """-0.0 as 0.0: they are written apart and are one number."""
    return value if value is None else value + 0.0
