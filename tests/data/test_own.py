"""Files of one's own: their parts, shares, groups and copies, and what is said and refused."""

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.streams import Streams
from tests.data.mine import mine, numbers


def checked(*given, **settings):
    dataset = mine(*given, **settings)
    dataset.check()
    return dataset


def test_parts_are_random_disjoint_and_have_the_natural_shares_of_the_classes():
    dataset = checked([0] * 300 + [1] * 100)
    assert (dataset.train, dataset.probe, dataset.test) == (280, 20, 100)
    splits = dataset.draw(Streams(0, 0))
    parts = [splits.train, splits.probe, splits.test]
    assert [len(part) for part in parts] == [280, 20, 100]
    assert [int(part.labels.sum()) for part in parts] == [70, 5, 25]
    assert sorted(number for part in parts for number in numbers(part)) == list(range(400))
    assert splits.hash() == dataset.draw(Streams(0, 0)).hash() != dataset.draw(Streams(0, 1)).hash()
    assert dataset.chance == 0.75


def test_equal_shares_leave_out_what_the_larger_class_has_more():
    dataset = checked([0] * 300 + [1] * 100, balance="equal")
    assert (dataset.train, dataset.probe, dataset.test) == (140, 10, 50)
    splits = dataset.draw(Streams(0, 0))
    assert [int(part.labels.sum()) for part in (splits.train, splits.probe, splits.test)] == [70, 5, 25]
    assert dataset.chance == 0.5


def test_a_rare_class_is_trained_on_and_parts_are_still_full():
    dataset = checked([0] * 97 + [1] * 3)
    for replicate in range(5):
        splits = dataset.draw(Streams(0, replicate))
        assert splits.train.labels.sum() >= 1 and len(splits.test) == dataset.test


def test_parts_of_the_file_are_kept_and_the_probe_comes_from_the_training_side():
    parts = ["train"] * 60 + ["test"] * 40
    dataset = checked([0, 1] * 30 + [1] * 30 + [0] * 10, parts=parts)
    assert (dataset.train, dataset.probe, dataset.test) == (57, 3, 40)
    splits = dataset.draw(Streams(0, 0))
    assert sorted(numbers(splits.test)) == list(range(60, 100))
    assert sorted(numbers(splits.train) + numbers(splits.probe)) == list(range(60))
    other = dataset.draw(Streams(0, 1))
    assert sorted(numbers(other.test)) == sorted(numbers(splits.test))
    assert set(numbers(other.probe)) != set(numbers(splits.probe))


def test_chance_is_what_the_majority_of_the_training_side_gets_in_the_test_part():
    parts = ["train"] * 60 + ["test"] * 40
    assert checked([0] * 40 + [1] * 20 + [0] * 10 + [1] * 30, parts=parts).chance == 0.25


def test_chance_is_that_of_any_class_where_several_are_the_most_frequent():
    parts = ["train"] * 60 + ["test"] * 40
    assert checked([0, 1, 2] * 20 + [2] * 30 + [1] * 10, parts=parts).chance == pytest.approx(1 / 3)


def test_a_class_of_one_row_is_trained_on_in_every_replicate_and_said():
    dataset = checked([0, 1] * 20 + [2, 2], values=[*range(41), 40])
    assert "  warning: of one usable row, so trained on and never tested: class 2" in dataset.reading()
    assert all((dataset.draw(Streams(0, k)).train.labels == 2).sum() == 1 for k in range(5))


def test_a_probe_that_the_file_names_is_the_probe():
    parts = ["train"] * 60 + ["probe"] * 10 + ["test"] * 30
    dataset = checked([0, 1] * 50, parts=parts)
    assert (dataset.train, dataset.probe, dataset.test) == (60, 10, 30)
    assert sorted(numbers(dataset.draw(Streams(0, 0)).probe)) == list(range(60, 70))


def test_a_probe_that_the_file_names_need_not_have_equal_shares_and_the_others_do():
    """48 rows to train on, of which the rarer class has 16; the probe holds one class alone."""
    parts = ["train"] * 48 + ["probe"] * 10 + ["test"] * 30
    labels = [0, 0, 1] * 16 + [0] * 10 + [0, 1] * 15
    dataset = checked(labels, parts=parts, balance="equal")
    assert (dataset.train, dataset.probe, dataset.test) == (32, 10, 30)
    drawn = dataset.draw(Streams(0, 0))
    assert sorted(numbers(drawn.probe)) == list(range(48, 58))
    assert np.bincount(drawn.train.labels).tolist() == [16, 16] and np.bincount(drawn.test.labels).tolist() == [15, 15]


