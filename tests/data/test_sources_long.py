"""Long tables: rows of a sequence found wherever they stand, and nothing decided that the table leaves open."""

import numpy as np
import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.numbers import numbers

TABLE = "id,time,x,y,label\n1,1,10,5,a\n1,2,11,6,a\n2,1,20,7,b\n2,2,21,8,b\n2,3,22,9,b\n3,1,30,4,a\n"


@pytest.fixture
def read(tmp_path):
    def reads(text, name="table.csv", **settings):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8") if isinstance(text, str) else text(path)
        return numbers(str(path), **settings)

    return reads


def same(got):
    """Whether these are the sequences of TABLE."""
    return (
        got.values.tolist() == [[10, 5], [11, 6], [20, 7], [21, 8], [22, 9], [30, 4]]
        and got.lengths.tolist() == [2, 3, 1]
        and got.labels.tolist() == [0, 1, 0]
    )


def shuffled(text, order):
    head, *rows = text.splitlines()
    return "\n".join([head, *(rows[at] for at in order)]) + "\n"


@pytest.mark.parametrize(
    "mark",
    ["#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "--", "*", "missing", "<NA>", "\\N", "..", "\u2013", "n.a."],
)
def test_marks_of_missing_values_are_missing_and_said(read, mark):
    got = read(TABLE.replace(",6,", f",{mark},"), missing="zero")
    assert got.values[:, 1].tolist() == [5, 0, 7, 8, 9, 4]
    assert f"1 cell of y with '{mark}': taken as missing" in got.reading.notes


def test_the_minus_of_typeset_text_is_a_minus_and_said(read):
    got = read(TABLE.replace(",6,", ",\u22126,").replace(",8,", ",1e\u22123,"))
    assert got.values[:, 1].tolist() == [5, -6, 7, 0.001, 9, 4]
    assert got.reading.notes == ("2 cells of y with \u2212 (U+2212): read as a minus",)
    with pytest.raises(ConfigError, match="has '\u2212\u22126'"):
        read(TABLE.replace(",6,", ",\u2212\u22126,"))


def test_a_row_is_a_step_of_the_sequence_its_id_names(read):
    got = read(TABLE)
    assert same(got) and got.features == ("x", "y") and got.places == ("id 1", "id 2", "id 3")
    assert got.reading.notes == () and got.reading.read == 3 and "times are numbers" in got.reading.kind


def test_rows_that_stand_apart_are_put_together_and_times_are_sorted(read):
    got = read(shuffled(TABLE, [1, 4, 0, 3, 2, 5]))
    assert same(got)
    assert got.reading.notes == (
        "rows of 2 ids do not stand together: put together",
        "steps of 2 ids did not stand in order of time: sorted",
    )


@pytest.mark.parametrize(
    ("times", "kind"),
    [
        (["9", "10", "8", "10", "011", "-1"], "numbers"),
        (["1e3", "2000.5", "-5", "0", "5", "1"], "numbers"),
        ([f"170000000000000000{k}" for k in (1, 2, 3, 4, 5, 6)], "numbers"),
        (["2026-01-31", "2026-02-01", "2025-12-31", "2026-01-01", "2026-01-02", "1999-01-01"], "dates"),
        ([f"2026-01-31 12:00:00.00000000{k}" for k in range(6)], "dates"),
        ([f"2026-01-31T12:00:0{k}Z" for k in range(6)], "dates"),
    ],
    ids=["digits", "numbers", "nanoseconds", "days", "nanoseconds of dates", "zone"],
)
def test_times_sort_as_what_they_are(times, kind, read):
    rows = [line.split(",") for line in TABLE.splitlines()]
    for row, time in zip(rows[1:], times, strict=True):
        row[1] = time
    text = "\n".join(",".join(row) for row in rows)
    for order in (range(6), [5, 4, 3, 2, 1, 0]):
        got = read(shuffled(text, order))
        assert got.values[np.argsort(got.values[:, 0]), 1].tolist() == [5, 6, 7, 8, 9, 4]
        assert (np.diff(got.values[:, 0])[np.diff(np.repeat(range(3), got.lengths)) == 0] > 0).all()
        assert f"times are {kind}" in got.reading.kind


def test_without_a_time_the_order_of_the_file_stands(read):
    got = read(TABLE.replace("time", "t"), time=None, features=("x", "y"))
    assert same(got)
    assert read(TABLE, time=None).features == ("time", "x", "y")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("t.tsv", lambda frame, path: frame.to_csv(path, sep="\t", index=False)),
        ("t.csv", lambda frame, path: frame.to_csv(path, sep=";", index=False)),
        ("t.csv.gz", lambda frame, path: frame.to_csv(path, index=False)),
        ("t.parquet", lambda frame, path: frame.to_parquet(path, index=False)),
        ("t.feather", lambda frame, path: frame.to_feather(path)),
        ("t.jsonl", lambda frame, path: frame.to_json(path, orient="records", lines=True)),
    ],
)
def test_every_table_of_the_same_numbers_gives_the_same_sequences(name, write, read, tmp_path):
    (tmp_path / "plain.csv").write_text(TABLE)
    frame = pd.read_csv(tmp_path / "plain.csv")
    assert same(read(lambda path: write(frame, path), name))


