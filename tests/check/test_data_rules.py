"""Every rule on data finds what was planted, with its numbers, and is silent on data without that fault."""

from pathlib import Path

import numpy as np
import pytest

from mismatch.check.items import check, check_items
from mismatch.config.fields import ConfigError
from mismatch.config.registry import DATA_RULES
from mismatch.data.sources import table
from mismatch.data.sources.numbers import numbers
from tests.check.planted import codes, found, series, texts


@pytest.mark.parametrize("seed", range(5))
def test_clean_series_give_no_warning(seed):
    sequences, labels = series(1600, seed=seed)
    assert codes(check(sequences, labels)) == set()


@pytest.mark.parametrize("seed", range(5))
def test_clean_texts_give_no_warning(seed):
    assert codes(check(*texts(1600, seed=seed))) == set()


@pytest.mark.parametrize("seed", range(10))
def test_thirty_rows_are_too_few_and_nothing_else(seed):
    assert codes(check(*series(30, seed=seed))) <= {"few_rows"}


def test_one_long_sequence_that_decides_t_is_padding_waste():
    sequences, labels = series(400)
    sequences[7] = np.random.default_rng(0).normal(size=(300, 3))
    (finding,) = found("padding_waste", sequences, labels)
    assert finding.evidence["steps"] == 300 and finding.evidence["padded"] > 0.9
    assert finding.evidence["steps_95"] <= 30 and finding.evidence["padded_95"] < 0.3
    assert f"length.steps={finding.evidence['steps_95']}" in finding.settings
    assert not found("padding_waste", sequences, labels, steps=30)


def test_widely_spread_lengths_are_waste_without_an_outlier():
    sequences, labels = series(400, low=1, high=8)
    longer, more = series(100, low=90, high=100)
    (finding,) = found("padding_waste", sequences + longer, [*labels, *more])
    assert finding.settings == "length.padding=none"


def test_length_that_tells_the_label_is_found_with_its_interval():
    sequences, _ = series(400, low=4, high=30)
    labels = [int(len(each) > 15) for each in sequences]
    (finding,) = found("length_predicts_label", sequences, labels)
    assert finding.evidence["accuracy"] > 0.95 and finding.evidence["low"] > finding.evidence["chance"] == 0.5


def test_length_that_tells_a_rare_class_is_found_though_guessing_is_hard_to_beat():
    sequences, _ = series(1000, low=4, high=40)
    labels = [int(len(each) > 38) for each in sequences]
    assert found("length_predicts_label", sequences, labels)


def test_steps_of_the_pad_value_are_counted_by_place():
    sequences, labels = series(400)
    sequences[0][0] = 0
    sequences[1][5:7] = 0
    sequences[2][-3:] = 0
    sequences[3][:] = 0
    (finding,) = found("pad_collision", sequences, labels)
    seen = finding.evidence
    assert (seen["leading"], seen["inside"], seen["trailing"]) == (1, 2, 3)
    assert (seen["blank"], seen["blank_sequences"], seen["sequences"]) == (len(sequences[3]), 1, 4)
    assert finding.severity == "error"


def test_one_zero_feature_is_no_collision():
    sequences, labels = series(400)
    for each in sequences:
        each[3, 1] = 0
    assert not found("pad_collision", sequences, labels)


def test_the_pad_value_that_is_proposed_is_free():
    sequences, labels = series(400)
    sequences[0][4] = 0
    sequences[1][2] = -1
    (finding,) = found("pad_collision", sequences, labels)
    assert not any((each == finding.evidence["free_value"]).any() for each in sequences)
    assert not found("pad_collision", sequences, labels, pad_value=finding.evidence["free_value"])


def test_another_pad_value_collides_elsewhere():
    sequences, labels = series(400)
    sequences[1][2] = -1
    assert found("pad_collision", sequences, labels, pad_value=-1.0)
    assert not found("pad_collision", sequences, labels)


@pytest.mark.parametrize(("pad", "side"), [(0.0, "end"), (-1.0, "end"), (0.0, "begin"), (np.nan, "begin")])
def test_an_array_that_was_padded_before_is_recognised(pad, side):
    sequences, labels = series(300)
    cube = np.full((300, 30, 3), pad)
    for row, each in zip(cube, sequences, strict=True):
        row[slice(len(each)) if side == "end" else slice(30 - len(each), None)] = each
    (finding,) = found("already_padded", cube, labels)
    assert side in finding.what and finding.evidence["longest_run"] <= 15


