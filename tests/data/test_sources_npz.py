"""NPZ files: sizes that fit each other, and nothing in them trusted, unpickled or unpacked beyond bounds."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from mismatch.data.sources import archive
from mismatch.data.sources.archive import Malformed
from mismatch.data.sources.npz import found

VALUES = np.arange(12.0).reshape(6, 2)
Y = np.array(["a", "b", "a"])
ENDS = {"values": VALUES, "lengths": np.array([3, 1, 2]), "labels": Y}
PADDED = np.zeros((3, 4, 2))
for _row, _part in zip(PADDED, np.split(VALUES, [3, 4]), strict=True):
    _row[: len(_part)] = _part


def raw(save=np.savez, **arrays):
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "arrays",
    [
        ENDS,
        {"values": VALUES, "offsets": np.array([0, 3, 4]), "labels": Y},
        {"values": VALUES, "offsets": np.array([0, 3, 4, 6]), "labels": Y},
        {"x": PADDED, "lengths": np.array([3, 1, 2]), "y": Y},
        {"values": VALUES.astype(">f4"), "lengths": np.array([3.0, 1, 2]), "label": Y},
        {"values": np.asfortranarray(VALUES), "lengths": [3, 1, 2], "labels": Y.astype("S")},
        {"values": VALUES.astype(np.uint8), "lengths": np.array([3, 1, 2], np.uint8), "labels": ["a", "b", "a"]},
    ],
    ids=["lengths", "starts", "starts and end", "padded", "big endian", "Fortran", "bytes"],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_every_layout_of_the_same_numbers_gives_the_same_sequences(arrays, save):
    got = found(archive.parse(raw(save, **arrays)))
    assert (got.values == VALUES).all() and got.lengths.tolist() == [3, 1, 2]
    assert got.labels == ["a", "b", "a"] and got.notes == ()


def test_one_feature_needs_no_axis_of_features():
    assert found(ENDS | {"values": VALUES[:, 0]}).values.shape == (6, 1)
    whole = found({"x": PADDED[:, :, 0], "labels": Y})
    assert whole.lengths.tolist() == [4, 4, 4] and whole.notes == ("no lengths: all 4 steps of each row are data",)


def test_rows_that_end_in_steps_without_a_value_are_not_said_to_be_data_whole():
    x = PADDED.copy().astype(float)
    x[1, 2:] = np.nan
    assert found({"x": x, "labels": Y}).notes == () == found({"x": x[:, :, 0], "labels": Y}).notes


@pytest.mark.parametrize("names", [("X", "y"), ("X", "Y"), ("x", "Labels")])
def test_capitals_in_the_usual_names_are_small_letters_and_said(names):
    got = found({names[0]: PADDED, "Lengths": np.array([3, 1, 2]), names[1]: Y})
    assert (got.values == VALUES).all() and got.labels == ["a", "b", "a"]
    other = sorted(name for name in ("Lengths", *names) if not name.islower())
    assert got.notes == (f"arrays {', '.join(other)}: read as {', '.join(other).lower()}",)


def test_parts_in_capitals_and_names_that_two_arrays_share():
    got = found({"X_train": PADDED, "y_train": Y, "X_test": PADDED, "y_test": Y})
    assert got.parts.tolist() == ["train"] * 3 + ["test"] * 3
    assert got.notes[0] == "arrays X_test, X_train: read as x_test, x_train"
    both = found({"x": PADDED, "X": PADDED + 1, "y": Y})
    assert (both.values[:3] == VALUES[:3]).all() and "arrays that were not used: X" in both.notes
    assert found({"x": PADDED, "labels": Y, "Y": Y[::-1]}, label="Y").labels == ["a", "b", "a"][::-1]
    with pytest.raises(Malformed, match="holds LABELS, Labels, x"):
        found({"LABELS": Y, "Labels": Y, "x": PADDED})


def test_labels_keep_their_type():
    assert found(ENDS | {"labels": np.array([1, 0, 1])}).labels == [1, 0, 1]
    assert found(ENDS | {"labels": np.array([1.0, 0, np.nan])}).labels[:2] == [1.0, 0.0]


def test_parts_groups_and_names_of_features_may_stand_beside():
    extra = {"split": np.array(["train", "Test", "valid"]), "group": np.array([7, 7, 9]), "features": ["u", "v"]}
    got = found(ENDS | {key: np.asarray(value) for key, value in extra.items()} | {"mask": np.ones(3)})
    assert got.parts.tolist() == ["train", "test", "probe"] and got.groups == [7, 7, 9] and got.features == ("u", "v")
    assert got.notes == ("arrays that were not used: mask",)
    named = found(ENDS | {"who": np.array([1, 2, 2])}, label="labels", group="who")
    assert named.groups == [1, 2, 2] and named.notes == ()


def test_training_and_test_arrays_become_parts():
    arrays = {f"{name}_{part}": value for part in ("train", "test") for name, value in (("x", PADDED), ("y", Y))}
    got = found(arrays)
    assert got.parts.tolist() == ["train"] * 3 + ["test"] * 3 and got.lengths.tolist() == [4] * 6
    assert got.places[0] == "sequence 0" and got.places[3] == "sequence 0 of x_test"
    lengths = np.array([3, 1, 2])
    assert found(arrays | {"lengths_train": lengths}).lengths.tolist() == [3, 1, 2, 4, 4, 4]
    with pytest.raises(Malformed, match="must hold y_test too"):
        found({name: value for name, value in arrays.items() if name != "y_test"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lengths": [3, 1, 3]}, "add up to 6, the rows of values, not 7"),
        ({"lengths": [3, 4, -1]}, "must be at least 0, has -1"),
        ({"lengths": [3, 1.5, 1.5]}, "lengths must be whole numbers"),
        ({"lengths": [[3, 1, 2]]}, "lengths must be whole numbers"),
        ({"lengths": [3, 1, np.nan]}, "lengths must be whole numbers"),
        ({"lengths": [3, 1, 1e300]}, r"lengths must be below 2\*\*53"),
        ({"lengths": ["3", "1", "2"]}, "lengths must be whole numbers"),
        ({"labels": ["a", "b"]}, "labels must be 3, one per sequence, are 2"),
        ({"labels": np.eye(3)}, r"labels must be one per sequence, .*: labels.argmax\(1\)"),
        ({"labels": np.array([b"a", b"\xff", b"b"])}, "labels holds bytes that are not UTF-8"),
        (
            {"labels": None},
            "must hold values with .*; and labels or y; or x_train, y_train, x_test, y_test; holds values, lengths",
        ),
        ({"values": None}, "must hold values with lengths"),
        ({"x": PADDED}, "must hold values with lengths or offsets, or x"),
        ({"lengths": None}, "must hold lengths .* or offsets"),
        ({"offsets": [0, 3, 4]}, "must hold lengths or offsets, not both"),
        ({"lengths": None, "offsets": [0, 4, 3]}, "offsets must start at 0 and rise to at most 6"),
        ({"lengths": None, "offsets": [1, 3, 4]}, "offsets must start at 0"),
        ({"lengths": None, "offsets": [0, 3, 4, 7]}, "offsets must start at 0"),
        ({"values": VALUES[None]}, r"values must have the shape \(sum of lengths, d\)"),
        ({"values": VALUES.astype(str)}, "values must hold numbers, holds <U32"),
        ({"values": VALUES.astype("M8[s]")}, "values must hold numbers, holds datetime64"),
        ({"features": ["u"]}, "features must be 2 names"),
        ({"features": ["u", "u"]}, "features must be 2 different names, has u, u"),
        ({"values": VALUES[:, :0]}, r"values must have a feature at least, has \(6, 0\)"),
        ({"values": VALUES[:0, 0]}, "add up to 0, the rows of values, not 6"),
        ({"values": None, "x": PADDED[:, :, :0]}, r"x must have a feature at least, has \(3, 4, 0\)"),
        ({"lengths": None, "offsets": [0, 3, 4], "labels": 1}, "offsets must start|labels must be one per"),
        ({"parts": ["train", "x", "test"]}, "parts must hold train, test .*; has 'x'"),
        ({"groups": [1, np.nan, 2]}, "groups must not be missing"),
        ({"values": None, "x": PADDED, "lengths": [3, 1, 5]}, "lengths must be 3 whole numbers from 0 to 4"),
        ({"values": None, "x": PADDED, "lengths": [3, 1]}, "lengths must be 3 whole numbers"),
        ({"values": None, "x": PADDED[0, 0]}, r"x must have the shape \(N, T, d\)"),
        ({"values": None, "x": PADDED, "lengths": None, "offsets": [0, 1, 2]}, "offsets go with values"),
    ],
)
def test_sizes_and_kinds_that_do_not_fit_are_refused(change, message):
    arrays = {name: np.asarray(value) for name, value in (ENDS | change).items() if value is not None}
    with pytest.raises(Malformed, match=message):
        found(arrays)


def test_a_named_array_that_is_not_there_is_refused():
    with pytest.raises(Malformed, match="must hold an array 'who'; holds values, lengths, labels"):
        found(ENDS, group="who")


def test_arrays_of_objects_are_refused_with_the_two_lines_that_convert_them(monkeypatch, tmp_path):
    x = np.array([*np.split(VALUES, [3, 4]), None], object)[:3]
    with pytest.raises(Malformed, match="'x' holds Python objects, which are not read; convert them: ") as refused:
        archive.parse(raw(x=x, y=Y))
    monkeypatch.chdir(tmp_path)
    scope = {"np": np, "x": x, "y": Y.astype(object)}
    for line in str(refused.value).split("convert them: ")[1].split("; "):
        exec(line, scope)
    assert found(archive.parse(Path("new.npz").read_bytes())).lengths.tolist() == [3, 1, 2]


def test_an_object_array_is_never_unpickled():
    class Bomb:
        def __reduce__(self):
            return (exec, ("raise SystemExit('code of the file ran')",))

    with pytest.raises(Malformed, match="holds Python objects"):
        archive.parse(raw(x=np.array([Bomb()], object), y=Y))


def zipped(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archived:
        for name, content in members:
            archived.writestr(name, content)
    return buffer.getvalue()


def header(text, body=b""):
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + body


def test_a_file_that_unpacks_to_more_than_it_may_is_refused_before_it_is(monkeypatch):
    monkeypatch.setattr(archive, "LARGEST", 10_000)
    bomb = raw(np.savez_compressed, x=np.zeros((100, 100)), y=np.zeros(100))
    assert len(bomb) < 10_000
    monkeypatch.setattr(archive, "_array", None)  # nothing may be unpacked
    with pytest.raises(Malformed, match=r"must unpack to at most .* GiB, says it holds"):
        archive.parse(bomb)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must be a whole NPZ file"),
        (b"PK\x03\x04 nothing more", "must be a whole NPZ file"),
        (raw(**ENDS)[:-40], "must be a whole NPZ file"),
        (zipped([("a.txt", b"x")]), "must be an archive of NumPy arrays"),
        (zipped([]), "must be an archive of NumPy arrays"),
        (zipped([("a.npy", b"x")]), "'a' is no NumPy array"),
        (zipped([("a.npy", header("{'descr': '<f8', 'fortran_order': False, 'shape': (10**12,), }\n"))]), "'a' is no"),
        (
            zipped([("a.npy", header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }\n"))]),
            "'a' claims 8000000000000 bytes, its file holds 0",
        ),
        (
            zipped([("a.npy", header("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", b"\0" * 24))]),
            "'a' claims 16 bytes, its file holds 24",
        ),
        (
            zipped(
                [("a.npy", header("{'descr': [('u', '<f8')], 'fortran_order': False, 'shape': (1,)}\n", b"\0" * 8))]
            ),
            "must hold numbers or text",
        ),
        (zipped([("a.npy", header("__import__('os').abort()\n"))]), "'a' is no NumPy array"),
        *(
            (
                zipped([("a.npy", header(f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}\n", body))]),
                says,
            )
            for kind, shape, body, says in (
                ("<f8", (-1, -3), b"\0" * 24, r"'a' claims the shape \(-1, -3\), which is none"),
                ("<f8", (True,), b"\0" * 8, r"'a' claims the shape \(True,\)"),
                ("<f8", (1,) * 70, b"\0" * 8, "'a' claims the shape"),
                ("<f8", (0, 10**30), b"", "must be a whole NPZ file"),
                ("<U0", (10**12,), b"", r"'a' claims \(1000000000000,\) values of no size"),
                ("S0", (2**70,), b"", "values of no size, more than its file has bytes"),
            )
        ),
        (raw(a=np.zeros(2, complex)), "holds complex128, must hold numbers or text"),
        (raw(a=np.zeros(2, "M8[D]")), "holds datetime64"),
    ],
)
def test_a_file_that_lies_or_is_broken_is_refused(content, message):
    with pytest.raises(Malformed, match=message):
        archive.parse(content)


def test_two_arrays_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = zipped([("a.npy", b"x"), ("a.npy", b"y")])
    with pytest.raises(Malformed, match="two arrays of one name"):
        archive.parse(twice)


def test_a_byte_changed_in_the_file_is_noticed():
    whole = bytearray(raw(**ENDS))
    at = whole.index(VALUES.tobytes())
    whole[at + 5] ^= 1
    with pytest.raises(Malformed, match="CRC"):
        archive.parse(bytes(whole))
