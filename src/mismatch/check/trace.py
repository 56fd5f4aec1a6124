"""What happens inside a model on one batch: every layer that is called, with its inputs, outputs and their masks.

In: something to call. Out: a `Trace`. Layers of one's own class and nested models are looked into; operations between
layers are seen where the model is a graph of them, and by the masks they lose everywhere else.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

RECURRENT = ("GRU", "LSTM", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
"""Layers that read their steps in order."""
READS_MASK = (*RECURRENT, "GlobalAveragePooling1D", "MultiHeadAttention", "Attention", "AdditiveAttention")
"""Layers whose numbers depend on the mask they are given."""


BASES = ("Layer", "Wrapper", "Operation")
"""Classes that layers of one's own are made from, which say nothing of what they do."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer or operation.

    layer: the Keras object. depth: 0 for what was called from outside. inputs, outputs: tensors, flat. masks,
    output_masks: their masks, None where there is none. explicit: the mask was an argument of the call.
    """

    layer: Any
    depth: int
    inputs: tuple[Any, ...]
    masks: tuple[Any, ...]
    outputs: tuple[Any, ...] = ()
    output_masks: tuple[Any, ...] = ()
    explicit: bool = False
    leaf: bool = True

    @property
    def kind(self) -> str:
        """The class of Keras that the layer is of, also where one's own class is made from it: ``GRU``."""
        return kind(self.layer)

    @property
    def where(self) -> str:
        """The layer as messages name it."""
        return f"{self.layer.name} ({type(self.layer).__name__})"

    @property
    def recurrent(self) -> bool:
        return self.kind in RECURRENT

    @property
    def masked(self) -> bool:
        return any(mask is not None for mask in self.masks)


@dataclass
class Trace:
    """The calls of a run in the order in which they ended, its outputs, and the error that stopped it, if any.

    names: of the outputs, where the model gives them by name. change: (place, function) of a call whose outputs are
    replaced by what the function makes of them.
    failed: the call of the innermost layer that refused, which has no outputs.
    """

    inputs: tuple[Any, ...] = ()
    calls: list[Call] = field(default_factory=list)
    outputs: tuple[Any, ...] = ()
    output_masks: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    error: Exception | None = None
    failed: Call | None = None
    change: tuple[int, Callable[[Any], Any]] | None = None

    @property
    def leaves(self) -> list[Call]:
        """Calls of layers and operations that are looked at as one thing, in the order they ran."""
        return [call for call in self.calls if call.leaf]

    @property
    def seen(self) -> list[Call]:
        """The leaves, and the call that failed."""
        return [*self.leaves, *([self.failed] if self.failed is not None else [])]

    @property
    def recurrent(self) -> list[Call]:
        return [call for call in self.leaves if call.recurrent]

    def before(self, call: Call) -> Iterator[Call]:
        """The leaves that ran before `call`, the latest first."""
        return reversed(self.leaves[: self.leaves.index(call)])


def kind(layer: Any) -> str:
    """Name of the nearest class of `layer` that is Keras's own."""
    each = (found.__name__ for found in type(layer).__mro__ if found.__module__.startswith("keras."))
    return next(each, type(layer).__name__)


def mask_of(tensor: Any) -> Any:
    """The mask that Keras carries with a tensor, None for none."""
    return getattr(tensor, "_keras_mask", None)


def run(call: Callable[[], Any], inputs: Sequence[Any] = (), change: Any = None) -> Trace:
    """Make `call`, which is given `inputs`, and write down what runs. Its error is part of the trace, not raised."""
    import keras

    trace = Trace(tuple(inputs), change=change)
    with _written_down(trace):
        try:
            outputs = call()
        except Exception as error:  # whatever a model raises is what this is here to see
            trace.error = error
        else:
            trace.names = tuple(map(str, sorted(outputs))) if isinstance(outputs, dict) else ()
            trace.outputs = tuple(keras.tree.flatten(outputs))
            trace.output_masks = tuple(map(mask_of, trace.outputs))
    return trace


@contextmanager
def _written_down(trace: Trace) -> Iterator[None]:
    """Calls of Keras layers and operations on this thread go into `trace`, until the end of the block."""
    import keras

    owner, stack = threading.get_ident(), [0]
    saved = keras.layers.Layer.__call__, keras.Operation.__call__
    closed = [False]

    def layer_call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != owner or closed[0]:
            return saved[0](self, *args, **kwargs)
        return _call(trace, stack, closed, self, saved[0], args, kwargs)

    def operation_call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if threading.get_ident() != owner or closed[0] or isinstance(self, keras.layers.Layer):
            return saved[1](self, *args, **kwargs)
        return _call(trace, stack, closed, self, saved[1], args, kwargs)

    keras.layers.Layer.__call__, keras.Operation.__call__ = layer_call, operation_call
    try:
        yield
    finally:
        keras.layers.Layer.__call__, keras.Operation.__call__ = saved


def _call(
    trace: Trace, stack: list[int], closed: list[bool], layer: Any, call: Callable[..., Any], args: Any, kwargs: Any
) -> Any:
    """Call `layer` and append what was seen; a leaf is closed: what runs in it is its own affair."""
    import keras

    inputs, masks, explicit = _given(args, kwargs)
    leaf = not _open(layer)
    depth = stack[0]
    stack[0], closed[0] = depth + 1, leaf
    try:
        outputs = call(layer, *args, **kwargs)
    except Exception:
        if trace.failed is None:
            trace.failed = Call(layer, depth, inputs, masks, explicit=explicit, leaf=leaf)
        raise
    finally:
        stack[0], closed[0] = depth, False
    if any(isinstance(tensor, keras.KerasTensor) for tensor in inputs):
        return outputs  # a graph that is built on the way: only that it could be is of interest
    if trace.change is not None and trace.change[0] == len(trace.calls):
        outputs = trace.change[1](outputs)
    flat = _tensors(outputs)
    after = tuple(map(mask_of, flat))
    trace.calls.append(Call(layer, depth, inputs, masks, flat, after, explicit, leaf))
    return outputs


def _given(args: Any, kwargs: Any) -> tuple[tuple[Any, ...], tuple[Any, ...], bool]:
    """Tensors a call is given, the mask of each, and whether masks were an argument of the call."""
    given = {key: value for key, value in kwargs.items() if key == "mask" or key.endswith("_mask")}
    inputs = _tensors([args, {key: value for key, value in kwargs.items() if key not in given}])
    explicit = _tensors(given)
    if not explicit:
        return inputs, tuple(map(mask_of, inputs)), False
    masks = [explicit[i] if i < len(explicit) else mask_of(tensor) for i, tensor in enumerate(inputs)]
    return inputs, tuple(masks), True


def _tensors(structure: Any) -> tuple[Any, ...]:
    import keras

    flat = keras.tree.flatten(structure)
    return tuple(value for value in flat if hasattr(value, "shape") and hasattr(value, "dtype"))


def _open(layer: Any) -> bool:
    """Whether to look inside: models are, and layers of one's own, but for those made from a layer of Keras."""
    import keras

    return isinstance(layer, keras.Model) or (isinstance(layer, keras.layers.Layer) and kind(layer) in BASES)