def test_an_array_of_equal_lengths_is_not_taken_for_padded():
    rng = np.random.default_rng(0)
    assert not found("already_padded", rng.normal(size=(300, 20, 2)), rng.integers(0, 2, 300))
    assert not found("already_padded", rng.integers(0, 2, (300, 20, 1)).astype(float), rng.integers(0, 2, 300))


def test_missing_and_infinite_values_are_counted_by_feature():
    sequences, labels = series(400)
    sequences[0][2, 1] = np.nan
    sequences[5][3, 1] = np.nan
    sequences[6][1, 2] = np.inf
    missing, infinite = sorted(found("missing_values", sequences, labels), key=lambda each: each.what, reverse=True)
    if "missing" not in missing.what:
        missing, infinite = infinite, missing
    assert missing.evidence["features"] == {"feature 1": 2} and missing.evidence["sequences"] == 2
    assert infinite.evidence["values"] == 1 and missing.severity == "error"


def test_a_sentinel_far_from_all_else_is_found_and_a_large_measurement_is_not():
    sequences, labels = series(400)
    assert not found("sentinel_values", sequences, labels)
    for each in sequences[:5]:
        each[2, 1] = -999
    (finding,) = found("sentinel_values", sequences, labels)
    assert finding.evidence["times"] == 5 and finding.where == "feature 1"
    wide = [each * 400 for each in series(400)[0]]
    for each in wide[:5]:
        each[2, 1] = 999
    assert not found("sentinel_values", wide, labels)


def test_constant_features_are_named():
    sequences, labels = series(400)
    for row, each in enumerate(sequences):
        each[:, 0] = 7
        each[:, 2] = 20 + row % 50
    everywhere, within = found("constant_feature", sequences, labels, features=["unit", "x", "age"])
    assert everywhere.evidence["features"] == ["unit"] and within.evidence["features"] == ["age"]
    assert (everywhere.severity, within.severity) == ("warning", "note")


def test_wild_scales_are_found_and_tame_ones_are_not():
    sequences, labels = series(400)
    (finding,) = found("feature_scale", [each * [1, 1, 1000] for each in sequences], labels)
    assert finding.evidence["ratio"] > 500
    assert not found("feature_scale", [each * [1, 1, 9] for each in sequences], labels)
    assert found("feature_scale", [each + 101325 for each in sequences], labels)


def test_times_in_milliseconds_fall_together_in_32_bits():
    sequences, labels = series(400)
    stamped = [np.c_[each, 1.7e12 + np.arange(len(each)) * 20] for each in sequences]
    (finding,) = found("float32_loss", stamped, labels)
    assert finding.evidence["left"] < finding.evidence["distinct"]
    assert not found("float32_loss", [each * 1e7 for each in sequences], labels)


def test_a_test_part_that_was_trained_on_is_a_leak():
    sequences, labels = series(400)
    parts = ["train"] * 300 + ["test"] * 100
    assert not found("part_leak", sequences, labels, parts=parts)
    sequences[300:310] = [each.copy() for each in sequences[:10]]
    sequences[310:315] = [each + 1e-5 for each in sequences[10:15]]
    exact, near = found("part_leak", sequences, labels, parts=parts)
    assert (exact.evidence["rows"], near.evidence["rows"]) == (10, 5)
    assert (exact.severity, near.severity) == ("error", "warning")
    assert "sequences[300]" in exact.what


def test_a_text_that_differs_in_case_and_one_word_leaks():
    made, labels = texts(600)
    parts = ["train"] * 400 + ["test"] * 200
    assert not found("part_leak", made, labels, parts=parts)
    made[400] = made[0].upper()
    made[401] = made[1] + " really"
    exact, near = found("part_leak", made, labels, parts=parts)
    assert exact.evidence["rows"] == 1
    assert near.evidence["rows"] == 1


def test_a_group_on_both_sides_is_a_leak():
    sequences, labels = series(400)
    parts = ["train"] * 300 + ["test"] * 100
    groups = np.arange(400) // 10
    assert not found("group_leak", sequences, labels, groups, parts)
    groups[310:320] = 0
    (finding,) = found("group_leak", sequences, labels, groups, parts)
    assert finding.evidence == {"groups": 1, "rows": 10}


