"""Milliseconds of one update, side by side: this engine, Keras's `fit`, JAX, and the matrix products alone.

Each has a process of its own, on one thread, which makes and warms a program and is then asked for its time round by
round, in random order, while the others wait. All of them take the same update: a GRU of H units and a head of four
classes, batches of 64 sequences of T steps and D features, Adam. Prints a table in Markdown, and how each time grows.
Writes results/throughput/updates.csv.

* `ours`: blocks of ten updates in one compiled program, as every experiment trains, with a probe of one sequence.
* `fit`, `xla`: `keras.Model.fit` in graph mode and with ``jit_compile=True``, from its fifth batch on.
* `jax`: ten updates as one compiled program, a scan over updates around a scan over steps (where JAX is installed).
* `floor`: nothing but the matrix products that an update cannot do without, by NumPy's BLAS.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

OUT = Path("results/throughput/updates.csv")
UNITS, STEPS, FEATURES = (16, 64, 128), (48, 256), (64, 512)
USUAL = (16, 48, 8)
"""Units, steps, features: where D varies, and what the other two are then."""
CELLS = [(units, steps, USUAL[2]) for units in UNITS for steps in STEPS] + [(*USUAL[:2], d) for d in FEATURES]
BATCH, CLASSES, BLOCK, SKIPPED = 64, 4, 10, 5
ROUNDS, SECONDS = 7, 0.4  # at least this long is measured each time

Timed = Callable[[], float]
"""Milliseconds per update, of a few updates just made."""


def drawn(units: int, steps: int, features: int, updates: int) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (updates, BATCH, T, D) and labels (updates, BATCH)."""
    rng = np.random.default_rng(0)
    shape = (updates, BATCH, steps, features)
    return rng.normal(size=shape).astype(np.float32), rng.integers(CLASSES, size=shape[:2]).astype(np.int32)


def arm_of(units: int, steps: int, features: int) -> Any:
    """The arm that has these shapes."""
    from mismatch.config.groups import Settings
    from mismatch.config.registry import DATASETS
    from mismatch.config.rules import resolve

    settings = Settings(data=DATASETS.get("early")())
    settings.model.units, settings.length.steps, settings.train.learning_rate = units, steps, 1e-6
    settings.train.block, settings.train.batch, settings.data.classes = BLOCK, BATCH, CLASSES
    settings.data.probe = 1  # as good as none, which no other way has
    if features != settings.data.feature_count:
        settings.features.adapter, settings.features.width = "zero", features
    return resolve(settings)


def ours(units: int, steps: int, features: int) -> Timed:
    from mismatch.data.streams import Streams
    from mismatch.engine.backend import tf
    from mismatch.engine.programs import program
    from mismatch.engine.weights import initial_weights

    arm = arm_of(units, steps, features)
    made, _ = program(arm)
    streams, count = Streams(0, 0), made.blocks * BLOCK
    made.reset(initial_weights(arm, made.built.weights, streams), arm.train.learning_rate, streams)
    inputs, labels = drawn(units, steps, features, count)
    there, one, last = tf.constant(True), tf.constant(1), tf.constant(made.blocks)
    given = (tf.constant(inputs), there, tf.constant(labels), tf.zeros((1, *inputs.shape[2:])), there, one, last)
    return repeated(lambda: made.train(*given)[0].numpy(), count)


def fit(units: int, steps: int, features: int, compiled: bool = False) -> Timed:
    from mismatch.engine.backend import keras
    from mismatch.engine.model import build

    class Clock(keras.callbacks.Callback):
        times: list[float]

        def on_train_begin(self, logs: Any = None) -> None:
            self.times = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.times.append(time.perf_counter())

    model, clock = build(arm_of(units, steps, features)).model, Clock()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-6), loss=loss, jit_compile=compiled)
    inputs, labels = drawn(units, steps, features, SKIPPED + BLOCK)
    flat = inputs.reshape(-1, steps, features), labels.ravel()

    def timed() -> float:
        model.fit(*flat, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[clock])
        return 1000 * (clock.times[-1] - clock.times[SKIPPED - 1]) / BLOCK

    timed()
    return timed


def xla(units: int, steps: int, features: int) -> Timed:
    return fit(units, steps, features, compiled=True)


def jax(units: int, steps: int, features: int) -> Timed:
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    shapes = {"w": (features, 3 * units), "u": (units, 3 * units), "b": (2, 3 * units), "v": (units, CLASSES)}
    weights = {name: jnp.asarray(0.1 * rng.normal(size=shape), jnp.float32) for name, shape in shapes.items()}
    weights["c"] = jnp.zeros(CLASSES)

    def loss(weights: Any, inputs: Any, labels: Any) -> Any:
        projected = jnp.swapaxes(inputs, 0, 1) @ weights["w"] + weights["b"][0]

        def step(state: Any, a: Any) -> tuple[Any, None]:
            i = state @ weights["u"] + weights["b"][1]
            z, r = jnp.split(jax.nn.sigmoid(a[:, : 2 * units] + i[:, : 2 * units]), 2, axis=-1)
            c = jnp.tanh(a[:, 2 * units :] + r * i[:, 2 * units :])
            return z * state + (1 - z) * c, None

        state, _ = jax.lax.scan(step, jnp.zeros((BATCH, units)), projected)
        logits = jax.nn.log_softmax(state @ weights["v"] + weights["c"])
        return -jnp.take_along_axis(logits, labels[:, None], axis=1).mean()

    def update(carried: Any, given: Any) -> tuple[Any, Any]:
        weights, first, second, count = carried
        value, slopes = jax.value_and_grad(loss)(weights, *given)
        count = count + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slopes)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slopes)
        rate = 1e-6 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        moved = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second)
        return (moved, first, second, count), value

    inputs, labels = map(jnp.asarray, drawn(units, steps, features, BLOCK))
    zeros = jax.tree.map(jnp.zeros_like, weights)
    trained = jax.jit(lambda: jax.lax.scan(update, (weights, zeros, zeros, 0.0), (inputs, labels))[1])
    return repeated(lambda: trained().block_until_ready(), BLOCK)


