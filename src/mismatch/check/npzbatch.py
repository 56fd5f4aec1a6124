"""Reads a batch from an NPZ file: what a model is given, its labels and its mask.

In: a path. Out: a `Batch`. Arrays of objects hold pickled code and are refused, with the lines that convert them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.config.fields import ConfigError, reason
from mismatch.data.sources import archive, content

KEY = "batch"
X, Y = ("x", "values", "inputs", "X", "x_train", "X_train"), ("y", "labels", "Y", "targets", "y_train", "Y_train")
CONVERT = "x = numpy.stack([numpy.asarray(s, 'float32') for s in x]); numpy.savez(path, x=x, y=y)"


@dataclass(frozen=True, eq=False)
class Batch:
    """x: array (N, ...), or dict of arrays for a model of several inputs. y: the same for labels, or None. mask: array
    or None.

    unused: names of what else the file holds, in sorted order.
    """

    x: Any
    y: Any = None
    mask: Any = None
    unused: tuple[str, ...] = ()


def batch(path: str | Path) -> Batch:
    """The batch in an ``.npz`` file with arrays x, y (optional) and mask (optional), or in an ``.npy`` file: x alone.

    Several inputs are named ``x.NAME`` by the inputs of the model, labels of several outputs ``y.NAME``.

    Raises:
        ConfigError: for no such file, another format, arrays of objects, names that say nothing; in one line.
    """
    arrays = _arrays(path)
    named = {name[2:]: array for name, array in arrays.items() if name.startswith("x.")}
    labels = {name[2:]: array for name, array in arrays.items() if name.startswith("y.")}
    x, y = (next((name for name in usual if name in arrays), None) for usual in (X, Y))
    if (x is None) == (not named):
        held = ", ".join(sorted(arrays)) or "nothing"
        raise ConfigError(KEY, path, f"must hold an array x (and y, mask), or x.NAME for each input; it holds {held}")
    if y is not None and labels:
        raise ConfigError(KEY, path, f"must hold {y} or y.NAME for each output, not both")
    unused = {name for name in arrays if not name.startswith(("x.", "y."))} - {x, y, "mask"}
    single = None if y is None else arrays[y]
    return Batch(named or arrays[str(x)], labels or single, arrays.get("mask"), tuple(sorted(unused)))


def _arrays(path: str | Path) -> dict[str, np.ndarray]:
    if not Path(path).is_file():
        raise ConfigError(KEY, path, "must be a file made by numpy.savez(path, x=x, y=y)")
    if str(path).lower().endswith(".npy"):
        return {"x": _single(path)}
    try:
        return archive.parse(content.whole(str(path), KEY))
    except archive.Malformed as error:
        objects = archive.CONVERT[0] in str(error)
        why = f"holds pickled objects, which are not read; convert: {CONVERT}" if objects else str(error)
        raise ConfigError(KEY, path, why) from None


def _single(path: str | Path) -> np.ndarray:
    try:
        with open(path, "rb") as file:  # np.load leaves a damaged file open
            held: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
            return held
    except (ValueError, OSError, EOFError, MemoryError) as error:
        objects = "Object arrays" in str(error) or "allow_pickle" in str(error)
        why = f"holds pickled objects, which are not read; convert: {CONVERT}" if objects else "cannot be read"
        raise ConfigError(KEY, path, why if objects else f"{why} ({reason(error)})") from None
