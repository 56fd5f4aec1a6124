"""Three worked examples of fitting data to a GRU that circulate in an article: as written, and as repaired.

The layers and shapes are the article's; data and words are ours. Labels are random unless a case says otherwise.
Out: `cases`, like those of the modules beside this one.
"""

from functools import cache

import numpy as np

from mismatch.engine.backend import keras
from mismatch.trials.models import compiled, score, train
from mismatch.trials.order import transposed
from mismatch.trials.runner import Bench, Case, Check, equal, learned, register, same
from mismatch.trials.shape import fit

cases: list[Case] = []
trial = register(cases)

layers = keras.layers
BINARY, DENSE, SPARSE = "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"
LENGTHS, VOCABULARY = (5, 3, 6, 2), 17
IMAGES, SIDE, CLASSES = 100, 28, 10
SPECTRA = (100, 100, 200)


def token_ids() -> np.ndarray:
    """Four sequences of the ids 1 to 16, zeros behind: `(4, 6)` int32."""
    ids = iter(range(1, VOCABULARY))
    return keras.utils.pad_sequences([[next(ids) for _ in range(length)] for length in LENGTHS], padding="post")


def masking_model() -> keras.Model:
    """Masking, GRU(64), Dense(1); no declared input."""
    stack = [layers.Masking(mask_value=0), layers.GRU(64), layers.Dense(1, "sigmoid")]
    return compiled(keras.Sequential(stack), BINARY, learns=True)


@trial("example", "example", "compile")
def example_1_compile(bench: Bench) -> None:
    """Example 1, padded ids (4, 6) behind Masking: everything up to compile."""
    bench.offer(masking_model, token_ids())
    token_ids(), masking_model()


@trial("example", "example", "fit")
def example_1_fit(bench: Bench) -> None:
    """Example 1 as written, at its first fit: the ids have no feature axis."""
    fit(bench, masking_model(), token_ids(), np.array([0, 1, 0, 1]))


@trial("example", "example", "call")
def example_1_masking_alone(bench: Bench) -> Check:
    """Example 1's Masking by itself on (4, 6) ids; value: the mask's axes, reference: those a sequence needs."""
    bench.offer(masking_model, token_ids())
    return equal(layers.Masking(mask_value=0).compute_mask(token_ids()).ndim, 2)


@trial("example", "example", "fit", mismatch=False)
def example_1_feature_axis(bench: Bench) -> Check:
    """Example 1 with a feature axis and float32; value: how far the outputs are from those of unpadded rows."""
    model, values = masking_model(), token_ids()[..., None].astype("float32")
    fit(bench, model, values, np.array([0, 1, 0, 1]))
    rows = [model(row[None, :length]).numpy()[0] for row, length in zip(values, LENGTHS, strict=True)]
    return same(model(values), rows)


def embedding_model(units: int = 64) -> keras.Model:
    """Embedding(17, 8) that masks id 0, GRU, Dense(1)."""
    stack = [layers.Embedding(VOCABULARY, 8, mask_zero=True), layers.GRU(units), layers.Dense(1, "sigmoid")]
    return compiled(keras.Sequential(stack), BINARY, learns=True)


@trial("example", "example", "fit", mismatch=False)
def example_1_embedding(bench: Bench) -> Check:
    """Example 1 with an Embedding that masks id 0; value: how far the outputs are from those of unpadded rows."""
    model, ids = embedding_model(), token_ids()
    fit(bench, model, ids, np.array([0, 1, 0, 1]))
    rows = [model(row[None, :length]).numpy()[0] for row, length in zip(ids, LENGTHS, strict=True)]
    return same(model(ids), rows)


