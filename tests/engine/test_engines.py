"""The engines: compiled blocks give the numbers of `model.fit`, and no run leaves anything behind for the next."""

from functools import cache

import numpy as np
import pytest

from mismatch import engine
from mismatch.adapt import adapt
from mismatch.data.streams import Streams
from mismatch.engine.trace import Diverged
from mismatch.run.order import batch_order
from tests.helpers import make_arm

pytestmark = pytest.mark.slow

BOTH_ENGINES = {
    "unmasked": {"length__ratio": 2.0},
    "masking": {"length__ratio": 2.0, "mask": "masking", "length__padding": "post"},
    "explicit": {"length__ratio": 2.0, "mask": "explicit"},
    "conv destroyed": {"mask": "masking", "reduction": "conv_pool"},
    "conv rebuilt": {"mask": "explicit", "reduction": "conv_pool", "reduction__mask": "rebuilt"},
    "embedding": {"data": "snippets", "mask": "masking"},
    "word vectors": {"data": "snippets", "data__embedding": "vectors", "length__steps": 20},
    "bidirectional": {"model__bidirectional": True, "mask": "masking", "length__padding": "post"},
    "strided": {"mask": "masking", "reduction": "strided", "reduction__mask": "rebuilt"},
    "learned adapter": {"features__adapter": "dense", "features__width": 12, "mask": "masking"},
    "sgd": {"train__optimizer": "sgd", "train__learning_rate": 0.1},
}


def trained(arm, replicate: int = 0):
    streams = Streams(arm.seed, replicate)
    parts = adapt(arm, arm.data.draw(streams), streams)
    order = batch_order(streams.rng("order"), arm.data.train, arm.train.updates, arm.train.batch)
    return engine.train(arm, parts, streams, order)


@cache
def trained_by(name: str, kind: str):
    """The outcome of a kind under an engine: plain fit serves two comparisons."""
    return trained(make_arm(train__engine=name, **BOTH_ENGINES[kind]))


@pytest.mark.parametrize("kind", BOTH_ENGINES)
def test_compiled_blocks_and_model_fit_give_the_same_losses(kind):
    """Tolerance 1e-5 nats: float32 rounding over 30 updates (seen: at most 4e-6)."""
    ours, theirs = (trained_by(name, kind) for name in ("compiled", "fit"))
    assert ours.init_hash == theirs.init_hash
    assert np.abs(ours.trace.batch_loss - theirs.trace.batch_loss).max() < 1e-5
    assert np.abs(ours.trace.probe_loss - theirs.trace.probe_loss).max() < 1e-5
    assert len(ours.trace.batch_loss) == 30 and len(ours.trace.probe_loss) == 4
    assert np.isfinite(ours.trace.grad_norm).all() and np.isnan(theirs.trace.grad_norm).all()
    assert (ours.logits.argmax(1) == theirs.logits.argmax(1)).mean() > 0.99


@pytest.mark.parametrize("kind", ["masking", "explicit", "conv rebuilt", "bidirectional"])
def test_fit_with_and_without_xla_gives_the_same_losses(kind):
    """Tolerance 1e-5 nats, as above."""
    graph, xla = (trained_by(name, kind) for name in ("fit", "xla"))
    assert np.abs(graph.trace.batch_loss - xla.trace.batch_loss).max() < 1e-5
    assert np.abs(graph.trace.probe_loss - xla.trace.probe_loss).max() < 1e-5


def test_a_program_leaves_nothing_behind_for_the_next_run():
    first = trained(make_arm())
    trained(make_arm(length__padding="post", train__learning_rate=0.5, seed=9), replicate=3)  # same program
    again = trained(make_arm())
    assert (first.trace.batch_loss == again.trace.batch_loss).all() and (first.logits == again.logits).all()
    assert again.trace.compile_s == 0


def test_zero_padded_features_are_inert():
    """With the kernel's real rows matched, zeros change nothing: float32 rounding of longer sums apart."""
    native = trained(make_arm("sparse_features"))
    padded = trained(
        make_arm("sparse_features", features__adapter="zero", features__width=32, model__kernel_init="matched")
    )
    assert np.abs(native.trace.batch_loss - padded.trace.batch_loss).max() < 1e-5


@pytest.mark.parametrize("engine", ["compiled", "fit"])
def test_divergence_in_the_very_last_update_is_seen(engine, monkeypatch):
    """The batch loss before a ruinous update is finite; the probe after it is not."""
    monkeypatch.setattr(f"mismatch.engine.{engine}.score", lambda *_: (float("nan"), 0.25, 0.25))
    problem = trained(make_arm(train__engine=engine, train__updates=10)).trace.problem
    assert isinstance(problem, Diverged) and str(problem) == "loss became nan"
