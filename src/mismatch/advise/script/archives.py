"""How a script reads sequences in an NPZ file: values end to end with lengths or offsets, or one padded array.

In: the settings of a dataset of series. Out: the way of reading them that the names of the arrays stand for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mismatch.advise.script.piece import Piece, literal
from mismatch.advise.script.reading import Reading, files
from mismatch.data.series import Series
from mismatch.data.sources import archive
from mismatch.data.sources.content import whole
from mismatch.data.sources.npz import LABELS


@dataclass(frozen=True)
class _Source:
    """Arrays under the usual names that end with `suffix`; `variable` holds them in the script."""

    arrays: Mapping[str, np.ndarray]
    variable: str
    suffix: str
    label: str | None

    def found(self, name: str) -> str | None:
        """What an array is called in the file: capital letters are small ones."""
        name = name + self.suffix
        return name if name in self.arrays else next((each for each in self.arrays if each.lower() == name), None)

    def code(self, name: str) -> str:
        """The expression of an array."""
        return f"{self.variable}[{literal(self.found(name))}]"

    def array(self, name: str) -> np.ndarray:
        return self.arrays[str(self.found(name))]

    def labelled(self) -> tuple[str, np.ndarray]:
        """The expression of the array of labels, and the array."""
        if self.label is not None:
            return f"{self.variable}[LABEL]", self.arrays[self.label]
        usual = next(name for name in LABELS if self.found(name))
        return self.code(usual), self.array(usual)

    def labels(self) -> str:
        """The expression of the list of labels."""
        code, array = self.labelled()
        return f"[each.decode() for each in {code}.tolist()]" if array.dtype.kind == "S" else f"{code}.tolist()"

    def series(self) -> str:
        """The expression of the list of sequences."""
        if self.found("x"):
            if not self.found("lengths"):
                return f"list({self.code('x')})"
            return f"[s[: int(k)] for s, k in zip({self.code('x')}, {self.code('lengths')})]"
        if self.found("lengths"):
            whole = "" if self.array("lengths").dtype.kind in "iu" else ".astype(int)"
            return f"np.split({self.code('values')}, np.cumsum({self.code('lengths')}{whole})[:-1])"
        end = "" if len(self.array("offsets")) == len(self.labelled()[1]) else "-1"
        return f"np.split({self.code('values')}, {self.code('offsets')}[1:{end}])"

    @property
    def steps(self) -> np.ndarray:
        """The array that holds the steps."""
        return self.array("x" if self.found("x") else "values")


def reading(data: Series, tested: bool, holes: bool) -> Reading:
    """How the sequences of `data` are read.

    tested: those of the test part of the file itself, too. holes: some values may be missing.
    """
    sources = _sources(data, tested)
    first = sources[0]
    flat = first.steps.ndim == (2 if first.found("x") else 1)
    exact = first.steps.dtype in (np.float32, np.float64) and not holes
    every = [f"feature {k}" for k in range(1 if flat else first.steps.shape[-1])]
    every = list(map(str, first.array("features").tolist())) if first.found("features") else every
    chosen = [every.index(name) for name in data.items().features] if data.features else []
    given: tuple[tuple[str, object], ...] = files(data, tested and data.test_path is not None)
    given = (*given, ("LABEL", data.label)) if first.label else given
    given = (*given, ("FEATURES", chosen)) if chosen else given
    series = " + ".join(source.series() for source in sources)
    labels = " + ".join(source.labels() for source in sources)
    paths = {"data": "FILE", "test": "TEST_FILE"}
    opened = (f"{each.variable} = dict(np.load({paths[each.variable]}))" for each in sources)
    lines = (*dict.fromkeys(opened), f"series = {series}", f"labels = {labels}")
    one = f"s = series[n]{'[:, None]' if flat else ''}{'[:, FEATURES]' if chosen else ''}"
    one = one if exact else f"{one}.astype(float)"
    return Reading(Piece((), given, (), lines), (one,), "labels[n]", "series", "sequences of the file, from 0")


def _sources(data: Series, tested: bool) -> list[_Source]:
    arrays = archive.parse(whole(data.path))
    if any(name.lower() == "x_train" for name in arrays):
        parts = ("_train", "_test")[: 1 + tested]
        return [_Source(arrays, "data", part, None) for part in parts]
    found = [_Source(arrays, "data", "", data.label)]
    if tested and data.test_path is not None:
        found.append(_Source(archive.parse(whole(data.test_path, "data.test_path")), "test", "", data.label))
    return found
