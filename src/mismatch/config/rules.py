"""What is possible together: from typed settings to the checked, canonical `Arm`."""

from dataclasses import replace
from math import isfinite

from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError, check
from mismatch.config.groups import (
    ADAPTERS,
    GROUPS,
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
from mismatch.data.base import Dataset, classes, require


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
