"""Shapes of weights that are to be loaded into a model: from arrays, or from a file whose values are not read.

In: arrays in order, or the path of a ``.weights.h5`` file. Out: (name, shape) of each, in the order of the file.
"""

from pathlib import Path
from typing import Any

from mismatch.config.fields import ConfigError

KEY = "weights"


def shapes(weights: Any) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Name and shape of each array.

    Raises:
        ConfigError: for a file that is not there or is no HDF5 file.
    """
    if not isinstance(weights, (str, Path)):
        return tuple((f"array {i}", tuple(getattr(array, "shape", ()))) for i, array in enumerate(weights))
    if not Path(weights).is_file():
        raise ConfigError(KEY, weights, "must be a file made by model.save_weights('name.weights.h5')")
    import h5py  # type: ignore[import-untyped]

    found: list[tuple[str, tuple[int, ...]]] = []
    try:
        with h5py.File(weights, "r") as file:
            file.visititems(lambda name, item: found.append((name, item.shape)) if hasattr(item, "shape") else None)
    except OSError:
        raise ConfigError(KEY, weights, "must be a file made by model.save_weights('name.weights.h5')") from None
    return tuple((name, tuple(shape)) for name, shape in found if not name.startswith("optimizer"))
