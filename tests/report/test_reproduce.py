"""A sweep is compared with another: identical on one kind of processor, within the replicates' spread elsewhere."""

import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.report.reproduce import compare, compare_baselines, compare_runs, compare_verdicts, main


def runs(**changes):
    """Two arms of three replicates; `changes` replaces whole columns."""
    table = pd.DataFrame(
        {
            "arm": ["a"] * 3 + ["b"] * 3,
            "replicate": [0, 1, 2] * 2,
            "data": "early",
            "data.test": 100,
            "mask": ["none"] * 3 + ["masking"] * 3,
            "mask.value": [None] * 3 + [0.0] * 3,
            "accuracy": [0.90, 0.92, 0.94, 0.80, 0.80, 0.80],
            "loss_final": [0.1, 0.2, 0.3, 0.4, 0.5, None],
            "data_hash": list("uvwuvw"),
            "cpu_family": 25,
            "cpu_model": 1,
            "cpu_extensions": "avx avx2",
        }
    )
    return table.assign(**changes)


def claims(**changes):
    table = pd.DataFrame(
        {"claim": ["C1", "C1", "C2"], "contrast": ["x", "y", None], "verdict": ["SUPPORTED", "REFUTED", "UNTESTED"]}
    )
    return table.assign(why="because", **changes)


def baselines(**changes):
    """Two baselines of three replicates."""
    table = pd.DataFrame(
        {
            "data": "reviews",
            "data.test": 100,
            "baseline": ["majority"] * 3 + ["bag_of_steps"] * 3,
            "replicate": [0, 1, 2] * 2,
            "accuracy": [0.5, 0.5, 0.5, 0.80, 0.82, 0.84],
            "data_hash": list("uvwuvw"),
        }
    )
    return table.assign(**changes)


@pytest.mark.parametrize(
    ("shift", "alike", "same"), [(0, True, True), (1e-9, True, False), (0.019, False, True), (0.021, False, False)]
)
def test_baselines_are_held_to_the_same_as_runs(shift, alike, same):
    """Bag of steps has a standard deviation of exactly 0.02 over its replicates 0.80, 0.82, 0.84."""
    moved = [0.5, 0.5, 0.5, 0.80 + shift, 0.82 + shift, 0.84 + shift]
    lines, found = compare_baselines(baselines(accuracy=moved)[::-1], baselines(), alike)
    assert found is same and lines[0] == "6 of 6 baselines in both"


def test_baselines_of_other_data_are_no_reproduction():
    assert compare_baselines(baselines(data="snippets"), baselines(), True) == (["no baseline to compare"], False)


def test_a_table_reproduces_itself_in_any_order_of_rows_and_columns():
    shuffled = runs().sample(frac=1, random_state=0)[::-1]
    lines, same = compare_runs(shuffled[sorted(shuffled)], runs())
    assert same and lines[0] == "6 runs in both"


def test_on_the_same_processor_the_last_digit_counts():
    moved = [0.90, 0.92, 0.94, 0.80, 0.80, 0.80 + 1e-9]
    lines, same = compare_runs(runs(accuracy=moved), runs())
    assert not same and any("accuracy differs in 1 of 6" in line for line in lines)


@pytest.mark.parametrize(("column", "value"), [("data_hash", list("uvwuvx")), ("loss_final", [0.1] * 6)])
def test_on_the_same_processor_hashes_and_losses_count(column, value):
    assert not compare_runs(runs(**{column: value}), runs())[1]


@pytest.mark.parametrize(("shift", "same"), [(0.019, True), (0.021, False)])
def test_on_another_processor_an_arm_may_move_by_the_spread_of_its_replicates(shift, same):
    """Arm a has a standard deviation of exactly 0.02 over its replicates 0.90, 0.92, 0.94."""
    moved = [0.90 + shift, 0.92 + shift, 0.94 + shift, 0.80, 0.80, 0.80]
    assert compare_runs(runs(accuracy=moved, cpu_extensions="avx512f"), runs())[1] is same


@pytest.mark.parametrize(
    ("shift", "data_hash", "same"), [(0.019, "uvwuvw", True), (0.021, "uvwuvw", False), (0.0, "uvwuvx", False)]
)
def test_other_code_may_round_differently_but_starts_from_the_same_data(shift, data_hash, same):
    moved = [0.90 + shift, 0.92 + shift, 0.94 + shift, 0.80, 0.80, 0.80]
    found = runs(accuracy=moved, data_hash=list(data_hash), code_hash="2")
    lines, alike = compare_runs(found, runs(code_hash="1"))
    assert alike is same and any(line.startswith("same kind of processor, other code: ") for line in lines)
    assert compare_runs(found, runs(code_hash="2"))[1] is False  # by the same code nothing moves