def test_a_group_is_never_on_both_sides_and_the_probe_is_always_full():
    groups = np.repeat(np.arange(6), [23, 29, 31, 37, 41, 43])  # 204 rows
    dataset = checked(np.arange(204) % 3, groups=groups)
    assert not dataset.exact and dataset.test == 51
    sizes = set()
    for replicate in range(8):
        splits = dataset.draw(Streams(0, replicate))
        sides = [{int(groups[int(row)]) for row in numbers(part)} for part in (splits.train, splits.probe, splits.test)]
        assert not (sides[0] | sides[1]) & sides[2]
        assert len(splits.probe) == dataset.probe and dataset.test * 0.5 < len(splits.test) <= dataset.test
        assert len(splits.train) <= dataset.train
        sizes.add(len(splits.test))
    assert sizes <= {29, 31, 37, 41, 43} and len(sizes) > 1


def test_a_class_of_two_groups_is_on_both_sides():
    groups = np.repeat(np.arange(12), 10)
    dataset = checked((groups >= 10).astype(int), groups=groups)
    tested = [dataset.draw(Streams(0, replicate)).test.labels.sum() for replicate in range(6)]
    assert set(map(int, tested)) == {10}


def test_copies_are_drawn_once_and_a_sequence_of_two_labels_is_never_on_both_sides():
    values = np.concatenate([np.arange(100), np.arange(100), np.arange(30)])
    labels = np.concatenate([np.arange(100) % 2, np.arange(100) % 2, (np.arange(30) + 1) % 2])
    dataset = checked(labels, values)
    assert any("100 sequences stand there again with the same label" in line for line in dataset.reading())
    assert any("30 stand under more than one label, never on both sides" in line for line in dataset.reading())
    for replicate in range(4):
        splits = dataset.draw(Streams(0, replicate))
        train, probe, test = map(numbers, (splits.train, splits.probe, splits.test))
        assert not (set(train) | set(probe)) & set(test)
        assert len(test) == dataset.test and len(probe) == dataset.probe and len(train) <= dataset.train
        pairs = [*zip(train, splits.train.labels, strict=True), *zip(test, splits.test.labels, strict=True)]
        assert len(pairs) == len(set(pairs))


def test_what_the_test_part_of_a_file_holds_is_not_trained_on():
    values = np.concatenate([np.arange(60), np.arange(10), np.arange(100, 130)])
    dataset = checked([0, 1] * 50, values, parts=["train"] * 60 + ["test"] * 40)
    assert any("10 of the training side stand in the test part too" in line for line in dataset.reading())
    splits = dataset.draw(Streams(0, 0))
    assert not (set(numbers(splits.train)) | set(numbers(splits.probe))) & set(range(10))
    assert len(splits.test) == 40 and dataset.train + dataset.probe == 50


def test_sizes_that_are_asked_for_are_drawn_and_a_few_training_rows_are_said_by_name():
    dataset = checked([0, 1] * 500, train=64, probe=32, test=100)
    assert [len(part) for part in (lambda s: (s.train, s.probe, s.test))(dataset.draw(Streams(0, 0)))] == [64, 32, 100]
    assert "  warning: training on 64 of 1000 rows, below a tenth" in dataset.reading()


def test_a_large_test_part_that_the_file_names_is_no_reason_to_refuse_the_few_rows_beside_it():
    """As in many a UCR archive: 67 sequences to train on, 1,029 to test on."""
    labels, parts = [0, 1] * 548, ["train"] * 67 + ["test"] * 1029
    made = checked(labels, np.arange(1096), parts=parts)
    assert made.train + made.probe == 67 and not any("below a tenth" in line for line in made.reading())
    with pytest.raises(ConfigError, match="leaves 72 of 1000 rows to train on, below a tenth"):
        checked([0, 1] * 30 + [2] * 940, probe=9, test=9, balance="equal")


def test_what_was_read_is_said_in_numbers():
    labels = [0] * 300 + [1] * 100
    lengths = [*range(1, 101)] * 4
    dataset = checked(labels, lengths=lengths, dropped=[("no label", 12, ("line 7", "line 9"))])
    assert dataset.reading() == [
        "data.path=my.ts: numbers; 412 sequences read, 400 used",
        "  left out: no label: 12 (line 7, line 9, ...)",
        "  classes: 2: class 0 300 (75.0%), class 1 100 (25.0%)",
        "  lengths: 1 to 100, quartiles 25, 50, 75, 95% up to 95",
        "  parts: train 280, probe 20, test 100, classes in natural shares; guessing reaches 0.750",
    ]


