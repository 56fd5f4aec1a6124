"""Metrics are families found by name; their columns are known from what they declare."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from mismatch.adapt import adapt
from mismatch.config.fields import ConfigError
from mismatch.config.groups import GROUPS
from mismatch.config.registry import ADAPTERS, DATASETS, METRICS, REDUCTIONS
from mismatch.data.streams import Streams
from mismatch.run import columns, metrics
from mismatch.run.metrics.base import Column, Metric
from mismatch.run.metrics.stability import moving_average, stability
from mismatch.run.metrics.work import Work
from mismatch.run.sections import CHOICES, is_metric, is_parameter, ordered
from mismatch.sweep import plan
from tests.helpers import make_arm, make_settings


def family(values: dict, declared: dict | None = None) -> type[Metric]:
    class Made(Metric):
        name = "made"
        columns: ClassVar = {name: Column("", "made up") for name in values} if declared is None else declared

        def measure(self, run: object) -> dict:
            return values

    return Made


@pytest.fixture
def only(monkeypatch):
    """Replace all families by the given one."""

    def use(part: type[Metric]) -> None:
        monkeypatch.setattr(type(METRICS), "all", lambda registry: {"made": part})
        metrics.families.cache_clear()

    yield use
    metrics.families.cache_clear()


@pytest.mark.parametrize("name", ["my.metric", "two words", "", "arm", "seed", "mask", "length", "data", "data_hash"])
def test_a_metric_cannot_take_the_name_of_another_kind_of_column(name, only):
    only(family({name: 1.0}))
    with pytest.raises(ConfigError, match=re.escape(f"metric=made: names a column {name!r}")):
        metrics.families()


def test_two_families_cannot_share_a_column(monkeypatch):
    both = {"one": family({"half_life": 1.0}), "other": family({"half_life": 2.0})}
    monkeypatch.setattr(type(METRICS), "all", lambda registry: both)
    metrics.families.cache_clear()
    with pytest.raises(ConfigError, match="half_life"):
        metrics.families()
    metrics.families.cache_clear()


def test_a_family_without_columns_is_refused_before_anything_is_trained(only, tmp_path):
    only(family({}))
    with pytest.raises(ConfigError, match=r"metric=made: .* lacks columns"):
        plan.make([make_settings()], tmp_path)


@pytest.mark.parametrize("values", [{}, {"half_life": 1.0}, {"half_life": 1.0, "rate": 2.0, "more": 3.0}])
def test_a_family_returns_the_columns_it_declares_and_no_others(values, only):
    only(family(values, {"half_life": Column("", "x"), "rate": Column("", "y")}))
    with pytest.raises(ValueError, match="made declares half_life, rate, returns"):
        metrics.measure(SimpleNamespace())


def test_a_metric_is_a_number(only):
    only(family({"half_life": "long"}))
    with pytest.raises(ValueError, match="no number for half_life"):
        metrics.measure(SimpleNamespace())
    only(family({"half_life": np.float32(2), "reached": np.bool_(True), "unknown": float("nan")}))
    assert list(metrics.measure(SimpleNamespace())) == ["half_life", "reached", "unknown"]


def test_every_parameter_of_an_arm_is_one_by_its_name_and_explained():
    for name in make_arm("gap", reduction="conv_pool", mask="explicit").parameters():
        assert is_parameter(name) and not is_metric(name)
    settings = {f"{group}.{item.name}" for group, node in GROUPS.items() for item in fields(node)}
    settings |= {f"data.{item.name}" for dataset in DATASETS.all().values() for item in fields(dataset)}
    settings = {name for name in settings if not name.endswith((".kind", ".name"))} | {*CHOICES, "seed"}
    told = columns.dictionary(pd.DataFrame({"data": DATASETS.names}).reindex(columns=sorted(settings)))
    assert [name for name, _, meaning in told if meaning.startswith("setting of that name")] == []


def test_the_dictionary_explains_the_parts_that_occur_in_the_table_and_no_others():
    runs = pd.DataFrame({"data": "late", "features.adapter": ["zero", "gone"], "reduction": ["pool", None]})
    told = {name: meaning for name, _, meaning in columns.dictionary(runs)}
    assert f"zero ({ADAPTERS.get('zero').meaning})" in told["features.adapter"]
    assert f"pool ({REDUCTIONS.get('pool').meaning})" in told["reduction"]
    assert told["data"] == "dataset: late (The cue stands at the last step: what post-truncation cuts)"
    assert "tile" not in told["features.adapter"] and "strided" not in told["reduction"]


def test_the_choice_of_a_group_comes_before_its_keys_and_the_seed_last():
    names = ["seed", "mask.value", "length.steps", "mask", "data.noise", "data"]
    assert ordered(names) == ["data", "data.noise", "length.steps", "mask", "mask.value", "seed"]


def test_an_unknown_number_is_explained_as_a_metric_not_as_a_setting():
    ((_, _, meaning),) = columns.dictionary(pd.DataFrame({"made_up": [1.0]}))
    assert meaning.startswith("metric of another version or package")


def test_stability_metrics_read_a_trace_as_defined():
    assert moving_average(np.array([1.0, 0.0, 0.0])).tolist() == pytest.approx([1.0, 0.9, 0.81])
    loss = np.array([2.0, 1.0, 1.5, 0.5, 0.4])
    got = stability(SimpleNamespace(probe_loss=loss, grad_norm=np.array([1.0, 1.0, 2.0, 4.0])), updates=40)
    assert got["drawup"] == pytest.approx(0.5)
    assert got["path_ratio"] == pytest.approx((1 + 0.5 + 1 + 0.1) / 1.6)
    assert got["grad_norm_cv"] == pytest.approx(1 / 3)  # sd 1, mean 3
    residual = loss[1:] - moving_average(loss)[:-1]
    half = residual[2:]
    assert got["roughness"] == pytest.approx(1.4826 * np.median(np.abs(half - np.median(half))))


FOREIGN = """
from mismatch.run.metrics.base import Column, Finished, Metric


