"""What a ``.keras`` file may cost to load: how far its parts may unpack, and how many weights it may claim.

In: the archive. Out: refusals, in words, before memory is taken; a block in which layers make no more weights than the
file holds.
"""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mismatch.check.words import memory

FLOOR, TIMES = 8 * 2**20, 20
"""Bytes that any part may unpack to, and how many times its size in the file it may unpack to beyond them."""
SPARE = 2**20
"""Weights that a model may make beyond those of its file."""


class TooLarge(ValueError):
    """Why a file is not loaded, in one line."""


def stored(archive: zipfile.ZipFile) -> int:
    """How many weights the file holds.

    Raises:
        TooLarge: where a part unpacks to far more than it takes, or weights claim far more than their part holds.
    """
    for info in archive.infolist():
        _within(f"its part {info.filename}", info.file_size, info.compress_size)
    return sum(_weights(archive, info) for info in archive.infolist() if info.filename.endswith(".h5"))


def _within(what: str, claimed: int, held: int) -> None:
    most = FLOOR + TIMES * held
    if claimed > most:
        raise TooLarge(f"{what} claims {memory(claimed)} and takes {memory(held)}: at most {memory(most)} is unpacked")


def _weights(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """Numbers in a part that holds weights; 0 where it is damaged, which Keras says in words."""
    import h5py  # type: ignore[import-untyped]

    shapes: list[tuple[tuple[int, ...], int]] = []

    def note(name: str, item: Any) -> None:
        if hasattr(item, "shape") and not name.startswith("optimizer"):
            shapes.append((tuple(item.shape or ()), item.dtype.itemsize))

    try:
        with archive.open(info) as part, h5py.File(part, "r") as file:
            file.visititems(note)
    except (OSError, RuntimeError, ValueError, KeyError, NotImplementedError, zipfile.BadZipFile):
        return 0
    _within("the weights", sum(math.prod(shape) * size for shape, size in shapes), info.file_size)
    return sum(math.prod(shape) for shape, _ in shapes)


@contextmanager
def limited(count: int) -> Iterator[list[str]]:
    """A block in which layers make no more than so many weights; the list holds the line that says which would have."""
    import keras

    make, left, said = keras.layers.Layer.add_weight, [count + SPARE], []

    def add_weight(self: Any, shape: Any = None, *others: Any, **named: Any) -> Any:
        left[0] -= math.prod(size or 1 for size in (shape if isinstance(shape, (tuple, list)) else (shape or 1,)))
        if left[0] < 0:
            line = f"layer {self.name!r} claims more weights than the {count:,} that the file holds"
            said.append(line)
            raise TooLarge(line)
        return make(self, shape, *others, **named)

    keras.layers.Layer.add_weight = add_weight
    try:
        yield said
    finally:
        keras.layers.Layer.add_weight = make
