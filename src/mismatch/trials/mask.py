"""Cases 26 to 28: masks handed to the GRU whose shape is not (N, T).

In: nothing. Out: `cases`, each a function that builds a fresh model and feeds it.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from mismatch.engine.backend import keras, tf
from mismatch.trials.models import BATCH, FEATURES, LONG, ROWS, STEPS, UNITS, batch, compiled, pairs, score, train
from mismatch.trials.runner import Bench, Case, Check, learned, register, same

cases: list[Case] = []
trial = register(cases)


def lengths_mask(steps: int = STEPS, rows: int = ROWS) -> np.ndarray:
    """(rows, steps) bool: row i keeps its first 1 + i mod STEPS steps."""
    return np.arange(steps) < (1 + np.arange(rows) % STEPS)[:, None]


def called(bench: Bench, mask: np.ndarray, graph: bool = False) -> np.ndarray:
    """The last state (N, 8) of a fresh GRU over the shared batch, under `mask`."""
    keras.utils.set_random_seed(0)
    gru = keras.layers.GRU(UNITS)
    bench.offer(lambda: gru, batch()[0], mask=mask)

    def call(values: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        return gru(values, mask=mask)

    run = tf.function(call) if graph else call
    return run(tf.constant(batch()[0]), tf.constant(mask)).numpy()


def rightly(bench: Bench, graph: bool = False) -> np.ndarray:
    """The same under each row's own mask (N, T) bool."""
    with bench.saying(right=True):
        return called(bench, lengths_mask(), graph)


EAGER_GRAPH = {"eager": False, "graph": True}


@trial(26, "mask", "call", over=EAGER_GRAPH)
def mask_longer(bench: Bench, graph: bool) -> Check:
    """A mask of 8 steps over 6 (in a graph: {}); value: how far the outputs are from its first 6."""
    return same(called(bench, lengths_mask(STEPS + 2), graph), rightly(bench, graph))


@trial(27, "mask", "call", over=EAGER_GRAPH)
def mask_shorter(bench: Bench, graph: bool) -> None:
    """A mask of 5 steps over 6 (in a graph: {})."""
    called(bench, lengths_mask(STEPS - 1), graph)


@trial(27, "mask", "call", over=EAGER_GRAPH)
def mask_column(bench: Bench, graph: bool) -> None:
    """A mask (N, 1) over 6 steps (in a graph: {})."""
    called(bench, lengths_mask(1), graph)


@trial(28, "mask", "call", mismatch=False)
def mask_per_row(bench: Bench) -> Check:
    """Control: a mask (N, T); value: how far each row's output is from the row cut to its own length."""
    outputs = called(bench, lengths_mask())
    keras.utils.set_random_seed(0)
    gru = keras.layers.GRU(UNITS)
    rows = [gru(row[None, : mask.sum()]).numpy()[0] for row, mask in zip(batch()[0], lengths_mask(), strict=True)]
    return same(outputs, rows)


@trial(28, "mask", "call", over=EAGER_GRAPH)
def mask_one_row(bench: Bench, graph: bool) -> Check:
    """A mask (1, T) for the whole batch (in a graph: {}); value: how far the outputs are from each row's own mask."""
    return same(called(bench, lengths_mask()[2:3], graph), rightly(bench, graph))


ACCEPTED = {"three-axes": lambda m: m[..., None], "float": lambda m: m.astype("float32"), "int": lambda m: m * 1}
REFUSED = {"time-only": lambda m: m[0], "samples-only": lambda m: m[:, 0], "half": lambda m: m[: ROWS // 2]}


@trial(28, "mask", "call", over=ACCEPTED)
def mask_form(bench: Bench, form: Callable[[np.ndarray], np.ndarray]) -> Check:
    """A mask of another form ({name}); value: how far the outputs are from those of (N, T) bool."""
    return same(called(bench, form(lengths_mask())), rightly(bench))


@trial(28, "mask", "call", over=REFUSED)
def mask_shape(bench: Bench, form: Callable[[np.ndarray], np.ndarray]) -> None:
    """A mask that covers less than (N, T): {name}."""
    called(bench, form(lengths_mask()))


def _padded(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of 4, 8 and 12 steps in turn, zeros behind: `(960, 12, 4)` float32 and `(960,)` int32."""
    parts = [pairs(steps, seed=seed, rows=320) for steps in (4, 8, LONG)]
    values = [np.pad(values, ((0, 0), (0, LONG - values.shape[1]), (0, 0))) for values, _ in parts]
    return np.stack(values, 1).reshape(-1, LONG, FEATURES), np.stack([labels for _, labels in parts], 1).ravel()


def _masked(one_row: bool) -> keras.Model:
    """A classifier whose GRU gets the mask of its padded inputs, or only the first row of it."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((LONG, FEATURES))
    mask = keras.ops.any(inputs != 0, axis=-1)
    hidden = keras.layers.GRU(UNITS)(inputs, mask=keras.ops.take(mask, [0], axis=0) if one_row else mask)
    return compiled(keras.Model(inputs, keras.layers.Dense(2, "softmax")(hidden)), learns=True)


@cache
def _masked_rightly() -> keras.Model:
    return train(Bench(), _masked(one_row=False), *_padded(0))


@trial(28, "mask", "fit", mismatch=False)
def mask_per_row_fit(bench: Bench) -> Check:
    """Control: training on padded sequences with a mask (N, T); reference: the ceiling."""
    return learned(score(bench.watch_trained(_masked_rightly()), *_padded(1)), 1.0)


@trial(28, "mask", "fit")
def mask_one_row_fit(bench: Bench) -> Check:
    """Training on padded sequences where the first row's mask, (1, T), serves each whole batch."""
    with bench.saying(right=True):
        reference = score(_masked_rightly(), *_padded(1))
    model = train(bench, _masked(one_row=True), *_padded(0))
    return learned(score(model, *_padded(1), rows=BATCH), reference)
