"""M217: settings and masks that cuDNN, the fast path on a GPU, does not take."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.masks import as_array
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.trace import Call, kind

PATH = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "recurrent_dropout": 0,
    "unroll": False,
    "use_bias": True,
    "reset_after": True,
}
"""What a GRU needs for cuDNN; an LSTM has no reset_after."""


class Cudnn(Rule):
    """GRU and LSTM layers, their settings and the masks that reach them."""

    code = "M217"
    name = "cudnn"
    severity = "error"
    meaning = "A mask trips cuDNN in fit on a GPU, or a setting leaves its fast path."
    why = "cuDNN takes masks that are padded at the end alone, and no row that is all masked: fit stops with "
    why += "InvalidArgumentError on a GPU where it ran on a CPU. Other settings are right, and several times slower."
    example = "Pre-padding, Masking and GRU on a GPU; GRU(reset_after=False)."
    instead = "GRU(..., use_cudnn=False), or pad at the end."

    def look(self, subject: Subject) -> Iterator[Finding]:
        gpu = _gpu()
        for call in subject.trace.seen:
            for layer in _inner(call):
                yield from self._one(call, layer, gpu)

    def _one(self, call: Call, layer: Any, gpu: bool) -> Iterator[Finding]:
        use, left = getattr(layer, "use_cudnn", "auto"), _off_path(layer)
        if use is True and (left or not gpu):
            why = f"{', '.join(left)} is not possible with it" if left else "there is no GPU here"
            what = f"use_cudnn=True, but {why}: Keras refuses"
            yield self.found(what, where=call.where, advice="use_cudnn='auto'")
        elif left and use is not False:
            what = f"{', '.join(left)}: a GPU computes it without cuDNN, step by step"
            advice = "Nothing, if you want it so; on a GPU set jit_compile as well, so that runs are the same."
            yield self.found(what, where=call.where, severity="note", advice=advice, settings_left=left)
        elif use is not False and not left and (what := _trips(call)):
            yield self.found(what, where=call.where, severity="error" if gpu else "note", gpu=gpu)


def _inner(call: Call) -> list[Any]:
    layers = [call.layer]
    if call.kind == "Bidirectional":
        layers = [call.layer.forward_layer, call.layer.backward_layer]
    return [layer for layer in layers if kind(layer) in ("GRU", "LSTM")][:1]


def _off_path(layer: Any) -> list[str]:
    """Settings of the layer that cuDNN does not know, as they are written."""
    left = []
    for name, wanted in PATH.items():
        value = getattr(layer, name, wanted)
        value = getattr(value, "__name__", value)
        if value != wanted:
            left.append(f"{name}={value!r}")
    return left


def _trips(call: Call) -> str:
    """What of the mask cuDNN would refuse; empty where it would take it."""
    mask = as_array(call.masks[0]) if call.masks else None
    if mask is None or mask.ndim != 2:
        return ""
    mask = mask.astype(bool)
    late = np.count_nonzero(np.any(mask[:, 1:] & ~mask[:, :-1], axis=1))
    empty = np.count_nonzero(~mask.any(1))
    if not late and not empty:
        return ""
    rows = f"{late} of {len(mask)} rows have masked steps in front of real ones" if late else f"{empty} rows have none"
    return f"{rows}: on a GPU, fit stops with InvalidArgumentError"


def _gpu() -> bool:
    import keras

    if keras.config.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return bool(tf.config.get_visible_devices("GPU"))
