"""A model and what it is given, with all that rules ask of them, each found out once.

In: a model, a layer or a function of x, with a batch, labels and a mask where there are any. Out: a `Subject`: declared
shapes, a run of the model that leaves no trace in it, pads, outputs.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mismatch.check.copies import runnable
from mismatch.check.guard import as_numpy, untouched
from mismatch.check.inputs import Fed, Path, fed_to, flat, made_up, packed, read
from mismatch.check.pads import Pads, find
from mismatch.check.streams import Stream, changed, filled, readers
from mismatch.check.targets import Fitted, Target, targets
from mismatch.check.trace import Call, Trace, kind, run

ROWS = 64
"""Rows that the model is run on; rules on values look at all of them."""


@dataclass(frozen=True, eq=False)
class Subject:
    """model: a Keras model, layer, or function of x. x: array, or structure of arrays, (N, ...); None: made up.

    y: labels (N, ...) or structure of them. mask: (N, T). loss: of a training loop of one's own, loss(y, model(x)).
    reference: the batch that the model is trained on, as x. weights: arrays meant for the model, in order.
    """

    model: Any
    x: Any = None
    y: Any = None
    mask: Any = None
    loss: Any = None
    reference: Any = None
    weights: tuple[tuple[str, tuple[int, ...]], ...] | None = None

    @property
    def given(self) -> bool:
        """Whether there is a batch to look at."""
        return self.x is not None

    @cached_property
    def _fed(self) -> tuple[tuple[Fed, ...], Any]:
        """Inputs and the structure they stand in: what was given, or rows made up."""
        if not self.given:
            return made_up(self.model)
        found = fed_to(self.model, self.x)
        return found, read(self.x, found)

    @property
    def inputs(self) -> tuple[Fed, ...]:
        """Every input with its values, flat, in the model's order."""
        return self._fed[0]

    @property
    def main(self) -> Fed | None:
        """The first input that has steps: rank 3, else rank 2; None where no input has."""
        with_steps = [fed for fed in self.inputs if fed.values.ndim >= 2]
        return next((fed for fed in with_steps if fed.values.ndim >= 3), next(iter(with_steps), None))

    @cached_property
    def labels(self) -> np.ndarray | None:
        """The labels of the first output."""
        found = [] if self.y is None else flat(self.y)
        return found[0] if found else None

    @cached_property
    def mask_values(self) -> np.ndarray | None:
        return None if self.mask is None else np.asarray(self.mask)

    @cached_property
    def mask_fits(self) -> bool:
        """Whether the mask that is given has one value for each step of each row."""
        mask, main = self.mask_values, self.main
        return mask is not None and main is not None and mask.shape == main.shape[:2]

    @cached_property
    def rows(self) -> np.ndarray:
        """Which rows the model is run on: spread evenly over the batch; as many as it declares where it does."""
        count = min((len(fed.values) for fed in self.inputs if fed.values.ndim), default=0)
        fixed = next((fed.declared[0] for fed in self.inputs if fed.declared and fed.declared[0]), ROWS)
        return np.unique(np.linspace(0, count - 1, min(count, fixed)).astype(int)) if count else np.arange(0)

    @cached_property
    def runnable(self) -> tuple[Any, str]:
        """What is run: the model, or a copy where running it would build it; and why none can be, if so."""
        return runnable(self.model)

    @cached_property
    def trace(self) -> Trace:
        """A run of the model on `rows`, in inference. Empty where it cannot be run without changing it."""
        model, _ = self.runnable
        if model is None or not self.inputs or not len(self.rows):
            return Trace()
        return self.forward(self._arrays, self._mask)

    def _again(self, place: int, values: np.ndarray) -> Trace:
        """The same run with other values for one input."""
        return self.forward([*self._arrays[:place], values, *self._arrays[place + 1 :]], self._mask)

    @cached_property
    def _arrays(self) -> list[np.ndarray]:
        """What each input is given for `rows`."""
        return [_like_fit(fed.values[self.rows]) for fed in self.inputs]

    @property
    def _mask(self) -> np.ndarray | None:
        return self.mask_values[self.rows] if self.mask_fits and self.mask_values is not None else None

    def changed(self, place: int, change: Any) -> Trace:
        """The same run with what the call at `place` of the trace gives replaced by `change` of it."""
        return self.forward(self._arrays, self._mask, (place, change))

    def forward(self, arrays: list[np.ndarray], mask: np.ndarray | None = None, change: Any = None) -> Trace:
        """A run on other arrays, one for each input, with the model left as it was."""
        import keras

        model, _ = self.runnable
        with untouched(model), untouched(self.model):
            try:
                tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
            except Exception as error:  # objects and words are no numbers, to any backend
                return Trace(error=error)
            held = {fed.path: tensor for fed, tensor in zip(self.inputs, tensors, strict=False)}
            fed = packed(self._fed[1], held)
            options = {"mask": keras.ops.convert_to_tensor(mask.astype(bool))} if mask is not None else {}
            if isinstance(model, keras.layers.Layer) and _takes(model, "training"):
                options["training"] = False
            return run(lambda: model(fed, **options), tensors, change)

    @cached_property
    def outputs(self) -> list[np.ndarray]:
        """What the model gives for `rows`, one array per output."""

        return [as_numpy(tensor) for tensor in self.trace.outputs]

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Each output with its loss and labels."""
        count = len(self.inputs[0].values) if self.inputs and self.inputs[0].values.ndim else 0
        return targets(Fitted(self.model, self.y, self.loss, self.rows, count), self.trace, self.outputs)

    @property
    def pads(self) -> Pads | None:
        """Pads of the main input."""
        return self._pads.get(self.main.path) if self.main is not None else None

    @cached_property
    def _pads(self) -> dict[Path, Pads]:
        """Pads of each input that has any: by the mask that is given, else by runs of one value at edges of rows."""
        found = {fed.path: find(fed.values) for fed in self.inputs} if self.given else {}
        main = self.main
        if main is not None and self.mask_fits and self.mask_values is not None and not self.mask_values.all():
            found[main.path] = Pads(self.mask_values.astype(bool), known=True)
        return {path: each for path, each in found.items() if each is not None}

    @cached_property
    def streams(self) -> tuple[Stream, ...]:
        """Each input with pads, and the layers that its steps reach."""
        found = []
        for place, fed in enumerate(self.inputs):
            known = self._pads.get(fed.path)
            if known is not None and len(self.rows):
                real = known.real[self.rows]
                found.append(Stream(fed, known, real, self._readers(place, real)))
        return tuple(found)

    def filled(self, stream: Stream) -> Trace:
        """The same run with data in place of the pads of an input."""
        place = next(i for i, each in enumerate(self.inputs) if each is stream.fed)
        return self._again(place, filled(self._arrays[place], stream.real))

    def readers(self, fed: Fed) -> tuple[Call, ...]:
        """Calls that are given an input step by step, padded or not."""
        place = next(i for i, each in enumerate(self.inputs) if each is fed)
        whole = fed.values.ndim >= 2 and 0 not in fed.shape and len(self.rows)
        return self._readers(place, np.ones((len(self.rows), fed.shape[1]), bool)) if whole else ()

    def _readers(self, place: int, real: np.ndarray) -> tuple[Call, ...]:
        """Calls that read the steps of an input."""
        other = changed(self._arrays[place], real)
        return () if other is None else readers(self.trace, self._again(place, other), real)

    @cached_property
    def embeds(self) -> bool:
        """Whether the first thing that reads the main input looks ids up in a table."""
        return any(call.kind == "Embedding" for call in self.trace.leaves) or any(
            kind(layer) == "Embedding" for layer in getattr(self.model, "layers", ()) or ()
        )


def _like_fit(values: np.ndarray) -> np.ndarray:
    """As Keras's own data adapter does: other floats become the default float type."""
    import keras

    with np.errstate(over="ignore"):  # not_finite says so
        return values.astype(keras.config.floatx()) if values.dtype.kind == "f" else values


def _takes(model: Any, name: str) -> bool:
    """Whether the call of a layer knows the argument."""
    import inspect

    parameters = inspect.signature(model.call).parameters.values()
    return any(p.name == name or p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