def test_conflicting_labels_bound_the_accuracy():
    sequences, labels = series(400)
    assert not found("conflicting_labels", sequences, labels)
    sequences[:10] = [sequences[0].copy() for _ in range(10)]
    labels[:10] = [0] * 7 + [1] * 3
    (finding,) = found("conflicting_labels", sequences, labels)
    assert finding.evidence["bound"] == pytest.approx(1 - 3 / 400)
    assert finding.evidence["floor"] == pytest.approx(0.3) and finding.severity == "note"


def test_copies_are_counted_and_conflicts_are_not_copies():
    sequences, labels = series(400)
    sequences[1:6] = [sequences[0].copy() for _ in range(5)]
    labels[:6] = 0
    sequences[8], labels[7:9] = sequences[7].copy(), [0, 1]
    (finding,) = found("duplicates", sequences, labels)
    assert finding.evidence == {"copies": 5, "distinct": 395, "most": 6}
    assert finding.severity == "warning"


def test_near_copies_are_found_among_thousands():
    made, labels = texts(3000)
    made[2000] = made[10] + " indeed"
    (finding,) = found("near_duplicates", made, labels)
    assert finding.evidence["rows"] == 2 and "sequences[10]" in finding.what


@pytest.mark.parametrize(("length", "stride"), [(100, 1), (50, 5), (40, 20), (10, 4)])
@pytest.mark.parametrize("width", [1, 3])
def test_windows_that_overlap_are_found_and_windows_that_touch_are_not(length, stride, width):
    recording = np.random.default_rng(0).normal(size=(1200, width)).cumsum(axis=0)
    windows = [recording[at : at + length] for at in range(0, 1200 - length, stride)][:200]
    apart = [recording[at : at + length] for at in range(0, 1200 - length, length)]
    labels = np.arange(200) % 2
    (finding,) = found("near_duplicates", windows, labels[: len(windows)])
    assert finding.evidence == {"rows": len(windows), "across": 0} and "overlapping" in finding.what
    assert not found("near_duplicates", apart, labels[: len(apart)])


def test_overlaps_of_less_than_half_are_none_and_copies_stay_copies():
    recording = np.random.default_rng(0).normal(size=3000)
    assert not found("near_duplicates", [recording[at : at + 40] for at in range(0, 2900, 33)], [0, 1] * 44)
    sequences, labels = series(100)
    assert not found("near_duplicates", sequences * 2, [*labels, *labels])


def test_windows_on_both_sides_of_the_split_are_leaks():
    recording = np.random.default_rng(0).normal(size=700).cumsum()
    windows, labels = [recording[at : at + 50] for at in range(0, 600, 5)], [0, 1] * 60
    parts = ["test" if row % 4 == 0 else "train" for row in range(120)]
    (finding,) = found("near_duplicates", windows, labels, parts=parts)
    assert "120 of them across the file's own parts" in finding.what
    (leak,) = found("part_leak", windows, labels, parts=parts)
    assert leak.evidence["rows"] == 30 and "half of their steps and more" in leak.what
    parts = ["test" if row < 30 else "train" for row in range(120)]
    (leak,) = found("part_leak", windows, labels, parts=parts)
    assert leak.evidence["rows"] == 5  # the last windows of the test part reach into the training part


ALIKE = {
    "zeros": lambda rng, row: np.zeros(20 + row % 7),
    "plateaus": lambda rng, row: np.repeat(rng.integers(0, 5, 4), 10),
    "lines": lambda rng, row: np.arange(30.0) * 0.02 + row,
    "lines with gaps": lambda rng, row: np.where(np.arange(row, row + 20) % 13, np.arange(row, row + 20.0), -999),
    "one clock": lambda rng, row: np.c_[rng.normal(size=30).round(1), np.arange(30)],
    "one period": lambda rng, row: np.sin(2 * np.pi * (np.arange(60) + row) / 20),
    "a square wave": lambda rng, row: np.sign(np.sin(2 * np.pi * (np.arange(60) + row) / 20)),
    "counts": lambda rng, row: rng.poisson(4, 40),
    "many counts": lambda rng, row: rng.integers(0, 30, 200),
    "a common start": lambda rng, row: np.r_[np.arange(10.0) ** 2, rng.normal(size=30)],
}


@pytest.mark.parametrize("name", ALIKE)
def test_series_that_are_alike_by_their_nature_do_not_overlap(name):
    rng = np.random.default_rng(0)
    made = [ALIKE[name](rng, row).astype(float) for row in range(200)]
    assert not [each for each in found("near_duplicates", made, [0, 1] * 100) if "overlapping" in each.what]


