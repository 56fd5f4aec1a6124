"""M210: a layer or an operator ends a mask before it has reached all that should read it."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.masks import as_array
from mismatch.check.probe import pads_matter
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.trace import READS_MASK, Call, Trace

MERGE = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")
REBUILD = "Mask behind the last such layer, or hand the mask on: GRU(...)(h, mask=mask), with one value per step of h."


class MaskLost(Rule):
    """Where masks end on their way through the model."""

    code = "M210"
    name = "mask_lost"
    severity = "warning"
    meaning = "A mask is destroyed by a layer, an operator or a merge with an unmasked side."
    why = "Every layer behind reads pads as data; Keras warns at best once, and for operators and merges not at all."
    example = "Masking, then Conv1D, then GRU; Masking()(x) * 1.0; Concatenate of a masked and an unmasked side."
    instead = REBUILD

    def look(self, subject: Subject) -> Iterator[Finding]:
        trace = subject.trace
        for call, how in [*_layers(trace), *_operators(subject), *_ignored(subject)]:
            after = _after(trace, call)
            readers = [other.where for other in after if not _marked(other, call)]
            if after and not readers:
                continue  # whoever reads masks behind it was handed one
            if not readers and _harmless(subject, call):
                continue
            told = f"; {readers[0]} then reads pads as data" if readers else ""
            severity = "error" if readers else None
            yield self.found(how + told, where=call.where, severity=severity, layer=call.layer.name, readers=readers)


def _layers(trace: Trace) -> Iterator[tuple[Call, str]]:
    """Calls that were given a mask and do not hand it on, with a sentence each."""
    import keras

    for call in trace.calls:
        if not call.masked or isinstance(call.layer, keras.Model):
            continue
        kept = any(mask is not None for mask in call.output_masks)
        if not isinstance(call.layer, keras.layers.Layer):
            if not kept and not _of_masks(call):
                yield call, f"the operation {call.layer.name} drops the mask without a word"
        elif not call.layer.supports_masking and not call.explicit and (call.leaf or _has_steps(call)):
            yield call, f"{call.where} destroys the mask: its class does not support masking"
        elif call.kind in MERGE and any(mask is None for mask in call.masks):
            yield from _merge(call, kept)
        elif _filled(call):
            yield call, f"{call.where} is given a mask that marks pads, and hands on one that is True at every step"


def _marked(reader: Call, lost: Call) -> bool:
    """Whether a mask reaches `reader`; one that is True everywhere, behind one that marked pads, is none."""
    if not reader.masked:
        return False
    if not any(_marks(mask) for mask in lost.masks):
        return not _filled(lost)
    return any(_marks(mask) for mask in reader.masks)


def _marks(mask: Any) -> bool:
    """Whether a mask is False anywhere."""
    array = as_array(mask)
    return array is not None and not np.all(array)


def _filled(call: Call) -> bool:
    """Whether a layer is given a mask that marks pads, or some inputs without one, and hands one on that marks none."""
    after = as_array(call.output_masks[0]) if call.output_masks else None
    unmasked = call.kind == "Concatenate" and any(mask is None for mask in call.masks)
    return after is not None and bool(np.all(after)) and (unmasked or any(_marks(mask) for mask in call.masks))


def _of_masks(call: Call) -> bool:
    """Whether an operation works on masks: Keras computes those of a graph within it."""
    import keras

    kinds = {keras.backend.standardize_dtype(tensor.dtype) for tensor in call.outputs}
    return call.kind in ("ZerosLike", "OnesLike") or kinds == {"bool"}


def _has_steps(call: Call) -> bool:
    steps = call.inputs[0].shape[1]
    return any(len(tensor.shape) >= 3 and tensor.shape[1] == steps for tensor in call.outputs)


def _merge(call: Call, kept: bool) -> Iterator[tuple[Call, str]]:
    """A merge of masked and unmasked inputs: the mask is gone, or True everywhere."""
    without = sum(mask is None for mask in call.masks)
    sides = f"{without} of {len(call.masks)} inputs of {call.where} without a mask"
    if not kept:
        yield call, f"{sides}: it drops the mask of the others without a word"
    elif call.kind == "Concatenate" and call.layer.axis in (-1, len(call.inputs[0].shape) - 1) and _filled(call):
        yield call, f"{sides}: the mask becomes True at every step, without a word"


def _operators(subject: Subject) -> Iterator[tuple[Call, str]]:
    """Masked outputs that no layer takes, where a tensor of the same steps appears without a mask."""
    trace = subject.trace
    taken = {id(tensor) for call in trace.calls for tensor in call.inputs}
    made = {id(tensor) for tensor in trace.inputs} | {id(tensor) for call in trace.calls for tensor in call.outputs}
    loose = [tensor for call in trace.calls for tensor, mask in zip(call.inputs, call.masks, strict=True)
             if mask is None and id(tensor) not in made]  # fmt: skip
    loose += [tensor for tensor in trace.outputs if id(tensor) not in made]
    ends = {id(tensor) for tensor in trace.outputs}
    for call in trace.leaves:
        for tensor, mask in zip(call.outputs, call.output_masks, strict=True):
            if mask is None or len(mask.shape) != 2 or id(tensor) in taken or id(tensor) in ends:
                continue
            if any(len(other.shape) >= 2 and other.shape[:2] == tensor.shape[:2] for other in loose):
                yield call, f"the mask of {call.where} is lost in an operation outside any layer, without a word"


def _ignored(subject: Subject) -> Iterator[tuple[Call, str]]:
    """Masked outputs that something outside any layer takes in whole, pads and all, as a mean over steps does."""
    trace = subject.trace
    taken = {id(tensor) for call in trace.calls for tensor in call.inputs} | {id(tensor) for tensor in trace.outputs}
    known = {id(call) for call, _ in _operators(subject)}
    for call in trace.leaves:
        if call.masked and call.outputs and id(call.outputs[0]) not in taken and id(call) not in known:
            if pads_matter(subject, call):
                yield call, f"what {call.where} gives at pads moves the output, though a mask is handed on with it"


def _harmless(subject: Subject, call: Call) -> bool:
    """Whether an operation drops a mask that was put to use by hand: what stands at pads moves nothing behind it."""
    import keras

    steps = any(len(tensor.shape) > 2 for tensor in subject.trace.outputs)
    if isinstance(call.layer, keras.layers.Layer) or steps:
        return False  # with steps at the output, the loss counts pads
    held = {id(tensor) for tensor, mask in zip(call.inputs, call.masks, strict=True) if mask is not None}
    makers = [other for other in subject.trace.leaves if any(id(tensor) in held for tensor in other.outputs)]
    return bool(makers) and all(pads_matter(subject, other) is False for other in makers)


def _after(trace: Trace, call: Call) -> list[Call]:
    """Layers behind `call` whose numbers depend on a mask."""
    start = trace.calls.index(call) + 1
    return [other for other in trace.calls[start:] if other.leaf and other.kind in READS_MASK]
