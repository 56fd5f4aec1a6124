"""The model of a script: stock Keras layers from arrays to logits, with what acts in the arm and nothing else.

In: an arm, and what its sequences need to have T steps. Out: lines that make ``model``. A mask that does not survive
the reduction is left out, and so is what blanks pads that are blank.
"""

from mismatch.advise.script.lengths import Shape
from mismatch.advise.script.piece import WIDTH, Piece, literal
from mismatch.config.groups import INTERPOLATE
from mismatch.config.ownmodel import MASK, Source

REDUCTIONS = ("none", "pool", "conv", "conv_pool", "strided")
"""Reductions that a script knows; those of other packages are not among them."""
CONVOLVED, POOLED = ("conv", "conv_pool", "strided"), ("pool", "conv_pool")
CUDNN = "  # cuDNN takes masks of post-padded sequences alone"
FAR = "-1e9"
"""Stands for minus infinity before a maximum over steps that may be padding."""


def sizes(shape: Shape) -> dict[str, object]:
    """The constants of the layers, by name."""
    arm = shape.arm
    if arm.model.build is not None:
        return {}
    reduction, model = arm.reduction, arm.model
    named = {"WIDTH": arm.width if arm.adapter.learned else None, "UNITS": model.units}
    named |= {"KERNEL": reduction.kernel, "FILTERS": reduction.filters, "POOL": reduction.pool}
    found: dict[str, object] = {name: value for name, value in named.items() if value is not None}
    return found | ({"DROPOUT": model.dropout} if model.dropout else {})


def network(shape: Shape) -> Piece:
    """Lines that build ``model``."""
    if shape.arm.model.build is not None:
        return _own(Source.of(shape.arm.model.build), shape)
    front, mask = _front(shape, _mask(shape))
    inputs = '{"x": inputs, "mask": mask}' if shape.masked else "inputs"
    model = f"model = keras.Model({inputs}, layers.Dense(len(CLASSES))(h))"
    lines = (*_start(shape), *_inputs(shape), *front, *_recurrent(shape, mask), model, *_remembering(shape))
    names = "layers, ops" if any("ops." in line for line in lines) else "layers"
    return Piece(("import keras", f"from keras import {names}"), lines=lines)


def _own(source: Source, shape: Shape) -> Piece:
    """Lines that have the person's own function make it, from its file."""
    second, mask = "VOCABULARY" if shape.tokens else "D", f", {MASK}=True" if shape.masked else ""
    lines = (
        "sys.path.insert(0, str(Path(MODEL).parent))  # for what it imports from there",
        f"model = runpy.run_path(MODEL)[{literal(source.function)}](T, {second}, len(CLASSES){mask})",
    )
    return Piece(("import keras", "import runpy"), lines=lines)


def _mask(shape: Shape) -> str | None:
    """The expression of the mask (N, T) that is handed on from layer to layer; None where Keras passes it, or none is.

    Steps of numbers can be what the mask stands for without being pads; numbers of words cannot.
    """
    arm = shape.arm
    if shape.masked:
        return "mask"
    if arm.mask.kind != "masking" or arm.reduction.mask != "rebuilt" or (shape.tokens and not shape.padded):
        return None
    return "ops.not_equal(inputs, 0)" if shape.tokens else f"ops.any(ops.not_equal(inputs, {_value(shape)}), axis=-1)"


def _value(shape: Shape) -> str:
    return literal(shape.arm.mask.value or 0.0)


def _inputs(shape: Shape) -> tuple[str, ...]:
    """Up to D features of each step, with Keras's own mask where it can pass."""
    arm, named = shape.arm, ', name="x"' if shape.masked else ""
    lines: tuple[str, ...] = (f"inputs = h = keras.Input((T, D){named})",)
    if shape.tokens:
        lines = (f'inputs = keras.Input((T,), dtype="int32"{named})', "h = layers.Embedding(VOCABULARY, D)(inputs)")
        if _passed(shape):
            lines = (lines[0], "h = layers.Embedding(VOCABULARY, D, mask_zero=True)(inputs)")
    if shape.masked:
        lines += ('mask = keras.Input((T,), dtype="bool", name="mask")',)
    elif not shape.tokens and arm.mask.kind == "masking" and (_passed(shape) or _zeroed(shape)):
        lines += (f"h = layers.Masking({_value(shape)})(h)",)
    return (*lines, "h = layers.Dense(WIDTH, use_bias=False)(h)") if arm.adapter.learned else lines


def _passed(shape: Shape) -> bool:
    """Whether a mask of Keras's own goes from layer to layer by itself."""
    arm = shape.arm
    return arm.mask.kind == "masking" and arm.front.transparent and (shape.padded or not shape.tokens)


def _zeroed(shape: Shape) -> bool:
    """Whether Masking, whose mask is lost behind it, still puts zeros into the steps that it stands for."""
    return shape.arm.reduction.mask == "destroyed" and bool(shape.arm.mask.value)