def _identity_task(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Ids `(1024, 6)` int32 of which the last decides the class `(1024,)`: even or odd, so size says nothing."""
    ids = np.random.default_rng(seed).integers(1, VOCABULARY, (1024, 6)).astype("int32")
    return ids, ids[:, -1] % 2


@cache
def _embedded() -> keras.Model:
    keras.utils.set_random_seed(0)
    return train(Bench(), embedding_model(8), *_identity_task(0))


@trial("example", "example", "fit", mismatch=False)
def example_1_embedding_learns(bench: Bench) -> Check:
    """Control: the class is whether the last id is odd, ids through an Embedding; reference: the ceiling."""
    return learned(score(bench.watch_trained(_embedded()), *_identity_task(1)), 1.0)


@trial("example", "example", "fit")
def example_1_raw_ids_learn(bench: Bench) -> Check:
    """The ids of the control as one real number per step, as in the one-line repair; reference: the Embedding."""
    with bench.saying(right=True):
        reference = score(_embedded(), *_identity_task(1))
    keras.utils.set_random_seed(0)
    stack = [layers.Masking(), layers.GRU(8), layers.Dense(1, "sigmoid")]
    model = compiled(keras.Sequential(stack), BINARY, learns=True)
    (ids, labels), (test, truth) = _identity_task(0), _identity_task(1)
    train(bench, model, ids[..., None].astype("float32"), labels)
    return learned(score(model, test[..., None].astype("float32"), truth), reference)


def images() -> tuple[np.ndarray, np.ndarray]:
    """Noise `(100, 28, 28)` and labels `(100,)`."""
    rng = np.random.default_rng(0)
    return rng.random((IMAGES, SIDE, SIDE)), rng.integers(0, CLASSES, IMAGES)


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(CLASSES, dtype="float32")[labels]


def image_model() -> keras.Model:
    """GRU(64) with the shape as an argument, Dense(10), categorical loss."""
    return compiled(
        keras.Sequential([layers.GRU(64, input_shape=(28, 28)), layers.Dense(10, "softmax")]), DENSE, learns=True
    )


@trial("example", "example", "fit", mismatch=False)
def example_2_one_hot(bench: Bench) -> None:
    """Example 2 as written, with one-hot labels."""
    fit(bench, image_model(), images()[0], one_hot(images()[1]))


@trial("example", "example", "fit")
def example_2_sparse_flat(bench: Bench) -> None:
    """Example 2 as written, with class numbers (N,)."""
    fit(bench, image_model(), *images())


@trial("example", "example", "fit")
def example_2_sparse_column(bench: Bench) -> None:
    """Example 2 as written, with class numbers (N, 1)."""
    fit(bench, image_model(), images()[0], images()[1][:, None])


@trial("example", "example", "data", mismatch=False)
def example_2_reshape_is_no_op(bench: Bench) -> Check:
    """Example 2's reshape; value: 1 where shape, numbers and memory are those from before."""
    before = images()[0]
    after = before.reshape(IMAGES, SIDE, SIDE)
    return equal(after.shape == before.shape and np.shares_memory(after, before) and np.array_equal(after, before), 1)


@trial("example", "example", "fit")
def example_2_transposed(bench: Bench) -> None:
    """Example 2 with rows and columns of the images swapped."""
    fit(bench, image_model(), transposed(images()[0]), one_hot(images()[1]))


@trial("example", "example", "fit")
def example_2_half_the_steps(bench: Bench) -> None:
    """Example 2 with images (100, 14, 28), half of the declared steps."""
    fit(bench, image_model(), images()[0][:, :14], one_hot(images()[1]))


@trial("example", "example", "fit", mismatch=False)
def example_2_repaired(bench: Bench) -> None:
    """Example 2 with a declared input and the sparse loss, without the reshape."""
    stack = [keras.Input((28, 28)), layers.GRU(64), layers.Dense(10, "softmax")]
    fit(bench, compiled(keras.Sequential(stack), SPARSE, learns=True), *images())


def spectra() -> tuple[np.ndarray, np.ndarray]:
    """Noise `(100, 100, 200)` and one-hot labels `(100, 10)`."""
    rng = np.random.default_rng(0)
    return rng.random(SPECTRA), one_hot(rng.integers(0, CLASSES, SPECTRA[0]))


def conv(shaped: bool = True) -> keras.layers.Layer:
    return layers.Conv1D(32, 3, activation="relu", **({"input_shape": SPECTRA[1:]} if shaped else {}))


@trial("example", "example", "build")
def example_3_as_written(bench: Bench) -> None:
    """Example 3 with its own imports, which lack two of its layers."""
    from keras.layers import Flatten, MaxPooling1D

    keras.Sequential([conv(), MaxPooling1D(2), Flatten(), GRU(64), Dense(10, "softmax")])  # type: ignore[name-defined]  # noqa: F821


@trial("example", "example", "build")
def example_3_imports(bench: Bench) -> None:
    """Example 3 with the imports: Flatten leaves the GRU no time axis."""
    keras.Sequential([conv(), layers.MaxPooling1D(2), layers.Flatten(), layers.GRU(64), layers.Dense(10, "softmax")])


@trial("example", "example", "fit")
def example_3_imports_unshaped(bench: Bench) -> None:
    """Example 3 with the imports and no declared shape: the error waits for the first batch."""
    stack = [conv(False), layers.MaxPooling1D(2), layers.Flatten(), layers.GRU(64), layers.Dense(10, "softmax")]
    fit(bench, compiled(keras.Sequential(stack), DENSE, learns=True), *spectra())


def reduced(*between: keras.layers.Layer) -> keras.Model:
    """Conv1D, MaxPooling1D, `between`, GRU, Dense, with a declared input."""
    stack = [keras.Input(SPECTRA[1:]), conv(False), layers.MaxPooling1D(2), *between]
    return compiled(keras.Sequential([*stack, layers.GRU(64), layers.Dense(10, "softmax")]), DENSE, learns=True)


def _steps_seen(model: keras.Model) -> int:
    return next(layer for layer in model.layers if isinstance(layer, layers.GRU)).input.shape[1]


@trial("example", "example", "fit", mismatch=False)
def example_3_without_flatten(bench: Bench) -> Check:
    """Example 3 with the imports and without Flatten; value: the steps the GRU sees."""
    model = reduced()
    fit(bench, model, *spectra())
    return equal(_steps_seen(model), 49)


@trial("example", "example", "fit")
def example_3_flatten_reshape(bench: Bench) -> Check:
    """Example 3 with a Reshape behind Flatten, which runs; value: the steps that the GRU sees."""
    model = reduced(layers.Flatten(), layers.Reshape((1, -1)))
    fit(bench, model, *spectra())
    return equal(_steps_seen(model), 49)


@trial("example", "example", "build")
def example_3_mask_destroyed(bench: Bench) -> Check:
    """A Masking in front of Example 3's convolution; value: masks that reach the GRU, reference: 1."""

    def hidden(inputs: keras.KerasTensor) -> keras.KerasTensor:
        return layers.MaxPooling1D(2)(conv(False)(layers.Masking()(inputs)))

    inputs = keras.Input(SPECTRA[1:])
    bench.offer(lambda: keras.Model(inputs, layers.GRU(64)(hidden(inputs))), spectra()[0])
    return equal(int(getattr(hidden(inputs), "_keras_mask", None) is not None), 1)
