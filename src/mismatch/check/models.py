"""The check of a model: `check_model` looks with every rule, `load` and `batch` read what it looks at from files.

In: a Keras model, layer or function, and what it is given; or paths. Out: a `Checked`. Nothing of the model is changed,
and nothing that is read runs code.
"""

from typing import Any

from mismatch.check import inner
from mismatch.check.finding import by_severity
from mismatch.check.handed import arrays, one_input
from mismatch.check.modelfile import load
from mismatch.check.npzbatch import Batch, batch
from mismatch.check.outcome import Checked, Section
from mismatch.check.rule import apply
from mismatch.check.subject import Subject
from mismatch.config.fields import plain, require
from mismatch.config.registry import MODEL_RULES

__all__ = ["Batch", "batch", "check_model", "load"]


def check_model(
    model: Any,
    x: Any = None,
    y: Any = None,
    mask: Any = None,
    *,
    loss: Any = None,
    reference: Any = None,
    weights: Any = None,
) -> Checked:
    """Find shape mismatches between a Keras model and what it is given, also those that Keras accepts in silence.

    model: a model, built or not, a layer, or a function of x that calls layers; it is left as it was. x: (N, T, D) or
    (N, T) array, or a list or dict of arrays; without it only the model is looked at. y: labels. mask: (N, T), as it
    is given to the model. loss: that of your own training loop, called as ``loss(y, model(x))``; without it, the one
    the model was compiled with. reference: a batch that is known to be right, as x, such as one the model was trained
    on. weights: what is to be loaded into the model: arrays in order, or the path of a ``.weights.h5`` file.

    Raises:
        ConfigError: a ValueError whose one line names what cannot be an input, such as sequences of unequal lengths.
    """
    from mismatch.check.weights import shapes

    accepted = (
        "must be a Keras model, a layer, or a function of x; files are read by mismatch check model.keras batch.npz"
    )
    require(callable(model) and not isinstance(model, type), "model", plain(model, 40), accepted)
    x, y, reference, mask = arrays(x, "x"), arrays(y, "y"), arrays(reference, "reference"), arrays(mask, "mask")
    one_input(model, x)
    subject = Subject(model, x, y, mask, loss, reference, None if weights is None else shapes(weights))
    findings = tuple(sorted((*apply(MODEL_RULES, subject), *inner.look(subject)), key=by_severity))
    name = str(getattr(model, "name", None) or getattr(model, "__name__", type(model).__name__))
    return Checked(name, _profile(subject), findings, len(MODEL_RULES.names), _facts(subject))


def _profile(subject: Subject) -> tuple[Section, ...]:
    """What was looked at: inputs, layers with their masks, and what could not be done."""
    rows = [(fed.name, _shape(fed.shape), str(fed.values.dtype), _declared(fed.declared)) for fed in subject.inputs]
    given = Section("Inputs", head=("input", "given", "type", "declared"), rows=tuple(rows) if subject.given else ())
    layers = [
        (call.layer.name, call.kind, _shape(call.outputs[0].shape) if call.outputs else "", _masks(call))
        for call in subject.trace.leaves
    ]
    ran = Section("Layers that ran", _limits(subject), ("layer", "kind", "output", "mask"), tuple(layers))
    return (given, ran) if subject.given else (ran,)


def _limits(subject: Subject) -> tuple[str, ...]:
    """What could not be done, each in one line."""
    said = []
    model, why = subject.runnable
    if model is None:
        said.append(f"The model was not run: {why}. Rules on masks, pads and outputs did not look.")
    elif not subject.inputs:
        said.append("The model was not run: it declares no input, and no batch was given.")
    elif not subject.given:
        said.append("No batch was given: masks were followed on made-up rows, and no rule on data looked.")
    elif model is not subject.model:
        said.append("The model is not built yet: a copy of it was run, with initial weights of its own.")
    if subject.given and subject.y is None:
        said.append("No labels were given: rules on labels and losses did not look.")
    elif subject.y is not None and all(target.loss is None for target in subject.targets):
        said.append("No loss is known: the model is not compiled, and loss= was not given.")
    return tuple(said)


def _facts(subject: Subject) -> dict[str, Any]:
    return {
        "inputs": {fed.name: list(fed.shape) for fed in subject.inputs} if subject.given else {},
        "layers": [call.layer.name for call in subject.trace.leaves],
        "ran": bool(subject.trace.calls),
    }


def _shape(shape: Any) -> str:
    return "(" + ", ".join("?" if size is None else str(size) for size in shape) + ")"


def _declared(shape: Any) -> str:
    return "" if shape is None else _shape(shape)


def _masks(call: Any) -> str:
    before, after = call.masked, any(mask is not None for mask in call.output_masks)
    return {(False, False): "", (False, True): "made", (True, True): "kept", (True, False): "ends"}[before, after]
