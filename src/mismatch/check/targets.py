"""Outputs with what they are trained for: the loss of each, its kind and flag, its labels, its last activation.

In: a subject. Out: one `Target` for each output whose labels or loss are known.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mismatch.check.guard import as_numpy
from mismatch.check.trace import Trace
from mismatch.config.fields import first_line

SPARSE, DENSE, BINARY = "sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"
CROSS = (SPARSE, DENSE, BINARY, "binary_focal_crossentropy", "categorical_focal_crossentropy", "kl_divergence")
DISTANCES = (
    *("mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "huber", "log_cosh"),
    *("mean_squared_logarithmic_error",),
)
ELEMENTWISE = (*DISTANCES, "hinge", "squared_hinge", "categorical_hinge", "poisson", "cosine_similarity")
"""Losses of Keras that compare labels and outputs of one shape, number by number, and broadcast others."""
BOUNDS: dict[str, tuple[float, float]] = {
    "sigmoid": (0, 1),
    "softmax": (0, 1),
    "hard_sigmoid": (0, 1),
    "tanh": (-1, 1),
    "softsign": (-1, 1),
}
BOUNDS |= {"relu": (0, np.inf), "softplus": (0, np.inf), "exponential": (0, np.inf), "relu6": (0, 6)}
"""What an output can reach by its activation."""


@dataclass(frozen=True, eq=False)
class Target:
    """One output. name: of it, empty where it is the only one. loss: Keras's loss object or function, None where none
    is known. kind: its name in Keras's words, such as categorical_crossentropy. logits: its from_logits, None where it
    has none. own: the loss comes from a training loop of one's own. labels: (N, ...) or None. some: those of the rows
    that were run. predicted: output for these rows, or None. activation: the last one, None where unknown. mask:
    (n, T) of the output, or None.
    """

    name: str
    loss: Any
    kind: str
    logits: bool | None
    own: bool
    labels: np.ndarray | None
    some: np.ndarray | None
    predicted: np.ndarray | None
    activation: str | None
    compiled: bool
    mask: np.ndarray | None = None

    @property
    def weighed(self) -> np.ndarray | None:
        """The labels that the loss counts: without those of masked steps, where the output carries a mask."""
        some, mask = self.some, self.mask
        fits = some is not None and mask is not None and some.shape[: mask.ndim] == mask.shape
        return some[mask] if fits and some is not None else self.labels

    @property
    def where(self) -> str:
        return self.name or "labels"

    @property
    def units(self) -> int | None:
        """Size of the output's last axis."""
        return None if self.predicted is None or not self.predicted.ndim else int(self.predicted.shape[-1])

    def apply(self) -> tuple[Any, str]:
        """The loss on the rows that were run: its value and an empty text, or None and what it raises."""
        import keras

        if self.loss is None or self.some is None or self.predicted is None:
            return None, ""
        labels = self.some.astype("float32") if self.some.dtype.kind in "fb" else self.some
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                value = self.loss(keras.ops.convert_to_tensor(labels), keras.ops.convert_to_tensor(self.predicted))
        except Exception as error:  # any refusal is the finding
            return None, first_line(error)
        return as_numpy(value), ""


@dataclass(frozen=True, eq=False)
class Fitted:
    """What a model is fitted to. model: it. labels: structure, or None. loss: of a loop of one's own, or None.

    rows: of the batch that were run; count: rows in the batch.
    """

    model: Any
    labels: Any
    loss: Any
    rows: np.ndarray
    count: int


def targets(fitted: Fitted, trace: Trace, outputs: list[np.ndarray]) -> tuple[Target, ...]:
    """Each output of a run with its loss and labels, as far as they are known; one where it could not be run."""
    names = list(trace.names or getattr(fitted.model, "output_names", None) or [])
    count = max(len(outputs), 1)
    losses, labels = _losses(fitted, names, count), _labels(fitted.labels, names, count)
    compiled = getattr(fitted.model, "loss", None) is not None
    found = []
    for i, ((loss, own), given) in enumerate(zip(losses, labels, strict=True)):
        some = given[fitted.rows] if given is not None and given.ndim and len(given) == fitted.count else None
        out, last = (outputs[i], activation(trace, i)) if outputs else (None, None)
        name = (names[i] if i < len(names) else f"output {i}") if len(outputs) > 1 else ""
        mask = _mask(trace, i) if outputs else None
        found.append(Target(name, loss, *kind_of(loss), own, given, some, out, last, compiled, mask))
    return tuple(found)