def floor(units: int, steps: int, features: int) -> Timed:
    rng = np.random.default_rng(0)

    def matrix(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    state, recurrent, gates = matrix(BATCH, units), matrix(units, 3 * units), matrix(BATCH, 3 * units)
    flat, kernel = matrix(steps * BATCH, features), matrix(features, 3 * units)
    states, slopes = matrix(steps * BATCH, units), matrix(steps * BATCH, 3 * units)
    forward, back = np.empty_like(gates), np.empty_like(state)
    transposed = np.ascontiguousarray(recurrent.T)

    def products() -> None:
        np.matmul(flat, kernel)
        for _ in range(steps):
            np.matmul(state, recurrent, out=forward)
        for _ in range(steps):
            np.matmul(gates, transposed, out=back)
        np.matmul(states.T, slopes)
        np.matmul(flat.T, slopes)

    return repeated(products, 1)


def repeated(call: Callable[[], object], updates: int) -> Timed:
    """`call` makes so many updates; it is warmed up here, and called as often as takes SECONDS each time."""
    call()
    begin = time.perf_counter()
    call()
    times = max(1, round(SECONDS / (time.perf_counter() - begin)))

    def timed() -> float:
        begin = time.perf_counter()
        for _ in range(times):
            call()
        return 1000 * (time.perf_counter() - begin) / times / updates

    return timed


WAYS: dict[str, Callable[[int, int, int], Timed]] = {"ours": ours, "fit": fit, "xla": xla, "jax": jax, "floor": floor}


def serve(way: str) -> None:
    """In a process of its own: read cells from stdin, answer each with a time."""
    made: tuple[Any, Timed] | None = None
    for line in sys.stdin:
        cell = tuple(json.loads(line))
        if made is None or made[0] != cell:
            made = cell, WAYS[way](*cell)
        print(made[1](), flush=True)


class Served:
    """A process that measures one way of updating."""

    def __init__(self, way: str) -> None:
        from mismatch.config import environment

        surroundings = environment.of_child("jax") if way == "jax" else dict(os.environ)
        words = [sys.executable, __file__, "--serve", way]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=surroundings
        )

    def ask(self, cell: tuple[int, int, int]) -> float:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps(cell), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.process.args} ended with {self.process.wait()}")
        return float(answer)


def measured(cells: list[tuple[int, int, int]], rounds: int) -> Any:
    """A row per cell, way and round."""
    import pandas as pd

    served = {way: Served(way) for way in WAYS if way != "jax" or find_spec("jax") is not None}
    draw, rows = random.Random(0), []
    for cell in cells:
        for each in served.values():  # made and warmed, one after the other
            each.ask(cell)
        for turn in range(rounds):
            for way in draw.sample(list(served), len(served)):
                rows.append((*cell, way, turn, served[way].ask(cell)))
    for each in served.values():
        each.process.kill()
    return pd.DataFrame(rows, columns=["units", "steps", "features", "way", "round", "ms"])


def table(rows: Any) -> Any:
    """Medians over the rounds, and the median of the ratios to ours within a round."""
    turns = rows.pivot(index=["units", "steps", "features", "round"], columns="way", values="ms")
    cells = turns.groupby(level=[0, 1, 2], sort=False)
    found = cells.median()[[way for way in WAYS if way in turns]]
    for way in found.columns.drop("ours"):
        found[f"{way} / ours"] = (turns[way] / turns["ours"]).groupby(level=[0, 1, 2], sort=False).median()
    return found.reset_index().sort_values(["features", "units", "steps"])


def growth(found: Any) -> list[str]:
    """How our time grows: the slope of log ms on the log of one size, all others as they are."""
    lines = []
    for size in ("units", "steps", "features"):
        rest = [each for each in ("units", "steps", "features") if each != size]
        for fixed, part in found.groupby(rest):
            if len(part) > 1:
                slope = np.polyfit(np.log(part[size]), np.log(part["ours"]), 1)[0]
                where = ", ".join(f"{name} {value}" for name, value in zip(rest, fixed, strict=True))
                lines.append(f"{size} {', '.join(map(str, sorted(part[size])))} ({where}): ms ~ {size}^{slope:.2f}")
    return lines


def markdown(found: Any) -> str:
    """The table, as the documents have it."""
    names = [str(name) for name in found.columns]
    lines = ["| " + " | ".join(names) + " |", "|" + "---:|" * len(names)]
    for row in found.itertuples(index=False):
        cells = [f"{value:.3g}" if isinstance(value, float) else str(value) for value in row]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", choices=list(WAYS))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="the smallest cell only")
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
        return
    from mismatch.run import provenance

    rows = measured([USUAL] if given.quick else CELLS, given.rounds)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    rows.to_csv(OUT, index=False)
    found = table(rows)
    cpu = provenance.machine()["cpu"]
    print(f"ms per update on one core of {cpu}, batch {BATCH}, median of {given.rounds} rounds\n")
    print(markdown(found))
    print("\nhow ours grows:", *growth(found), sep="\n* ")


if __name__ == "__main__":
    main()
