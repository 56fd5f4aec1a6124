"""Tries a model of a person's own, in a process of its own: makes it for each T, and times short runs of it.

In: an `Errand`. Out: a `Tried`, or why the model cannot be used.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mismatch.adapt import Adapted
from mismatch.advise.tried import Cost, Errand, Tried
from mismatch.check.finding import Finding
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Model
from mismatch.config.ownmodel import Source
from mismatch.data.streams import Streams
from mismatch.engine.trace import Trace
from mismatch.sweep import child

BLOCKS = 3
"""The first is traced, the quickest of the others is believed."""
LOOKED_AT = 16
"""Sequences that the check of models looks at."""
TIMED = 0.4
"""Share of the seconds that the longest T may take."""


def measured(errand: Errand) -> Tried | str:
    """``python -m mismatch.advise.trying``."""
    try:
        return _tried(errand)
    except ConfigError as error:
        return error.accepted


def _tried(errand: Errand) -> Tried:
    from mismatch.engine.backend import keras
    from mismatch.engine.own import own

    begin, first = time.monotonic(), own(errand.arms[0])
    _refuse_same(errand.arms[0], first.model, own(errand.arms[0]).model)
    for arm in [*errand.arms[1:], *(errand.masked if first.masked else ())]:
        own(arm)  # or the reason why not
    findings = list(_errors(errand.arms[0], first.model))
    _warm_up()
    costs = list(_costs(errand.arms, TIMED * (errand.seconds - (time.monotonic() - begin))))
    last = next(arm for arm in errand.arms if arm.steps == costs[-1].steps)
    keras.config.set_dtype_policy("float32")  # whatever the file has set it to
    built_in = _built_in_s(last, errand)
    return Tried(first.masked, first.rate, first.probabilities, tuple(costs), built_in, tuple(findings))


def _warm_up() -> None:
    """The first training of a process takes seconds more than the next: one that is thrown away pays for them."""
    from mismatch.engine.backend import keras

    model = keras.Sequential([keras.layers.Dense(2)])
    model.compile("adam", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(np.zeros((2, 1)), np.zeros(2), verbose=0)
    model.predict_on_batch(np.zeros((2, 1)))


def _errors(arm: Arm, model: Any) -> Iterator[Finding]:
    """What is wrong in the model by the rules of `mismatch check`; nothing where these cannot look at it."""
    from mismatch.check.models import check_model
    from mismatch.engine.own import made_up

    labels = np.arange(LOOKED_AT) % arm.data.classes_count
    try:
        found = check_model(model, made_up(arm, LOOKED_AT), labels).findings
    except Exception:  # a model that trains is no less of a model for that
        return
    name = Source.of(str(arm.model.build)).path.name
    yield from (replace(one, where=f"{name}: {one.where}") for one in found if one.severity == "error")


def _built_in_s(arm: Arm, errand: Errand) -> float:
    """Seconds of an update of the built-in model, with its share of the probes."""
    stock = replace(arm, model=Model(errand.units), train=replace(arm.train, engine="compiled"))
    trace = _trained(stock)
    return trace.train_s / len(trace.batch_loss)


def _refuse_same(arm: Arm, model: object, other: object) -> None:
    """Refuse a function that returns what it has returned before: its weights would go from run to run."""
    own = {id(weight) for weight in getattr(model, "weights", ())}
    if model is other or own & {id(weight) for weight in getattr(other, "weights", ())}:
        raise Source.of(str(arm.model.build)).refused("returns a model that it returned before, must make a new one")


def _costs(arms: Sequence[Arm], seconds: float) -> Iterator[Cost]:
    """Of the shortest T, and of the longest that there are seconds for."""
    begin = time.monotonic()
    shortest = _cost(arms[0])
    yield shortest
    took = time.monotonic() - begin
    longest = [arm for arm in arms[1:] if took * arm.steps / shortest.steps <= seconds]
    if longest:
        yield _cost(longest[-1])


def _cost(arm: Arm) -> Cost:
    """Of a short run on sequences that are made up."""
    begin, block = time.perf_counter(), arm.train.block
    blocks = _trained(arm).block_s
    update = float(min(blocks[1:])) / block
    return Cost(arm.steps, time.perf_counter() - begin - len(blocks) * block * update, update)


def _trained(arm: Arm) -> Trace:
    from mismatch import engine

    count, batch = BLOCKS * arm.train.block, arm.train.batch
    short, order = replace(arm, train=replace(arm.train, updates=count)), np.tile(np.arange(batch), (count, 1))
    return engine.train(short, _made_up(arm), Streams(arm.seed, 0), order).trace


def _made_up(arm: Arm) -> dict[str, Adapted]:
    from mismatch.engine.own import made_up

    rng, found = np.random.default_rng(0), dict[str, Adapted]()
    for part, count in (("train", arm.train.batch), ("probe", arm.data.probe), ("test", arm.data.test)):
        inputs = made_up(arm, count)
        labels, lengths = rng.integers(0, arm.data.classes_count, count), np.full(count, arm.steps)
        found[part] = Adapted(inputs, np.ones((count, arm.steps), bool), labels, None, lengths)
    return found


if __name__ == "__main__":
    child.answer(measured)