def test_typed_columns_keep_what_they_hold(read):
    frame = pd.DataFrame(
        {
            "id": ["u", "u", "v", "v"],
            "time": pd.to_datetime(["2026-01-02", "2026-01-01", "2026-01-01", "2026-01-02"]),
            "x": pd.array([1, None, 3, 4], dtype="Int64"),
            "on": [True, False, True, False],
            "label": pd.Categorical(["p", "p", "q", "q"]),
        }
    )
    got = read(lambda path: frame.to_parquet(path), "t.parquet", missing="keep")
    assert np.array_equal(got.values, [[np.nan, 0], [1, 1], [3, 1], [4, 0]], equal_nan=True)
    assert got.classes == ("p", "q") and "times are dates" in got.reading.kind


def test_a_missing_number_is_empty_or_one_of_the_usual_words(read):
    text = TABLE.replace(",6,", ",,").replace(",8,", ",NA,").replace(",9,", ",nan,")
    got = read(text, missing="zero")
    assert got.values[:, 1].tolist() == [5, 0, 7, 0, 0, 4]
    assert "2 cells of y with 'NA', 'nan': taken as missing" in got.reading.notes
    assert any(note.startswith("3 missing values") for note in got.reading.notes)
    with pytest.raises(ConfigError, match=r"data.missing=refuse: 3 missing values .* the first in id 1, step 2, y"):
        read(text)


def test_steps_without_id_or_time_are_left_out_and_counted(read):
    got = read(TABLE + ",4,1,1,a\n3,,1,1,a\n")
    assert same(got)
    assert [(each.reason, each.count, each.examples) for each in got.reading.dropped] == [
        ("steps without an id", 1, ("line 8",)),
        ("steps without a time", 1, ("line 9",)),
    ]


def test_a_row_of_gaps_is_a_step_and_no_padding(read):
    got = read(TABLE + "3,2,,,a\n", missing="previous")
    assert got.lengths.tolist() == [2, 3, 2] and got.values[-1].tolist() == [30, 4]


def test_a_label_may_stand_in_one_row_of_its_sequence(read):
    got = read(TABLE.replace("21,8,b", "21,8,").replace("22,9,b", "22,9,"))
    assert same(got) and got.reading.notes == ("label stands in some of the rows of 1 id only: taken for all",)


def test_a_sequence_without_a_label_is_left_out_and_counted(read):
    got = read(TABLE + "4,1,1,1,\n4,2,1,1,\n")
    assert same(got) and got.reading.read == 4
    assert [(each.reason, each.count, each.examples) for each in got.reading.dropped] == [("no label", 1, ("id 4",))]


def test_parts_and_groups_belong_to_sequences(read):
    text = (
        "id,time,x,who,side,label\n1,1,1,p,train,a\n1,2,2,p,train,a\n2,1,3,p,Test,b\n3,1,4,q,valid,a\n4,1,4,q,train,b\n"
    )
    got = read(text, split="side", group="who")
    assert got.parts.tolist() == ["train", "test", "probe", "train"] and got.groups.tolist() == [0, 0, 1, 1]
    assert got.features == ("x",)


def test_a_second_file_is_the_test_part_whatever_the_order_of_its_columns(read, tmp_path):
    test = tmp_path / "test.csv"
    test.write_text("label,y,x,id,time\nb,1,2,2,1\na,3,4,7,1\n")
    got = read(TABLE, test_path=str(test))
    assert got.parts.tolist() == ["train"] * 3 + ["test"] * 2
    assert got.values[-2:].tolist() == [[2, 1], [4, 3]] and got.places[3].startswith("id 2 of ")
    assert "1 id of both files: taken as different sequences" in got.reading.notes
    test.write_text("label,z,x,id,time\nb,1,2,2,1\n")
    with pytest.raises(ConfigError, match=r"data.test_path=.*: must hold the features of the training part, .*z"):
        read(TABLE, test_path=str(test))


