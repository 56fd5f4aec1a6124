"""What strangers hand to the check of a model: what is refused in one line, and what advice holds for."""

import numpy as np
import pytest

from mismatch.check.models import batch as read_batch
from mismatch.check.models import check_model
from mismatch.config.fields import ConfigError
from mismatch.engine.backend import keras

from .built import FEATURES, SPARSE, STEPS, batch, classifier, found, layers, masked, names, padded


def refused(*given, **more):
    with pytest.raises(ConfigError) as caught:
        check_model(*given, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("model", [None, "model.keras", keras.Sequential, 3])
def test_what_is_no_model_is_refused_by_name(model):
    assert refused(model, *batch()).startswith("model=") and "must be a Keras model" in refused(model, *batch())


def test_what_is_no_array_is_refused_not_taken_for_one_without_axes():
    import tensorflow as tf

    x, y = batch()
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    for given in (dataset, (row for row in x), "x.npy", b"x"):
        assert "next(iter(data))" in refused(classifier(), given, y)
    assert refused(classifier(), x, y, mask="abc").startswith("mask=str: ")
    assert refused(classifier(), x, y, reference=dataset).startswith("reference=")
