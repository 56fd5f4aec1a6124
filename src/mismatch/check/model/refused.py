"""M207: a layer refuses what reaches it, and no other rule says why."""

from collections.abc import Iterator
from typing import Any

from mismatch.check.finding import Finding
from mismatch.check.ids import tables
from mismatch.check.inputs import declared
from mismatch.check.masks import wrong
from mismatch.check.rule import Rule
from mismatch.check.shapes import named, unlike
from mismatch.check.subject import Subject
from mismatch.config.fields import first_line


class Refused(Rule):
    """The model is run on the batch; this is where it stops."""

    code = "M207"
    name = "refused"
    severity = "error"
    meaning = "The model cannot be run on the batch."
    why = "Training or prediction will stop there; where a batch is only for validation, after the first epoch."
    example = "Flatten in front of a GRU: expected ndim=3, found ndim=2."
    instead = "Print the output shape of each layer with model.summary(); the layer named needs (N, T, D)."

    def look(self, subject: Subject) -> Iterator[Finding]:
        error = subject.trace.error
        told = any({"rank", "features", "swapped", "steps"} & set(unlike(fed)) for fed in subject.inputs)
        if error is None or told or any(0 in fed.shape for fed in subject.inputs):
            return
        if not any(wrong(subject)) and not any(bad for *_, bad in tables(subject)):
            failed = subject.trace.failed
            layer, where = (None, "model") if failed is None else (failed.layer, failed.where)
            shapes = tuple(tuple(tensor.shape) for tensor in failed.inputs) if failed is not None else ()
            advice, unread = _unread(subject)
            what = (
                unread
                or _sentence(layer, shapes)
                or f"{where} stops with {type(error).__name__}: {first_line(error)[:240]}"
            )
            given = [list(shape) for shape in shapes]
            yield self.found(what, where=where, advice=advice or None, shapes=given, error=first_line(error))


def _unread(subject: Subject) -> tuple[str, str]:
    """What to do, and why, where inputs lack their names or hold text; empty where neither is so."""
    wanted, x = declared(subject.model), subject.x
    names = [each.name for each in wanted]
    if len(wanted) > 1 and (set(names) - set(x) if isinstance(x, dict) else len(wanted) != len(subject.inputs)):
        given = ", ".join(map(str, x)) if isinstance(x, dict) else f"{len(subject.inputs)} without a name"
        advice = "Name arrays as the inputs are named: a dict in Python, x.NAME in a file."
        return advice, f"the model takes {len(names)} inputs ({', '.join(names)}) and is given {given}"
    text = next((fed for fed in subject.inputs if fed.values.dtype.kind in "SUO"), None)
    if text is None or any(each.kind == "string" for each in wanted):
        return "", ""
    advice = "Make numbers of words first: ids of a vocabulary, or a TextVectorization layer in the model."
    return (
        advice,
        f"{text.name} holds {'objects' if text.values.dtype.kind == 'O' else 'text'}, the model takes numbers",
    )


def _sentence(layer: Any, shapes: tuple[tuple[int, ...], ...]) -> str:
    """Why a layer refuses a shape, from what it says of itself; empty where it does not say."""
    if layer is None or not shapes:
        return ""
    shape, name = shapes[0], f"{layer.name} ({type(layer).__name__})"
    spec = getattr(layer, "input_spec", None)
    spec = spec[0] if isinstance(spec, (list, tuple)) and len(spec) == 1 else spec
    rank = getattr(spec, "ndim", None)
    if rank is not None and len(shape) != rank:
        return f"{name} needs {rank} axes and is given {named((None, *shape[1:]))}"
    kernel = getattr(getattr(layer, "cell", layer), "kernel", None)
    if kernel is not None and len(kernel.shape) == 2 and len(shape) == 3 and kernel.shape[0] != shape[-1]:
        return f"{name} was built for {kernel.shape[0]} features and is given {shape[-1]} in {named(shape)}"
    width = getattr(layer, "kernel_size", None)
    if width and len(shape) == 3 and shape[1] < width[0] and getattr(layer, "padding", "") == "valid":
        return f"{name} looks at {width[0]} steps at a time and is given {shape[1]}"
    return ""
