"""Sequences that are set aside: which they are, that nothing else knows of them, and what is said and refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mismatch.adapt import adapt
from mismatch.config.arm import LATER, _hash
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.registry import DATASETS
from mismatch.config.rules import resolve
from mismatch.data._text import UNKNOWN
from mismatch.data.streams import Streams
from mismatch.sweep.names import Names
from tests.data.mine import mine, numbers

STREAMS = [Streams(seed, replicate, prefix) for seed in (0, 7) for replicate in range(3) for prefix in ("", "sham/")]


def checked(*given, **settings):
    dataset = mine(*given, **settings)
    dataset.check()
    return dataset


def pair(*given, **settings):
    """The same data with ``hold=out`` and ``hold=test``."""
    return [checked(*given, **settings, hold=hold) for hold in ("out", "test")]


def drawn(splits):
    return [numbers(part) for part in (splits.train, splits.probe, splits.test)]


def set_aside(dataset):
    """Rows of the file."""
    found = dataset.aside()
    return found.whole.rows[found.tested].tolist()


def left(dataset):
    found = dataset.aside()
    return found.whole.rows[found.rest].tolist()


LABELS = [0] * 300 + [1] * 100


def test_what_is_set_aside_is_drawn_by_no_replicate_of_no_seed():
    out, _ = pair(LABELS)
    held = set_aside(out)
    assert len(held) == 100 and len(left(out)) == 300
    seen = {number for streams in STREAMS for part in drawn(out.draw(streams)) for number in part}
    assert seen == set(range(400)) - set(held) == set(left(out))
    tests = [tuple(drawn(out.draw(streams))[2]) for streams in STREAMS]
    assert len(set(tests)) == len(tests)  # split anew each time


def test_what_is_set_aside_is_the_test_part_of_every_replicate_in_the_order_of_the_file():
    out, test = pair(LABELS)
    assert test.fixed_test and not out.fixed_test
    for streams in STREAMS:
        train, probe, tested = drawn(test.draw(streams))
        assert tested == sorted(set_aside(out)) and len(tested) == test.test == 100
        assert sorted(train + probe) == left(out) and len(train) == test.train
    probes = [tuple(drawn(test.draw(streams))[1]) for streams in STREAMS]
    assert len(set(probes)) == len(probes)


def test_a_quarter_is_set_aside_or_the_share_asked_for_with_the_shares_of_the_classes():
    for share, count in ((None, 100), (0.25, 100), (0.1, 40), (0.001, 1)):
        held = set_aside(checked(LABELS, hold="out", held=share))
        assert len(held) == count and sum(row >= 300 for row in held) == pytest.approx(count / 4, abs=1)
    assert [checked(LABELS, hold=hold).held for hold in ("none", "out", "test")] == [None, 0.25, 0.25]


def test_equal_shares_hold_for_what_is_set_aside_too():
    out, test = pair(LABELS, balance="equal", held=0.3)
    splits = test.draw(Streams(0, 0))
    assert np.bincount(splits.test.labels).tolist() == [30, 30] and np.diff(np.bincount(splits.train.labels)) == 0
    assert test.test == 60 and test.chance == 0.5 and set_aside(out) == set_aside(test)


def test_sizes_of_the_parts_do_not_change_what_is_set_aside():
    held = set_aside(checked(LABELS, hold="out"))
    for sizes in ({"train": 50}, {"probe": 30}, {"test": 20}):
        for dataset in pair(LABELS, **sizes):
            assert set_aside(dataset) == held


def test_a_smaller_test_part_is_always_the_same_of_what_is_set_aside():
    test = checked(LABELS, hold="test", test=40)
    parts = {tuple(drawn(test.draw(streams))[2]) for streams in STREAMS}
    (part,) = parts
    assert len(part) == 40 and list(part) == sorted(part) and set(part) < set(set_aside(test))
    assert sum(row >= 300 for row in part) == 10
    with pytest.raises(ConfigError, match=r"^data.test=101: must be at most 100, what is set aside$"):
        checked(LABELS, hold="test", test=101)


def test_a_class_of_two_sequences_is_on_both_sides_and_one_of_a_single_one_is_left():
    out, test = pair([0] * 196 + [1] * 2 + [2] * 2, values=[*range(199), 198])
    held = set_aside(out)
    assert sum(row in (196, 197) for row in held) == 1 and not {198, 199} & set(held)
    assert "  warning: not set aside, so not tested in the end: class 2" in out.reading()
    assert "  warning: not set aside, so not tested in the end: class 2" in test.reading()


def test_groups_stay_on_one_side():
    groups = np.repeat(np.arange(12), 20)
    for dataset in pair(np.arange(240) % 3, groups=groups):
        held, rest = ({int(groups[row]) for row in rows} for rows in (set_aside(dataset), left(dataset)))
        assert len(held) == 3 and not held & rest and len(rest) == 9
        for streams in STREAMS:
            for part in drawn(dataset.draw(streams))[: 3 if dataset.hold == "out" else 2]:
                assert not {int(groups[int(row)]) for row in part} & held


@pytest.mark.parametrize("count", [3, 4, 5])
def test_a_group_at_least_is_set_aside_where_they_are_few(count):
    groups = np.repeat(np.arange(count), 30)
    out, test = pair(np.arange(30 * count) % 2, groups=groups)
    assert len(set_aside(out)) == 30 and test.test == 30
    assert len(out.draw(Streams(0, 0)).test) == 30


def test_two_groups_are_too_few_to_set_one_aside_and_split_the_rest():
    groups = np.repeat(np.arange(2), 50)
    with pytest.raises(ConfigError, match=r"must hold several groups of a class: .*; 50 sequences are set aside$"):
        checked(np.arange(100) % 2, groups=groups, hold="out")
    assert checked(np.arange(100) % 2, groups=groups, hold="test").test == 50


def test_equal_sequences_stay_on_one_side_whatever_their_labels():
    values = np.concatenate([np.arange(100), np.arange(100), np.arange(60)])
    labels = np.concatenate([np.arange(100) % 2, np.arange(100) % 2, (np.arange(60) + 1) % 2])
    for dataset in pair(labels, values):
        held = {int(values[row]) for row in set_aside(dataset)}
        assert not held & {int(values[row]) for row in left(dataset)}
        for streams in STREAMS:
            train, probe, tested = drawn(dataset.draw(streams))
            assert not held & {*train, *probe} and (set(tested) == held) == (dataset.hold == "test")


@given(st.data())
def test_no_sequence_and_no_group_is_on_both_sides(data):
    count = data.draw(st.integers(12, 60))
    labels = [k % 3 for k in range(count)]
    values = data.draw(st.lists(st.integers(0, 40), min_size=count, max_size=count))
    # Equal sequences are of one group, as those of one speaker are.
    groups = [value % 7 for value in values] if data.draw(st.booleans()) else None
    settings = {"balance": data.draw(st.sampled_from(["natural", "equal"])), "train": 1, "probe": 1}
    settings["held"] = data.draw(st.floats(0.05, 0.6))
    streams = Streams(data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9)))
    try:
        out, test = pair(labels, values, groups=groups, **settings)
        splits = out.draw(streams)
    except ConfigError:  # too few rows
        return
    assert set_aside(out) == set_aside(test) and left(out) == left(test)
    held = {values[row] for row in set_aside(out)}
    assert held and not held & {values[row] for row in left(out)}
    if groups:
        assert not {value % 7 for value in held} & {values[row] % 7 for row in left(out)}
    assert not held & {int(number) for part in drawn(splits) for number in part}
    train, probe, tested = drawn(test.draw(streams))
    assert not held & {*train, *probe} and tested == [values[row] for row in set_aside(test)]


PARTS = ["train"] * 60 + ["probe"] * 10 + ["test"] * 30


def test_the_test_part_of_a_file_is_what_is_set_aside_and_a_share_cannot_act():
    out, test = pair([0, 1] * 50, parts=PARTS, held=0.6)
    assert out.held is test.held is None and set_aside(out) == set_aside(test) == list(range(70, 100))
    for streams in STREAMS:
        assert set().union(*drawn(out.draw(streams))) == set(range(70))
        train, probe, tested = drawn(test.draw(streams))
        assert tested == list(range(70, 100)) and sorted(train + probe) == list(range(70))
    assert out.probe == test.probe == 3  # of the rest, as where no file says
    assert set(drawn(out.draw(Streams(0, 0)))[2]) != set(drawn(out.draw(Streams(0, 1)))[2])


def test_what_the_test_part_of_a_file_holds_is_left_out_and_said():
    values = np.concatenate([np.arange(60), np.arange(10), np.arange(100, 130)])
    out, test = pair([0, 1] * 50, values, parts=["train"] * 60 + ["test"] * 40)
    for dataset in (out, test):
        assert left(dataset) == list(range(10, 60))
        assert any("10 of the training side stand in the test part too" in line for line in dataset.reading())
    assert any(
        line.startswith("  set aside: 40 of 100 sequences (40.0%), the test part of the file, used by nothing; 10 more")
        for line in out.reading()
    )
    assert drawn(test.draw(Streams(0, 3)))[2] == values[60:].tolist()


def test_equal_shares_of_a_test_part_are_the_same_in_every_replicate():
    labels, parts = [0, 1] * 30 + [0] * 30 + [1] * 10, ["train"] * 60 + ["test"] * 40
    test = checked(labels, parts=parts, balance="equal", hold="test")
    (part,) = {tuple(drawn(test.draw(streams))[2]) for streams in STREAMS}
    assert test.test == len(part) == 20 and sum(row >= 90 for row in part) == 10 and list(part) == sorted(part)


def test_chance_is_that_of_the_rest_or_of_what_is_set_aside():
    labels, parts = [0] * 40 + [1] * 20 + [0] * 10 + [1] * 30, ["train"] * 60 + ["test"] * 40
    out, test = pair(labels, parts=parts)
    assert out.chance == pytest.approx(2 / 3) and test.chance == 0.25


def lengths(count=200, most=20):
    """All of 5 steps, but for one of the rest, of 9, and some of what is set aside: longer, and shorter."""
    held = set_aside(checked([0, 1] * (count // 2), hold="out"))
    rest = sorted(set(range(count)) - set(held))
    found = np.full(count, 5)
    found[rest[3]], found[held[0]], found[held[1]] = 9, most, 2
    return found, held


def test_lengths_are_those_of_the_rest():
    found, held = lengths()
    out, test = pair([0, 1] * 100, lengths=found)
    assert set_aside(out) == set_aside(test) == held  # lengths do not decide which they are
    assert out.longest == test.longest == 9 and out.shortest == test.shortest == 5
    assert checked([0, 1] * 100, lengths=found).longest == 20


def arm(data, **length):
    node = Settings(data=data)
    for key, value in length.items():
        setattr(node.length, key, value)
    return resolve(node)


@pytest.mark.parametrize("length", [{}, {"ratio": 0.5}, {"steps": 7, "truncating": "post"}, {"padding": "none"}])
def test_arms_differ_in_nothing_but_what_is_tested_on(length):
    found, _ = lengths()
    sizes = {"train": 80, "probe": 8, "test": 30}
    out, test = (arm(data, **length).parameters() for data in pair([0, 1] * 100, lengths=found, **sizes))
    key = {"data.key"}  # names the hand-made file
    assert {name for name in out if out[name] != test[name]} - key == {"data.hold"}
    alone = [arm(data, **length).parameters() for data in pair([0, 1] * 100, lengths=found)]
    differing = {name for name in alone[0] if alone[0][name] != alone[1][name]} - key
    assert differing == {"data.hold", "data.train", "data.test"}


@pytest.mark.parametrize("padding", ["pre", "post", "none"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
def test_a_sequence_that_is_longer_than_all_others_is_cut_like_any_other(padding, truncating):
    """Where the arm cuts nothing of the rest it has no side: from the front, as Keras does."""
    found, held = lengths()
    test = checked([0, 1] * 100, np.arange(1, 201), lengths=found, hold="test")
    whole, shorter = arm(test, padding=padding, truncating=truncating), arm(test, steps=4, truncating=truncating)
    assert (whole.steps, whole.length.truncating, shorter.length.truncating) == (9, None, truncating)
    splits = test.draw(Streams(0, 0))
    assert splits.test.lengths[:2].tolist() == [20, 2]
    parts = adapt(whole, splits, Streams(0, 0))
    assert parts["test"].inputs.shape == (len(held), 9, 1) and parts["train"].inputs.shape[1] == 9
    assert parts["test"].mask.sum(1)[:3].tolist() == [9, 2, 5]
    assert adapt(shorter, splits, Streams(0, 0))["test"].mask.sum(1)[:3].tolist() == [4, 2, 4]


def test_which_end_of_a_longer_sequence_is_cut(tmp_path):
    data = series(ramps(tmp_path, "out"), "out")
    held = set_aside(data)
    test = series(ramps(tmp_path, "test", longer=held[0]), "test")
    assert set_aside(test) == held and test.longest == 4
    splits = test.draw(Streams(0, 0))
    assert splits.test.lengths[0] == 12
    inputs = adapt(arm(test), splits, Streams(0, 0))["test"].inputs
    assert inputs[0, :, 0].tolist() == (held[0] * 100 + np.arange(8, 12)).tolist()


def ramps(folder, name, longer=None):
    """Sequence k counts up from 100 k, in 4 steps, or 12 of the `longer` one."""
    path, rows = folder / f"{name}.ts", []
    for k in range(80):
        steps = range(100 * k, 100 * k + (12 if k == longer else 4))
        rows.append(f"{','.join(map(str, steps))}:{'ab'[k % 2]}\n")
    path.write_text("@timestamps false\n@classlabel true a b\n@data\n" + "".join(rows))
    return str(path)


def series(path, hold):
    dataset = DATASETS.get("series")(path=path, hold=hold)
    dataset.check()
    return dataset


def text(path, **settings):
    dataset = DATASETS.get("text")(path=str(path), **settings)
    dataset.check()
    return dataset


@pytest.fixture
def texts(tmp_path):
    """Every text has a word of its own; the n-th is as long as n says."""
    path = tmp_path / "mine.csv"
    rows = [f"own{n} {'good' if n % 2 else 'bad'}{' film' * (n % 10)},{n % 2}\n" for n in range(200)]
    path.write_text("text,label\n" + "".join(rows))
    return path


@pytest.mark.parametrize("hold", ["out", "test"])
def test_a_word_of_what_is_set_aside_alone_is_unknown(texts, hold):
    dataset = text(texts, hold=hold)
    splits = dataset.draw(Streams(0, 0))
    own = [set(part.values[part.offsets, 0].tolist()) for part in (splits.train, splits.probe, splits.test)]
    assert UNKNOWN not in own[0] and own[1] == own[2] == {UNKNOWN}
    assert sum("distinct" in line and "153 distinct" in line for line in dataset.reading()) == 1  # 150 + good bad film


def test_which_texts_are_set_aside_does_not_depend_on_how_they_are_read(texts):
    held = set_aside(text(texts, hold="out"))
    for more in ({"tokens": "words"}, {"tokens": "characters"}, {"vocabulary": 50}, {"embedding": "vectors"}):
        assert set_aside(text(texts, hold="test", **more)) == held


def test_vectors_are_made_of_the_rest(texts):
    """The same, to the last digit, whatever stands in what is set aside."""
    first = text(texts, hold="test", embedding="vectors", dimension=3)
    lines = texts.read_text().splitlines()
    for row in set_aside(first):
        lines[row + 1] = f"never read before {row},{row % 2}"
    texts.write_text("\n".join(lines) + "\n")
    second = text(texts, hold="test", embedding="vectors", dimension=3)
    one, other = (dataset.draw(Streams(0, 0)) for dataset in (first, second))
    assert set_aside(first) == set_aside(second)
    assert one.train.hash() == other.train.hash() and one.probe.hash() == other.probe.hash()
    assert one.test.hash() != other.test.hash()


def test_the_longest_text_is_the_longest_of_the_rest(texts):
    held = set_aside(text(texts, hold="out"))
    lines = texts.read_text().splitlines()
    lines[held[0] + 1] = f"very{' long' * 30} text,{held[0] % 2}"
    texts.write_text("\n".join(lines) + "\n")
    out, test, none = (text(texts, hold=hold) for hold in ("out", "test", "none"))
    assert set_aside(out) == set_aside(test) == held
    assert (out.max_length, out.longest, test.longest, none.max_length) == (None, 11, 11, 32)
    assert any(line.endswith("; 1 are longer than all others, of 11 at most") for line in test.reading())
    assert not any("longer than" in line for line in out.reading())
    inputs = adapt(arm(test), test.draw(Streams(0, 0)), Streams(0, 0))["test"].inputs
    assert inputs.shape == (50, 11)
    asked = text(texts, hold="test", max_length=8)  # whoever asks for it leaves longer ones out on both sides
    assert asked.longest == 8 and asked.draw(Streams(0, 0)).test.lengths.max() <= 8


def test_a_test_file_is_what_is_set_aside(tmp_path):
    from tests.data.test_series import ts

    files = {"path": ts(tmp_path / "a.ts", 40), "test_path": ts(tmp_path / "b.ts", 20, start=40)}
    for hold in ("out", "test"):
        dataset = DATASETS.get("series")(**files, hold=hold, held=0.5)
        dataset.check()
        splits = dataset.draw(Streams(0, 0))
        firsts = splits.test.values[splits.test.offsets, 0].tolist()
        assert firsts == list(range(40, 60)) if hold == "test" else max(firsts) < 40
        assert dataset.held is None and splits.train.values[:, 0].max() < 40


def test_what_is_set_aside_is_said_in_numbers():
    out, test = pair(LABELS)
    assert out.reading() == [
        "data.path=my.ts: numbers; 400 sequences read, 300 used",
        "  classes: 2: class 0 225 (75.0%), class 1 75 (25.0%)",
        "  lengths: 1 each",
        "  set aside: 100 of 400 sequences (25.0%), used by nothing",
        "  parts: train 210, probe 15, test 75, classes in natural shares; guessing reaches 0.750",
    ]
    assert test.reading() == [
        "data.path=my.ts: numbers; 400 sequences read, 400 used",
        "  classes: 2: class 0 300 (75.0%), class 1 100 (25.0%)",
        "  lengths: 1 each",
        "  set aside: 100 of 400 sequences (25.0%), the test part of every replicate",
        "  parts: train 285, probe 15, test 100, classes in natural shares; guessing reaches 0.750",
    ]


def test_a_class_that_groups_set_aside_whole_is_said():
    groups = np.repeat(np.arange(4), 30)
    labels = np.where(groups == 3, 2, np.arange(120) % 2)
    out, _ = pair(labels, groups=groups)
    assert {3} != {int(groups[row]) for row in set_aside(out)}  # the one that every class can be learnt without
    assert "  warning: not set aside, so not tested in the end: class 2" in out.reading()


def test_an_arm_without_it_keeps_its_name(texts):
    """The name is that of the parameters that were there before there was a choice."""
    plain = resolve(Settings(data=text(texts)))
    before = {name: value for name, value in plain.parameters().items() if name not in LATER}
    assert {"data.hold", "data.held"} <= plain.parameters().keys() - before.keys()
    assert plain.id == _hash(before)[:12] == Names.of(plain).arm
    ids = {
        resolve(Settings(data=text(texts, hold=hold, held=share))).id
        for hold, share in (("none", 0.5), ("out", None), ("out", 0.25), ("test", 0.25), ("test", 0.5))
    }
    assert plain.id in ids and len(ids) == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hold": "sometimes"}, r"data.hold=sometimes: must be one of none, out, test"),
        ({"hold": "out", "held": 0.0}, r"data.held=0.0: must be greater than 0.0"),
        ({"hold": "out", "held": -0.1}, r"data.held=-0.1: must be greater than 0.0"),
        ({"hold": "out", "held": 1.0}, r"data.held=1.0: must be below 1: the rest is trained on"),
        ({"hold": "test", "held": 1.5}, r"data.held=1.5: must be below 1"),
        ({"hold": "test", "held": "half"}, r"data.held=half: must be a number"),
        ({"hold": "test", "held": True}, r"data.held=True: must be a number"),
        ({"hold": "test", "held": float("nan")}, r"data.held=nan: must be a finite number"),
        ({"hold": "out", "held": 0.98}, r"data\.\w+=\d+: leaves 0 of 2 rows to train on, at least 2 are needed"),
        ({"hold": "out", "train": 80}, r"data.train=80: must be at most 54, what data.probe and data.test leave of 75"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_aside_is_refused_in_one_line(given, message):
    with pytest.raises(ConfigError, match=f"^{message}") as refused:
        checked([0, 1] * 50, **given)
    assert "\n" not in str(refused.value)


def test_a_file_that_names_parts_but_none_for_testing_is_refused():
    with pytest.raises(ConfigError, match=r"^data.split=test: names no row that can be set aside"):
        checked([0, 1] * 50, parts=["train"] * 90 + ["probe"] * 10, hold="out")
    with pytest.raises(ConfigError, match=r"^data.split=test: leaves none of 40 rows"):
        checked([0, 1] * 20, [*range(20), *range(20)], parts=["train"] * 20 + ["test"] * 20, hold="out")
