"""What a case hands to a model, noticed before the model acts on it.

In: the calls that a case makes of any Keras model, and what it offers by itself where it works below a model. Out: a
`Use` for each, given to whoever looks on while nothing has been traced, trained or predicted yet.
"""

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from inspect import signature
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

import numpy as np

from mismatch.engine.backend import keras, tf

STAGES = {
    "fit": "fit",
    "train_on_batch": "fit",
    "evaluate": "evaluate",
    "test_on_batch": "evaluate",
    "predict": "predict",
    "predict_on_batch": "predict",
    "__call__": "call",
    "load_weights": "load",
    "set_weights": "load",
}
"""Methods of a model that are given sequences or weights, and the stage that each is."""


@dataclass(frozen=True)
class Use:
    """What a model, or a layer, is about to be given.

    stage: fit | validation | evaluate | predict | call | load. x: (N, T, D) or whatever the case gives in its place,
    None where weights are loaded; y: labels or None; mask: as handed over beside x, or None. loss: of a loop of one's
    own, loss(y, model(x)). weights: what is loaded, arrays or a path. reference: what the model was fitted on before,
    or None. right: whether this part of the case is correct.
    """

    stage: str
    model: keras.layers.Layer
    x: Any = None
    y: Any = None
    mask: Any = None
    loss: Any = None
    weights: Any = None
    reference: Any = None
    right: bool = False


class Watcher:
    """Tells `look` of every use, before it happens. What a model does by itself within a use is none of its own.

    Looking changes nothing for the case: warnings given meanwhile are dropped, random states are put back.
    """

    def __init__(self, look: Callable[[Use], None]) -> None:
        self._look = look
        self._right: bool | None = False
        self._busy = False
        self._fitted: WeakKeyDictionary[keras.Model, tuple[Any, bool | None]] = WeakKeyDictionary()

    @contextmanager
    def watching(self, right: bool) -> Iterator[None]:
        """Notice all uses of models from here on; `right`: whether they are correct."""
        with self.saying(right), _patched({name: self._noticing(name) for name in STAGES}):
            yield

    @contextmanager
    def saying(self, right: bool | None) -> Iterator[None]:
        """Whether the uses from here on are correct, whatever the case as a whole is; None: nobody is told of them."""
        before, self._right = self._right, right
        try:
            yield
        finally:
            self._right = before

    def offer(self, make: Callable[[], keras.layers.Layer], x: Any, **given: Any) -> None:
        """Notice a use that goes by no method of a model; `make` makes the model or layer that it would go through."""
        with self._alone(), _undisturbed():
            self._tell(Use("call", make(), x, **given))

    def _noticing(self, name: str) -> Callable[..., Any]:
        """A method that does what the model's own does, once the use has been noticed."""
        original = getattr(keras.Model, name)

        @wraps(original)
        def method(model: keras.Model, *values: Any, **options: Any) -> Any:
            if self._busy or not tf.executing_eagerly() or _symbolic(values, options):
                return original(model, *values, **options)
            given = _given(name, original, model, values, options)
            with self._alone():
                self._notice(STAGES[name], model, given)
                result = original(model, *values, **options)
            if STAGES[name] == "fit":
                self._fitted[model] = (given.get("x"), self._right)
            return result

        return method

    def _notice(self, stage: str, model: keras.Model, given: dict[str, Any]) -> None:
        x, y, mask, weights = (given.get(name) for name in ("x", "y", "mask", "weights"))
        use = Use(stage, model, x, y, mask, weights=weights)
        reference, learned_rightly = self._fitted.get(model, (None, True))
        with _undisturbed():
            if learned_rightly or not self._right:  # correct data are no correct use of what has learned something else
                self._tell(replace(use, reference=reference))
            for x, y in [given["validation_data"][:2]] if given.get("validation_data") else []:
                self._tell(replace(use, stage="validation", x=x, y=y, reference=use.x))

    def _tell(self, use: Use) -> None:
        if self._right is None:
            return
        plain = {name: _plain(getattr(use, name)) for name in ("x", "y", "mask", "reference")}
        self._look(replace(use, right=self._right, **plain))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Notice nothing that happens within."""
        before, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = before


def _given(
    name: str, original: Callable[..., Any], model: keras.Model, values: tuple[Any, ...], options: dict[str, Any]
) -> dict[str, Any]:
    """Arguments by name; what a model is called on is `x`, too."""
    if name == "__call__":
        return {"x": values[0] if values else options.get("inputs"), "mask": options.get("mask")}
    given = dict(signature(original).bind(model, *values, **options).arguments)
    return {"weights": given["filepath"]} if name == "load_weights" else given


def _symbolic(values: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Whether a model is being built into another one: there is nothing to look at."""
    return any(isinstance(value, keras.KerasTensor) for value in (*values, *options.values()))


def _plain(value: Any) -> Any:
    """A tensor as an array; anything else as it is."""
    return value.numpy() if isinstance(value, tf.Tensor) else value


@contextmanager
def _patched(methods: dict[str, Callable[..., Any]]) -> Iterator[None]:
    with ExitStack() as stack:
        for name, method in methods.items():
            stack.enter_context(patch.object(keras.Model, name, method))
        yield


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put back what the next random number depends on, and keep warnings from the case's own record."""
    states = random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