def kind_of(loss: Any) -> tuple[str, bool | None]:
    """Name of a loss in Keras's words, and its from_logits where it has one; of a loss of one's own, its own name."""
    if loss is None:
        return "", None
    inner = getattr(loss, "fn", None) or loss
    name = getattr(inner, "__name__", None) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(inner).__name__).lower()
    options = getattr(loss, "_fn_kwargs", None) or {}
    if not _of_keras(loss, inner) and name in (*CROSS, *ELEMENTWISE):
        return f"your {name}", None
    logits = options.get("from_logits", False if name in CROSS else None)
    return str(name), bool(logits) if logits is not None else None


def _of_keras(*parts: Any) -> bool:
    """Whether a loss and its function are Keras's own: a function of the same name may compute anything."""
    owners = [getattr(part, "__module__", None) or type(part).__module__ for part in parts]
    return all(str(owner).split(".")[0] == "keras" for owner in owners)


def _mask(trace: Trace, index: int) -> np.ndarray | None:
    mask = trace.output_masks[index] if index < len(trace.output_masks) else None
    return None if mask is None else as_numpy(mask).astype(bool)


def activation(trace: Trace, index: int) -> str | None:
    """Name of the activation that made an output; None where the layer that made it tells none."""
    output = trace.outputs[index]
    for call in reversed(trace.leaves):
        if any(tensor is output for tensor in call.outputs):
            inner = call.layer.layer if call.kind == "TimeDistributed" else call.layer
            if type(inner).__name__ in ("Softmax", "ReLU"):
                return type(inner).__name__.lower()
            if hasattr(inner, "cell") or call.recurrent:
                return "tanh"
            return getattr(getattr(inner, "activation", None), "__name__", None)
    return None


def _losses(fitted: Fitted, names: list[str], count: int) -> list[tuple[Any, bool]]:
    """(loss, own) of each output: what the check was given, else what the model was compiled with."""
    own = fitted.loss is not None
    said = fitted.loss if own else getattr(fitted.model, "loss", None)
    if isinstance(said, dict):
        parts = [said.get(names[i]) if i < len(names) else None for i in range(count)]
    elif isinstance(said, (list, tuple)):
        parts = [said[i] if i < len(said) else None for i in range(count)]
    else:
        parts = [said] * (count if count == 1 else 1) + [None] * (count - 1)
    return [_resolved(part, own) for part in parts]


def _keras_loss(loss: Any) -> bool:
    import keras

    return isinstance(loss, keras.losses.Loss)


def _resolved(loss: Any, own: bool) -> tuple[Any, bool]:
    """(loss as it will be called, whether that is a bare call): `compile` looks names up and wraps functions."""
    import keras

    if loss is None or _keras_loss(loss):
        return loss, False
    if own and callable(loss):
        return loss, True
    try:
        found = keras.losses.get(loss)
    except Exception:  # what Keras does not know as a loss, it will name itself
        return None, False
    return (found if found is None or _keras_loss(found) else _wrapped(found)), False


def _wrapped(loss: Callable[..., Any]) -> Any:
    """A loss function as `compile` wraps it: ranks of labels and outputs are aligned first."""
    from keras.src.losses.losses import LossFunctionWrapper

    return LossFunctionWrapper(loss)


def _labels(labels: Any, names: list[str], count: int) -> list[np.ndarray | None]:
    """Labels of each output, None where it has none."""
    found: list[np.ndarray | None] = [None] * count
    if isinstance(labels, dict):
        return [np.asarray(labels[n]) if n in labels else None for n in (*names, *[""] * count)[:count]]
    parts = labels if count > 1 and isinstance(labels, (list, tuple)) else [] if labels is None else [labels]
    for i, part in enumerate(parts[:count]):
        found[i] = np.asarray(part)
    return found
