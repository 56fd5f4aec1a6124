"""Cases 1 to 11: features and rank of the inputs that do not match what the model was built for.

In: nothing. Out: `cases`, each a function that builds a fresh model and feeds it.
"""

import tempfile
from pathlib import Path

import numpy as np

from mismatch.engine.backend import keras
from mismatch.trials.models import (
    FEATURES,
    ROWS,
    STEPS,
    UNITS,
    batch,
    classifier,
    compiled,
    shapeless,
)
from mismatch.trials.runner import Bench, Case, Check, equal, register, same

cases: list[Case] = []
trial = register(cases)

FEWER_MORE = {"fewer": 3, "more": 5}


def fit(bench: Bench, model: keras.Model, values: object, labels: object) -> None:
    """One epoch, watched."""
    bench.watch(model).fit(values, labels, epochs=1, verbose=0)


@trial(1, "features", "call", mismatch=False)
def features_match(bench: Bench) -> None:
    """Control: 4 features into a model built for 4."""
    classifier()(batch()[0])


@trial(1, "features", "call", over=FEWER_MORE)
def features_call_eager(bench: Bench, features: int) -> None:
    """{} features into a called model built for 4."""
    classifier()(batch(features=features)[0])


@trial(1, "features", "fit", over=FEWER_MORE)
def features_fit_eager(bench: Bench, features: int) -> None:
    """{} features into an eager fit of a model built for 4."""
    fit(bench, classifier(eager=True), *batch(features=features))


@trial(2, "features", "fit", over=FEWER_MORE)
def features_fit(bench: Bench, features: int) -> None:
    """{} features into the first fit of a model built for 4."""
    fit(bench, classifier(), *batch(features=features))


@trial(2, "features", "predict")
def features_predict(bench: Bench) -> None:
    """3 features into the first predict of a model built for 4."""
    classifier().predict(batch(features=3)[0], verbose=0)


@trial(2, "features", "evaluate")
def features_evaluate(bench: Bench) -> None:
    """3 features into the first evaluate of a model built for 4."""
    classifier().evaluate(*batch(features=3), verbose=0)


@trial(3, "features", "fit")
def features_refit_traced(bench: Bench) -> None:
    """3 features into a model that was already fitted on 4, as built."""
    model = classifier()
    with bench.saying(right=True):
        model.fit(*batch(), verbose=0)
    fit(bench, model, *batch(features=3))


@trial(3, "features", "fit")
def features_refit_generalised(bench: Bench) -> None:
    """3 features into a model already fitted on 4 at two lengths, so that its graph no longer fixes the length."""
    model = classifier()
    with bench.saying(right=True):
        model.fit(*batch(), verbose=0)
    with bench.saying(right=None):  # 9 steps for 6 are a mismatch, but of another kind
        model.fit(*batch(steps=9), verbose=0)
    fit(bench, model, *batch(features=3))


@trial(3, "rank", "fit")
def rank_2d_refit_generalised(bench: Bench) -> None:
    """A 2-D batch into a model already fitted on 3-D batches of two lengths."""
    model = shapeless()
    with bench.saying(right=True):
        model.fit(*batch(), verbose=0)
        model.fit(*batch(steps=9), verbose=0)
    values, labels = batch()
    fit(bench, model, values[:, :, 0], labels)


@trial(4, "features", "fit")
def features_dense_first(bench: Bench) -> None:
    """3 features for 4 where the first layer is Dense."""
    layers = [keras.Input((STEPS, FEATURES)), keras.layers.Dense(5), keras.layers.GRU(UNITS), keras.layers.Dense(2)]
    fit(bench, compiled(keras.Sequential(layers)), *batch(features=3))


@trial(4, "features", "fit")
def features_conv_first(bench: Bench) -> None:
    """3 features for 4 where the first layer is Conv1D."""
    layers = [keras.Input((STEPS, FEATURES)), keras.layers.Conv1D(5, 2), keras.layers.GRU(UNITS), keras.layers.Dense(2)]
    fit(bench, compiled(keras.Sequential(layers)), *batch(features=3))


@trial(5, "features", "validation")
def features_validation(bench: Bench) -> None:
    """3 features for 4 in the validation data only."""
    model = bench.watch(classifier())
    model.fit(*batch(), validation_data=batch(features=3), epochs=2, verbose=0)