def _blank(shape: Shape) -> bool:
    """Whether steps that the mask leaves out are zeros as it is."""
    arm = shape.arm
    if shape.tokens:
        return False
    if arm.mask.kind == "masking":
        return not arm.mask.value
    return shape.fill == "constant" and not arm.length.pad_value


def _front(shape: Shape, mask: str | None) -> tuple[tuple[str, ...], str | None]:
    """Lines of the reduction, and the name of the mask behind it."""
    kind = shape.arm.reduction.kind
    if mask is None or kind == "none":
        return tuple(_layers(shape, "h", "h")), mask
    lines: tuple[str, ...] = () if mask == "mask" else (f"mask = {mask}",)
    made = tuple(_layers(shape, "h" if _blank(shape) else "ops.where(real, h, 0.0)", f"ops.where(real, h, {FAR})"))
    if any("real" in line for line in made):
        lines += ("real = ops.expand_dims(mask, -1)",)
    lines += made
    if kind == "conv":
        return lines, "mask"
    lines += ("seen = ops.any(ops.reshape(mask, (-1, T // POOL, POOL)), axis=-1)  # a window with a real step",)
    if kind in POOLED:
        lines += ("h = ops.where(ops.expand_dims(seen, -1), h, 0.0)",)
    return lines, "seen"


def _layers(shape: Shape, convolved: str, pooled: str) -> list[str]:
    """The layers of the reduction, each with what it is given."""
    kind, found = shape.arm.reduction.kind, list[str]()
    if kind in CONVOLVED:
        strides = "strides=POOL, " if kind == "strided" else ""
        options = f'{strides}padding="same", activation="relu"{_matched(shape)}'
        layer = f"h = layers.Conv1D(FILTERS, KERNEL, {options})"
        short = len(layer) + len(convolved) + 2 <= WIDTH
        found += [f"{layer}({convolved})"] if short else [f"h = {convolved}", f"{layer}(h)"]
    if kind in POOLED:
        found.append(f"h = layers.MaxPooling1D(POOL)({pooled})")
    return found


def _recurrent(shape: Shape, mask: str | None) -> tuple[str, ...]:
    """The recurrent layer and what stands right before it."""
    model, reached = shape.arm.model, mask is not None or _passed(shape)
    ended = shape.padding == "post" and shape.side != INTERPOLATE and (shape.tokens or shape.masked)
    options = ", use_cudnn=False" if reached and not ended else ""
    options += "" if shape.arm.reduction.kind in CONVOLVED else _matched(shape)
    layer = f"layers.{str(model.cell).upper()}(UNITS{options})"
    layer = f"layers.Bidirectional({layer})" if model.bidirectional else layer
    given = f"(h, mask={mask})" if mask else "(h)"
    lines: tuple[str, ...] = (f"h = {layer}{given}",)
    if model.bias_init == "chrono":
        lines = (f"recurrent = {layer}", f"h = recurrent{given}")
    if "use_cudnn" in options and len(lines[0]) + len(CUDNN) <= WIDTH:
        lines = (lines[0] + CUDNN, *lines[1:])
    return ("h = layers.SpatialDropout1D(DROPOUT)(h)", *lines) if model.dropout else lines


def _matched(shape: Shape) -> str:
    """The option that draws the weights of the first layer as if it had the features of the file."""
    if shape.arm.model.kernel_init != "matched":
        return ""
    return ", kernel_initializer=start"


def _start(shape: Shape) -> tuple[str, ...]:
    """The line that makes Glorot's range of the features of the file, whatever number of them the layer is given."""
    arm = shape.arm
    if arm.model.kernel_init != "matched":
        return ()
    width, raw = "WIDTH" if arm.adapter.learned else "D", arm.data.feature_count
    gates = arm.gates // (1 + bool(arm.model.bidirectional))
    out = "FILTERS" if arm.reduction.kind in CONVOLVED else f"{gates} * UNITS"
    scale = f"({width} + {out}) / ({raw} + {out})"
    return (f'start = keras.initializers.VarianceScaling({scale}, "fan_avg", "uniform")  # of {raw} features',)


def _remembering(shape: Shape) -> tuple[str, ...]:
    """Lines that start gates so that they remember for up to as many steps as there are (Tallec & Ollivier 2018)."""
    arm = shape.arm
    if arm.model.bias_init != "chrono":
        return ()
    gates = "np.stack([np.r_[long, np.zeros(2 * UNITS)], np.zeros(3 * UNITS)])"
    if arm.model.cell == "lstm":
        gates = "np.r_[-long, long, np.zeros(2 * UNITS)]"
    return (
        "for bias in recurrent.weights[2::3]:  # gates start out remembering, each for another time",
        f"    long = np.log(np.random.uniform(1, {max(arm.gru_steps - 1, 1)} + 1e-6, UNITS))",
        f"    bias.assign({gates})",
    )