@pytest.mark.parametrize(("scores", "same"), [([0.90, 0.92, 0.40], True), ([0.80, 0.82, 0.80], False)])
def test_one_run_of_three_that_rounding_tips_over_is_no_other_arm(scores, same):
    """The mean moves by .18, one standard error of the three differences; then by .113, which is 8.5 of them."""
    moved = [*scores, 0.80, 0.80, 0.80]
    assert compare_runs(runs(accuracy=moved, cpu_model=2), runs())[1] is same
    assert compare_runs(runs(accuracy=moved), runs())[1] is False


def test_the_spread_is_that_of_all_replicates_of_the_reference():
    """One replicate alone has no spread; the reference's three have."""
    one = runs(accuracy=[0.91, 0.92, 0.94, 0.80, 0.80, 0.80], cpu_model=2).query("replicate == 0")
    lines, same = compare_runs(one, runs())
    assert same and "4 of the reference were not run" in lines


def test_one_test_sequence_more_or_less_is_no_difference_between_processors():
    moved = [0.90, 0.92, 0.94, 0.81, 0.81, 0.81]  # arm b has no spread at all; 100 test sequences
    assert compare_runs(runs(accuracy=moved, cpu_model=2), runs())[1]


def test_a_number_written_as_float_is_the_same_parameter():
    assert compare_runs(runs(**{"data.test": 100.0}), runs())[0][0] == "6 runs in both"


def test_nothing_in_common_is_no_reproduction():
    assert not compare_runs(runs(data="late"), runs())[1]


def test_a_moved_verdict_is_named():
    lines, same = compare_verdicts(claims(verdict=["SUPPORTED", "INCONCLUSIVE", "UNTESTED"]), claims())
    assert not same and "C1 y: INCONCLUSIVE, reference REFUTED" in lines


def test_a_withheld_verdict_is_counted_and_does_not_reproduce():
    lines, same = compare_verdicts(claims(verdict=["WITHHELD", "REFUTED", "UNTESTED"]), claims())
    assert not same and lines[1].startswith("1 are withheld here, such as C1 x (because)")


@pytest.mark.parametrize("here", [True, False])
def test_what_is_untested_on_one_side_alone_is_named_and_left_out(here):
    less = claims(verdict=["UNTESTED", "REFUTED", "UNTESTED"])
    lines, same = compare_verdicts(*((less, claims()) if here else (claims(), less)))
    assert same and lines[0] == "2 of 2 verdicts agree"
    assert lines[1] == "1 are untested on one side, such as C1 x (because)"


def test_equal_verdicts_reproduce():
    assert compare_verdicts(claims(), claims()) == (["3 of 3 verdicts agree"], True)


def test_a_first_cut_reproduces_what_rests_on_as_many_pairs():
    whole = claims(n=[6, 6, None])
    cut = claims(n=[3, 6, None], verdict=["INCONCLUSIVE", "REFUTED", "UNTESTED"])
    lines, same = compare_verdicts(cut, whole, cut=True)
    assert same and lines == ["2 of 2 verdicts agree", "1 rest on fewer pairs than in the reference, in this first cut"]
    assert not compare_verdicts(cut, whole)[1]
    assert not compare_verdicts(cut.assign(verdict="REFUTED"), whole.assign(n=[3, 6, None]), cut=True)[1]


def test_folders_without_a_common_experiment_are_refused(tmp_path, capsys):
    with pytest.raises(ConfigError):
        compare(tmp_path, tmp_path)
    assert main([str(tmp_path), str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("mismatch: error: results=")


def test_the_runs_of_the_committed_reference_come_as_parquet_alone(tmp_path, capsys):
    for folder in (tmp_path / "ours" / "one", tmp_path / "theirs" / "one"):
        folder.mkdir(parents=True)
        claims().to_csv(folder / "claims.csv", index=False)
    runs().to_csv(tmp_path / "ours" / "one" / "runs.csv", index=False)
    runs().to_parquet(tmp_path / "theirs" / "one" / "runs.parquet", index=False)
    assert main([str(tmp_path / "ours"), str(tmp_path / "theirs")]) == 0
    assert "6 runs in both" in capsys.readouterr().out