def test_series_are_not_nearly_equal_because_a_sentinel_makes_both_look_wild():
    sequences = [np.random.default_rng(row).normal(size=(20, 1)) for row in range(60)]
    for each in sequences:
        each[10] = -999
    assert not found("near_duplicates", sequences, [0, 1] * 30)
    sequences[7] = sequences[3] + 1e-4
    (finding,) = found("near_duplicates", sequences, [0, 1] * 30)
    assert finding.evidence["rows"] == 2


def test_an_array_of_gigabytes_is_announced_with_what_a_shorter_one_takes():
    values = np.zeros((1, 40))
    sequences = [values] * 3000 + [np.zeros((9000, 40))]
    labels = [0, 1] * 1500 + [0]
    (finding,) = found("memory", sequences, labels)
    assert finding.evidence["bytes"] == 3001 * 9000 * 40 * 4 and finding.evidence["bytes_95"] == 3001 * 40 * 4


def test_rare_classes_are_named():
    sequences, _ = series(400)
    labels = ["common"] * 395 + ["rare"] * 5
    rare, _ = found("few_rows", sequences, labels)
    assert rare.evidence["classes"] == {"rare": 5}


def test_imbalance_says_what_guessing_reaches():
    sequences, labels = series(400)
    assert not found("class_imbalance", sequences, labels)
    (finding,) = found("class_imbalance", sequences, [0] * 380 + [1] * 20)
    assert finding.evidence["guessing"] == pytest.approx(0.95) and finding.severity == "warning"


def test_a_file_sorted_by_class_is_named_with_the_class_keras_would_miss():
    sequences, labels = series(400)
    assert not found("sorted_labels", sequences, labels)
    (finding,) = found("sorted_labels", sequences, sorted(labels))
    assert finding.evidence["classes"] == ["0"]


def test_a_class_on_one_side_alone_is_named():
    sequences, labels = series(400)
    parts = ["train"] * 300 + ["test"] * 100
    assert not found("part_classes", sequences, labels, parts=parts)
    labels = ["a", "b"] * 150 + ["a", "c"] * 50
    untrained, untested = found("part_classes", sequences, labels, parts=parts)
    assert (untrained.where, untrained.severity) == ("c", "error")
    assert (untested.where, untested.severity) == ("b", "warning")


def test_texts_without_a_token_and_sequences_of_one_step_are_named():
    made, labels = texts(600)
    assert not found("empty_sequences", made, labels)
    made[3] = "... ---"
    (finding,) = found("empty_sequences", made, labels)
    assert finding.evidence["sequences"] == 1 and "sequences[3]" in finding.what
    single, classes = series(400, low=1, high=1)
    (finding,) = found("empty_sequences", single, classes)
    assert "400 sequences of 400 have a single step" in finding.what and "id" in finding.advice
    (finding,) = found("empty_sequences", [text.split()[0] for text in texts(600)[0]], labels)
    assert "600 texts of 600 have a single token" in finding.what and "the id" not in finding.advice


def test_letters_that_no_token_holds_are_lost(monkeypatch):
    made, labels = texts(600)
    assert not found("tokens_lost", made, labels)
    monkeypatch.setattr("mismatch.check.sequences.tokenise", lambda text: text.split()[:10])
    (finding,) = found("tokens_lost", made, labels)
    assert 0.05 < finding.evidence["lost"] / finding.evidence["written"] < 0.5 and finding.severity == "warning"
    monkeypatch.setattr("mismatch.check.sequences.tokenise", lambda text: text.split()[:2])
    assert found("tokens_lost", made, labels)[0].severity == "error"


def test_two_scripts_are_told_apart_and_one_language_of_several_is_not():
    made, labels = texts(600)
    assert not found("mixed_scripts", made, labels)
    made[:200] = ["это хороший фильм и точка " * 3] * 200
    (finding,) = found("mixed_scripts", made, labels)
    assert finding.evidence["texts"] == 200
    assert not found("mixed_scripts", ["今日は東京タワーへ行きました"] * 40, [0, 1] * 20)


