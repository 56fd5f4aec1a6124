"""Sequences in an NPZ file: values end to end with lengths or offsets, or one padded array.

In: arrays by name. Out: `Found`. ``values`` (sum L, d) with ``lengths`` (N,) or ``offsets`` (N,) or (N + 1,); or ``x``
(N, T, d) with ``lengths`` where rows are padded; ``labels`` or ``y`` (N,); ``x_train``, ``y_train``, ``x_test`` and
``y_test`` for parts. Capital letters in these names are small ones, where no two names are then the same.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mismatch.data.sources.archive import Malformed
from mismatch.data.sources.labels import missing
from mismatch.data.sources.numeric import Found, joined
from mismatch.data.sources.parts import PARTS
from mismatch.data.sources.words import listed, quoted

LABELS = ("labels", "label", "y")
GROUPS = ("groups", "group")
NAMES = {"values", "x", "lengths", "offsets", "features", "parts", "split", *LABELS, *GROUPS}
FORMS = (
    "values with lengths or offsets, or x (N, T, d), with lengths where its rows are padded; and labels or y; "
    "or x_train, y_train, x_test, y_test"
)


def found(
    arrays: Mapping[str, np.ndarray], label: str | None = None, split: str | None = None, group: str | None = None
) -> Found:
    """The sequences of `arrays`; `label`, `split` and `group` name arrays (N,) where they are not called as usual.

    Raises:
        Malformed: naming the array, for sizes that do not fit each other and kinds that are no numbers.
    """
    arrays, said = _in_small_letters(arrays, {label, split, group})
    if not {"x_train", "x_test"} & set(arrays):
        used, one = _one(arrays, label, split, group)
        return replace(one, notes=(*said, *one.notes, *_unused(arrays, used)))
    for name in ("x_train", "y_train", "x_test", "y_test"):
        if name not in arrays:
            raise Malformed(f"must hold {name} too: x_train, y_train, x_test, y_test go together")
    (names, train), (other, test) = (_one(_of_part(arrays, part), None, None, None) for part in ("train", "test"))
    used = {f"{name}_train" for name in names} | {f"{name}_test" for name in other}
    both = joined(train, test, "x_test", "data.path")
    return replace(both, notes=(*said, *both.notes, *_unused(arrays, used)))


def _in_small_letters(
    arrays: Mapping[str, np.ndarray], named: set[str | None]
) -> tuple[Mapping[str, np.ndarray], tuple[str, ...]]:
    """The arrays whose usual names are written with capitals under their usual names; but not those of settings."""
    many = Counter(map(str.lower, arrays))
    usual = NAMES | {f"{name}_{part}" for name in NAMES for part in ("train", "test")}
    other = {name for name in arrays if name != name.lower() and name.lower() in usual and many[name.lower()] == 1}
    other -= named
    said = (f"arrays {listed(sorted(other))}: read as {listed(map(str.lower, sorted(other)))}",) if other else ()
    return {name.lower() if name in other else name: array for name, array in arrays.items()}, said


def _of_part(arrays: Mapping[str, np.ndarray], part: str) -> dict[str, np.ndarray]:
    return {name.removesuffix(f"_{part}"): array for name, array in arrays.items() if name.endswith(f"_{part}")}


def _unused(arrays: Mapping[str, np.ndarray], used: set[str]) -> tuple[str, ...]:
    rest = sorted(set(arrays) - used)
    return (f"arrays that were not used: {listed(rest)}",) if rest else ()


def _one(
    arrays: Mapping[str, np.ndarray], label: str | None, split: str | None, group: str | None
) -> tuple[set[str], Found]:
    """The sequences of one part, and the names of the arrays they were made of."""
    values, lengths, used = _sequences(arrays)
    count = len(lengths)
    name = _named(arrays, label, LABELS)
    if name is None:
        raise Malformed(f"must hold {FORMS}; holds {listed(arrays)}")
    labels = _column(arrays, name, count)
    grouped = _named(arrays, group, GROUPS)
    parted = _named(arrays, split, ("parts", "split"))
    features = _features(arrays, values.shape[1])
    used |= {each for each in (name, grouped, parted) if each} | ({"features"} & set(arrays))
    return used, Found(
        values,
        lengths,
        labels,
        tuple(f"sequence {number}" for number in range(count)),
        features,
        "NPZ, padded" if "x" in arrays else "NPZ, end to end",
        _parts(_column(arrays, parted, count), parted) if parted else None,
        _groups(_column(arrays, grouped, count), grouped) if grouped else None,
        notes=_whole_rows(arrays),
    )


def _whole_rows(arrays: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    uncut = "x" in arrays and "lengths" not in arrays and not _ends_empty(arrays["x"])
    return (f"no lengths: all {arrays['x'].shape[1]} steps of each row are data",) if uncut else ()


def _ends_empty(x: np.ndarray) -> bool:
    """Whether any row of (N, T) or (N, T, d) ends in a step without a value, which is cut later, and said."""
    return x.dtype.kind == "f" and bool(x.size) and bool(np.isnan(x[:, -1].reshape(len(x), -1)).all(axis=1).any())


def _named(arrays: Mapping[str, np.ndarray], name: str | None, usual: tuple[str, ...]) -> str | None:
    if name is not None and name not in arrays:
        raise Malformed(f"must hold an array {quoted(name)}; holds {listed(arrays)}")
    return name if name is not None else next((each for each in usual if each in arrays), None)


def _sequences(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, set[str]]:
    """Values (sum L, d) float64, lengths (N,), and the names of the arrays that gave them."""
    shape = [name for name in ("lengths", "offsets") if name in arrays]
    if ("values" in arrays) == ("x" in arrays):
        raise Malformed(f"must hold {FORMS}; holds {listed(arrays)}")
    if len(shape) > 1:
        raise Malformed("must hold lengths or offsets, not both")
    if "x" in arrays:
        if shape == ["offsets"]:
            raise Malformed("x is padded and goes with lengths; offsets go with values")
        return (*_padded(_numbers(arrays, "x", (2, 3)), arrays), {"x", *shape})
    if not shape:
        raise Malformed("must hold lengths (N,) or offsets (N,) beside values: where one sequence ends")
    values = _numbers(arrays, "values", (1, 2))
    values = values[:, None] if values.ndim == 1 else values
    whole = _whole(arrays, shape[0])
    lengths = whole if shape == ["lengths"] else _from_offsets(whole, len(values), arrays)
    if lengths.min(initial=0) < 0:
        raise Malformed(f"lengths must be at least 0, has {lengths.min()}")
    if lengths.sum() != len(values):
        raise Malformed(f"lengths must add up to {len(values)}, the rows of values, not {lengths.sum()}")
    return values, lengths, {"values", *shape}


def _from_offsets(offsets: np.ndarray, total: int, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Lengths from the first row of each sequence; a last offset that is the end of all is no sequence."""
    count = next((arrays[name].size for name in LABELS if name in arrays), len(offsets))
    ends = offsets if len(offsets) == count + 1 else np.append(offsets, total)
    right = len(ends) > 1 and ends[0] == 0 and ends[-1] == total and (np.diff(ends) >= 0).all()
    if not right:
        raise Malformed(f"offsets must start at 0 and rise to at most {total}, the rows of values")
    return np.diff(ends)


