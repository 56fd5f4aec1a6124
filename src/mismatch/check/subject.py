"""A model and what it is given, with all that rules ask of them, each found out once.

In: a model, a layer or a function of x, with a batch, labels and a mask where there are any. Out: a `Subject`: declared
shapes, a run of the model that leaves no trace in it, pads, outputs.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mismatch.check import pads
from mismatch.check.guard import as_numpy, untouched
from mismatch.check.targets import Fitted, Target, targets
from mismatch.check.trace import Trace, run

ROWS = 64
"""Rows that the model is run on; rules on values look at all of them."""
STEPS = 8
"""Steps of the batch that is made up where there is none and the length is free."""


@dataclass(frozen=True, eq=False)
class Fed:
    """One input: its name, the shape the model declares (None where it declares none), the values it is given."""

    name: str
    declared: tuple[int | None, ...] | None
    values: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.values.shape)


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
    def declared(self) -> list[tuple[int | None, ...]] | None:
        """Shape of each input as the model declares it; None: nothing does.

        Where the first batch settled it, nobody has declared a length: only the last axis is kept.
        """
        inputs = getattr(self.model, "inputs", None)
        if inputs and not _settled(self.model):
            return [tuple(tensor.shape) for tensor in inputs]
        shapes = getattr(self.model, "_build_shapes_dict", None) or {}
        shape = tuple(inputs[0].shape) if inputs else shapes.get("input_shape") if len(shapes) == 1 else None
        plain = isinstance(shape, (list, tuple)) and all(size is None or isinstance(size, int) for size in shape)
        return [_of_free_length(tuple(shape))] if plain and shape else None

    @cached_property
    def inputs(self) -> tuple[Fed, ...]:
        """Every input with its values, flat."""
        values = flat(self.x) if self.given else ([] if self.declared is None else _made_up(self.declared, self.model))
        declared = self.declared if self.declared is not None and len(self.declared) == len(values) else None
        names = _names(self.x, len(values))
        return tuple(Fed(name, declared[i] if declared else None, values[i]) for i, name in enumerate(names))

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
        """Which rows the model is run on: spread evenly over the batch."""
        counts = [len(fed.values) for fed in self.inputs if fed.values.ndim]
        count = min(counts, default=0)
        return np.unique(np.linspace(0, count - 1, min(count, ROWS)).astype(int)) if count else np.arange(0)

    @cached_property
    def runnable(self) -> tuple[Any, str]:
        """What is run: the model, or a copy where running it would build it; and why none can be, if so."""
        return _runnable(self.model)

    @cached_property
    def trace(self) -> Trace:
        """A run of the model on `rows`, in inference. Empty where it cannot be run without changing it."""
        model, _ = self.runnable
        if model is None or not self.inputs or not len(self.rows):
            return Trace()
        arrays = [_like_fit(fed.values[self.rows]) for fed in self.inputs]
        mask = self.mask_values if self.mask_fits else None
        return self.forward(arrays, None if mask is None else mask[self.rows])

    def forward(self, arrays: list[np.ndarray], mask: np.ndarray | None = None) -> Trace:
        """A run on other arrays, one for each input, with the model left as it was."""
        import keras

        model, _ = self.runnable
        with untouched(model), untouched(self.model):
            try:
                tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
            except Exception as error:  # objects and words are no numbers, to any backend
                return Trace(error=error)
            fed = _packed(self.x, tensors)
            options = {"mask": keras.ops.convert_to_tensor(mask.astype(bool))} if mask is not None else {}
            if isinstance(model, keras.layers.Layer) and _takes(model, "training"):
                options["training"] = False
            return run(lambda: model(fed, **options), tensors)

    @cached_property
    def outputs(self) -> list[np.ndarray]:
        """What the model gives for `rows`, one array per output."""

        return [as_numpy(tensor) for tensor in self.trace.outputs]

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """Each output with its loss and labels."""
        count = len(self.inputs[0].values) if self.inputs and self.inputs[0].values.ndim else 0
        return targets(Fitted(self.model, self.y, self.loss, self.rows, count), self.trace, self.outputs)

    @cached_property
    def pads(self) -> pads.Pads | None:
        """Pads of the main input: by the mask that is given, else by runs of one value at the edges of its rows."""
        main = self.main
        if main is None or not self.given:
            return None
        if self.mask_fits and self.mask_values is not None and not self.mask_values.astype(bool).all():
            return pads.Pads(self.mask_values.astype(bool), known=True)
        return pads.find(main.values)

    @cached_property
    def embeds(self) -> bool:
        """Whether the first thing that reads the main input looks ids up in a table."""
        return any(call.kind == "Embedding" for call in self.trace.leaves) or any(
            type(layer).__name__ == "Embedding" for layer in getattr(self.model, "layers", ()) or ()
        )


def flat(structure: Any) -> list[np.ndarray]:
    """Arrays of a nested structure, in Keras's order: a list of arrays is several inputs, a list of numbers one."""
    if isinstance(structure, dict):
        return [array for key in sorted(structure) for array in flat(structure[key])]
    if isinstance(structure, (list, tuple)) and any(hasattr(part, "shape") for part in structure):
        return [array for part in structure for array in flat(part)]
    return [np.asarray(structure)]


