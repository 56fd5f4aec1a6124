"""Whatever is done to a file, reading it ends in sequences that fit each other, or in one printable line."""

import gzip
import io
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mismatch.config.fields import ConfigError
from mismatch.data.sources import numbers, table

STEPS = [(i, t, "ab"[i % 2], 0.5 * i - t, t * t) for i in range(6) for t in range(1 + i % 3)]
TABLE = pd.DataFrame(STEPS, columns=["id", "time", "label", "u", "v"])
TEXTS = pd.DataFrame({"text": ['a "good" film', "длинно", "très, très", "no\nno", "x;y", "bad"], "label": [*"papapa"]})
TS = b"@problemName made\n@timeStamps false\n@classLabel true a b\n@data\n1,2:3,4:a\n5,?,6:7,8,9:b\n0:1:a\n"


def packed(save, *args, **arrays) -> bytes:
    buffer = io.BytesIO()
    save(buffer, *args, **arrays)
    return buffer.getvalue()


@cache
def files() -> dict[str, bytes]:
    """Small sound files by the ending of their name."""
    arrays = {"values": TABLE[["u", "v"]].to_numpy(), "lengths": TABLE.groupby("id").size().to_numpy()}
    return {
        ".csv": TABLE.to_csv(index=False).encode(),
        ".tsv": TEXTS.to_csv(index=False, sep="\t").encode("utf-16"),
        ".txt": TEXTS.to_csv(index=False, sep="|").encode("utf-8-sig"),
        ".jsonl": TEXTS.to_json(orient="records", lines=True).encode(),
        ".json": TABLE.to_json(orient="records").encode(),
        ".parquet": packed(TABLE.to_parquet),
        ".feather": packed(TEXTS.to_feather),
        ".ts": TS,
        ".npz": packed(np.savez, labels=np.array([*"ababab"]), **arrays),
        ".csv.gz": gzip.compress(TEXTS.to_csv(index=False).encode(), mtime=0),
    }


PLACE = st.floats(0, 1, exclude_max=True)
CUTS = st.tuples(st.just("cut"), PLACE, st.integers(1, 40))
WRITES = st.tuples(st.just("write"), PLACE, st.binary(min_size=1, max_size=6))
INSERTS = st.tuples(st.just("insert"), PLACE, st.one_of(st.binary(max_size=4), st.sampled_from([b"\n", b",", b'"'])))
DAMAGE = st.lists(st.one_of(CUTS, WRITES, INSERTS), max_size=3)


def damaged(raw: bytes, damage) -> bytes:
    for kind, place, what in damage:
        at = int(place * len(raw))
        if kind == "cut":
            raw = raw[:at] + raw[at + what :]
        else:
            raw = raw[:at] + what + raw[at + (len(what) if kind == "write" else 0) :]
    return raw


READERS = {
    "numbers": lambda name: numbers.numbers(name, missing="linear"),
    "texts": lambda name: table.texts(name, "text", "label"),
}


def sound(read, path) -> bool:
    """Whether `path` is read: nothing but `ConfigError` is raised, and what is read fits together."""
    try:
        items = read(str(path))
    except ConfigError as error:
        assert str(error).isprintable() and len(str(error)) < 1000
        return False
    said = (items.reading.kind, *items.reading.notes, *items.reading.warnings)
    assert all(line.isprintable() for line in said)
    assert len(items.places) == len(items) == items.reading.kept <= items.reading.read
    assert set(items.labels.tolist()) == set(range(len(items.classes))) and len(items.classes) > 1
    if items.values is not None:
        assert items.lengths.sum() == len(items.values) and (items.lengths > 0).all()
        assert np.isfinite(items.values).all() and items.values.shape[1] == len(items.features)
    return True


@pytest.mark.parametrize("suffix", [*files()])
def test_the_files_are_sound_before_they_are_damaged(suffix, tmp_path):
    path = tmp_path / f"mine{suffix}"
    path.write_bytes(files()[suffix])
    assert [name for name, read in READERS.items() if sound(read, path)]


@pytest.mark.parametrize("suffix", [*files()])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=DAMAGE)
@example(damage=[("write", 0.024129724617548257, b"\x00\x00\x00\x02")])  # zipfile then quotes the whole file
@example(damage=[("write", 0.5759065199590849, b"\x00")])  # a text of negative length, where the file is Feather
def test_a_damaged_file_is_read_soundly_or_refused_in_one_line(suffix, damage, tmp_path):
    path = tmp_path / f"mine{suffix}"
    path.write_bytes(damaged(files()[suffix], damage))
    for read in READERS.values():
        sound(read, path)
