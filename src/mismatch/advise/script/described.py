"""What a script says of itself: its settings in words and numbers, none of which come from a person's file.

In: an arm, and what its sequences need to have T steps. Out: sentences for the docstring of the script.
"""

from mismatch.advise.script.lengths import Shape
from mismatch.config.groups import INTERPOLATE

CUTS = {
    "pre": "longer ones lose their start",
    "post": "longer ones lose their end",
    "head_tail": "longer ones keep their first and their last half of them",
    "crop": "longer ones keep a random window of them",
    "stride": "longer ones keep steps at even distances",
}
PADS = {"pre": "before", "post": "behind", "mid": "in the middle"}
FILLS = {"last": "the nearest step", "noise": "noise"}
FRONTS = {
    "pool": "the maximum of every {pool} steps",
    "conv": "a convolution over {kernel} steps",
    "conv_pool": "a convolution over {kernel} steps and the maximum of every {pool}",
    "strided": "a convolution over {kernel} steps that moves {pool} at a time",
}


def described(shape: Shape) -> str:
    """The settings of the arm in two sentences."""
    arm, reduction = shape.arm, shape.arm.reduction
    front = FRONTS.get(reduction.kind, "").format(kernel=reduction.kernel, pool=reduction.pool)
    scaled = " of features scaled as the training part is" if arm.features.scale == "standard" else ""
    layer = f"{'a bidirectional' if arm.model.bidirectional else 'a'} {arm.model.cell.upper()}"
    layers = f"{front}, then {layer}" if front else layer
    return f"Sequences have {arm.steps} steps{scaled}{_lengths(shape)}; {_masked(shape)}. Before the classes: {layers}."


def _lengths(shape: Shape) -> str:
    if shape.side == INTERPOLATE:
        return ", evenly spread over each of them by interpolation"
    cut = f": {CUTS[shape.side]}" if shape.cut else ""
    fill = FILLS.get(shape.fill, f"{shape.arm.length.pad_value or 0:g}")
    padded = f"shorter ones are padded {PADS[shape.padding]} with {fill}" if shape.padded else ""
    return f"{cut}, {padded}" if cut and padded else cut or (f": {padded}" if padded else "")


def _masked(shape: Shape) -> str:
    kind, reduction = shape.arm.mask.kind, shape.arm.reduction
    if kind == "none" or (kind == "explicit" and not shape.masked):
        return "no mask"
    if reduction.mask == "destroyed":
        return "no mask, as none would survive the layers in front"
    made = "their lengths" if kind == "explicit" else f"steps of {shape.arm.mask.value or 0:g}"
    return f"masked by {made}"
