"""Models and batches from files: read without running what stands in them, or refused in one line."""

import json
import zipfile

import numpy as np
import pytest

from mismatch.check.models import batch as read_batch
from mismatch.check.models import check_model, load
from mismatch.config.fields import ConfigError
from mismatch.engine.backend import keras

from .built import FEATURES, STEPS, batch, classifier, found, layers, names

X, Y = batch()
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
"""What Keras itself does with its variables when it writes them."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.keras"
    classifier().save(path)
    return path


def rewritten(saved, tmp_path, change):
    """The saved model with another description."""
    path = tmp_path / "other.keras"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            new.writestr(name, change(held.decode()) if name == "config.json" else held)
    return path


def test_a_saved_model_is_loaded_with_its_loss_and_checked(saved):
    model = load(saved)
    assert names(check_model(model, X, Y)) == {}
    assert "labels_range" in names(check_model(model, X, Y + 1))


def test_a_graph_with_operations_is_loaded(tmp_path):
    inputs = keras.Input((STEPS, FEATURES))
    keras.Model(inputs, layers.GRU(3)(layers.Masking()(inputs) * 2.0)).save(tmp_path / "graph.keras")
    assert found("mask_lost", load(tmp_path / "graph.keras"))


def test_a_lambda_is_named_and_never_run(tmp_path):
    stack = [keras.Input((STEPS, FEATURES)), layers.Lambda(lambda x: x, name="trick"), layers.GRU(2)]
    keras.Sequential(stack).save(tmp_path / "lambda.keras")
    with pytest.raises(ConfigError, match="'trick' is a Lambda") as error:
        load(tmp_path / "lambda.keras")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"module": "keras.layers", "class_name": "GRU"', '"module": "os", "class_name": "system"'),
        ('"module": "keras.layers", "class_name": "GRU"', '"module": "keras.utils", "class_name": "get_file"'),
        ('"module": "keras.layers", "class_name": "GRU"', '"module": "keras.saving", "class_name": "load_model"'),
        ('"class_name": "GRU"', '"class_name": "Lambda"'),
        ('"class_name": "GRU"', '"class_name": "__lambda__"'),
    ],
)
def test_objects_that_are_not_parts_of_a_model_are_refused(saved, tmp_path, old, new):
    path = rewritten(saved, tmp_path, lambda text: json.dumps(json.loads(text)).replace(old, new))
    with pytest.raises(ConfigError, match=r"is not Keras's own|Lambda|Python function"):
        load(path)


def test_words_that_stand_in_another_file_are_not_read(saved, tmp_path):
    table = keras.Sequential([keras.Input((1,), dtype="string"), layers.StringLookup(vocabulary=["a", "b"])])
    table.save(tmp_path / "words.keras")
    assert load(tmp_path / "words.keras") is not None
    (tmp_path / "secret").write_text("a\nb\n")
    other = f'"vocabulary": "{tmp_path / "secret"}"'
    path = rewritten(tmp_path / "words.keras", tmp_path, lambda text: text.replace('"vocabulary": ["a", "b"]', other))
    with pytest.raises(ConfigError, match=r"StringLookup .* takes its words from a file") as error:
        load(path)
    assert "\n" not in str(error.value)


def test_a_loss_of_ones_own_leaves_the_model_without_its_compilation(saved, tmp_path):
    path = rewritten(saved, tmp_path, lambda text: text.replace('"sparse_categorical_crossentropy"', '"my_loss"'))
    assert "No loss is known" in check_model(load(path), X, Y).text(200)


@pytest.mark.parametrize("held", [b"", b"not a zip", b"\x89HDF\r\n\x1a\n" + bytes(99)])
def test_files_of_another_kind_are_refused_in_one_line(tmp_path, held):
    path = tmp_path / "model.keras"
    path.write_bytes(held)
    with pytest.raises(ConfigError, match=r"model\.save") as error:
        load(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["[]", "{", '{"class_name": "Sequential"}', "[" * 100_000])
def test_damaged_descriptions_are_refused_in_one_line(saved, tmp_path, text):
    with pytest.raises(ConfigError) as error:
        load(rewritten(saved, tmp_path, lambda _: text))
    assert "\n" not in str(error.value)


def test_a_batch_is_read_with_labels_and_mask(tmp_path):
    np.savez(tmp_path / "b.npz", x=X, y=Y, mask=X[..., 0] > 0)
    held = read_batch(tmp_path / "b.npz")
    assert (held.x.shape, held.y.shape, held.mask.dtype) == (X.shape, Y.shape, bool)
    np.save(tmp_path / "b.npy", X)
    assert read_batch(tmp_path / "b.npy").x.shape == X.shape
    np.savez(tmp_path / "two.npz", **{"x.one": X, "x.two": X})
    assert set(read_batch(tmp_path / "two.npz").x) == {"one", "two"}


def test_pickled_objects_are_refused_with_the_line_that_converts_them(tmp_path):
    np.savez(tmp_path / "o.npz", x=np.array([X[0], X[1][:3]], dtype=object))
    with pytest.raises(ConfigError, match=r"numpy\.stack"):
        read_batch(tmp_path / "o.npz")


def test_batches_that_cannot_be_read_are_refused_in_one_line(tmp_path):
    np.savez(tmp_path / "names.npz", a=X, b=Y)
    (tmp_path / "damaged.npz").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "empty.npz").write_bytes(b"")
    for name in ("names.npz", "damaged.npz", "empty.npz", "absent.npz"):
        with pytest.raises(ConfigError) as error:
            read_batch(tmp_path / name)
        assert "\n" not in str(error.value)


def test_weights_of_another_size_are_told_from_their_file(tmp_path):
    classifier(features=3).save_weights(tmp_path / "w.weights.h5")
    assert found("weights_do_not_fit", classifier(), weights=tmp_path / "w.weights.h5")
    classifier().save_weights(tmp_path / "right.weights.h5")
    assert not found("weights_do_not_fit", classifier(), weights=tmp_path / "right.weights.h5")
    with pytest.raises(ConfigError, match="save_weights"):
        check_model(classifier(), weights=tmp_path / "absent.weights.h5")


def test_a_description_that_claims_more_weights_than_the_file_holds_is_refused(saved, tmp_path):
    path = rewritten(saved, tmp_path, lambda text: text.replace('"units": 3', '"units": 200000000'))
    with pytest.raises(ConfigError, match=r"'gru.*' claims more weights than the [0-9]+ that the file holds") as error:
        load(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("part", ["model.weights.h5", "config.json"])
def test_a_part_that_unpacks_to_far_more_than_it_takes_is_refused(saved, tmp_path, part):
    path = tmp_path / "packed.keras"
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, bytes(12 * 2**20) if name == part else old.read(name))
    with pytest.raises(ConfigError, match=r"claims 12 MiB and takes .* KiB: at most"):
        load(path)


def test_a_batch_that_claims_other_bytes_than_it_holds_is_refused_before_it_is_read(tmp_path):
    np.savez_compressed(tmp_path / "x.npz", x=np.zeros((4, 5, 3)))
    with zipfile.ZipFile(tmp_path / "x.npz") as old, zipfile.ZipFile(tmp_path / "y.npz", "w") as new:
        new.writestr("x.npy", old.read("x.npy") + bytes(99))
    with pytest.raises(ConfigError, match="claims 480 bytes, its file holds 579"):
        read_batch(tmp_path / "y.npz")
