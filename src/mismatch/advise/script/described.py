"""What a script says of itself: its settings in words and numbers, none of which come from a person's file.

In: an arm, and what its sequences need to have T steps. Out: sentences for the docstring of the script.
"""

from mismatch.advise.naming import KEPT, SIDES, front_of
from mismatch.advise.script.lengths import Shape
from mismatch.config.groups import INTERPOLATE

FILLS = {"last": "the nearest step", "noise": "noise"}


def described(shape: Shape) -> str:
    """The settings of the arm in two sentences."""
    arm, reduction = shape.arm, shape.arm.reduction
    front = "" if reduction.kind == "none" else front_of(reduction.kind, reduction.pool)
    scaled = " of features scaled as the training part is" if arm.features.scale == "standard" else ""
    given = f"Sequences have {arm.steps} steps{scaled}{_lengths(shape)}; "
    if arm.model.build is not None:
        return f"{given}{'with their mask' if shape.masked else 'no mask'}. The model is that of your own function."
    layer = f"{'a bidirectional' if arm.model.bidirectional else 'a'} {str(arm.model.cell).upper()}"
    layers = f"{front}, then {layer}" if front else layer
    return f"{given}{_masked(shape)}. Before the classes: {layers}."


def _lengths(shape: Shape) -> str:
    if shape.side == INTERPOLATE:
        return ", evenly spread over each of them by interpolation"
    cut = f": longer ones {KEPT[shape.side]}" if shape.cut else ""
    fill = FILLS.get(shape.fill, f"{shape.arm.length.pad_value or 0:g}")
    padded = f"shorter ones are padded {SIDES[shape.padding]} with {fill}" if shape.padded else ""
    return f"{cut}, {padded}" if cut and padded else cut or (f": {padded}" if padded else "")


def _masked(shape: Shape) -> str:
    kind, reduction = shape.arm.mask.kind, shape.arm.reduction
    if kind == "none" or (kind == "explicit" and not shape.masked):
        return "no mask"
    if reduction.mask == "destroyed":
        return "no mask, as none would survive the layers in front"
    made = "their lengths" if kind == "explicit" else f"steps of {shape.arm.mask.value or 0:g}"
    return f"masked by {made}"
