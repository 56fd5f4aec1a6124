"""Objects in memory, told apart: which are sequences, which are labels, and which could mean two things.

In: what a person hands to a function of this package. Out: NumPy arrays and plain values; anything else is refused by
its name with the line that makes it usable.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import numpy as np

from mismatch.config.fields import ConfigError, require
from mismatch.data.sources.frames import Held, held, of_pandas
from mismatch.data.sources.labels import absent
from mismatch.data.sources.numeric import refuse_width

DECODE = "[each.decode() for each in np.array({0}).tolist()]"
"""The line that makes texts of bytes, also of those of a tensor."""
HOLDERS = (Mapping, AbstractSet, bytes)
"""What holds values rather than being one."""


def describe(value: Any) -> str:
    """What `value` is, without its contents: ``list of 12``, ``float32 array (40, 30, 3)``."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array {value.shape}"
    name = type(value).__name__
    return f"{name} of {len(value)}" if isinstance(value, list | tuple) or of_pandas(value) else name


def rows_of(sequences: Any, shown: str) -> Held:
    """The sequences one by one, with their names and index where the object has some; missing ones are None."""
    if of_pandas(sequences):
        found = held(sequences, shown)
        return replace(found, rows=[None if absent(row) else row for row in found.rows])
    if isinstance(sequences, list | tuple):
        return Held([None if absent(row) else row for row in sequences])
    if isinstance(sequences, np.ma.MaskedArray):
        accepted = "must be no masked array: np.ma.filled(x.astype(float), np.nan) says what is missing"
        raise ConfigError("sequences", shown, accepted)
    if _is_tensor(sequences):
        sequences = np.asarray(sequences)
    if not isinstance(sequences, np.ndarray):
        raise ConfigError("sequences", shown, _instead(sequences))
    if sequences.dtype.kind in "OUT" and sequences.ndim == 1:
        return rows_of(sequences.tolist(), shown)
    require(
        sequences.dtype.kind != "S", "sequences", shown, f"must hold texts, not bytes: {DECODE.format('sequences')}"
    )
    accepted = "must have the axes (N, T, d), or (N, T) for one feature"
    require(sequences.ndim in (2, 3), "sequences", shown, accepted)
    return Held(list(sequences))


def _is_tensor(value: Any) -> bool:
    """Arrays of other packages that turn into one of NumPy: tensors of TensorFlow, PyTorch and JAX."""
    return hasattr(value, "__array__") and hasattr(value, "shape") and not hasattr(value, "nnz")


def _instead(value: Any) -> str:
    """What to write in place of an object that is no list of sequences."""
    if isinstance(value, str | bytes):
        return "must be a list of sequences, not one text; a file is read by mismatch check FILE or data.path=FILE"
    if isinstance(value, Mapping):
        return "must be a list: list(x.values()), with labels in the same order"
    if isinstance(value, AbstractSet):
        return "must be a list: a set has no order that labels could follow"
    if hasattr(value, "nnz"):
        return "must be a dense array: x.toarray()"
    if hasattr(value, "to_list"):
        return "must be a list of arrays: [np.asarray(row) for row in x.to_list()]"
    if hasattr(value, "__iter__"):
        return "must be a list of arrays: [np.asarray(row) for row in x]"
    return "must be a list of arrays (L,) or (L, d), a list of texts, or an array (N, T, d)"


def column_of(values: Any, count: int, key: str) -> list[object]:
    """N values as plain Python objects, None where one is missing."""
    shown = describe(values)
    if _is_tensor(values) and not of_pandas(values):
        values = np.asarray(values)
        hint = "labels.argmax(1) of one-hot rows, labels.ravel() of a column" if key == "labels" else f"{key}.ravel()"
        require(values.ndim == 1, key, shown, f"must be one per sequence, of shape ({count},): {hint}")
    require(not of_pandas(values, "DataFrame"), key, shown, f"must be one column: {key}.iloc[:, 0] is the first")
    known = isinstance(values, list | tuple | np.ndarray) or of_pandas(values)
    require(known, key, shown, f"must be a list or an array of {count}, one per sequence")
    require(len(values) == count, key, shown, f"must be {count}, one per sequence")
    column = [value.item() if isinstance(value, np.generic) else value for value in values]
    several = [isinstance(value, HOLDERS) or np.ndim(value) > 0 for value in column]
    odd = several.index(True) if any(several) else None
    inside = odd is not None and isinstance(column[odd], bytes)
    require(not inside, key, shown, f"{key}[{odd}] is bytes, not text: {DECODE.format(key)}")
    require(odd is None, key, shown, f"{key}[{odd}] must be one value, a text or a number")
    return [None if absent(value) else value for value in column]


