"""A model of a person's own: its function is imported and called, and what it returns is looked at before it trains.

In: an arm with ``model.build``. Out: an `Own`, or one line that says why it cannot be used. What the file prints is not
shown, and what it does when it is imported it does in every process that trains.
"""

import contextlib
import inspect
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from mismatch.config.arm import Arm
from mismatch.config.fields import first_line
from mismatch.config.ownmodel import MASK, Source
from mismatch.engine.backend import keras

ROWS = 5
"""Sequences that are made up to see what a model gives; another number than most sizes there are."""
LOSS = "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Own:
    """probabilities: whether the model gives these, and not logits. rate: learning rate that it was compiled with; None
    where it was not. masked: whether its function can make a model that is given the mask, too."""

    model: Any
    probabilities: bool
    rate: float | None
    masked: bool


def own(arm: Arm) -> Own:
    """Have the model of `arm` made anew.

    Raises:
        ConfigError: for a file that has changed or cannot be imported, a function that cannot be called, and for what
            is no classifier of such sequences; in one line.
    """
    source = Source.of(str(arm.model.build))
    if source.sha256() != arm.model.sha256:
        raise source.refused("has changed since this was planned: run it again")
    function = _imported(source, str(arm.model.sha256))
    model = _called(source, function, arm)
    probabilities = _probabilities(source, model, arm)
    return Own(model, probabilities, _compiled(source, model, probabilities), _takes_mask(function))


@lru_cache(maxsize=4)
def _imported(source: Source, sha256: str) -> Callable[..., Any]:
    """The function, of the content that has this checksum; imported once."""
    path = source.path
    name = path.stem if path.stem.isidentifier() and path.stem not in sys.modules else f"own_{sha256}"
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = str(path)
    with _running(source, "cannot be imported"):
        exec(compile(source.contents()[path.name], str(path), "exec"), module.__dict__)
    found = getattr(module, source.function, None)
    if not callable(found):
        there = [key for key, value in vars(module).items() if inspect.isfunction(value) and value.__module__ == name]
        raise source.refused(f"has no function {source.function}; it has {', '.join(there) or 'none'}")
    return found


@contextlib.contextmanager
def _running(source: Source, what: str) -> Iterator[None]:
    """A block that runs code of the file: it finds what is beside it, prints nothing, and fails in one line."""
    beside = str(source.path.parent)
    sys.path.insert(0, beside)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    except (Exception, SystemExit) as error:  # code of others may fail in any way
        raise source.refused(f"{what}: {type(error).__name__}: {first_line(error)[:200]}") from error
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(beside)


def _takes_mask(function: Callable[..., Any]) -> bool:
    try:
        return MASK in inspect.signature(function).parameters
    except (TypeError, ValueError):  # a function that tells nothing of itself
        return False


def _called(source: Source, function: Callable[..., Any], arm: Arm) -> Any:
    """What the function returns for T, D or V, and K."""
    explicit, tokens = arm.mask.kind == "explicit", arm.data.vocabulary_size
    given = (int(arm.steps), int(tokens or arm.input_width), int(arm.data.classes_count))
    second, what = ("V", "the size of the vocabulary") if tokens else ("D", "the features of a step")
    try:
        inspect.signature(function).bind(*given)
    except (TypeError, ValueError):
        accepted = f"must take the steps T, {what} {second}, and the classes K: def {source.function}(T, {second}, K)"
        raise source.refused(accepted) from None
    if explicit and not _takes_mask(function):
        raise source.refused(f"takes no mask: def {source.function}(T, {second}, K, {MASK}=False)")
    with _running(source, f"raises for T = {given[0]}, {second} = {given[1]}, K = {given[2]}"):
        return function(*given, **({MASK: True} if explicit else {}))


def _probabilities(source: Source, model: Any, arm: Arm) -> bool:
    """Whether a model gives probabilities for made-up sequences, and not logits; it is built by this."""
    inputs, explicit = made_up(arm, ROWS), arm.mask.kind == "explicit"
    size = f"({', '.join(map(str, (ROWS, *(inputs[0] if explicit else inputs).shape[1:])))})"
    if not isinstance(model, keras.Model):
        raise source.refused(f"returns {type(model).__name__}, must return a Keras model")
    count, wanted = len(_inputs(model)), 1 + explicit
    if count not in (0, wanted):
        taken = "two: the sequences and the mask" if explicit else f"one: the sequences, such as {size}"
        raise source.refused(f"makes a model of {count} inputs, must have {taken}")
    with _running(source, f"makes a model that cannot take sequences {size}"):
        given = model(inputs, training=False)
    classes = (ROWS, int(arm.data.classes_count))
    shape = tuple(getattr(given, "shape", ()))
    if shape != classes:
        found = shape or f"{type(given).__name__} of outputs"
        raise source.refused(f"makes a model that gives {found} for sequences {size}, must give {classes}")
    values = np.asarray(keras.ops.convert_to_numpy(given), np.float32)
    if not np.isfinite(values).all():
        raise source.refused(f"makes a model that gives {values[~np.isfinite(values)][0]} for sequences {size}")
    return bool((values >= 0).all() and np.allclose(values.sum(1), 1, atol=1e-3))


def made_up(arm: Arm, count: int) -> Any:
    """Inputs of `count` sequences that nobody measured, with pads; a list with the mask where that is explicit."""
    rng, steps = np.random.default_rng(0), int(arm.steps)
    real = np.arange(steps) < rng.integers(1, steps + 1, (count, 1))
    real = real[:, ::-1].copy() if arm.length.padding == "pre" else real
    if arm.data.vocabulary_size:
        inputs = np.where(real, rng.integers(1, max(arm.data.vocabulary_size, 2), real.shape), 0).astype(np.int32)
    else:
        inputs = np.where(real[:, :, None], rng.standard_normal((*real.shape, arm.input_width)), 0).astype(np.float32)
    return [inputs, real] if arm.mask.kind == "explicit" else inputs


def _inputs(model: Any) -> list[Any]:
    """Declared inputs; none of a model that declares none, or is not built."""
    try:
        return list(keras.tree.flatten(model.inputs or []))
    except (AttributeError, ValueError):
        return []


def _compiled(source: Source, model: Any, probabilities: bool) -> float | None:
    """The learning rate that a model was compiled with, if it was, and with what can be trained here."""
    if not getattr(model, "compiled", False):
        return None
    loss = keras.losses.get(model.loss) if isinstance(model.loss, str) else model.loss
    plain = loss is keras.losses.sparse_categorical_crossentropy
    if not (plain or isinstance(loss, keras.losses.SparseCategoricalCrossentropy)):
        name = model.loss if isinstance(model.loss, str) else getattr(loss, "name", None) or type(loss).__name__
        raise source.refused(f"is compiled with the loss {name}, must be {LOSS}: labels are numbers of classes")
    logits = False if plain else bool(loss.get_config().get("from_logits"))
    if logits is probabilities:
        gives = "probabilities" if probabilities else "logits"
        raise source.refused(f"is compiled with from_logits={logits} and gives {gives}")
    if isinstance(model.optimizer.get_config().get("learning_rate"), dict):
        raise source.refused("is compiled with a schedule of learning rates, must be a number: rates are raced")
    return float(f"{float(model.optimizer.learning_rate):.6g}")  # as it was written, before it had 32 bits
