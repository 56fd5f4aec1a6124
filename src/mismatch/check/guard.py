"""Nothing that is checked may be changed by the check: a model, its optimizer and every random state are put back.

In: a model (or any Keras layer). Out: a block in which it may be run; after it all is as before.
"""

import copy
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def untouched(model: Any) -> Iterator[None]:
    """A block after which variables, kept losses, random states and the names Keras gives out are as before it."""

    variables = [(variable, as_numpy(variable).copy()) for variable in _variables(model)]
    losses = [(layer, list(layer._losses)) for layer in _layers(model) if hasattr(layer, "_losses")]
    draws, numpy_draws, names = random.getstate(), np.random.get_state(), _names()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for variable, value in variables:
            if not np.array_equal(as_numpy(variable), value, equal_nan=value.dtype.kind == "f"):
                variable.assign(value)
        for layer, kept in losses:
            layer._losses[:] = kept
        random.setstate(draws)
        np.random.set_state(numpy_draws)
        _restore(names)


def as_numpy(value: Any) -> np.ndarray:
    """A tensor or a variable of any backend as a NumPy array."""
    import keras

    held = value.value if isinstance(value, keras.Variable) else value
    if keras.config.backend() == "tensorflow" and hasattr(held, "numpy"):
        return np.asarray(held.numpy())
    return np.asarray(keras.ops.convert_to_numpy(held))


def _variables(model: Any) -> list[Any]:
    """All variables: weights, seeds, states, metrics, and those of the optimizer."""
    own = list(getattr(model, "variables", ()) or ())
    own += list(getattr(model, "metrics_variables", ()) or ())
    own += list(getattr(getattr(model, "optimizer", None), "variables", ()) or ())
    own += _global_seed()
    unique = {id(variable): variable for variable in own}
    return [variable for variable in unique.values() if str(variable.dtype) != "string"]


def _layers(model: Any) -> list[Any]:
    return list(model._flatten_layers()) if hasattr(model, "_flatten_layers") else []


def _global_seed() -> list[Any]:
    """State of Keras's own random generator, where one is in use already."""
    generator = _attribute("global_seed_generator")
    return [] if generator is None else [generator.state]


def _names() -> Any:
    """How often Keras gave each name: a copy made by a check must not shift the names of the next layers."""
    return copy.copy(_attribute("object_name_uids"))


def _restore(names: Any) -> None:
    current = _attribute("object_name_uids")
    if current is not None:
        current.clear()
        current.update(names or {})


def _attribute(name: str) -> Any:
    """Of Keras's global state, which has no public name; None where another version has none."""
    try:
        from keras.src.backend.common import global_state
    except ImportError:
        return None
    return global_state.get_global_attribute(name)
