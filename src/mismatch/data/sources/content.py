"""The bytes of a file of one's own: found, unpacked from gzip, and known for what they are by their first bytes.

In: a path as a person typed it. Out: `Content`. Nothing is unpickled or run; what is no table is refused by its name.
"""

import gzip
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from mismatch.config.fields import ConfigError, reason, require
from mismatch.config.paths import absolute, shown

LARGEST = 2**30
"""Bytes a file may hold, and unpack to: its text takes some twenty times as many in memory."""
GZIP = b"\x1f\x8b"
RELATION = re.compile(rb"\A(?:[ \t]*(?:%[^\n]*)?\r?\n)*[ \t]*@relation\s", re.IGNORECASE)
"""How an ARFF file starts: comments, then its name."""
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file: save it as CSV (UTF-8)"),
    (b"\x93NUMPY", "a NumPy array, not a table"),
    (b"\x89HDF\r\n", "an HDF5 file: write its table to Parquet or CSV"),
    (b"SQLite format 3\0", "an SQLite database: write its table to CSV"),
    (b"BZh", "packed with bzip2: unpack it, or pack it with gzip"),
    (b"\xfd7zXZ\0", "packed with xz: unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd: unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it"),
    (b"Rar!\x1a\x07", "a RAR archive: unpack it"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"FEA1", "Feather of version 1: write it anew with pandas.DataFrame.to_feather"),
    (b"Obj\x01", "an Avro file: write its table to Parquet or CSV"),
    (b"version https://git-lfs.github.com/spec/", "a pointer of Git LFS, not the file itself: git lfs pull"),
    (b"RDX2\n", "a file of R: write its table to CSV"),
    (b"RDX3\n", "a file of R: write its table to CSV"),
)


@dataclass(frozen=True)
class Content:
    """raw: what the file holds, unpacked. path: as typed. suffix: of the name below ``.gz``, in lower case."""

    raw: bytes
    path: str
    suffix: str
    packed: bool

    def refuse(self, key: str, accepted: str) -> ConfigError:
        """The error that names this file."""
        return ConfigError(key, shown(self.path), accepted)


def load(path: str, key: str = "data.path", blank: bool = False) -> Content:
    """The bytes behind `path`, with gzip undone; nothing but blanks only where `blank` allows it.

    Raises:
        ConfigError: naming `key` and the file, if it cannot be read, is empty, or is nothing that holds a table.
    """
    raw = whole(path, key)
    packed = raw.startswith(GZIP)
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    if suffixes and suffixes[-1] in (".gz", ".gzip"):
        suffixes.pop()
    content = Content(_unpacked(raw, path, key) if packed else raw, path, suffixes[-1] if suffixes else "", packed)
    if not blank and not content.raw.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise content.refuse(key, "is empty" if not content.raw else "holds nothing but blanks")
    what = foreign(content.raw)
    if what:
        raise content.refuse(key, f"is {what}")
    return content


def whole(path: str, key: str = "data.path") -> bytes:
    """All bytes of the plain file at `path`, as they stand there; no pipe is waited for, no device read.

    Raises:
        ConfigError: naming `key` and the file, if it is no plain file, cannot be read, or holds more than `LARGEST`.
    """
    require(bool(str(path).strip()), key, path, "must be given: a file of your own")
    accepted = "must be a file that can be read"
    try:
        found = absolute(path).stat()
        require(not stat.S_ISDIR(found.st_mode), key, shown(path), "must be a file; this is a folder")
        require(stat.S_ISREG(found.st_mode), key, shown(path), "must be a plain file, which can be read more than once")
        require(found.st_size <= LARGEST, key, shown(path), f"must hold at most {LARGEST // 2**30} GiB")
        return absolute(path).read_bytes()
    except OSError as error:
        raise ConfigError(key, shown(path), f"{accepted} ({_reason(str(path), error)})") from None
    except (ValueError, RuntimeError) as error:
        if isinstance(error, ConfigError):
            raise
        raise ConfigError(key, path, f"{accepted} ({reason(error)})") from None


def _reason(path: str, error: OSError) -> str:
    address = path.startswith(("http:", "https:", "s3:", "gs:", "ftp:"))
    return "an address is not fetched: download it first" if address else error.strerror or str(error)


def _unpacked(raw: bytes, path: str, key: str) -> bytes:
    try:
        with gzip.open(BytesIO(raw)) as packed:
            unpacked = packed.read(LARGEST + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise ConfigError(key, shown(path), f"must be whole; its gzip cannot be unpacked ({reason(error)})") from None
    require(len(unpacked) <= LARGEST, key, shown(path), f"must unpack to at most {LARGEST // 2**30} GiB")
    return unpacked


def foreign(raw: bytes) -> str | None:
    """What `raw` is, if its first bytes say that it is no text and no table: ``an Excel workbook``."""
    for magic, what in MAGIC:
        if raw.startswith(magic):
            return what
    if raw.startswith(b"PK\x03\x04"):
        return _archive(raw)
    if raw.startswith(GZIP):
        return "packed with gzip twice: unpack it once"
    if len(raw) > 2 and raw[0] == 0x80 and raw[1] in (2, 3, 4, 5) and raw.endswith(b"."):
        return "a pickle, which can run code when read: write it as Parquet or CSV"
    if RELATION.search(raw[:65536]):
        return "an ARFF file: write it as .ts, as a long table, or as CSV"
    start = raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "a page of a web site (HTML), not the file itself: download it anew"
    return None


def _archive(raw: bytes) -> str:
    try:
        names = zipfile.ZipFile(BytesIO(raw)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        names = []
    return archived(names)


def archived(names: list[str]) -> str:
    """What a zip archive is, by the names of its members."""
    if any(name.startswith("xl/") for name in names):
        return "an Excel workbook: save its sheet as CSV (UTF-8)"
    if "mimetype" in names:
        return "an OpenDocument file: save its sheet as CSV (UTF-8)"
    if names and all(name.endswith(".npy") for name in names):
        return "an archive of NumPy arrays, not a table"
    return "a zip archive: unpack it and give the file inside"
