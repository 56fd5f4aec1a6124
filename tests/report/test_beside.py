"""Baselines in a report: lines, reference rows, and a sentence where the matched arm falls short, by how much."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis.beside import levels, matched, on_same, shortfalls
from mismatch.analysis.summary import summarise
from mismatch.report.beside import told, with_levels, with_rows
from mismatch.report.dictionary import UNKNOWN, dictionary
from mismatch.report.material import Material
from mismatch.report.pages import page, write_report
from tests.report.cases import arms_of, runs_of

AXES: dict[str, list[Any]] = {"length__padding": ["pre", "post"], "mask": ["none", "masking"]}


def runs(data: str = "reviews", accuracy: float = 0.7, **axes: list[Any]) -> pd.DataFrame:
    """Five replicates of every arm, all at `accuracy`, a hash of their own for each replicate."""
    table = runs_of(arms_of(data=[data], **(axes or AXES)), 5)
    return table.assign(data_hash=[f"{data}{k}" for k in table["replicate"]], accuracy=accuracy, control="none")


def baselines(data: str = "reviews", **accuracies: float) -> pd.DataFrame:
    """Rows of a table of baselines: the accuracies given, spread a little over five replicates."""
    rows = [
        {"experiment": "x", "data": data, "seed": 0, "replicate": k, "baseline": name, "accuracy": value + k / 1000,
         "balanced_accuracy": value, "log_loss": 0.5, "c": 1.0, "data_hash": f"{data}{k}", "made_from": f"{k}"}
        for name, value in accuracies.items() for k in range(5)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_sentence_says_by_how_much_the_matched_arm_falls_short() -> None:
    said = told(runs(), baselines(majority=0.5, tfidf_logistic=0.738, bag_of_steps=0.699), {})
    assert said is not None
    # Mean and t interval of the differences -0.038 - k / 1000, k = 0..4: 0.040 +- 2.776 * 0.00158 / sqrt(5).
    assert said.sentence == (
        "The matched arm falls short of a baseline: on reviews (T = 64, pre-padding, masking; accuracy 0.700, 5 pairs) "
        "of TF-IDF + logistic regression (0.740) by 0.040 [0.038, 0.042]."
    )
    assert [row[3].text for row in said.table.rows] == [
        "majority class", "TF-IDF + logistic regression", "bag of steps + logistic regression"]  # fmt: skip


def test_it_says_so_where_the_arm_falls_short_of_none() -> None:
    said = told(runs(), baselines(majority=0.5), {})
    assert said is not None and said.sentence == "Nowhere is the matched arm shown to fall short of a baseline."


@pytest.mark.parametrize(
    ("base", "wanted"),
    [
        ({}, {"length.padding": "pre", "mask": "masking"}),
        ({"data": "early", "mask": "none"}, {"length.padding": "pre", "mask": "none"}),
        ({"length.padding": "post", "features.width": 99}, {"length.padding": "post", "mask": "masking"}),
    ],
)
def test_the_matched_arm_is_as_registered_then_whole_and_masked(base: dict, wanted: dict) -> None:
    table = runs(length__ratio=[0.5, 1.0, 2.0], **AXES)
    arm = table[table["arm"].eq(matched(table, base))].iloc[0]
    assert {key: arm[key] for key in wanted} == wanted and arm["length.ratio"] == 1


def test_of_several_the_probe_decides_and_not_the_test_part() -> None:
    table = runs(model__units=[8, 16, 32])
    units = table["model.units"]
    table = table.assign(
        loss_final=units.map({8: 0.5, 16: 0.3, 32: 0.4}), accuracy=units.map({8: 0.9, 16: 0.6, 32: 0.8})
    )
    assert table.loc[table["arm"].eq(matched(table, {})), "model.units"].unique().tolist() == [16]


def test_a_failed_run_of_the_matched_arm_scores_chance() -> None:
    table = runs()
    arm = matched(table, {})
    first = table.index[table["arm"].eq(arm)][0]
    table.loc[first, ["status", "accuracy", "data_hash"]] = ["failed", np.nan, None]
    found = shortfalls(table, baselines(majority=0.5), {}).iloc[0]
    assert found["n"] == 5 and found["accuracy"] == pytest.approx((4 * 0.7 + 0.5) / 5)


def test_datasets_of_one_name_are_told_apart_by_what_differs() -> None:
    ids, vectors = runs().assign(**{"data.embedding": "learned"}), runs().assign(**{"data.embedding": "vectors"})
    vectors = vectors.assign(arm=vectors["arm"] + "v", data_hash=vectors["data_hash"] + "v")
    rows = baselines(majority=0.5)
    table = pd.concat([rows, rows.assign(data_hash=rows["data_hash"] + "v")])
    found = shortfalls(pd.concat([ids, vectors], ignore_index=True), table, {})
    assert found["data"].tolist() == ["reviews, data.embedding=learned", "reviews, data.embedding=vectors"]


def test_rows_on_other_sequences_and_controls_are_left_out() -> None:
    table = runs()
    strangers = baselines(majority=0.5).assign(data_hash="other")
    assert on_same(table, strangers).empty and on_same(table, None).empty
    assert levels(table, strangers).empty and told(table, strangers, {}) is None
    assert levels(table.assign(control="noisy"), baselines(majority=0.5)).empty


def test_arms_carry_the_level_of_each_baseline_on_their_own_sequences() -> None:
    table = pd.concat([runs(), runs("early")], ignore_index=True)
    found = with_levels(summarise(table), table, baselines(majority=0.5, bag_of_steps=0.6))
    assert found.groupby("data")["bag_of_steps"].agg(list).to_dict() == {
        "early": pytest.approx([np.nan] * 4, nan_ok=True), "reviews": pytest.approx([0.602] * 4)}  # fmt: skip


def test_the_summary_has_reference_rows_below_its_arms_which_stay_as_they_are() -> None:
    table = runs()
    plain = summarise(table)
    whole = with_rows(plain, table, baselines(majority=0.5, bag_of_steps=0.6))
    assert whole["baseline"].fillna("").tolist() == [""] * 4 + ["majority", "bag_of_steps"]
    assert whole["accuracy"].tolist()[4:] == pytest.approx([0.502, 0.602]) and whole["n"].tolist() == [5] * 6
    arms = whole.iloc[:4].drop(columns="baseline")
    assert arms.to_csv(index=False, float_format="%.6g") == plain.to_csv(index=False, float_format="%.6g")
    assert with_rows(plain, table, None) is plain


def test_every_column_of_the_tables_is_described() -> None:
    table, rows = runs(), baselines(majority=0.5)
    told_of = dictionary({"summary.csv": with_rows(summarise(table), table, rows), "baselines.csv": rows})
    meaning = told_of.set_index(["table", "column"])["meaning"]
    ours = [*(("baselines.csv", name) for name in rows), ("summary.csv", "baseline")]
    assert all(meaning[place] and meaning[place] != UNKNOWN for place in ours)


def test_the_page_shows_them_and_one_without_them_is_silent(tmp_path) -> None:
    found = Material("x", runs(), baselines=baselines(tfidf_logistic=0.74))
    write_report(tmp_path, found)
    text = (tmp_path / "report.html").read_text()
    assert "<h2>Baselines</h2>" in text and "by 0.042" in text
    assert "TF-IDF" in (tmp_path / "figures" / "accuracy.svg").read_text()
    assert "Baselines" not in page(Material("x", runs()), None, [], {})


def test_the_figure_of_text_draws_them_at_their_distance_from_the_matched_case() -> None:
    from mismatch.report.trained import distances

    references = runs(accuracy=0.7)
    found = distances(references[references["mask"].eq("masking")], baselines(tfidf_logistic=0.738))
    assert found.to_dict() == {"tfidf_logistic": pytest.approx(0.04)}
    assert distances(references, None).empty