def test_traces_of_a_wrong_encoding_are_found_and_accents_are_not():
    made, labels = texts(600)
    made[0] = "São João não é café — “Âge” à Ávila; Ñandú, Ünïcode naïve"
    assert not found("wrong_encoding", made, labels)
    made[1] = "café — naïve".encode().decode("cp1252")
    made[2] = "broken \ufffd here"
    made[3] = "хорошо".encode().decode("latin-1")
    (finding,) = found("wrong_encoding", made, labels)
    assert finding.evidence["texts"] == 3


def test_ids_of_tokens_are_recognised_and_counts_of_a_sensor_are_not():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    ids = [rng.zipf(1.3, size).clip(max=5000).astype(float) for size in rng.integers(10, 30, 400)]
    (finding,) = found("token_ids", ids, labels)
    assert f"Embedding({finding.evidence['largest'] + 1}" in finding.keras
    counts = [(np.cumsum(rng.normal(size=40)) * 20 + 500).round().clip(0) for _ in range(400)]
    assert not found("token_ids", counts, labels)
    assert not found("token_ids", [rng.poisson(4, 40).astype(float) for _ in range(400)], labels)


def test_time_and_features_that_look_swapped_are_found_and_images_are_not():
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(300, 128, 6)).cumsum(axis=1)
    labels = rng.integers(0, 2, 300)
    assert found("swapped_axes", waves.transpose(0, 2, 1), labels)
    assert not found("swapped_axes", waves, labels)
    assert not found("swapped_axes", rng.normal(size=(300, 6, 128)), labels)


def test_a_feature_that_holds_the_label_is_found_and_a_speaker_is_not():
    sequences, labels = series(400)
    leaky = [np.c_[each, np.full(len(each), 5 + label)] for each, label in zip(sequences, labels, strict=True)]
    (finding,) = found("label_in_features", leaky, labels)
    assert finding.where == "feature 3" and finding.severity == "error"
    speaker = [np.c_[each, np.full(len(each), row % 9)] for row, each in enumerate(sequences)]
    assert not found("label_in_features", speaker, labels)


def test_subjects_numbered_class_by_class_hand_over_the_label_and_those_in_random_order_do_not():
    sequences, labels = series(400)
    ordered = sorted(labels)
    numbered = [np.c_[each, np.full(len(each), row)] for row, each in enumerate(sequences)]
    (finding,) = found("label_in_features", numbered, ordered)
    assert finding.where == "feature 3" and finding.severity == "warning" and finding.evidence["values"] == 400
    assert not found("label_in_features", numbered, labels)


def test_a_feature_that_numbers_the_rows_is_found_and_counts_are_not():
    sequences, labels = series(400)
    ends = np.cumsum([len(each) for each in sequences])
    rows = np.arange(ends[-1]) + 5
    for order in (np.random.default_rng(0).permutation(rows), rows):
        pieces = np.split(order, ends[:-1])
        numbered = [np.c_[each, piece] for each, piece in zip(sequences, pieces, strict=True)]
        (finding,) = found("row_number", numbered, labels)
        assert finding.severity == "warning" and finding.where == "feature 3"
        assert not found("clock_feature", numbered, labels)
    (finding,) = found("row_number", numbered, sorted(labels))
    assert finding.severity == "error" and finding.evidence["named"] == 1
    counts = [np.random.default_rng(row).integers(0, 50, (30, 2)) for row in range(400)]
    assert not found("row_number", counts, labels)


def test_a_feature_that_counts_steps_is_a_clock_and_a_trend_is_not():
    sequences, labels = series(400)
    timed = [np.c_[each, np.arange(len(each)) * 0.02] for each in sequences]
    (finding,) = found("clock_feature", timed, labels, features=["a", "b", "c", "t"])
    assert finding.where == "t" and "Leave it out" in finding.advice
    trend = [np.c_[each, np.sort(each[:, 0])] for each in sequences]
    assert not found("clock_feature", trend, labels)


def test_every_rule_has_a_test_its_own_code_and_all_its_texts():
    rules = DATA_RULES.all()
    text = Path(__file__).read_text(encoding="utf-8")
    for name, rule in rules.items():
        assert f'"{name}"' in text, name
        assert all(getattr(rule, field).strip() for field in ("meaning", "why", "example", "instead")), name
        assert rule.severity in ("error", "warning", "note") and rule.code.startswith("D1")
    assert len({rule.code for rule in rules.values()}) == len(rules)