def test_groups_are_known_across_two_files(read, tmp_path):
    test = tmp_path / "test.csv"
    test.write_text("id,x,who,label\n1,1,p,a\n2,1,r,b\n")
    got = read("id,x,who,label\n1,1,p,a\n2,1,q,b\n", time=None, group="who", test_path=str(test))
    assert got.groups.tolist() == [0, 1, 0, 2]


BAD = [
    (TABLE.replace("11,6,a", "11,6,b"), {}, r"data.label=label: .* id 1 has 'a' \(line 2\) and 'b' \(line 3\)"),
    (TABLE.replace("2,2,21", "2,3,21"), {}, r"id 2 has one time twice \(line 5 and line 6\); data.time=null"),
    (TABLE.replace("2,2,21", "2,3.0,21"), {}, "id 2 has one time twice"),
    (
        TABLE.replace(",10,", ',"10,5",'),
        {},
        r"data.features=x: must hold numbers, has '10,5' at line 2 \(a decimal comma",
    ),
    (TABLE.replace(",10,", ',"1,000.5",'), {}, r"has '1,000.5' at line 2 \(marks between thousands"),
    (TABLE.replace(",10,", ",10%,"), {}, r"has '10%' at line 2 \(a per cent sign"),
    (TABLE.replace(",10,", ",1_0,"), {}, "has '1_0' at line 2: leave the cell empty if .*; data.features=.a,b. names"),
    *(
        (TABLE.replace(",10,", f",{cell},"), {}, rf"has '.*' at line 2 \({what}")
        for what, cells in {
            "a sign of currency": ("$14.0", "14 \u20ac", "-$3"),
            "a unit": ("12 kg", "3.5ms", "20\u00b0C", "9.81 m/s\u00b2"),
            "a negative number in brackets": ("(3.5)",),
            "a limit": ("<0.5", "\u2265 3"),
            "a truth value": ("True", "no"),
            "a list in one cell": ('"[1, 2]"',),
        }.items()
        for cell in cells
    ),
    (TABLE.replace(",10,", ",\u221e,"), {}, "1 are infinite: the first in id 1, step 1, x"),
    (TABLE.replace(",10,", ",0x10,"), {}, "must hold numbers, has '0x10' at line 2"),
    (
        TABLE.replace(",22,", ",inf,"),
        {},
        "data.path=.*: must hold finite numbers, 1 are infinite: the first in id 2, step 3",
    ),
    (TABLE.replace(",22,", ",1e39,"), {"missing": "zero"}, r"1 are beyond 3.4e\+38: the first in id 2, step 3, x"),
    (
        TABLE.replace("id,", "key,"),
        {},
        "data.id=id: .*: key, time, x, y, label; data.id=COLUMN names it: a row is",
    ),
    (
        TABLE.replace("time", "t"),
        {},
        "data.time=time: .*; data.time=COLUMN names it, data.time=null where",
    ),
    (TABLE, {"label": "class"}, "data.label=class: must be a column of"),
    (TABLE, {"label": None}, "data.label=None: must name a column of"),
    (TABLE, {"id": None}, "data.id=None: must name a column of .*: id, time"),
    (TABLE, {"features": ("x", "z")}, "data.features=z: must be a column of"),
    (TABLE, {"features": ("x", "x")}, "data.features=x: must be named once"),
    (TABLE, {"features": ("x", "label")}, "data.features=label: must be another column than data.label"),
    (TABLE, {"group": "id"}, "data.group=id: must be another column than data.id"),
    (TABLE, {"split": "x", "test_path": "t.csv"}, "data.split=x: must be left out where data.test_path"),
    (TABLE, {"split": "x"}, "data.split=x: must be one for each sequence: id 1 has '10'"),
    (
        "id,time,label\n1,1,a\n2,1,b\n",
        {},
        "data.features=None: no column is left .* has id .data.id., time",
    ),
    ("id,time,x,note,label\n1,1,1,hm,a\n2,1,1,hm,b\n", {}, "data.features=note: must hold numbers, has 'hm' at line 2"),
    ("id,time,x,label\n,1,1,a\n,1,1,b\n", {}, "data.id=id: must name sequences; no row has"),
    (
        TABLE.replace("\n2,1,20", "\n2,first,20"),
        {},
        "data.time=time: must hold numbers, or dates .*; has 'first' at line 4",
    ),
    (TABLE.replace("\n2,1,20", "\n2,31.12.2026,20"), {}, "has '31.12.2026' at line 4"),
    (TABLE.replace("\n2,1,20", "\n2,2026-01-01,20"), {}, "all of one kind; has '2026-01-01' at line 4"),
    (
        "id,time,x,label\n1,2026-01-01,1,a\n1,2026-01-02T00:00Z,1,a\n2,2026-01-01,1,b\n",
        {},
        "must name the time zone in every",
    ),
    (
        TABLE.replace("a", "b").replace("lbbel", "label"),
        {},
        "data.label=label: must hold at least 2 classes, has only 'b'",
    ),
    ("id,x,side,label\n1,1,left,a\n2,1,train,b\n", {"time": None, "split": "side"}, "id 1 has 'left'"),
    ("id,x,who,label\n1,1,,a\n2,1,p,b\n", {"time": None, "group": "who"}, "data.group=who: .* id 1 has no group"),
]


