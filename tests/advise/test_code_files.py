"""Scripts for files of all kinds: what a script reads is what the arm was given, and no name in a file can be code."""

import ast
import gzip
import io
import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from mismatch.advise.code import script, written
from mismatch.advise.script.piece import literal
from mismatch.config.fields import ConfigError
from tests.advise import made
from tests.advise.made import arm_of, csv_of, gaps, held, long_of, recordings, ts_of, write_texts

TEXTS, SERIES = made.texts(), made.series()


def frame(rows, **changed):
    import pandas as pd

    return pd.DataFrame({"text": [text for text, _ in rows], "label": [label for _, label in rows]} | changed)


def parquet(rows, **changed):
    file = io.BytesIO()
    frame(rows, **changed).to_parquet(file)
    return file.getvalue()


def feather(rows, **changed):
    file = io.BytesIO()
    frame(rows, **changed).to_feather(file)
    return file.getvalue()


def jsonl(rows, **changed):
    return "".join(json.dumps({"text": text, "label": label} | changed) + "\n" for text, label in rows)


NUMBERED = [(text, "ab".index(label)) for text, label in TEXTS]
DROPPED = [*TEXTS[:30], ("", "a"), ("no label", ""), ("...", "b"), TEXTS[3], (TEXTS[5][0], "a"), *TEXTS[30:]]
RUSSIAN = [(text.replace("film", "фильм").replace("was", "был").replace("w", "ш"), label) for text, label in TEXTS]
JAPANESE = [(f"{text} この映画はとても面白かったです", label) for text, label in TEXTS]
MIXED = [{"text": text, "label": n % 2 if n % 3 else f" {n % 2}"} for n, (text, _) in enumerate(TEXTS)]
TABLES = {
    "csv": ("a.csv", csv_of(TEXTS), {}),
    "semicolons": ("a.csv", csv_of(TEXTS, ";"), {}),
    "tabs": ("a.tsv", csv_of(TEXTS, "\t", quote=""), {}),
    "given mark": ("a.txt", csv_of(TEXTS, "^"), {"separator": "^"}),
    "line ends": ("a.csv", csv_of(TEXTS, end="\r\n"), {}),
    "old line ends": ("a.csv", csv_of(TEXTS, end="\r"), {}),
    "mark at the start": ("a.csv", b"\xef\xbb\xbf" + csv_of(TEXTS).encode(), {}),
    "utf-16": ("a.csv", csv_of(RUSSIAN).encode("utf-16"), {}),
    "cp1251": ("a.csv", csv_of(RUSSIAN, ";").encode("cp1251"), {"encoding": "cp1251"}),
    "found encoding": ("a.csv", csv_of(JAPANESE).encode("cp932"), {}),
    "named separator": ("a.csv", "sep=;\r\n" + csv_of(TEXTS, ";", end="\r\n"), {}),
    "blanks around names": ("a.csv", csv_of(TEXTS, names=("text ", " label")), {}),
    "empty lines": ("a.csv", csv_of(TEXTS).replace("\n", "\n\n", 20) + "\n  \n", {}),
    "blanks around labels": ("a.csv", csv_of([(text, f" {label} ") for text, label in TEXTS]), {}),
    "rows left out": ("a.csv", csv_of(DROPPED), {}),
    "too long": ("a.csv", csv_of(TEXTS), {"max_length": 6}),
    "numbers of rows": (
        "a.csv",
        "text,label\n" + "".join(f'{n},"{text}",{label}\n' for n, (text, label) in enumerate(TEXTS, 1)),
        {},
    ),
    "separators at line ends": ("a.csv", csv_of([(text, f"{label},") for text, label in TEXTS]), {}),
    "unnamed column": (
        "a.csv",
        ",text,label\n" + "".join(f'{n},"{text}",{label}\n' for n, (text, label) in enumerate(TEXTS)),
        {},
    ),
    "lines within": ("a.csv", csv_of([(text.replace(" ", "\n", 1), label) for text, label in TEXTS]), {}),
    "quotes doubled": ("a.csv", csv_of([(text.replace("film", '""film""'), label) for text, label in TEXTS]), {}),
    "quotes behind a backslash": (
        "a.csv",
        csv_of([(text.replace("film", r"\"film\", he"), label) for text, label in TEXTS]),
        {},
    ),
    "quotes that mean nothing": (
        "a.tsv",
        csv_of([(f'"{text}' if n % 3 else text, label) for n, (text, label) in enumerate(TEXTS)], "\t", quote=""),
        {},
    ),
    "long cell": ("a.csv", csv_of([*TEXTS, ("good " * 40_000, "b")]), {"max_length": 12}),
    "gzip": ("a.csv.gz", gzip.compress(csv_of(TEXTS).encode()), {}),
    "jsonl": ("a.jsonl", jsonl(TEXTS), {}),
    "jsonl, gzip": ("a.jsonl.gz", gzip.compress(jsonl(TEXTS).encode()), {}),
    "json": ("a.json", json.dumps([{"text": text, "label": label} for text, label in TEXTS]), {}),
    "json, keys left out": (
        "a.jsonl",
        "".join(json.dumps({"text": t, "label": k} if t[1] != "3" else {"text": t}) + "\n" for t, k in TEXTS),
        {},
    ),
    "labels of two types": ("a.jsonl", "".join(json.dumps(row) + "\n" for row in MIXED), {}),
    "labels that are numbers": ("a.jsonl", jsonl(NUMBERED), {}),
    "labels that are truth values": ("a.jsonl", jsonl([(text, bool(k)) for text, k in NUMBERED]), {}),
    "parquet": ("a.parquet", parquet(TEXTS), {}),
    "parquet, numbers": ("a.parquet", parquet(NUMBERED), {}),
    "parquet, numbers with a point": ("a.parquet", parquet([(text, k + 0.0) for text, k in NUMBERED]), {}),
    "parquet, gzip": ("a.parquet.gz", gzip.compress(parquet(TEXTS)), {}),
    "parquet, nulls": ("a.parquet", parquet([*TEXTS, (None, "a"), ("x y", None)]), {}),
    "feather": ("a.feather", feather(TEXTS), {}),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_of_texts_is_read_as_the_arm_read_it(case, tmp_path):
    name, content, settings = TABLES[case]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for replicate in (0, 3):
        held(arm_of("text", {"length.steps": 6}, path=str(path), **settings), tmp_path, replicate)


WORDS = {
    "plain": "a film",
    "apostrophes": "don\u2019t \u2018film\u2019",
    "letters": "ein schöner Film élan",
    "breaks": "one<br />two <br /> film",
    "marks": "नमस्ते दुनिया",
    "composed": "cafe\u0301 ﬁlm ①",
    "emoji": "film 😀👍🏽 🇩🇪 👩‍👩‍👧",
    "han": "这部电影 很好 film",
    "thai": "หนังเรื่องนี้ดีมาก",
    "signs": "10€ §5 film_noir",
    "unseen": "so\u00adft \ufefffilm",
}


@pytest.mark.parametrize("mode", ["auto", "words", "characters"])
@pytest.mark.parametrize("case", WORDS)
def test_tokens_are_those_of_the_arm_in_any_script(case, mode, tmp_path):
    rows = [(f"{WORDS[case]} {text}" if n % 2 else text, label) for n, (text, label) in enumerate(TEXTS)]
    path = made.table(tmp_path / "a.csv", rows)
    arm = arm_of("text", {"length.steps": 6}, path=path, tokens=mode)
    held(arm, tmp_path)


def test_a_text_of_plain_english_takes_one_line(tmp_path):
    code = script(arm_of("text", path=made.table(tmp_path / "a.csv")))
    assert "WORD.findall(table[n][TEXT].lower())" in code and "unicodedata" not in code and "br />" not in code


def test_parts_of_the_file_groups_and_equal_shares_need_no_code(tmp_path):
    rows = [(f"{text}", f"{label},{'test' if n % 3 else 'train'},{n // 6}") for n, (text, label) in enumerate(TEXTS)]
    path = tmp_path / "a.csv"
    path.write_text(csv_of(rows, names=("text", "label", "part", "who")))
    for settings in ({"split": "part"}, {"group": "who"}, {"balance": "equal"}):
        held(arm_of("text", path=str(path), **settings), tmp_path, 2)


def test_a_second_file_is_the_test_part(tmp_path):
    path, other = made.table(tmp_path / "a.csv", TEXTS[:50]), made.table(tmp_path / "b.csv", TEXTS[50:])
    found = held(arm_of("text", path=path, test_path=other), tmp_path)
    assert "for path in (FILE, TEST_FILE):" in found.code
    made.table(tmp_path / "b.csv", TEXTS[40:])
    with pytest.raises(AssertionError, match="changed"):
        made.ran(found, tmp_path, made.MODEL)


@pytest.mark.parametrize("case", ["plain", "parts", "two", "cp1251", "gzip", "marked", "lines", "deep"])
def test_a_folder_of_texts_is_read_file_by_file(case, tmp_path):
    settings, rows = {}, TEXTS
    if case == "parts":
        write_texts(tmp_path / "own" / "train", rows[:50])
        path = write_texts(tmp_path / "own" / "test", rows[50:]).removesuffix("/test")
    elif case == "two":
        path = write_texts(tmp_path / "own" / "one", rows[:50])
        settings = {"test_path": write_texts(tmp_path / "own" / "other", rows[50:])}
    elif case == "cp1251":
        path, settings = write_texts(tmp_path / "own", RUSSIAN, "cp1251"), {"encoding": "cp1251"}
    elif case == "marked":
        path = write_texts(tmp_path / "own", rows, "utf-8-sig")
    elif case == "lines":
        path = write_texts(tmp_path / "own", [(text.replace(" ", "\r\n"), label) for text, label in rows])
    else:
        path = write_texts(tmp_path / "own", rows, packed=case == "gzip")
    if case == "deep":
        (tmp_path / "own" / "a" / "more").mkdir()
        (tmp_path / "own" / "a" / "0.txt").rename(tmp_path / "own" / "a" / "more" / "0.txt")
        (tmp_path / "own" / "b" / ".hidden").write_text("not this")
        (tmp_path / "own" / "b" / "empty.txt").write_text("")
    found = held(arm_of("text", path=path, **settings), tmp_path)
    assert '"train": ["' in found.beside


PADDED = [(np.concatenate([values, np.full((n % 3, 3), np.nan)]), label) for n, (values, label) in enumerate(SERIES)]
LINES = {
    "plain": (ts_of(SERIES), {}),
    "line ends": (ts_of(SERIES).replace("\n", "\r\n"), {}),
    "blanks": (ts_of(SERIES).replace(",", " , ").replace(":a\n", ": a \n"), {}),
    "some features": (ts_of(SERIES), {"features": "dimension 3,dimension 1"}),
    "padded": (ts_of(PADDED), {}),
    "padded and missing": (ts_of(gaps(PADDED)), {"missing": "linear"}),
    "missing": (ts_of(gaps(SERIES), "?"), {"missing": "previous"}),
    "missing, blank": (ts_of(gaps(SERIES), ""), {"missing": "linear"}),
    "missing, zero": (ts_of(gaps(SERIES)), {"missing": "zero"}),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("case", LINES)
def test_a_ts_file_is_read_as_the_arm_read_it(case, packed, tmp_path):
    content, settings = LINES[case]
    path = tmp_path / ("a.ts.gz" if packed else "a.ts")
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    held(arm_of("series", {"features.scale": "standard"}, path=str(path), **settings), tmp_path, 1)


def test_training_and_test_file_of_the_archive_are_read_one_behind_the_other(tmp_path):
    path, other = made.ts(tmp_path / "A_TRAIN.ts", SERIES[:50]), made.ts(tmp_path / "A_TEST.ts", SERIES[50:])
    held(arm_of("series", {"length.steps": 5}, path=path, test_path=other), tmp_path)


ENDS = np.concatenate([values for values, _ in SERIES])
SIZES = np.array([len(values) for values, _ in SERIES])
LABELS = np.array([label for _, label in SERIES])
CUBE = np.array([np.pad(values, ((0, 12 - len(values)), (0, 0)), constant_values=9) for values, _ in SERIES])
HOLES = np.where(np.arange(12)[None, :, None] < SIZES[:, None, None], CUBE, np.nan)
STARTS = np.cumsum(SIZES) - SIZES
MISSING = ENDS * np.where(np.arange(len(ENDS)) % 5, 1, np.nan)[:, None]
ARRAYS = {
    "lengths": ({"values": ENDS, "lengths": SIZES, "labels": LABELS}, {}),
    "lengths with a point": ({"values": ENDS, "lengths": SIZES.astype(float), "labels": LABELS}, {}),
    "offsets": ({"values": ENDS.astype("float32"), "offsets": STARTS, "y": LABELS}, {}),
    "offsets and the end": ({"values": ENDS, "offsets": np.append(STARTS, SIZES.sum()), "y": LABELS}, {}),
    "one feature": ({"values": ENDS[:, 0], "lengths": SIZES, "labels": LABELS == "a"}, {}),
    "padded": ({"x": CUBE, "lengths": SIZES, "y": (LABELS == "a").astype(int)}, {}),
    "padded, numbers": ({"x": np.round(CUBE).astype(np.int64), "lengths": SIZES, "y": LABELS}, {}),
    "padded, one feature": ({"x": CUBE[:, :, 1], "lengths": SIZES, "y": LABELS.astype("S")}, {}),
    "not padded": ({"x": CUBE, "y": LABELS}, {}),
    "padded with NaN": ({"x": HOLES, "y": LABELS}, {}),
    "missing": ({"values": MISSING, "lengths": SIZES, "y": LABELS}, {"missing": "zero"}),
    "capitals": ({"X": CUBE, "Lengths": SIZES, "Y": LABELS}, {}),
    "other names": ({"x": CUBE, "lengths": SIZES, "what'": LABELS}, {"label": "what'"}),
    "some features": ({"x": CUBE, "lengths": SIZES, "y": LABELS, "features": ["u", "v", "w"]}, {"features": "w,u"}),
    "parts": ({"x_train": CUBE[:50], "y_train": LABELS[:50], "x_test": CUBE[50:, :9], "y_test": LABELS[50:]}, {}),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays_of_a_file_are_read_as_the_arm_read_them(case, tmp_path):
    arrays, settings = ARRAYS[case]
    np.savez(tmp_path / "a.npz", **arrays)
    path = str(tmp_path / "a.npz")
    held(arm_of("series", {"features.scale": "standard", "length.steps": 6}, path=path, **settings), tmp_path, 1)


def day(t):
    return (datetime(2020, 2, 27, 21) + timedelta(hours=int(t))).isoformat(" ")


def zoned(t):
    return f"2020-01-01T{10 + t:02d}:00:00Z" if t % 2 else f"2020-01-01T{11 + t:02d}:00:00+01:00"


def unlabelled(line):
    cells = line.split(",")
    return ",".join([*cells[:2], "" if cells[1] != "0" else cells[2], *cells[3:]])


def grouped(line):
    number, time, label, _, *rest = line.split(",")
    return ",".join([number, time, label, str(int(number) // 6), *rest])


LONG = {
    "plain": (long_of(SERIES), {}),
    "shuffled": (long_of(SERIES, shuffled=True), {}),
    "whole times of any size": (long_of(SERIES, clock=lambda t: 10**18 + t, shuffled=True), {}),
    "days": (long_of(SERIES, clock=day, shuffled=True), {}),
    "zones": (long_of(SERIES, clock=zoned, shuffled=True), {}),
    "no time": (long_of(SERIES, names="id,t,label,u,v,w"), {"time": None, "features": "u,v,w"}),
    "missing": (long_of(gaps(SERIES)), {"missing": "previous"}),
    "missing, shuffled": (long_of(gaps(SERIES), shuffled=True), {"missing": "linear"}),
    "typeset minus": (long_of(SERIES).replace("-", "\u2212"), {}),
    "label in some rows": (long_of(SERIES, change=unlabelled), {}),
    "steps without an id or a time": (
        long_of(SERIES, shuffled=True) + ",1,a,1,1,1\n" + "".join(f"{n},,{'ab'[n % 2]},x,y,z\n" for n in range(9)),
        {},
    ),
    "sequences without a label": (long_of(SERIES) + "90,1,,1,1,1\n90,2,,2,2,2\n", {}),
    "saved index": (
        "\n".join(f"{n - 1 if n else ''},{line}" for n, line in enumerate(long_of(SERIES).splitlines())) + "\n",
        {},
    ),
    "semicolons": (long_of(SERIES).replace(",", ";"), {}),
    "columns aligned with blanks": (long_of(SERIES).replace(",", "   "), {"separator": "space"}),
    "some features": (long_of(SERIES), {"features": "w,u"}),
    "groups": (long_of(SERIES, names="id,time,label,who,v,w", change=grouped), {"group": "who"}),
}


@pytest.mark.parametrize("case", LONG)
def test_a_row_per_step_is_read_as_the_arm_read_it(case, tmp_path):
    content, settings = LONG[case]
    (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    arm = arm_of("series", {"features.scale": "standard", "length.steps": 6}, path=str(tmp_path / "a.csv"), **settings)
    held(arm, tmp_path, 1)


@pytest.mark.parametrize("kind", ["parquet", "feather", "jsonl"])
def test_typed_tables_with_a_row_per_step_are_read_as_the_arm_read_them(kind, tmp_path):
    import pandas as pd

    table = pd.read_csv(io.StringIO(long_of(gaps(SERIES), shuffled=True)))
    table["time"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(table["time"], unit="h")
    path = tmp_path / f"a.{kind}"
    if kind == "jsonl":
        table["time"] = table["time"].astype(str)
        table.to_json(path, orient="records", lines=True)
    else:
        getattr(table, f"to_{kind}")(path)
    held(arm_of("series", {"length.steps": 6}, path=str(path), missing="previous"), tmp_path)


def test_ids_may_start_anew_in_a_second_file(tmp_path):
    (tmp_path / "a.csv").write_text(long_of(SERIES[:50], shuffled=True))
    (tmp_path / "b.csv").write_text(long_of(SERIES[50:], shuffled=True))
    held(arm_of("series", path=str(tmp_path / "a.csv"), test_path=str(tmp_path / "b.csv")), tmp_path)


@pytest.mark.parametrize("case", ["plain", "parts", "reversed", "no time", "two"])
def test_a_folder_of_recordings_is_read_file_by_file(case, tmp_path):
    settings, rows = {}, [(values, label) for values, label in SERIES if len(values) > 1]
    if case == "parts":
        recordings(tmp_path / "own" / "train", rows[:45])
        path = recordings(tmp_path / "own" / "test", rows[45:]).removesuffix("/test")
    elif case == "two":
        path = recordings(tmp_path / "one", rows[:45])
        settings = {"test_path": recordings(tmp_path / "other", rows[45:])}
    elif case == "no time":
        path = recordings(tmp_path / "own", rows, names="t,u,v,w")
    else:
        path = recordings(tmp_path / "own", rows, shuffled=case == "reversed")
    held(arm_of("series", {"features.scale": "standard"}, path=path, **settings), tmp_path)


HOSTILE = [
    "x'); import os; os.system(\"echo hacked\"); ('",
    'x"); import os; os.system("echo hacked"); ("',
    '"""\nimport os\nos.system("echo hacked")\n"""',
    "line\nbreak\rand\ttab",
    "back\\slash\\",
    "{n} %s {__import__('os')}",
    "größe 長さ 😀",
    "\u2028\u202eright\x1b[31m",
    "#'''#\"\"\"",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_in_a_file_or_of_a_file_can_be_code(name, tmp_path, capfd):
    """Names of columns, labels, ids and arrays, and of files and folders where a file system has them."""
    jsonl = [{f"t{name}": text, f"l{name}": f"{label}{name}"} for text, label in TEXTS]
    safe = name.replace("/", "-").replace("\0", "")[:60]
    folder = tmp_path / f"f{safe}"
    folder.mkdir()
    path = folder / f"a{safe}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in jsonl))
    arms = [arm_of("text", path=str(path), text=f"t{name}", label=f"l{name}")]
    steps = [
        {
            f"i{name}": f"{n}{name}",
            f"t{name}": -t,
            f"l{name}": f"{label}{name}",
            f"u{name}": step[0],
            f"v{name}": step[1],
        }
        for n, (values, label) in enumerate(SERIES)
        for t, step in enumerate(values)
    ]
    path = folder / "long.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in steps))
    named = {"id": f"i{name}", "time": f"t{name}", "label": f"l{name}"}
    features = None if {"\n", "\r"} & set(name) else [f"v{name}", f"u{name}"]
    arms.append(arm_of("series", path=str(path), features=features, **named))
    np.savez(folder / "a.npz", **{"x": CUBE, "lengths": SIZES, f"l{name}": LABELS})
    arms.append(arm_of("series", path=str(folder / "a.npz"), label=f"l{name}"))
    classes = tmp_path / "classes"
    write_texts(classes, [(text, f"{label}{safe}") for text, label in TEXTS])
    arms.append(arm_of("text", path=str(classes)))
    for arm in arms:
        found = held(arm, tmp_path)
        nodes = list(ast.walk(ast.parse(found.code)))
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        names |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        assert not {"os", "system"} & names
        assert all(line.isprintable() for line in found.code.splitlines())
    assert "hacked" not in "".join(capfd.readouterr())


def test_an_encoding_that_a_person_names_is_no_code_either(tmp_path):
    path = made.table(tmp_path / "a.csv")
    found = held(arm_of("text", path=path, encoding='utf-8")#'), tmp_path)
    assert "encoding='utf-8\")#'" in found.code
    held(arm_of("text", path=write_texts(tmp_path / "own", TEXTS), encoding='utf-8")#'), tmp_path)


@pytest.mark.parametrize("value", [*HOSTILE, "", None, True, 3, -0.0, 1e-300, b"\x00'", ["a", ("b",)], (1, "2")])
def test_a_literal_is_its_value_again_on_one_printable_line(value):
    text = literal(value)
    assert ast.literal_eval(text) == value and text.isprintable()


@pytest.mark.parametrize("value", [{1, 2}, object(), float("nan"), print])
def test_what_is_no_plain_value_is_no_literal(value):
    with pytest.raises(TypeError):
        literal(value)


def test_many_names_stand_in_the_file_beside_the_script(tmp_path):
    names = [f"feature number {k}" for k in range(40)]
    rows = [(np.tile(values, (1, 14))[:, :40], label) for values, label in SERIES]
    (tmp_path / "a.csv").write_text(long_of(rows, names=",".join(["id", "time", "label", *names])))
    found = held(arm_of("series", {"length.steps": 6}, path=str(tmp_path / "a.csv")), tmp_path)
    assert 'FEATURES = BESIDE["features"]' in found.code and json.loads(found.beside)["features"] == names


def test_a_file_that_no_short_script_can_read_is_refused_by_name(tmp_path):
    one, other = tmp_path / "a.csv", tmp_path / "b.jsonl"
    one.write_text(csv_of(TEXTS[:50]))
    other.write_text(jsonl(TEXTS[50:]))
    with pytest.raises(ConfigError, match=r"data.path=.*a.csv: is read in a way that no short script repeats"):
        written(arm_of("text", path=str(one), test_path=str(other)))
    rows = [{"text": text, "label": (1, "1", 1.0, "2")[n % 4]} for n, (text, _) in enumerate(TEXTS)]
    other.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(ConfigError, match=r"data.label=label: has labels that are written in several ways"):
        written(arm_of("text", path=str(other)))


EVERYTHING = {
    "length.steps": 6,
    "length.padding": "mid",
    "length.truncating": "crop",
    "train.keep": "best",
    "mask": "explicit",
    "reduction": "conv_pool",
    "reduction.mask": "rebuilt",
    "model.dropout": 0.5,
    "model.bidirectional": True,
    "model.cell": "lstm",
    "model.bias_init": "chrono",
}
OF_NUMBERS = {"features.adapter": "tile_scaled", "features.width": 5, "model.kernel_init": "matched"}
OF_NUMBERS |= {"length.fill": "last", "features.scale": "standard"}


def everything(line):
    """A step with a typeset minus, and the label, with a blank, in some of the steps."""
    number, time, label, *rest = line.replace(",-", ",\u2212").split(",")
    return ",".join([number, time, f"{label} " if time.endswith("+01:00") else "", *rest])


def two_texts(folder, halves):
    said = "電影 \U0001f600 cafe\u0301 ﬁlm<br />"
    return [csv_of([(said + text, f"{label} ") for text, label in TEXTS[half]], ";") for half in halves]


def two_tables(folder, halves):
    extra = "".join(f"{n},,{'ab'[n % 2]},x,y,z\n" for n in range(9))
    rows = gaps(SERIES)
    return [long_of(rows[half], clock=zoned, shuffled=True, change=everything) + extra for half in halves]


def two_lines(folder, halves):
    return [ts_of(gaps(PADDED)[half], "?") for half in halves]


def two_archives(folder, halves):
    for n, half in enumerate(halves):
        np.savez(folder / f"{n}.npz", x=HOLES[half], y=LABELS[half].astype("S"), features=["u", "v", "w"])
    return []


def two_folders(folder, halves):
    for n, half in enumerate(halves):
        rows = [(values, label) for values, label in gaps(SERIES)[half] if len(values) > 1]
        recordings(folder / f"{n}", rows, shuffled=bool(n))
    return []


TWO = {
    "texts": (two_texts, ".csv.gz", {}),
    "table": (two_tables, ".csv.gz", {"missing": "previous"}),
    "ts": (two_lines, ".ts.gz", {"missing": "previous", "features": "dimension 3,dimension 1"}),
    "npz": (two_archives, ".npz", {"missing": "linear", "features": "w,u"}),
    "folder": (two_folders, "", {"missing": "previous"}),
}


@pytest.mark.parametrize("case", TWO)
def test_all_there_can_be_in_two_files_and_an_arm_takes_fewer_lines_than_are_allowed(case, tmp_path):
    made_of, suffix, fields = TWO[case]
    for n, content in enumerate(made_of(tmp_path, (slice(50), slice(50, None)))):
        (tmp_path / f"{n}{suffix}").write_bytes(gzip.compress(content.encode("utf-8-sig")))
    paths = {"path": str(tmp_path / f"0{suffix}"), "test_path": str(tmp_path / f"1{suffix}")}
    texts = case == "texts"
    arm = arm_of("text" if texts else "series", EVERYTHING | ({} if texts else OF_NUMBERS), **paths, **fields)
    found = held(arm, tmp_path)
    assert found == written(arm) and max(map(len, found.code.splitlines())) <= 120


@pytest.mark.parametrize("data", ["text", "series"])
def test_sequences_set_aside_may_be_longer_than_any_that_t_was_chosen_by(data, tmp_path):
    """T is the longest of some sequences, so that the arm cuts none; others are longer."""
    if data == "text":
        short = [(" ".join(text.split()[:5]), label) for text, label in TEXTS]
        paths = made.table(tmp_path / "a.csv", short), made.table(tmp_path / "b.csv")
    else:
        short = [(values[:5], label) for values, label in SERIES]
        paths = made.ts(tmp_path / "a.ts", short), made.ts(tmp_path / "b.ts")
    arm, whole = (arm_of(data, path=path) for path in paths)
    assert arm.length.truncating is None and whole.data.longest > arm.steps == 5
    found = held(replace(arm, data=whole.data), tmp_path)
    assert 'truncating="pre"' in found.code


@pytest.mark.slow
def test_a_script_runs_from_anywhere(tmp_path):
    path = made.long(tmp_path / "own.csv")
    written(arm_of("series", {"length.steps": 6}, path=path)).write(tmp_path / "model.py")
    done = subprocess.run([sys.executable, str(tmp_path / "model.py")], cwd="/", capture_output=True, text=True)
    assert done.returncode == 0 and "accuracy on the 18 test sequences: " in done.stdout, done.stderr


def test_a_linter_finds_nothing_in_a_script(tmp_path):
    pytest.importorskip("ruff")
    settings = {"length.steps": 6, "mask": "explicit", "train.keep": "best", "model.bias_init": "chrono"}
    for n, arm in enumerate(
        (
            arm_of("text", settings, path=made.table(tmp_path / "a.csv")),
            arm_of("series", settings, path=made.long(tmp_path / "b.csv")),
        )
    ):
        written(arm).write(tmp_path / f"model{n}.py")
    words = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", "B,E4,E7,E9,F,I,W"]
    done = subprocess.run([*words, "--ignore", "B905", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
