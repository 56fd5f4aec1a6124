"""Arrays of an NPZ file, read without trusting it: no pickle, no header that claims more than its file holds.

In: the bytes of a zip archive of ``.npy`` files. Out: arrays by name. Sizes are added up before anything is unpacked.
"""

import math
import struct
import zipfile
import zlib
from io import BytesIO

import numpy as np
from numpy.lib import format as npy

from mismatch.config.fields import plain, reason
from mismatch.data.sources.content import archived

LARGEST = 2**32
"""Bytes that the arrays of a file may unpack to, all together."""
AXES = 8
"""Axes of an array; what is read has three at most."""
KINDS = "biufUS"
"""Kinds of NumPy type that are read: truth values, whole numbers, numbers, text."""
CONVERT = (
    "lengths = [len(s) for s in x]",
    "np.savez('new.npz', values=np.concatenate(list(x)), lengths=lengths, labels=np.array(list(y)))",
)
"""The two lines that turn object arrays x and y into what is read."""


class Malformed(ValueError):
    """Why an archive, or an array in it, is not read: what would be accepted, in one line."""


def parse(raw: bytes) -> dict[str, np.ndarray]:
    """Every array of the archive by its name, without ``.npy``.

    Raises:
        Malformed: for what is no archive of arrays, arrays of objects, and sizes beyond `LARGEST` or the file's own.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            members = archive.infolist()
            _refuse(members)
            return {info.filename.removesuffix(".npy"): _array(archive, info) for info in members}
    except Malformed:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, struct.error) as error:
        raise Malformed(f"must be a whole NPZ file as np.savez writes it ({reason(error)})") from None


def _refuse(members: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in members]
    if not names or not all(name.endswith(".npy") for name in names):
        raise Malformed(f"must be an archive of NumPy arrays, as np.savez writes it; this is {archived(names)}")
    if len(set(names)) < len(names):
        raise Malformed("holds two arrays of one name")
    total = sum(info.file_size for info in members)
    if total > LARGEST:
        raise Malformed(f"must unpack to at most {LARGEST / 2**30:g} GiB, says it holds {total / 2**30:.1f}")


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> np.ndarray:
    """One member. Its header is believed only where it agrees with the size of the member."""
    name = info.filename.removesuffix(".npy")
    with archive.open(info) as member:
        try:
            version = npy.read_magic(member)
            if version not in ((1, 0), (2, 0)):
                raise ValueError(f"version {version}")
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, fortran, dtype = read(member)
        except (ValueError, SyntaxError, TypeError) as error:
            raise Malformed(f"array {name!r} is no NumPy array that can be read ({reason(error)})") from None
        if dtype.hasobject:
            one, other = CONVERT
            raise Malformed(f"array {name!r} holds Python objects, which are not read; convert them: {one}; {other}")
        if dtype.kind not in KINDS:
            raise Malformed(f"array {name!r} holds {dtype}, must hold numbers or text")
        if not (len(shape) <= AXES and all(type(count) is int and count >= 0 for count in shape)):
            raise Malformed(f"array {name!r} claims the shape {plain(shape, 40)}, which is none")
        if not dtype.itemsize and max(shape, default=1) > info.file_size:
            raise Malformed(f"array {name!r} claims {plain(shape, 40)} values of no size, more than its file has bytes")
        size = math.prod(shape) * dtype.itemsize
        if size != info.file_size - member.tell():
            raise Malformed(f"array {name!r} claims {size} bytes, its file holds {info.file_size - member.tell()}")
        flat = np.frombuffer(member.read(), dtype, math.prod(shape)) if size else np.zeros(math.prod(shape), dtype)
    return flat.reshape(shape, order="F" if fortran else "C")