@pytest.mark.parametrize(("text", "settings", "message"), BAD)
def test_what_a_table_leaves_open_is_refused_by_name(text, settings, message, read):
    with pytest.raises(ConfigError, match=message) as refused:
        read(text, **settings)
    assert "\n" not in str(refused.value)


def test_dates_as_features_are_refused(read):
    frame = pd.DataFrame({"id": [1, 2], "born": pd.to_datetime(["2026-01-01"] * 2), "label": ["a", "b"]})
    with pytest.raises(ConfigError, match=r"data.features=born: must hold numbers, holds datetime64"):
        read(lambda path: frame.to_parquet(path), "t.parquet", time=None)


def test_a_hostile_cell_is_escaped(read):
    with pytest.raises(ConfigError, match=r"has '\\x1b\[2Jx' at line 2"):
        read(TABLE.replace(",10,", ",\x1b[2Jx,"))


def labelled_by_class(**columns):
    """Forty sequences of five steps, the first half of one class, with these columns in front."""
    rng = np.random.default_rng(0)
    made = {"id": np.repeat(np.arange(40), 5), "time": np.tile(np.arange(5), 40), "v": rng.normal(size=200)}
    return pd.DataFrame(columns | made | {"label": np.repeat(["no", "yes"], 100)})


INDEX = {
    "pandas": lambda frame, path: frame.to_csv(path),
    "pandas, shuffled": lambda frame, path: frame.sample(frac=1, random_state=0).to_csv(path),
    "pandas, some rows": lambda frame, path: frame.iloc[::2].to_csv(path),
    "pandas, put together": lambda frame, path: frame.set_axis([*range(50), *range(150)]).to_csv(path),
    "pandas, twice": lambda frame, path: frame.rename_axis("Unnamed: 0").reset_index().to_csv(path),
    "reset_index": lambda frame, path: frame.reset_index().to_csv(path, index=False),
    "R": lambda frame, path: frame.set_axis(range(1, 201)).rename_axis("X").to_csv(path),
    "R, short first line": lambda frame, path: path.write_text(
        frame.set_axis(range(1, 201)).to_csv().replace(",id", "id", 1)
    ),
}


@pytest.mark.parametrize("how", INDEX)
def test_an_index_that_was_saved_with_the_table_is_no_feature(how, read):
    got = read(lambda path: INDEX[how](labelled_by_class(), path))
    assert got.features == ("v",) and got.values.shape[1] == 1 and not got.reading.warnings
    assert any(
        "an index saved with it: no feature; " in note and "data.features=[" in note for note in got.reading.notes
    )


def test_an_index_stays_where_it_is_named_and_is_warned_of(read):
    got = read(lambda path: labelled_by_class().to_csv(path), features=("column 1", "v"))
    assert got.features == ("column 1", "v")
    assert got.reading.warnings == (
        "column 1 numbers the rows of the file: it tells sequences apart, and hands over the class; leave it out",
    )


