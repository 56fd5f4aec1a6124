"""Figures of the shipped experiments state what their tables say."""

import importlib.util
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.factorial import effects
from mismatch.report import experiment
from tests.report.cases import title_of

ROOT = Path(__file__).parents[2]


def test_text_figures_state_the_largest_effect_and_what_it_depends_on() -> None:
    levels = {
        "length.steps": [16, 32],
        "length.padding": ["pre", "post"],
        "length.truncating": ["pre", "post"],
        "mask": ["none", "masking"],
        "reduction": ["none", "conv_pool"],
    }
    cells = pd.DataFrame(itertools.product(*levels.values()), columns=list(levels)).assign(arm=range(32))
    whole = pd.DataFrame({"length.steps": [64], "length.padding": "pre", "mask": "masking", "arm": 32})
    arms = pd.concat([cells, whole], ignore_index=True)
    runs = arms.merge(pd.DataFrame({"replicate": range(10)}), how="cross")
    lost = 0.2 * (runs["length.padding"].eq("post") & runs["mask"].eq("none"))
    runs["accuracy"] = 0.7 - lost + np.random.default_rng(0).normal(0, 0.003, len(runs))
    runs = runs.assign(data="snippets", status="ok", control="none")
    found = effects(runs[runs["arm"].lt(32)], list(levels), "accuracy", levels=levels)
    drawn = experiment.figures("text", {"runs.csv": runs, "factorial.csv": found.assign(grid="snippets")})
    assert "padding pre to post (-0.100 on snippets)" in title_of(drawn["effects"])
    assert title_of(drawn["effects"]).endswith("pairs of settings that depend on each other: 1 on snippets")
    assert title_of(drawn["losses"]).endswith("against the matched case: 8 of 32 on snippets")
    filled = [line for line in drawn["losses"].axes[0].lines if line.get_marker() == "o" and line.get_mfc() != "white"]
    assert len(filled) == 8


def test_the_losses_on_text_stand_beside_baselines_on_the_same_texts() -> None:
    arms = pd.DataFrame({"length.steps": [16, 64], "arm": [0, 1], "accuracy": [0.65, 0.70]})
    runs = arms.merge(pd.DataFrame({"replicate": range(5), "data_hash": list("abcde")}), how="cross")
    runs = runs.assign(data="snippets", status="ok", control="none")
    beside = pd.DataFrame({"data_hash": list("abcde"), "baseline": "tfidf_logistic", "accuracy": 0.74})
    spec = importlib.util.spec_from_file_location("text_figure", ROOT / "experiments" / "text" / "figure.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (axes,) = module.losses(runs, ["snippets"], beside).axes
    assert pytest.approx(0.04) in [float(line.get_xdata()[0]) for line in axes.lines] and "TF-IDF" in [
        text.get_text().strip() for text in axes.texts
    ]


def test_layout_figures_count_silent_mismatches_and_state_the_worst() -> None:
    outcomes = ["raises", "silent", "silent and learns wrong", "works"]
    cases = pd.DataFrame({"kind": ["time", "time", "layout", "time"], "outcome": outcomes})
    cases = cases.assign(legal=cases["outcome"].eq("works"))
    arms = [("correct", np.nan, 0.9), ("transpose", "both", 0.88), ("transpose", "test", 0.12)]
    runs = pd.DataFrame(
        [(layout, at, accuracy + k / 1000) for layout, at, accuracy in arms for k in range(3)],
        columns=["layout", "layout.at", "accuracy"],
    )
    same = {"data": "digits", "data.steps": 8, "chance": 0.1, "status": "ok", "control": "none"}
    tables = {"mismatches.csv": cases, "runs.csv": runs.assign(**same)}
    drawn = {name: title_of(figure) for name, figure in experiment.figures("layout", tables).items()}
    assert drawn["outcomes"].startswith("2 of 3 mismatches pass in silence; 1 of them")
    assert drawn["silent_layouts"].startswith("No wrong layout raises: 1 of 2 guess, among them 1 of the 1")


def test_reduction_figures_state_where_order_is_lost_and_what_a_lost_mask_costs() -> None:
    same = {"data.gap": 1, "reduction.kernel": 1, "mask": "none", "ceiling": 1.0, "chance": 0.5, "status": "ok"}
    arms = [
        {"data": "pool_order", "reduction": "conv_pool", "reduction.pool": 2, "accuracy": 1.0},
        {"data": "pool_order", "reduction": "conv_pool", "reduction.pool": 4, "accuracy": 0.6, "ceiling": 0.61},
        {"data": "early", "reduction": "pool", "mask": "masking", "reduction.mask": "destroyed", "accuracy": 0.5},
        {"data": "early", "reduction": "pool", "mask": "masking", "reduction.mask": "rebuilt", "accuracy": 0.7},
    ]
    runs = pd.DataFrame([same | arm for arm in arms for _ in range(2)]).assign(control="none")
    drawn = experiment.figures("reduction", {"runs.csv": runs})
    assert "1 of 2 reductions lose the order" in title_of(drawn["order"])
    assert title_of(drawn["order"]).endswith("misses no more than 0.01 of accuracy")
    assert title_of(drawn["masks"]).endswith("on early 1 of 1 reductions learn nothing")


def test_the_features_figure_states_what_noise_leaves_at_the_fewest_sequences() -> None:
    arms = [("native", 8, 0.9), ("noise", 64, 0.7), ("zero", 64, 0.9)]
    runs = pd.DataFrame(
        [(size, *arm) for size in (200, 1000) for arm in arms for _ in range(2)],
        columns=["data.train", "features.adapter", "features.width", "exact_accuracy"],
    )
    same = {"data": "sparse_features", "status": "ok", "control": "none", "model.kernel_init": "glorot"}
    runs = runs.assign(**same, ceiling=0.94, chance=0.5, **{"train.updates": 400})
    title = title_of(experiment.figures("features", {"runs.csv": runs})["sample_size"])
    assert title.startswith("With 200 sequences, noise features up to D = 64 leave accuracy 0.70 of 0.90")


def test_the_linter_figure_counts_what_keras_lets_pass_and_who_finds_it() -> None:
    found_by = ["both", "check", "neither", "Keras", ""]
    cases = pd.DataFrame({"kind": ["time", "time", "mask", "label", "mask"], "found_by": found_by})
    cases["part"] = ["kept", "kept", "development", "development", "kept"]
    cases["legal"] = cases["found_by"].eq("")
    cases["raised"] = cases["found_by"].isin(["both", "Keras"])
    cases["found"] = cases["found_by"].isin(["both", "check"])
    cases["has_correct"], cases["quiet"] = cases["legal"], ~cases["legal"]
    title = title_of(experiment.figures("linter", {"linter.csv": cases})["found_by"])
    assert title.startswith("Keras lets 2 of 4 mismatches pass; the check finds 1 of them")
    assert title.endswith("something in 1 of 1 correct set-ups")


@pytest.mark.parametrize(
    "name", ["collision", "features", "layout", "linter", "padding", "reduction", "text", "timing"]
)
def test_an_experiment_without_its_tables_has_no_own_figures(name: str) -> None:
    assert experiment.figures(name, {}) == {}