def test_rows_lost_above_a_twentieth_are_a_warning_and_above_half_a_refusal():
    gone = [("no label", 30, ())]
    warned = "  warning: 30 of 130 rows are lost (23.1%)"
    assert warned in checked([0, 1] * 50, dropped=gone).reading()
    assert not any("warning" in line for line in checked([0, 1] * 500, dropped=gone).reading())
    with pytest.raises(ConfigError, match=r"data.path=my.ts: loses 30 of 50 rows, more than half: no label: 30"):
        checked([0, 1] * 10, dropped=gone)


def test_steps_that_are_lost_are_counted_against_steps():
    gone = [("steps without an id", 30, (), True)]
    lines = checked([0, 1] * 25, lengths=np.full(50, 10), dropped=gone).reading()
    assert "  warning: 30 of 530 steps are lost (5.7%)" in lines
    with pytest.raises(ConfigError, match="loses 30 of 50 steps, more than half"):
        checked([0, 1] * 10, dropped=gone)


def test_an_empty_sequence_is_lost_and_said():
    lines = checked([0, 1] * 50, lengths=[0, 0] + [3] * 98).reading()
    assert "  left out: nothing left: 2 (line 2, line 3)" in lines


@pytest.mark.parametrize(
    ("labels", "given", "message"),
    [
        ([0, 1] * 10 + [3], {}, r"data.label=class 2: every class needs a row that can be used"),
        ([0, 1], {}, r"data.label=2 classes: every class stands in one row alone"),
        ([0, 1, 0, 1], {"test": 3}, r"data.test=3: leaves 0 of 4 rows to train on, at least 2 are needed"),
        ([0, 1] * 50, {"test": 99}, r"data.test=99: leaves 0 of 100 rows to train on, at least 2 are needed"),
        ([0, 1] * 50, {"probe": 90}, r"data.probe=90: leaves 0 of 100 rows to train on"),
        ([0, 1] * 50, {"train": 90}, r"data.train=90: must be at most 70, what data.probe and data.test leave of 100"),
        ([0] * 990 + [1] * 10, {"balance": "equal"}, r"data.balance=equal: leaves \d+ of 1000 rows to train on, below"),
        ([0, 1] * 50, {"test": -3}, r"data.test=-3: must be at least 1"),
        ([0, 1] * 50, {"balance": "fair"}, r"data.balance=fair: must be one of natural, equal"),
    ],
)
def test_parts_that_cannot_be_are_refused_in_words(labels, given, message):
    with pytest.raises(ConfigError, match=message):
        checked(labels, **given)


def test_parts_of_a_file_that_cannot_be_are_refused_in_words():
    parts = ["train"] * 60 + ["test"] * 40
    with pytest.raises(ConfigError, match=r"data.test=50: must be at most 40, the test rows of the file"):
        checked([0, 1] * 50, parts=parts, test=50)
    with pytest.raises(ConfigError, match=r"data.split=test: names no row of the rarest class, needed for equal"):
        checked([0, 1] * 30 + [0] * 40, parts=parts, balance="equal")
    values = [*range(60), 1, 3, 5, *range(100, 137)]
    lines = checked([0] * 57 + [1] * 3 + [0, 1] * 20, [*values[:57], 60, 62, 64, 60, 62, 64, *values[63:]], parts=parts)
    assert "  warning: no row left to train on: class 1" in lines.reading()


def test_groups_that_cannot_be_kept_whole_are_refused_in_words():
    labels = [0] * 50 + [1] * 50
    with pytest.raises(ConfigError, match=r"every class is in one group alone"):
        checked(labels, groups=labels)
    with pytest.raises(ConfigError, match=r"1 groups stand on both sides of the file's own parts: line 2 and line 62"):
        checked(labels, groups=[0] * 10 + [1] * 50 + [0] * 40, parts=["train"] * 60 + ["test"] * 40)
    with pytest.raises(ConfigError, match=r"data.test=9: must be at least 50, the rows of the smallest group"):
        checked([0, 1] * 50, groups=labels, test=9)


def test_a_test_part_that_nobody_sized_is_a_group_at_least():
    dataset = checked([0, 1] * 45, groups=np.repeat(np.arange(3), 30))
    assert dataset.test == 30 and len(dataset.draw(Streams(0, 0)).test) == 30


def test_a_class_of_one_group_is_said_by_name():
    groups = np.repeat(np.arange(10), 10)
    lines = checked(np.where(groups == 3, 1, np.where(groups % 2, 0, 2)), groups=groups).reading()
    assert "  warning: of one group alone, so never both trained on and tested: class 1" in lines


def test_text_of_a_file_cannot_steer_the_terminal():
    dataset = mine([0, 1] * 50, dropped=[("\x1b[31mred", 2, ("line \x07",))])
    dataset.check()
    assert "\x1b" not in "".join(dataset.reading()) and "\x07" not in "".join(dataset.reading())
