"""Batches of one length, unpadded: stock Keras layers against the engine's masked ones, a second implementation."""

import numpy as np
import pytest

from mismatch.adapt import adapt
from mismatch.data.streams import Streams
from mismatch.run.pipeline import run
from tests.helpers import make_arm


def test_unpadded_batches_are_never_padded_and_score_what_masked_ones_do():
    """Stock Keras layers on batches of one length, against the engine's masked ones: a second implementation."""
    settings = {"data__test": 2048, "train__updates": 300, "train__learning_rate": 0.01}
    bare, masked = (
        run(make_arm(**settings, **more), 0, "x").row()
        for more in ({"length__padding": "none"}, {"length__padding": "post", "mask": "masking"})
    )
    assert bare["status"] == "ok" and bare["data_hash"] == masked["data_hash"]
    assert bare["order_hash"] != masked["order_hash"]
    assert bare["exact_accuracy"] == pytest.approx(masked["exact_accuracy"], abs=0.02)  # both at the ceiling of 0.9
    assert bare["exact_accuracy"] == pytest.approx(0.9, abs=0.02)


def test_what_a_sequence_scores_unpadded_does_not_depend_on_its_neighbours():
    """The state after L steps is that of the masked model with the same weights, to float32 rounding."""
    from mismatch.engine.compiled import way_of
    from mismatch.engine.programs import program

    bare, masked = make_arm(length__padding="none"), make_arm(length__padding="post", mask="masking")
    streams = Streams(0, 0)
    splits = bare.data.draw(streams)
    logits = []
    weights = None
    for arm in (bare, masked):
        made, _ = program(arm)
        weights = weights or [np.random.default_rng(0).normal(0, 0.3, w.shape) for w in made.built.model.weights]
        made.built.model.set_weights(weights)
        parts = adapt(arm, splits, streams)
        logits.append(way_of(arm, made, parts).logits(parts["test"]))
    assert np.abs(logits[0] - logits[1]).max() < 1e-5