@trial(6, "features", "fit", mismatch=False)
def features_first_batch_decides(bench: Bench) -> Check:
    """Without a declared input, the first batch sizes the input kernel, here to 3 rows."""
    model = shapeless()
    fit(bench, model, *batch(features=3))
    return equal(model.layers[0].cell.kernel.shape[0], 3)


@trial(6, "features", "fit")
def features_second_batch(bench: Bench) -> None:
    """Without a declared input: 3 features after a first fit on 4."""
    model = shapeless()
    with bench.saying(right=True):
        model.fit(*batch(), verbose=0)
    fit(bench, model, *batch(features=3))


def _load(target: keras.Model, skip: bool = False) -> Check:
    """Load weights saved for 4 features into `target`; the check compares the input kernels where they fit."""
    source = classifier()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.weights.h5"
        source.save_weights(path)
        target.load_weights(path, skip_mismatch=skip)
    kernel, loaded = source.layers[0].cell.kernel.numpy(), target.layers[0].cell.kernel.numpy()
    return same(loaded, kernel[: len(loaded)])


@trial(7, "features", "load")
def weights_load(bench: Bench) -> Check:
    """Weights saved for 4 features loaded into a model built for 3."""
    return _load(classifier(features=3))


@trial(7, "features", "load")
def weights_load_skip(bench: Bench) -> Check:
    """Weights for 4 features loaded into a model for 3 with skip_mismatch; value: how far the kernel is from theirs."""
    return _load(classifier(features=3), skip=True)


@trial(7, "features", "load")
def weights_load_unbuilt(bench: Bench) -> Check:
    """Weights loaded into a model that has not seen a shape yet."""
    return _load(shapeless())


@trial(7, "features", "load")
def weights_set(bench: Bench) -> None:
    """Weights for 4 features set into a model built for 3."""
    classifier(features=3).set_weights(classifier().get_weights())


@trial(7, "time", "load", mismatch=False)
def weights_load_other_length(bench: Bench) -> Check:
    """Weights saved at 6 steps loaded into a model of free length: they do not depend on it."""
    return _load(classifier(steps=None))


RANK_2D = {"features-dropped": (ROWS, STEPS), "flattened": (ROWS, STEPS * FEATURES)}
RANK_4D = {"channel": (ROWS, 1, STEPS, FEATURES), "split": (ROWS, STEPS, 2, 2)}


@trial(8, "rank", "fit", over=RANK_2D)
def rank_2d(bench: Bench, shape: tuple[int, ...]) -> None:
    """A batch of shape {} into a model built for (6, 4)."""
    fit(bench, classifier(), np.zeros(shape, "float32"), batch()[1])


@trial(8, "rank", "fit")
def rank_2d_unbuilt(bench: Bench) -> None:
    """A 2-D batch into a model without a declared input."""
    fit(bench, shapeless(), batch()[0][:, :, 0], batch()[1])


@trial(9, "rank", "fit", over=RANK_4D)
def rank_4d(bench: Bench, shape: tuple[int, ...]) -> None:
    """A batch of shape {} into a model built for (6, 4)."""
    fit(bench, classifier(), np.zeros(shape, "float32"), batch()[1])


@trial(10, "rank", "fit")
def rank_4d_trailing(bench: Bench) -> Check:
    """A trailing axis of 1, (N, 6, 4, 1), into a model built for (6, 4); value: how far the outputs move."""
    model, (values, labels) = classifier(), batch()
    fit(bench, model, values[..., None], labels)
    moved = model(values[..., None])
    with bench.saying(right=True):
        return same(moved, model(values))


@trial(10, "rank", "fit")
def rank_4d_trailing_unbuilt(bench: Bench) -> None:
    """A trailing axis of 1 into a model without a declared input."""
    fit(bench, shapeless(), batch()[0][..., None], batch()[1])


@trial(11, "rank", "fit", over={"equal": STEPS, "longer": 9})
def rank_2d_expanded(bench: Bench, steps: int) -> Check:
    """A 2-D batch (N, {}) into a model built for (6, 1); value: how far the outputs are from (N, T, 1)."""
    model, (values, labels) = classifier(features=1), batch(steps, 1)
    fit(bench, model, values[..., 0], labels)
    moved = model(values[..., 0])
    with bench.saying(right=True):
        return same(moved, model(values))