def _padded(x: np.ndarray, arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Rows (N, T, d), or (N, T) of one feature, cut to their lengths."""
    x = x[:, :, None] if x.ndim == 2 else x
    count, steps, d = x.shape
    lengths = _whole(arrays, "lengths") if "lengths" in arrays else np.full(count, steps, np.int64)
    if lengths.shape != (count,) or lengths.min(initial=0) < 0 or lengths.max(initial=0) > steps:
        raise Malformed(f"lengths must be {count} whole numbers from 0 to {steps}, one for each row of x")
    return x[np.arange(steps) < lengths[:, None]].reshape(-1, d), lengths


def _numbers(arrays: Mapping[str, np.ndarray], name: str, axes: tuple[int, ...]) -> np.ndarray:
    array = arrays[name]
    if array.ndim not in axes:
        form = "(N, T, d) or (N, T)" if name == "x" else "(sum of lengths, d) or (sum of lengths,)"
        raise Malformed(f"{name} must have the shape {form}, has {array.shape}")
    if array.dtype.kind not in "biuf":
        raise Malformed(f"{name} must hold numbers, holds {array.dtype}")
    if array.ndim == axes[-1] and not array.shape[-1]:
        raise Malformed(f"{name} must have a feature at least, has {array.shape}")
    return array.astype(np.float64)


def _whole(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    array = arrays[name]
    if array.ndim != 1 or array.dtype.kind not in "iuf" or not np.all(np.mod(array, 1) == 0):
        raise Malformed(f"{name} must be whole numbers (N,), is {array.dtype} {array.shape}")
    if array.size and float(np.abs(array).max()) >= 2**53:
        raise Malformed(f"{name} must be below 2**53")
    return array.astype(np.int64)


def _column(arrays: Mapping[str, np.ndarray], name: str, count: int) -> list[object]:
    """One value per sequence, as plain Python objects."""
    array = arrays[name]
    if array.ndim != 1:
        hint = f"{name}.argmax(1) of one-hot rows, {name}.ravel() of a column"
        raise Malformed(f"{name} must be one per sequence, ({count},), is {array.shape}: {hint}")
    if len(array) != count:
        raise Malformed(f"{name} must be {count}, one per sequence, are {len(array)}")
    if array.dtype.kind == "S":
        try:
            return [bytes(value).decode() for value in array]
        except UnicodeDecodeError:
            raise Malformed(f"{name} holds bytes that are not UTF-8") from None
    return list(array.tolist())


def _parts(column: list[object], name: str) -> np.ndarray:
    words = [str(value).strip().casefold() for value in column]
    odd = next((number for number, word in enumerate(words) if word not in PARTS), None)
    if odd is not None:
        raise Malformed(f"{name} must hold train, test and, if you like, validation; has {quoted(column[odd])}")
    return np.array([PARTS[word] for word in words])


def _groups(column: list[object], name: str) -> list[object]:
    if any(map(missing, column)):
        raise Malformed(f"{name} must not be missing for any sequence")
    return column


def _features(arrays: Mapping[str, np.ndarray], d: int) -> tuple[str, ...]:
    if "features" not in arrays:
        return tuple(f"feature {k}" for k in range(d))
    if arrays["features"].shape != (d,):
        raise Malformed(f"features must be {d} names, one per feature")
    names = tuple(map(str, arrays["features"].tolist()))
    if len(set(names)) < d:
        raise Malformed(f"features must be {d} different names, has {listed(names)}")
    return names