def test_a_column_of_measurements_stays_whatever_it_is_called(read):
    values = np.random.default_rng(1).integers(0, 9, 200)
    for name in ("X", "index", "row", "Unnamed: 0"):
        got = read(lambda path, name=name: labelled_by_class(**{name: values}).to_csv(path, index=False))
        assert got.features == (name, "v") and not got.reading.warnings


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (np.arange(200) + 7, "n numbers the rows of the file: it tells sequences apart, and hands over the class"),
        (np.repeat(np.arange(40), 5), "n never changes within a sequence, and each class has a range of values"),
        (np.repeat([3, 8], 100), "n never changes within a sequence, and each class has values of its own"),
        (np.repeat(np.random.default_rng(0).permutation(40), 5), None),
        (np.tile(np.arange(5), 40), None),
    ],
)
def test_a_feature_that_hands_over_the_class_is_warned_of(cells, said, read):
    got = read(lambda path: labelled_by_class(n=cells).to_csv(path, index=False))
    assert got.features == ("n", "v")
    assert [warning.startswith(said) for warning in got.reading.warnings] == ([True] if said else [])


def test_a_table_of_nothing_but_its_index_has_no_feature(read):
    with pytest.raises(ConfigError, match=r"data.features=None: .*column 1 only numbers the rows"):
        read(lambda path: labelled_by_class().drop(columns="v").to_csv(path))


def wide(rows=12, steps=20, **columns):
    """A row per series: its steps in the columns t0, t1, and so on, behind these columns, the label last."""
    values = np.random.default_rng(0).normal(size=(rows, steps)).round(3)
    table = pd.DataFrame(values, columns=[f"t{k}" for k in range(steps)])
    return pd.concat([pd.DataFrame(columns), table.assign(label=np.arange(rows) % 2)], axis=1)


