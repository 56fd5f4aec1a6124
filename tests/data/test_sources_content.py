"""What a path can lead to: nothing, a folder, a device, an archive, a pickle; each is refused for what it is."""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.data.sources.content import load


def archive(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        for name in names:
            zipped.writestr(name, "x")
    return packed.getvalue()


def npy():
    raw = io.BytesIO()
    np.save(raw, np.zeros(3))
    return raw.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (archive("xl/workbook.xml"), "an Excel workbook: save its sheet as CSV (UTF-8)"),
        (archive("mimetype", "content.xml"), "an OpenDocument file: save its sheet as CSV (UTF-8)"),
        (archive("x.npy", "lengths.npy"), "an archive of NumPy arrays, not a table"),
        (archive("a.csv"), "a zip archive: unpack it and give the file inside"),
        (b"PK\x03\x04 cut short", "a zip archive: unpack it and give the file inside"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file: save it as CSV (UTF-8)"),
        (pickle.dumps({"text": ["a"]}), "a pickle, which can run code when read: write it as Parquet or CSV"),
        (npy(), "a NumPy array, not a table"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file: write its table to Parquet or CSV"),
        (b"SQLite format 3\0", "an SQLite database: write its table to CSV"),
        (b"BZh91AY", "packed with bzip2: unpack it, or pack it with gzip"),
        (b"\xfd7zXZ\0", "packed with xz: unpack it, or pack it with gzip"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\n<!DOCTYPE html><html>", "a page of a web site (HTML), not the file itself: download it anew"),
        (b"% UCI\n\n@RELATION bits\n", "an ARFF file: write it as .ts, as a long table, or as CSV"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS, not the file itself: git lfs pull"),
        (gzip.compress(gzip.compress(b"a,b\n", mtime=0), mtime=0), "packed with gzip twice: unpack it once"),
    ],
)
def test_what_is_no_table_is_named(write, content, what):
    for name, held in (("a.csv", content), ("b.csv.gz", gzip.compress(content))):
        if not content.startswith(b"\x1f\x8b") or name == "a.csv":
            with pytest.raises(ConfigError) as error:
                load(write(name, held))
            assert str(error.value) == f"data.path={name}: is {what}"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "data.path=: must be given: a file of your own"),
        ("  ", "data.path=  : must be given: a file of your own"),
        (".", "data.path=.: must be a file; this is a folder"),
        ("nowhere.csv", "data.path=nowhere.csv: must be a file that can be read (No such file or directory)"),
        ("a.csv/b.csv", "data.path=a.csv/b.csv: must be a file that can be read (Not a directory)"),
        ("/dev/zero", "data.path=/dev/zero: must be a plain file, which can be read more than once"),
        ("a\0b", r"data.path=a\x00b: must be a file that can be read (embedded null byte)"),
        ("x" * 300, f"data.path={'x' * 300}: must be a file that can be read (File name too long)"),
    ],
)
def test_a_path_that_leads_to_no_file_is_refused_with_the_reason(write, path, message):
    write("a.csv", "a,b\n1,2\n")
    with pytest.raises(ConfigError) as error:
        load(path)
    assert str(error.value).startswith(message.split(" (embedded")[0])
    assert "\n" not in str(error.value)


def test_an_address_is_not_fetched_and_it_is_said(write):
    write("a.csv")
    with pytest.raises(ConfigError, match=r"an address is not fetched: download it first"):
        load("https://example.org/a.csv")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "holds nothing but blanks"),
        (b"\xef\xbb\xbf", "holds nothing but blanks"),
        (b"\xff\xfe", "holds nothing but blanks"),
        (gzip.compress(b"", mtime=0), "is empty"),
    ],
)
def test_an_empty_file_is_refused(write, content, what):
    with pytest.raises(ConfigError) as error:
        load(write("a.csv", content))
    assert str(error.value) == f"data.path=a.csv: {what}"


@pytest.mark.parametrize("damage", [lambda raw: raw[:-12], lambda raw: raw[:15] + b"\xff" * 9 + raw[24:]])
def test_gzip_that_is_cut_or_damaged_is_refused(write, damage):
    raw = damage(gzip.compress(b"text,label\n" + bytes(range(256)) * 9))
    with pytest.raises(ConfigError, match=r"^data.path=a.csv.gz: must be whole; its gzip cannot be unpacked \("):
        load(write("a.csv.gz", raw))


def test_gzip_that_unpacks_to_more_than_memory_is_refused(write, monkeypatch):
    from mismatch.data.sources import content

    monkeypatch.setattr(content, "LARGEST", 1000)
    with pytest.raises(ConfigError, match="must unpack to at most"):
        load(write("a.csv.gz", gzip.compress(b"\1" * 1001)))
    assert len(load(write("b.csv.gz", gzip.compress(b"\1" * 1000))).raw) == 1000
