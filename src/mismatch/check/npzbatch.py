"""Reads a batch from an NPZ file: what a model is given, its labels and its mask.

In: a path. Out: a `Batch`. Arrays of objects hold pickled code and are refused, with the lines that convert them.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.config.fields import ConfigError

KEY = "batch"
X, Y = ("x", "values", "inputs", "X", "x_train"), ("y", "labels", "Y", "targets", "y_train")


@dataclass(frozen=True, eq=False)
class Batch:
    """x: array (N, ...), or dict of arrays for a model of several inputs. y, mask: arrays or None."""

    x: Any
    y: Any = None
    mask: Any = None


def batch(path: str | Path) -> Batch:
    """The batch in an ``.npz`` file with arrays x, y (optional) and mask (optional), or in an ``.npy`` file: x alone.

    Several inputs are named ``x.NAME`` by the inputs of the model.

    Raises:
        ConfigError: for no such file, another format, arrays of objects, names that say nothing; in one line.
    """
    arrays = _arrays(path)
    named = {name[2:]: array for name, array in arrays.items() if name.startswith("x.")}
    x = next((arrays[name] for name in X if name in arrays), None)
    if (x is None) == (not named):
        held = ", ".join(sorted(arrays)) or "nothing"
        raise ConfigError(KEY, path, f"must hold an array x (and y, mask), or x.NAME for each input; it holds {held}")
    y = next((arrays[name] for name in Y if name in arrays), None)
    return Batch(named or x, y, arrays.get("mask"))


def _arrays(path: str | Path) -> dict[str, np.ndarray]:
    if not Path(path).is_file():
        raise ConfigError(KEY, path, "must be a file made by numpy.savez(path, x=x, y=y)")
    try:
        with open(path, "rb") as file:  # np.load leaves a damaged file open
            loaded = np.load(file, allow_pickle=False)
            return {"x": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except ValueError as error:
        if "allow_pickle" not in str(error) and "Object arrays" not in str(error):
            raise ConfigError(KEY, path, f"cannot be read ({str(error).splitlines()[0][:120]})") from None
        how = "x = numpy.stack([numpy.asarray(s, 'float32') for s in x]); numpy.savez(path, x=x, y=y)"
        raise ConfigError(KEY, path, f"holds pickled objects, which are not read; convert: {how}") from None
    except (OSError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError, MemoryError) as error:
        raise ConfigError(KEY, path, f"cannot be read ({type(error).__name__})") from None