def _names(structure: Any, count: int) -> list[str]:
    if isinstance(structure, dict) and len(structure) == count:
        return [str(key) for key in sorted(structure)]
    return ["x"] if count == 1 else [f"x[{i}]" for i in range(count)]


def _packed(structure: Any, tensors: list[Any]) -> Any:
    """`tensors` in the form of the structure they were flattened from."""
    if isinstance(structure, dict) and len(structure) == len(tensors):
        return dict(zip(sorted(structure), tensors, strict=True))
    return tensors[0] if len(tensors) == 1 else tensors


def _like_fit(values: np.ndarray) -> np.ndarray:
    """As Keras's own data adapter does: other floats become the default float type."""
    import keras

    return values.astype(keras.config.floatx()) if values.dtype.kind == "f" else values


def _settled(model: Any) -> bool:
    """Whether the inputs of a Sequential model were made from its first batch, as nobody gave it an Input.

    Keras makes them look alike, but for the arguments that it keeps to write a config: a person gives a shape, a file
    says whether it is sparse, a first batch does neither.
    """
    if type(model).__name__ != "Sequential":
        return False
    first = next(iter(getattr(model, "_layers", ())), None)
    kept = getattr(getattr(first, "_auto_config", None), "config", None)
    return (
        type(first).__name__ == "InputLayer"
        and kept is not None
        and kept.keys() >= {"shape", "sparse"}
        and (kept["shape"] is None and kept["sparse"] is None)
    )


def _of_free_length(shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """(N, T, D) as (None, None, D)."""
    return (None, *(None for _ in shape[1:-1]), shape[-1]) if len(shape) > 2 else (None, *(None for _ in shape[1:]))


def _made_up(declared: list[tuple[int | None, ...]], model: Any) -> list[np.ndarray]:
    """Four rows for each declared shape, the last two steps of zeros: enough to see where masks go."""
    rng = np.random.default_rng(0)
    made = []
    for tensor, shape in zip(model.inputs if getattr(model, "inputs", None) else declared, declared, strict=True):
        sizes = [4, *(STEPS if size is None else size for size in shape[1:])]
        values = rng.uniform(0.1, 0.9, sizes)
        kind = str(getattr(tensor, "dtype", "float32"))
        values = np.ones(sizes, kind) if "int" in kind else values.astype("float32")
        if len(sizes) > 1 and sizes[1] > 2:
            values[1:, -2:] = 0
        made.append(values)
    return made


def _runnable(model: Any) -> tuple[Any, str]:
    """`model` where all of it is built; else a copy of it, with weights of its own."""
    import keras

    if not isinstance(model, keras.layers.Layer) or all(layer.built for layer in _parts(model)):
        return model, ""
    try:
        with untouched(model):
            return type(model).from_config(model.get_config()), ""
    except Exception as error:  # classes of others fail in any way; the check says so and goes on
        return None, f"it is not built yet and cannot be copied ({type(error).__name__})"


def _parts(model: Any) -> list[Any]:
    return list(model._flatten_layers()) if hasattr(model, "_flatten_layers") else [model]


def _takes(model: Any, name: str) -> bool:
    """Whether the call of a layer knows the argument."""
    import inspect

    parameters = inspect.signature(model.call).parameters.values()
    return any(p.name == name or p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters)
