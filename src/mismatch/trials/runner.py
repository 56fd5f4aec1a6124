"""Runs one case and says what it saw: a `Case` in, its `Line` of the table out.

A case only acts; the outcome is read off the run. A case says whether what it feeds is legal. Raised: `raises`.
Passed, but the model trained this way is clearly less accurate than on correct data: `silent and learns wrong`.
Passed otherwise: `silent` for a mismatch, `works` else.
"""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mismatch.engine.backend import keras, tf
from mismatch.trials.handed import Watcher
from mismatch.trials.words import first_line

DROP = 0.1  # accuracy below the reference from which a training counts as wrong; a test set of 1,024 has a 2 se of .03
CLOSE = 1e-5  # float32 outputs that differ by less are the same numbers, summed in another order


@dataclass
class Bench:
    """What a case works with: the models whose weights are watched, and who looks on."""

    watched: list[tuple[keras.Model, list[np.ndarray]]] = field(default_factory=list)
    watcher: Watcher | None = None

    def watch(self, model: keras.Model) -> keras.Model:
        """Note this model's weights, to see later whether training moved them; the model is returned."""
        self.watched.append((model, model.get_weights()))
        return model

    def watch_trained(self, model: keras.Model) -> keras.Model:
        """The same for a model that another case may have trained already."""
        self.watched.append((model, []))
        return model

    def saying(self, right: bool | None) -> AbstractContextManager[None]:
        """Says that a part of the case is correct, or wrong, where the whole is not; None: it is not what is tried."""
        return self.watcher.saying(right) if self.watcher else nullcontext()

    def offer(self, make: Callable[[], keras.layers.Layer], values: Any, **given: Any) -> None:
        """What the case feeds where it goes by no method of a model; given: y, mask or loss, as in a `Use`.

        `make` gives the model, or the layer, to look at it through.
        """
        if self.watcher:
            self.watcher.offer(make, values, **given)

    def updated(self) -> bool:
        """Whether training moved the weights of any of them."""
        return any(_moved(model, before) for model, before in self.watched)


@dataclass(frozen=True)
class Check:
    """A number beside what it should be. `trained` says that it is the accuracy of a model trained by the case."""

    value: float
    reference: float
    good: bool
    trained: bool = False


@dataclass(frozen=True)
class Case:
    """One thing tried: what it is, whether it is a mismatch or legal, and the function that acts."""

    row: str
    number: str
    kind: str
    stage: str
    what: str
    mismatch: bool
    act: Callable[[Bench], Check | None]


@dataclass(frozen=True)
class Line:
    """What a case did, one line of the table; the columns' meanings are in `measurement.py`."""

    row: str
    number: str
    kind: str
    stage: str
    what: str
    legal: bool
    outcome: str
    error_type: str
    message: str
    warning: str
    weights_changed: bool
    value: float
    reference: float


def learned(accuracy: float, reference: float) -> Check:
    """The accuracy of a training beside that of the same training on correct data (a control: the ceiling, 1)."""
    return Check(accuracy, reference, accuracy >= reference - DROP, trained=True)


def same(values: Any, reference: Any) -> Check:
    """The largest absolute difference of two arrays of equal shape; it should be 0."""
    values, reference = np.asarray(values), np.asarray(reference)
    if values.shape != reference.shape:
        raise AssertionError(f"compares {values.shape} with {reference.shape}")
    difference = float(np.max(np.abs(values - reference)))
    return Check(difference, 0.0, difference <= CLOSE)


def equal(value: float, reference: float) -> Check:
    """Two numbers that should be exactly equal."""
    return Check(float(value), float(reference), value == reference)


def register(cases: list[Case]) -> Callable[..., Any]:
    """A decorator maker that adds functions to `cases`. The row is the function's name, its sentence the docstring.

    With `over`, one case per entry: its name ends the row, its value is the second argument. In the docstring,
    {} stands for the value and {name} for the name.
    """

    def trial(
        number: int | str, kind: str, stage: str, mismatch: bool = True, over: Mapping[str, Any] | None = None
    ) -> Any:
        def add(act: Callable[..., Check | None]) -> Callable[..., Check | None]:
            row, what = act.__name__.replace("_", "-"), " ".join((act.__doc__ or "").split())
            if over is None:
                cases.append(Case(row, str(number), kind, stage, what, mismatch, act))
            for name, value in (over or {}).items():
                bound = _bind(act, value)
                cases.append(
                    Case(f"{row}-{name}", str(number), kind, stage, what.format(value, name=name), mismatch, bound)
                )
            return act

        return add

    return trial


def _moved(model: keras.Model, before: list[np.ndarray]) -> bool:
    """The weights tell: a step that fails in a running graph moves the optimizer's counter all the same.

    A model that had no weights yet when it was watched, or was trained before, can only be asked for its counter.
    """
    if not before:
        return int(model.optimizer.iterations) > 0
    return not all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))


def _bind(act: Callable[..., Check | None], value: Any) -> Callable[[Bench], Check | None]:
    return lambda bench: act(bench, value)


@contextmanager
def quiet() -> Iterator[None]:
    """TensorFlow's log, off: it advises against tracing as often as fresh models must."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def run(case: Case, watcher: Watcher | None = None) -> Line:
    """The case's line of the table, from a fresh start: no layers, seed 0, warnings recorded.

    A `watcher` is told of everything that the case hands to a model.
    """
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    bench, check, error = Bench(watcher=watcher), None, None
    watching = watcher.watching(right=not case.mismatch) if watcher else nullcontext()
    with warnings.catch_warnings(record=True) as caught, watching:
        warnings.simplefilter("always")
        try:
            check = case.act(bench)
        except Exception as problem:
            error = problem
    return Line(
        row=case.row,
        number=case.number,
        kind=case.kind,
        stage=case.stage,
        what=case.what,
        legal=not case.mismatch,
        outcome=outcome(case.mismatch, check, error),
        error_type=type(error).__name__ if error else "",
        message=first_line(str(error)) if error else "",
        warning=next((first_line(str(one.message)) for one in caught if one.category is UserWarning), ""),
        weights_changed=bench.updated(),
        value=check.value if check else np.nan,
        reference=check.reference if check else np.nan,
    )


def outcome(mismatch: bool, check: Check | None, error: Exception | None) -> str:
    """`raises`, `silent and learns wrong`, `silent` or `works`; a control whose check fails does not work."""
    if error:
        return "raises"
    if check is not None and not check.good:
        return "silent and learns wrong" if check.trained else "silent"
    return "silent" if mismatch else "works"
