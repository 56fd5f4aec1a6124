"""Which arms share one compiled program: those that agree in all parameters but the ones named here, with the reason.

In: an arm. Out: its key. A parameter that nobody names is part of the key, so a new one costs a compilation too many
until it is named, and never lets a program serve an arm it was not made for.
"""

from typing import Any

KEPT = 8
"""Programs that a process keeps."""

OUTSIDE = {
    "seed": "draws data, order and initial weights, which are assigned",
    "features.scale": "changes the arrays, not their shape",
    "length.ratio": "is T over the longest length; T is in the key",
    "length.truncating": "changes the arrays, not their shape: interpolated ones are (N, T, D), too",
    "length.fill": "changes the arrays, not their shape",
    "length.pad_value": "changes the arrays, not their shape",
    "layout": "changes the arrays, not their shape: all its kinds are (N, T, D)",
    "layout.at": "as layout",
    "control": "changes labels, streams or the time between updates",
    "control.rate": "as control",
    "control.delay_ms": "as control",
    "model.bias_init": "decides initial weights, which are assigned",
    "model.kernel_init": "decides initial weights, which are assigned",
    "train.updates": "counts calls of the program",
    "train.learning_rate": "is assigned",
    "train.keep": "chooses among weights that the program left",
}
"""Parameters that do not enter the program, and why."""

BY_SHAPE = {
    "data": "classes, vocabulary, features of a timestep and the size of the probe; so do all its keys",
    "features.adapter": "the layer it adds, if any, and what this is given; an array's maker is not in the program",
    "length.padding": "whether batches are padded to T at all",
}
"""Parameters that enter the program by what they mean for shapes."""


def key(arm: Any) -> tuple[Any, ...]:
    """Key of the program of an `Arm`: hashable, equal for arms that one program serves."""
    named = OUTSIDE.keys() | BY_SHAPE.keys()
    rest = [item for item in arm.parameters().items() if item[0] not in named and not item[0].startswith("data.")]
    data = (arm.data.classes_count, arm.data.vocabulary_size, arm.data.probe)
    shape = (*data, arm.input_width, arm.features.adapter if arm.adapter.learned else None, arm.bucketed)
    return (*shape, *rest)
