"""A wrong number of features in other frameworks than TensorFlow: each tried in a process of its own, where installed.

In: nothing. Out: `Found`, one line of `frameworks.csv` per case; no line of a framework that is not installed. As a
command, ``python -m mismatch.trials.elsewhere FRAMEWORK``, it is that process. It imports no framework by itself.
"""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from mismatch.config import environment
from mismatch.sweep import child
from mismatch.trials.words import first_line

STEPS, FEATURES, UNITS, ROWS = 6, 4, 8, 32
SIZES = {"match": FEATURES, "fewer": 3, "more": 5, "one": 1}
"""Features given where 4 are meant: 1 as well, which a product of numbers would stretch to any size."""


@dataclass(frozen=True)
class Framework:
    """module: where its cases stand. package: what must be installed. backend: of Keras in its process."""

    module: str
    package: str
    backend: str = "tensorflow"


FRAMEWORKS = {
    "keras-tensorflow": Framework("in_keras", "tensorflow"),
    "keras-jax": Framework("in_keras", "jax", "jax"),
    "jax": Framework("in_jax", "jax", "jax"),
    "torch": Framework("in_torch", "torch"),
}


@dataclass
class Weights:
    """The weights of the case that runs, as they were and as they are."""

    read: Callable[[], list[Any]] | None = None
    before: list[np.ndarray] = field(default_factory=list)

    def watch(self, read: Callable[[], list[Any]]) -> None:
        """Note what `read` gives now, to see later whether it gives something else."""
        self.read, self.before = read, [np.array(weight) for weight in read()]

    def changed(self) -> bool:
        """Whether any of them has moved."""
        now = [np.array(weight) for weight in self.read()] if self.read else []
        return any(not np.array_equal(old, new) for old, new in zip(self.before, now, strict=True))


Act = Callable[[Weights, int], object]
"""Gives so many features to something made for 4."""


@dataclass(frozen=True)
class Trial:
    """One way of giving features to weights: its name, the stage, what is done in a sentence, and the function."""

    name: str
    stage: str
    what: str
    act: Act


@dataclass(frozen=True)
class Found:
    """A line of `frameworks.csv`; the columns' meanings are in `measurement.py`."""

    row: str
    framework: str
    version: str
    stage: str
    what: str
    legal: bool
    outcome: str
    error_type: str
    message: str
    weights_changed: bool


def batch(features: int) -> tuple[np.ndarray, np.ndarray]:
    """Normal noise `(32, 6, features)` float32 and alternating labels `(32,)` int32."""
    values = np.random.default_rng(0).normal(size=(ROWS, STEPS, features)).astype("float32")
    return values, np.arange(ROWS, dtype="int32") % 2


def installed() -> list[str]:
    """The frameworks that can be tried here."""
    return [name for name, framework in FRAMEWORKS.items() if find_spec(framework.package) is not None]


def everywhere(most: int | None = None) -> list[Found]:
    """All cases in every framework that is installed, and works, or in so many of them; each has its own process."""
    return [line for name in installed()[:most] for line in _in_process(name)]


def _in_process(name: str) -> list[Found]:
    answer = child.ask("mismatch.trials.elsewhere", [name], None, environment.of_child(FRAMEWORKS[name].backend))
    if answer.made is None:  # an installation that does not work is none
        print(f"{name} cannot be tried: {answer.last}", file=sys.stderr)
        return []
    return [Found(**line) for line in answer.made]


def tried(name: str) -> Iterator[Found]:
    """All cases of a framework, in this process."""
    room = import_module(f"mismatch.trials.{FRAMEWORKS[name].module}")
    for trial in room.trials:
        for size, features in SIZES.items():
            yield _try(name, room.version(), trial, size, features)


def _try(name: str, version: str, trial: Trial, size: str, features: int) -> Found:
    weights, error, legal = Weights(), None, features == FEATURES
    try:
        trial.act(weights, features)
    except Exception as problem:
        error = problem
    return Found(
        row=f"{name}-{trial.name}-{size}",
        framework=name,
        version=version,
        stage=trial.stage,
        what=trial.what.format(features),
        legal=legal,
        outcome="raises" if error else ("works" if legal else "silent"),
        error_type=type(error).__name__ if error else "",
        message=first_line(str(error)) if error else "",
        weights_changed=weights.changed(),
    )


def answered(name: str, _: None) -> list[dict[str, Any]]:
    """``python -m mismatch.trials.elsewhere <name>``: the lines of a framework as plain values."""
    return [asdict(line) for line in tried(name)]


if __name__ == "__main__":
    child.answer(answered)
