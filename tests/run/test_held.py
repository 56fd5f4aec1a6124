"""Runs that are tested on what was set aside keep which of it they got right; no other run does."""

import numpy as np
import pytest

from mismatch.config.groups import Settings
from mismatch.config.registry import DATASETS
from mismatch.config.rules import resolve
from mismatch.data.streams import Streams
from mismatch.run.pipeline import run
from mismatch.sweep import store
from tests.helpers import make_arm


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Texts whose one telling word is noisy; of those set aside the first is longer than all others."""
    noise = np.random.default_rng(0).random(120) < 0.25
    rows = [f"w{n} film{' so' * (n % 4)} {'good' if (n % 2) ^ noise[n] else 'bad'},{n % 2}\n" for n in range(120)]
    path = tmp_path_factory.mktemp("held") / "mine.csv"
    path.write_text("text,label\n" + "".join(rows))
    held = own(str(path), "test").data.aside()
    first = int(held.whole.rows[held.tested[0]])
    rows[first] = f"w{first} film{' so' * 9} good,{first % 2}\n"
    path.write_text("text,label\n" + "".join(rows))
    return str(path)


def own(path, hold, **length):
    node = Settings(data=DATASETS.get("text")(path=path, hold=hold, dimension=4, vocabulary=50))
    node.train.updates, node.train.batch, node.model.units = 60, 16, 8
    node.train.learning_rate = 0.03
    for key, value in length.items():
        setattr(node.length, key, value)
    return resolve(node)


@pytest.mark.parametrize("padding", ["pre", "none"])
def test_which_of_what_is_set_aside_is_right_comes_back_from_the_store(path, padding, tmp_path):
    arm = own(path, "test", padding=padding)
    assert arm.steps < arm.data.draw(Streams(0, 0)).test.lengths.max()
    records = [run(arm, replicate, "x") for replicate in range(2)]
    for record in records:
        assert record.status == "ok", record.identity["error"]
        right = record.trace["test_correct"]
        assert right.dtype == np.uint8 and right.shape == (arm.data.test,) == (30,) and set(right) <= {0, 1}
        assert right.mean() == pytest.approx(record.metrics["accuracy"], abs=1e-12) and 0 < right.mean() < 1
        store.write(tmp_path, record)
    assert records[0].provenance["data_hash"] != records[1].provenance["data_hash"]
    back = store.Traces(tmp_path, [record.run for record in records])
    for record in records:
        assert back[record.run]["test_correct"] == record.trace["test_correct"].tolist()
        assert len(back[record.run]["probe_loss"]) == 7


def test_other_runs_keep_no_such_thing(path):
    for arm in (own(path, "out"), own(path, "none"), make_arm()):
        record = run(arm, 0, "x")
        assert record.status == "ok" and "test_correct" not in record.trace


def test_runs_that_did_not_end_keep_no_such_thing(path):
    record = run(own(path, "test"), 0, "x", time_limit=0.0)
    assert record.status == "timeout" and "test_correct" not in record.trace