def arrays_of(
    rows: Sequence[Any], names: tuple[str, ...], shown: str
) -> tuple[list[np.ndarray], tuple[str, ...] | None]:
    """Each sequence as (L, d) float64, and the names of the features where pandas knows them."""
    arrays = [_array(row, name, shown) for row, name in zip(rows, names, strict=True)]
    known = [number for number, array in enumerate(arrays) if array.size]
    require(bool(known), "sequences", shown, "must hold numbers: every sequence is empty")
    widths = [arrays[number].shape[1] for number in known]
    if len(set(widths)) > 1 and len({len(arrays[number]) for number in known}) == 1:
        turned = "look like (features, steps): pass [x.T for x in sequences], steps come first here"
        raise ConfigError("sequences", shown, turned)
    refuse_width(widths, [names[number] for number in known], "sequences", shown)
    arrays = [array if array.size else np.zeros((0, widths[0])) for array in arrays]
    if not of_pandas(rows[known[0]], "DataFrame"):
        return arrays, None
    columns = [tuple(map(str, getattr(rows[number], "columns", ()))) for number in known]
    other = next((names[number] for number, each in zip(known, columns, strict=True) if each != columns[0]), None)
    require(other is None, "sequences", shown, f"{other} must have the columns of {names[known[0]]}")
    return arrays, columns[0]


def _array(row: Any, name: str, shown: str) -> np.ndarray:
    """One sequence, (L, d) float64."""
    accepted = "must be an array (L,) or (L, d) of real numbers, every step with as many"
    if isinstance(row, str):
        raise ConfigError("sequences", shown, f"{name} is a text, others are not: must be all texts or all numbers")
    if isinstance(row, bytes):
        raise ConfigError("sequences", shown, f"{name} is bytes, not text: {DECODE.format('sequences')}")
    if row is None or isinstance(row, Mapping | AbstractSet | np.ma.MaskedArray):
        raise ConfigError("sequences", shown, f"{name} is {type(row).__name__}, {accepted}")
    try:
        array = _plain_numbers(row)
    except (ValueError, TypeError, OverflowError):
        array = None
    if array is None:
        raise ConfigError("sequences", shown, f"{name} {accepted}")
    if array.size and array.dtype.kind not in "biuf":
        joined = "; [' '.join(x) for x in sequences] makes texts of lists of tokens" if array.dtype.kind == "U" else ""
        raise ConfigError("sequences", shown, f"{name} holds {array.dtype}, {accepted}{joined}")
    if array.ndim not in (1, 2):
        raise ConfigError("sequences", shown, f"{name} has shape {array.shape}, {accepted}")
    return (array[:, None] if array.ndim == 1 else array).astype(np.float64)


def _plain_numbers(row: Any) -> np.ndarray | None:
    """`row` as an array, NaN where one is missing; None for what only looks like numbers, such as digits in text."""
    if of_pandas(row):
        kinds = row.dtypes if of_pandas(row, "DataFrame") else [row.dtype]
        return row.to_numpy(dtype=float, na_value=np.nan) if all(kind.kind in "biuf" for kind in kinds) else None
    array = np.asarray(row)
    if array.dtype.kind != "O":
        return array
    if any(isinstance(value, str | bytes) for value in array.ravel()):
        return None
    return (
        np.where([absent(value) for value in array.ravel()], np.nan, array.ravel())
        .reshape(array.shape)
        .astype(np.float64)
    )  # a list in it raises
