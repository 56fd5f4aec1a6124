"""What is said of a person's own data before the plan."""

from dataclasses import replace

import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.registry import DATASETS
from mismatch.config.rules import resolve
from mismatch.sweep import said
from mismatch.sweep.session import Session
from tests.helpers import make_arm, make_settings


@pytest.fixture
def path(tmp_path):
    rows = "".join(f"{'good' if n % 3 else 'bad'} film {n},{n % 3 > 0},who {n % 20}\n" for n in range(200))
    (tmp_path / "mine.csv").write_text("text,label,who\n" + rows)
    return str(tmp_path / "mine.csv")


def own(path, updates=100, **settings):
    node = Settings(data=DATASETS.get("text")(path=path, **settings))
    node.train.updates = updates
    return node


def test_generated_and_shipped_data_are_not_described():
    assert said.of_data([make_arm("early"), make_arm("digits", length__steps=8)]) == []


def test_data_are_described_once_and_every_number_of_epochs_is_said(path):
    arms = [resolve(own(path, updates)) for updates in (100, 100, 200)]
    arms.append(replace(arms[0], mask=replace(arms[0].mask, kind="masking")))
    lines = said.of_data(arms)
    assert sum(line.startswith("data.path=") for line in lines) == 1
    assert lines[-2:] == [
        "  epochs: train.updates=100 x train.batch=64 / data.train=140 = 45.7",
        "  epochs: train.updates=200 x train.batch=64 / data.train=140 = 91.4",
    ]


def test_of_other_parts_of_the_same_file_only_what_differs_is_said(path):
    one, two = (said.of_data([resolve(own(path, train=size))]) for size in (50, 100))
    both = said.of_data([resolve(own(path, train=size)) for size in (50, 100)])
    assert both == [*one, two[0], *(line for line in two[1:] if line not in one)]
    assert sum("classes:" in line for line in both) == 1


def test_epochs_are_a_lower_bound_where_groups_make_parts_smaller(path):
    assert said.of_data([resolve(own(path, group="who"))])[-1].endswith("= at least 45.7")


def test_a_session_says_what_it_read_before_the_plan(path, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("mismatch.sweep.session.drive_all", lambda parts, executor, say: None)
    node = own(path, 10)
    node.replicates, node.out, node.name = 1, str(tmp_path / "out"), "mine"
    session = Session()
    monkeypatch.setattr("mismatch.sweep.session.settings", lambda config: node)
    session.add([{"name": "mine", "out": node.out}], ["data=text"])
    session.run()
    shown = capsys.readouterr().err.splitlines()
    assert shown[0].startswith("data.path=") and ": 1 arm, 1 run," in shown[-2]
    assert shown[-1].endswith(": baselines, about 2 s")


def test_time_major_needs_parts_of_one_size(path):
    vectors = {"embedding": "vectors", "dimension": 4, "train": 60, "probe": 12, "test": 30}
    node = own(path, **vectors)
    node.layout.kind, node.length.steps = "time_major", 3
    assert resolve(node).layout.kind == "time_major"
    node.data = DATASETS.get("text")(path=path, group="who", **vectors)
    with pytest.raises(ConfigError, match=r"layout=time_major: needs parts of the same size in every replicate"):
        resolve(node)


def test_the_order_of_batches_goes_over_the_sequences_that_were_drawn():
    import numpy as np

    from mismatch.data.streams import Streams
    from mismatch.run.order import order

    arm = resolve(make_settings("early"))
    drawn = order(arm, np.full(100, 5), Streams(0, 0))  # of 512 asked for
    assert set(drawn.ravel()) == set(range(100))