class Confidence(Metric):
    name = "confidence"
    columns = {"logit_spread": Column("", "sd of the test logits"), "logit_most": Column("", "largest", averaged=False),
               "countdown": Column("", "falls from replicate to replicate")}

    def measure(self, run):
        return {"logit_spread": float(run.outcome.logits.std()), "logit_most": float(run.outcome.logits.max()),
                "countdown": -run.streams.replicate}
"""
TRAIN = """
import sys
from pathlib import Path
from mismatch.analysis.summary import summarise
from mismatch.run.pipeline import run
from mismatch.sweep import store
from tests.helpers import make_arm

out = Path(sys.argv[1])
for replicate in range(2):
    for padding in ("post", "pre"):
        store.write(out, run(make_arm(length__padding=padding, length__ratio=2.0), replicate, "x"))
runs = store.newest(out).table
store.write_tables(out, runs)
store.write_csv(out / "summary.csv", summarise(runs))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> Path:
    """Results of two arms x two replicates where another package, only on the path, adds a family of metrics."""
    folder = tmp_path_factory.mktemp("elsewhere")
    info = folder / "packages" / "somebody-1.0.dist-info"
    info.mkdir(parents=True)
    (info.parent / "somebody_metrics.py").write_text(FOREIGN)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebody\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[mismatch.metrics]\nconfidence = somebody_metrics\n")
    path = os.pathsep.join((str(info.parent), os.environ.get("PYTHONPATH", ""), str(Path(__file__).parents[2])))
    out = folder / "out"
    command = [sys.executable, "-c", TRAIN, str(out)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    return out


def test_a_metric_of_another_package_stands_among_the_metrics_of_every_table(elsewhere):
    runs = pd.read_csv(elsewhere / "runs.csv")
    names = list(runs)
    assert names.index("mask_reached_gru") < names.index("logit_spread") < names.index("data_hash")
    assert runs["logit_spread"].notna().all() and runs["logit_spread"].nunique() == 4
    summary = pd.read_csv(elsewhere / "summary.csv")
    means = runs.groupby("arm")["logit_spread"].mean()
    assert summary.set_index("arm")["logit_spread"].to_dict() == pytest.approx(means.to_dict(), rel=1e-5)
    assert "logit_most" in runs and "logit_most" not in summary


def test_a_metric_of_another_package_sorts_nothing(elsewhere):
    runs = pd.read_csv(elsewhere / "runs.csv")
    assert runs["length.padding"].tolist() == ["post", "post", "pre", "pre"]
    assert runs["replicate"].tolist() == [0, 1, 0, 1]
    assert runs["countdown"].tolist() == [0, -1, 0, -1]  # as a key before the replicate, it would turn them round


@pytest.mark.parametrize(
    ("steps", "useful", "cut"), [(25, 0.4, 0.0), (4, 1.0, 0.6), (7, 1.0, 0.0)], ids=["stretched", "stride", "between"]
)
def test_interpolated_steps_are_no_padding_and_no_more_use_than_the_raw_ones(steps, useful, cut):
    """From 10 steps to 25 none is cut; to 4, at steps 0, 3, 6 and 9, six are; 7 are made of all ten."""
    arm = make_arm("sparse_features", mask="explicit", length__steps=steps, length__truncating="interpolate")
    parts = adapt(arm, arm.data.draw(Streams(0, 0)), Streams(0, 0))
    outcome = SimpleNamespace(parameters=1, mask_reached_gru=True)
    found = Work().measure(SimpleNamespace(arm=arm, parts=parts, outcome=outcome))
    assert found["padded_fraction"] == found["masked_fraction"] == 0
    assert found["useful_fraction"] == pytest.approx(useful) and found["truncated_fraction"] == pytest.approx(cut)