NOISE = np.random.default_rng(0).normal(size=(20, 6, 2))
ODD = {
    "two rows": ([[1.0, 2.0], [3.0, 4.0]], [0, 1]),
    "sequences without a step": ([np.zeros((0, 2)), *NOISE[:19]], [0, 1] * 10),
    "nothing but infinity": ([np.full((5, 2), np.inf)] * 20, [0, 1] * 10),
    "a feature of NaN": ([np.c_[each, np.full(6, np.nan)] for each in NOISE], [0, 1] * 10),
    "beyond 32 bits": (NOISE * 1e300, [0, 1] * 10),
    "next to nothing": (NOISE * 1e-300, [0, 1] * 10),
    "all the same": (np.ones((20, 5, 2)), [0, 1] * 10),
    "all pads": (np.zeros((20, 5, 2)), [0, 1] * 10),
    "one step each": (NOISE[:, :1], [0, 1] * 10),
    "a class for each": (NOISE, list(range(10)) * 2),
    "more features than steps": (np.random.default_rng(1).normal(size=(20, 2, 300)), [0, 1] * 10),
    "no token": (["..."] * 20, [0, 1] * 10),
    "half a character": (["a \ud800 b"] * 10 + ["c"] * 10, [0, 1] * 10),
    "a text of one huge word": (["w" * 10**6] + ["x"] * 19, [0, 1] * 10),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_data_are_looked_at_without_a_warning_of_numpy(name):
    checked = check(*ODD[name])
    text = checked.text() + checked.html() + checked.to_json()
    text.encode("utf-8")
    assert "few_rows" in codes(checked)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"steps": 2.5}, "length.steps=2.5"),
        ({"steps": 0}, "length.steps=0"),
        ({"steps": True}, "length.steps=True"),
        ({"pad_value": "0"}, "length.pad_value=0"),
        ({"pad_value": np.inf}, "length.pad_value=inf"),
    ],
)
def test_lengths_and_pads_that_cannot_be_are_refused(more, said):
    with pytest.raises(ConfigError, match=said):
        check(NOISE, [0, 1] * 10, **more)


@pytest.mark.parametrize(("gone", "severity"), [(4, None), (30, "warning"), (60, "error")])
def test_rows_that_are_left_out_are_found_with_their_reasons(gone, severity):
    sequences, labels = texts(100)
    labels = [None if row < gone else int(label) for row, label in enumerate(labels)]
    seen = found("rows_lost", [*sequences, " "], [*labels, 1])
    assert [finding.severity for finding in seen] == ([severity] if severity else [])
    if severity:
        assert seen[0].evidence["reasons"] == {"without text": 1, "no label": gone} and "sequences[100]" in seen[0].what
        assert f"{gone + 1} of 101 rows" in seen[0].what


def test_steps_that_are_left_out_are_counted_against_steps(tmp_path):
    rows = [f"{row // 10 if row % 10 else ''},{row % 10},{row % 7 / 2},{row // 10 % 2}" for row in range(200)]
    (tmp_path / "steps.csv").write_text("\n".join(["id,time,x,label", *rows]))
    read = numbers(str(tmp_path / "steps.csv"))
    (finding,) = [each for each in check_items(read).findings if each.name == "rows_lost"]
    assert finding.severity == "warning" and "20 of 200 steps (10%)" in finding.what
    (tmp_path / "steps.csv").write_text("\n".join(["id,time,x,label", *(row for row in rows if row[0] != ",")]))
    read = numbers(str(tmp_path / "steps.csv"))
    assert "rows_lost" not in {each.name for each in check_items(read).findings}


def run_code(lines, **names):
    """What a finding's lines of Python leave behind."""
    held = {"numpy": np, **names}
    exec(lines, held)
    return held


def rows_padded_to(size, sequences, pad, side):
    cube = np.full((len(sequences), size, sequences[0].shape[1]), pad)
    for row, each in zip(cube, sequences, strict=True):
        row[slice(len(each)) if side == "end" else slice(size - len(each), None)] = each
    return cube


@pytest.mark.parametrize("pad", [0.0, -1.0])
def test_the_lines_for_an_array_that_was_padded_at_its_end_give_its_lengths(pad):
    sequences, labels = series(300)
    cube = rows_padded_to(30, sequences, pad, "end")
    (finding,) = found("already_padded", cube, labels)
    assert run_code(finding.keras, x=cube)["lengths"].tolist() == [len(each) for each in sequences]