@pytest.mark.parametrize("time", ["time", None, "t0"])
@pytest.mark.parametrize("name", ["w.csv", "w.tsv", "w.jsonl", "w.parquet"])
def test_a_wide_table_is_refused_with_lines_that_make_it_readable(time, name, read, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write = {
        "w.csv": lambda frame, path: frame.to_csv(path, index=False, sep=";"),
        "w.tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
        "w.jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
        "w.parquet": lambda frame, path: frame.to_parquet(path),
    }[name]
    frame = wide(id=range(12))
    with pytest.raises(
        ConfigError, match=r"data.id=id: must name sequences .* every row has an id of its own"
    ) as refused:
        read(lambda path: write(frame, path), name, time=time)
    if time != "t0":
        exec("import numpy, pandas; " + str(refused.value).split("which is read: ")[1])
        got = numbers(str(tmp_path / "new.npz"))
        assert np.allclose(got.values.reshape(12, 20), frame.drop(columns=["id", "label"]))
        assert got.classes == ("0", "1") and got.lengths.tolist() == [20] * 12


def test_a_row_of_a_wide_table_without_a_label_is_left_out_not_a_class_of_its_own(read, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = wide()
    frame["label"] = [None, *(row % 2 for row in range(1, len(frame)))]
    frame.to_csv("a.csv", index=False)
    with pytest.raises(ConfigError) as refused:
        numbers(str(tmp_path / "a.csv"))
    exec(str(refused.value).split("is read: ")[1], {"pandas": pd, "numpy": np})
    got = numbers(str(tmp_path / "new.npz"))
    assert len(got) == len(frame) - 1 and len(got.classes) == 2 and got.reading.dropped[0].reason == "no label"


def test_a_wide_table_without_an_id_is_known_by_its_columns(read):
    with pytest.raises(ConfigError, match=r"must be a table with one row per step; columns t0 to t19 look like steps"):
        read(lambda path: wide().to_csv(path, index=False))
    with pytest.raises(ConfigError, match=r"data.id=id: must be a column of .*; data.id=COLUMN names it"):
        read(TABLE.replace("id,", "nr,"))


def test_sequences_of_one_step_are_refused_in_a_table_and_warned_of_elsewhere(read, tmp_path):
    with pytest.raises(ConfigError, match=r"data.id=id: .*: sequences of one step, which have no order"):
        read("id,time,x,label\n1,1,5,a\n2,1,6,b\n3,1,7,a\n4,1,8,b\n5,1,9,a\n")
    np.savez(tmp_path / "one.npz", x=np.arange(4.0)[:, None], labels=list("abab"))
    assert numbers(str(tmp_path / "one.npz")).reading.warnings == (
        "every sequence has a single step: there is no order to learn, and nothing to pad",
    )


def test_ids_that_start_anew_in_each_group_are_told(read):
    table = labelled_by_class(centre=np.repeat([1, 2], 100)).assign(id=np.tile(np.repeat(np.arange(20), 5), 2))
    for settings in ({}, {"group": "centre"}):
        with pytest.raises(
            ConfigError, match=r"one time twice .*; the id may be unique only within centre: join"
        ) as refused:
            read(lambda path: table.to_csv(path, index=False), **settings)
    joined = {"t": table}
    exec(str(refused.value).split("join the two, ")[1], joined)
    assert len(read(lambda path: joined["t"].to_csv(path, index=False), group="centre")) == 40
    with pytest.raises(ConfigError, match=r"has one time twice .*; data.time=null keeps the order of the file"):
        read(TABLE.replace("1,2,11", "1,1,11"))


def test_ids_and_groups_that_blanks_do_not_keep_apart_are_said_to_be_one(read):
    rows = [f"s{row}{' ' * (t % 2)},{t},{t * row},g{' ' * (row // 2)},{row % 2}" for row in range(4) for t in range(4)]
    got = read("\n".join(["id,time,v,who,label", *rows]), group="who")
    assert len(got) == 4 and set(got.groups.tolist()) == {0}
    assert {"blanks around 8 cells of id stripped", "blanks around 8 cells of who stripped"} <= set(got.reading.notes)


def test_rows_with_the_time_of_another_are_told_apart_by_what_helps(read):
    """Without a time the file's own order holds, which is wrong in silence where the rows were shuffled."""
    rows = [f"{row},{t},{t * row},{row % 2}" for row in range(6) for t in range(5)]
    shuffled = list(np.random.default_rng(0).permutation(rows))
    for table in (rows, shuffled):
        with pytest.raises(ConfigError, match=r"; 2 rows repeat another one whole: t = t.drop_duplicates\(\)"):
            read("\n".join(["id,time,v,label", *table, rows[3], rows[9]]))
    with pytest.raises(ConfigError, match="name a time that tells them apart, as the file is not in order of time"):
        read("\n".join(["id,time,v,label", *shuffled, "3,2,99,1"]))


def test_a_label_that_is_no_column_is_named_and_so_is_its_setting(read):
    for settings in ({"label": "nosuch"}, {"label": "nosuch", "time": None}):
        with pytest.raises(ConfigError, match=r"data.label=nosuch: must be a column of .*; data.label=COLUMN names it"):
            read(TABLE, **settings)


def test_objects_of_json_have_to_be_flattened(read):
    rows = "".join(f'{{"id":{k // 2},"time":{k},"at":{{"x":{k}}},"label":{k // 2 % 2}}}\n' for k in range(8))
    with pytest.raises(ConfigError, match=r"data.features=at.x: .*; at holds objects, .*pandas.json_normalize"):
        read(rows, "t.jsonl", features=("at.x",))
    with pytest.raises(ConfigError, match=r"data.features=at: must hold numbers, .*pandas.json_normalize"):
        read(rows, "t.jsonl")


def test_a_name_with_a_comma_is_told_how_to_be_typed(read):
    table = labelled_by_class().rename(columns={"v": "acc, x"})
    with pytest.raises(ConfigError, match=r"""data.features=acc: .*stands in double quotes: '"acc, x"'"""):
        read(lambda path: table.to_csv(path, index=False), features=("acc", "x"))


def test_a_table_whose_columns_are_all_in_use_has_none_left(read):
    with pytest.raises(ConfigError, match=r"data.features=None: no column is left .*x \(data.label\) and no other"):
        read("id,time,x\n1,1,5\n1,2,5\n2,1,6\n2,2,6\n", label="x")


@pytest.mark.parametrize(
    ("test", "said"),
    [
        (TABLE, r"must hold the features of the training part, 1: x; has 2: x, y"),
        ("id,time,x\n1,1,5\n1,2,6\n", r"must have the columns of the training part; 'label' \(data.label\) is none"),
    ],
)
def test_a_test_file_of_other_columns_is_named_by_its_own_setting(test, said, read, tmp_path):
    (tmp_path / "test.csv").write_text(test)
    with pytest.raises(ConfigError, match=f"data.test_path=.*test.csv: {said}"):
        read("id,time,x,label\n1,1,5,a\n1,2,6,a\n2,1,7,b\n2,2,7,b\n", test_path=str(tmp_path / "test.csv"))
