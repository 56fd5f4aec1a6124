"""Inputs of a model with the values they are given, matched as Keras matches them: by name, key or place.

In: a model and x in any structure. Out: one `Fed` for each input that has values; and x again, with other values.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

STEPS, ROWS = 8, 4
"""Of the batch that is made up where there is none and the size is free."""
Path = tuple[str | int, ...]
"""Keys and places that lead to an array in a structure; empty where the structure is the array."""


@dataclass(frozen=True, eq=False)
class Fed:
    """One input: its name, the shape the model declares (None where it declares none), the values it is given.

    path: where the values stand in x.
    """

    name: str
    declared: tuple[int | None, ...] | None
    values: np.ndarray
    path: Path = ()

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.values.shape)


@dataclass(frozen=True)
class Declared:
    """One input as a model declares it: its name, its place in what the model takes, its shape and type."""

    name: str
    path: Path
    shape: tuple[int | None, ...]
    kind: str = "float32"


def declared(model: Any) -> list[Declared]:
    """Inputs as the model declares them, in its order; none where nothing does.

    Where the first batch settled it, nobody has declared a length: only the last axis is kept.
    """
    inputs = getattr(model, "inputs", None)
    if inputs and not _settled(model):
        kinds = [str(getattr(tensor, "dtype", "float32")) for tensor in inputs]
        places = [path for path, _ in leaves(_structure(model))]
        return [
            Declared(tensor.name, path, tuple(tensor.shape), kind)
            for tensor, path, kind in zip(inputs, places, kinds, strict=True)
        ]
    shapes = getattr(model, "_build_shapes_dict", None) or {}
    shape = tuple(inputs[0].shape) if inputs else shapes.get("input_shape") if len(shapes) == 1 else None
    plain = isinstance(shape, (list, tuple)) and all(size is None or isinstance(size, int) for size in shape)
    return [Declared("x", (), _of_free_length(tuple(shape)))] if plain and shape else []


def fed_to(model: Any, x: Any) -> tuple[Fed, ...]:
    """Every input with its values, in the order of the model where that is known, else in that of Keras."""
    wanted = declared(model)
    given = {path: np.asarray(value) for path, value in leaves(x) if value is not None}
    places = [path for path, _ in leaves(x)]
    pairs = _paired(wanted, places)
    shapes = {path: known.shape for known, path in pairs if path in given}
    return tuple(Fed(_name(path, x), shapes.get(path), given[path], path) for path in shapes or given)


def made_up(model: Any) -> tuple[tuple[Fed, ...], Any]:
    """Inputs of rows made up for each declared shape, enough to see where masks go; and x in the model's structure."""
    wanted = declared(model)
    rng = np.random.default_rng(0)
    found = tuple(Fed(each.name, each.shape, _values(each, rng), each.path) for each in wanted)
    return found, packed(_structure(model) if found else None, {each.path: each.values for each in found})


def _structure(model: Any) -> Any:
    """The inputs of a model in the structure it was made with."""
    inputs = getattr(model, "inputs", None) or [None]
    made = getattr(getattr(model, "_functional", None) or model, "_inputs_struct", None)
    return made if made is not None else inputs[0] if len(inputs) == 1 else inputs


def leaves(structure: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """(path, array) of a nested structure, in Keras's order: a list of arrays is several inputs, one of numbers one."""
    if isinstance(structure, dict):
        for key in sorted(structure):
            yield from leaves(structure[key], (*path, key))
    elif isinstance(structure, (list, tuple)) and holds_arrays(structure):
        for place, part in enumerate(structure):
            yield from leaves(part, (*path, place))
    else:
        yield path, structure


def holds_arrays(structure: Any) -> bool:
    """Whether anything in a structure is an array, a tensor or a table."""
    if isinstance(structure, dict):
        return True
    if isinstance(structure, (list, tuple)):
        return any(holds_arrays(part) for part in structure)
    return hasattr(structure, "shape")


def flat(structure: Any) -> list[np.ndarray]:
    """Arrays of a nested structure, in Keras's order."""
    return [np.asarray(value) for _, value in leaves(structure) if value is not None]


def packed(structure: Any, values: Mapping[Path, Any], path: Path = ()) -> Any:
    """`structure` with `values` in their places; the rest of it as it is."""
    if path in values:
        return values[path]
    if isinstance(structure, dict):
        return {key: packed(part, values, (*path, key)) for key, part in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [packed(part, values, (*path, place)) for place, part in enumerate(structure)]
    return structure


def read(x: Any, found: tuple[Fed, ...]) -> Any:
    """x without the keys that the model does not read."""
    if not isinstance(x, dict):
        return x
    used = {fed.path[0] for fed in found if fed.path}
    return {key: part for key, part in x.items() if key in used or part is None}


def _paired(wanted: list[Declared], places: list[Path]) -> list[tuple[Declared, Path]]:
    """Which values each declared input is given: by the same place, by its name as a key, or in order."""
    by_name: list[tuple[Declared, Path]] = [(each, (each.name,)) for each in wanted]
    for pairs in ([(each, each.path) for each in wanted], by_name):
        if wanted and all(path in places for _, path in pairs):
            return pairs
    return list(zip(wanted, places, strict=True)) if len(wanted) == len(places) else []


def _name(path: Path, x: Any) -> str:
    """As messages name it: a key of x, or where it stands in a list."""
    if not path:
        return "x"
    if len(path) == 1 and path[0] == 0 and len(x) == 1:
        return "x"
    named = "x" if isinstance(path[0], int) else ""
    for part in path:
        named += f"[{part}]" if isinstance(part, int) else f".{part}" if named else str(part)
    return named


def _values(wanted: Declared, rng: np.random.Generator) -> np.ndarray:
    """Rows of a declared shape, the last two steps of zeros."""
    first, *rest = wanted.shape
    sizes = [ROWS if first is None else first, *(STEPS if size is None else size for size in rest)]
    if wanted.kind == "string":
        return np.full(sizes, "a")
    values = (
        np.ones(sizes, wanted.kind) if "int" in wanted.kind or wanted.kind == "bool" else rng.uniform(0.1, 0.9, sizes)
    )
    values = values.astype("float32") if values.dtype.kind == "f" else values
    if len(sizes) > 1 and sizes[1] > 2:
        values[1:, -2:] = 0
    return values


def _settled(model: Any) -> bool:
    """Whether the inputs of a Sequential model were made from its first batch, as nobody gave it an Input.

    Keras makes them look alike, but for the arguments that it keeps to write a config: a person gives a shape, a file
    says whether it is sparse, a first batch does neither. Layers that keep their state need the size of the batch, so
    that it was given on purpose.
    """
    if type(model).__name__ != "Sequential" or any(getattr(layer, "stateful", False) for layer in model.layers):
        return False
    first = next(iter(getattr(model, "_layers", ())), None)
    kept = getattr(getattr(first, "_auto_config", None), "config", None)
    return (
        type(first).__name__ == "InputLayer"
        and kept is not None
        and kept.keys() >= {"shape", "sparse"}
        and (kept["shape"] is None and kept["sparse"] is None)
    )


def _of_free_length(shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """(N, T, D) as (None, None, D)."""
    return (None, *(None for _ in shape[1:-1]), shape[-1]) if len(shape) > 2 else (None, *(None for _ in shape[1:]))
