"""Tries a model of a person's own, in a process of its own: makes it for each T, and times short runs of it.

In: an `Errand`. Out: a `Tried`, or why the model cannot be used.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from mismatch.adapt import Adapted
from mismatch.advise.tried import Cost, Errand, Tried
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Model
from mismatch.data.streams import Streams
from mismatch.engine.trace import Trace
from mismatch.sweep import child

BLOCKS = 4
"""The first is traced, the quickest of the others is believed."""
TIMED = 0.4
"""Share of the seconds that the longest T may take; of these, a quarter is trained at the most."""


def measured(errand: Errand) -> Tried | str:
    """``python -m mismatch.advise.trying``."""
    with _killed_after(errand.seconds):
        try:
            return _tried(errand)
        except ConfigError as error:
            return error.accepted


@contextmanager
def _killed_after(seconds: float) -> Iterator[None]:
    """A block that ends this process where it takes longer: code of others may wait for ever."""
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _tried(errand: Errand) -> Tried:
    from mismatch.engine.backend import keras
    from mismatch.engine.own import own

    begin, first = time.monotonic(), own(errand.arms[0])
    _refuse_same(errand.arms[0], first.model, own(errand.arms[0]).model)
    for arm in [*errand.arms[1:], *(errand.masked if first.masked else ())]:
        own(arm)  # or the reason why not
    costs = list(_costs(errand.arms, TIMED * (errand.seconds - (time.monotonic() - begin))))
    last = next(arm for arm in errand.arms if arm.steps == costs[-1].steps)
    keras.config.set_dtype_policy("float32")  # whatever the file has set it to
    built_in = _built_in_s(last, errand)
    return Tried(first.masked, first.rate, first.probabilities, tuple(costs), built_in)


def _built_in_s(arm: Arm, errand: Errand) -> float:
    """Seconds of an update of the built-in model, with its share of the probes."""
    stock = replace(arm, model=Model(errand.units), train=replace(arm.train, engine="compiled"))
    trace = _trained(stock, errand.seconds)
    return trace.train_s / len(trace.batch_loss)


def _refuse_same(arm: Arm, model: object, other: object) -> None:
    """Refuse a function that returns what it has returned before: its weights would go from run to run."""
    from mismatch.config.ownmodel import Source

    own = {id(weight) for weight in getattr(model, "weights", ())}
    if model is other or own & {id(weight) for weight in getattr(other, "weights", ())}:
        raise Source.of(str(arm.model.build)).refused("returns a model that it returned before, must make a new one")


def _costs(arms: Sequence[Arm], seconds: float) -> Iterator[Cost]:
    """Of the shortest T, and of the longest that there are seconds for."""
    begin = time.monotonic()
    shortest = _cost(arms[0], seconds / 4)
    yield shortest
    took = time.monotonic() - begin
    longest = [arm for arm in arms[1:] if took * arm.steps / shortest.steps <= seconds]
    if longest:
        yield _cost(longest[-1], seconds / 4)


def _cost(arm: Arm, seconds: float) -> Cost:
    """Of a short run on sequences that are made up; it ends after the block that makes it longer than `seconds`."""
    begin, block = time.perf_counter(), arm.train.block
    blocks = _trained(arm, seconds).block_s
    update = float(min(blocks[1:], default=blocks[0])) / block
    return Cost(arm.steps, time.perf_counter() - begin - len(blocks) * block * update, update)


def _trained(arm: Arm, seconds: float) -> Trace:
    from mismatch import engine

    count, batch = BLOCKS * arm.train.block, arm.train.batch
    short, order = replace(arm, train=replace(arm.train, updates=count)), np.tile(np.arange(batch), (count, 1))
    return engine.train(short, _made_up(arm), Streams(arm.seed, 0), order, seconds).trace


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