@pytest.mark.parametrize("pad", [0.0, -1.0, np.nan])
def test_the_lines_for_an_array_that_was_padded_at_its_start_give_its_sequences(pad):
    sequences, labels = series(300)
    cube = rows_padded_to(30, sequences, pad, "begin")
    (finding,) = found("already_padded", cube, labels)
    cut = run_code(finding.keras, x=cube)["sequences"]
    assert all(np.array_equal(one, other) for one, other in zip(cut, sequences, strict=True))


@pytest.mark.parametrize("side", ["end", "begin"])
def test_pads_that_came_with_the_file_are_no_steps_that_equal_the_pad_value(side):
    """Padding with another value, which the rule would advise, leaves these pads unmasked."""
    sequences, labels = series(300)
    assert not found("pad_collision", rows_padded_to(30, sequences, 0.0, side), labels)
    sequences[3][4:6] = 0
    (finding,) = found("pad_collision", rows_padded_to(30, sequences, 0.0, side), labels)
    assert (finding.evidence["inside"], finding.evidence["trailing"], finding.evidence["leading"]) == (2, 0, 0)
    cube = rows_padded_to(30, sequences, 0.0, side)
    cube[7] = 0
    (finding,) = found("pad_collision", cube, labels)
    assert (finding.evidence["blank"], finding.evidence["inside"]) == (30, 2)
    (finding,) = found("pad_collision", rows_padded_to(30, sequences, -1.0, side), labels)
    assert finding.evidence["inside"] == 2


def test_the_lines_against_copies_keep_what_differs_in_zeros_at_its_end_or_in_its_label():
    sequences, labels = series(60)
    zero = np.vstack([sequences[0], np.zeros((1, 3))])
    other = 1 - labels[1]
    given = [*sequences, sequences[0].copy(), zero, sequences[1].copy()]
    marks = [*labels, labels[0], labels[0], other]
    (finding,) = found("duplicates", given, marks)
    rows = run_code(finding.keras, sequences=given, labels=marks)["rows"]
    assert finding.evidence["copies"] == 1 and rows == [*range(60), 61, 62]


def test_a_number_for_each_sequence_is_to_be_left_out_not_given_to_the_head():
    sequences, labels = series(60)
    numbered = [np.hstack([each, np.full((len(each), 1), row)]) for row, each in enumerate(sequences)]
    (finding,) = found("row_number", numbered, labels)
    assert finding.where == "feature 3" and finding.severity == "warning" and finding.evidence["sequences"] == 60
    assert "60 sequences from 0 to 59" in finding.what and not found("constant_feature", numbered, labels)
    aged = [np.hstack([each, np.full((len(each), 1), 20 + row % 7)]) for row, each in enumerate(sequences)]
    assert not found("row_number", aged, labels) and found("constant_feature", aged, labels)[0].severity == "note"


def test_a_feature_that_is_the_label_is_not_advised_to_be_given_to_the_head():
    sequences, labels = series(60)
    told = [np.hstack([each, np.full((len(each), 1), label)]) for each, label in zip(sequences, labels, strict=True)]
    assert found("label_in_features", told, labels) and not found("constant_feature", told, labels)


def test_the_range_of_row_numbers_is_told_in_full():
    sequences, labels = series(60)
    total, start = sum(map(len, sequences)), 1_700_000_000
    ids = iter(range(start, start + total))
    numbered = [np.hstack([each, [[next(ids)] for _ in each]]) for each in sequences]
    (finding,) = found("row_number", numbered, labels)
    assert f"from 1,700,000,000 to {start + total - 1:,}" in finding.what


def indexed(count=300, size=40, seed=0):
    """Ids of words from 1 on, padded with 0 to one length; and labels."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(5, size // 2, count)
    ids = rng.integers(1, 2000, (count, size)).astype(float)
    return np.where(np.arange(size) < lengths[:, None], ids, 0), rng.integers(0, 2, count)


def test_ids_that_are_padded_with_zeros_are_ids_not_measurements_to_be_scaled():
    ids, labels = indexed()
    (finding,) = found("token_ids", ids, labels)
    assert finding.evidence["roughness"] > 0.9 and "Embedding" in finding.keras
    assert not found("feature_scale", ids, labels) and not found("pad_collision", ids, labels)
    assert not found("pad_collision", np.where(ids == 0, 0, ids)[:, :20], labels)


def test_an_id_0_inside_texts_is_to_be_numbered_anew_not_padded_with_another_value():
    ids, labels = indexed()
    ids[:, 2] = 0
    (finding,) = found("pad_collision", ids, labels)
    assert finding.evidence["inside"] == 300 and "id 0 to no token" in finding.advice
    assert "Masking" not in finding.keras and "Embedding(2001" in finding.keras and not finding.settings


def test_the_one_number_below_zero_is_a_sentinel_where_it_is_frequent():
    sequences, labels = series(400)
    positive = [np.abs(each) * 100 for each in sequences]
    for each in positive[::8]:
        each[2, 1] = -200
    (finding,) = found("sentinel_values", positive, labels)
    assert finding.where == "feature 1" and finding.evidence["times"] == 50 and finding.evidence["low"] >= 0
    steps = np.concatenate(positive)
    steps[4, 0] = -200
    assert np.isnan(run_code(finding.keras, steps=steps)["steps"]).sum(0).tolist() == [0, 50, 0]
    positive[1][3, 1] = -3.5
    assert not found("sentinel_values", positive, labels)


def test_a_clock_is_named_as_the_time_only_where_a_table_has_none_named(tmp_path):
    path = tmp_path / "steps.csv"
    rows = [f"{row},{t},{0.1 * t:.1f},{(row * t) % 7},{row % 2}" for row in range(40) for t in range(12)]
    path.write_text("\n".join(["id,time,tick,v,label", *rows]))
    named, free = (check_items(numbers(str(path), time=time, missing="keep")) for time in ("time", None))
    (finding,) = [each for each in named.findings if each.name == "clock_feature"]
    assert finding.where == "tick" and not finding.settings and finding.advice.startswith("Leave it out")
    both = [each for each in free.findings if each.name == "clock_feature"]
    assert {each.where for each in both} == {"time", "tick"} and all("data.time=" in each.settings for each in both)
    sequences, labels = series(60)
    timed = [np.c_[each, 0.1 * np.arange(len(each))] for each in sequences]
    (finding,) = found("clock_feature", timed, labels)
    assert not finding.settings


def test_a_feature_without_any_value_is_left_out_as_nothing_can_fill_it():
    sequences, labels = series(60)
    for each in sequences:
        each[:, 1] = np.nan
    (finding,) = found("missing_values", sequences, labels, features=["a", "b", "c"])
    assert finding.advice.startswith("Leave out b") and "data.features=[a,c]" in finding.settings
    sequences, labels = series(60)
    sequences[3][:, 1] = np.nan
    sequences[5][2, 0] = np.nan
    (finding,) = found("missing_values", sequences, labels)
    assert "1 sequence a feature has no value" in finding.advice and "data.missing=zero" in finding.settings
    sequences[3][:, 1] = 1
    (finding,) = found("missing_values", sequences, labels)
    assert finding.advice.startswith("Fill gaps") and "data.missing=linear" in finding.settings


def test_parts_without_a_test_part_are_an_error_not_a_test_part_of_one():
    sequences, labels = series(400)
    for part, said in (("train", "for testing"), ("test", "to train on")):
        (finding,) = found("part_classes", sequences, labels, parts=[part] * 400)
        assert finding.severity == "error" and said in finding.what
    assert not found("few_rows", sequences, labels, parts=["train"] * 400)


def test_texts_that_were_misread_are_mended_or_read_anew_as_it_was_their_file_or_the_reading(tmp_path):
    made, labels = texts(60)
    right = [*made, "naïve café", "ça va"]
    labels = [*labels, 0, 1]
    wrong = [text.encode().decode("cp1252") for text in right]
    (finding,) = found("wrong_encoding", wrong, labels)
    assert not finding.settings and run_code(finding.keras, texts=wrong)["texts"] == right
    (finding,) = found("wrong_encoding", [*made, "broken \ufffd here"], [*labels[:60], 1])
    assert "is lost" in finding.advice and not finding.settings and not finding.keras
    path = tmp_path / "a.csv"
    path.write_text("\n".join(["text,label", *(f"{text},{label}" for text, label in zip(right, labels, strict=True))]))
    read = table.texts(str(path), "text", "label", encoding="cp1252")
    (finding,) = [each for each in check_items(read).findings if each.name == "wrong_encoding"]
    assert finding.settings == "data=text data.encoding=utf-8"


def test_line_breaks_of_html_are_no_letters_that_are_lost():
    made, labels = texts(100)
    assert not found("tokens_lost", [text.replace(" ", "<br /><BR />") for text in made], labels)
