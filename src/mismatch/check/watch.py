"""A Keras callback that checks the model and its first batch when training begins.

In: the data that fit is given: Keras hands a callback no batch, so it has to be given them itself. Out: what was found,
printed, and kept as `checked`.
"""

from typing import Any

import keras

from mismatch.check.models import check_model
from mismatch.check.outcome import Checked
from mismatch.config.fields import require

ROWS = 256
"""Rows that are looked at."""


class Stopped(ValueError):
    """Training was not begun, because the check found errors; its text is theirs."""


class Watch(keras.callbacks.Callback):
    """Check the model as fit begins, on the rows it is given: ``model.fit(x, y, callbacks=[mismatch.Watch(x, y)])``.

    x: what fit is given: an array or structure of arrays, a tf.data.Dataset or a keras.utils.PyDataset, whose first
    batch is taken (both can be read again; a generator cannot, and is refused). Without x the model alone is looked
    at. y, mask: as fit and the model are given them. stop: raise `Stopped` in place of training where errors are
    found. quiet: print nothing. Model, optimizer and random states are left as they were. After training has begun,
    `checked` holds the outcome.
    """

    def __init__(self, x: Any = None, y: Any = None, mask: Any = None, *, stop: bool = False, quiet: bool = False):
        super().__init__()
        self._data, self._y, self._mask, self._stop, self._quiet = x, y, mask, stop, quiet
        self.checked: Checked | None = None
        if hasattr(x, "__next__"):
            raise TypeError("Watch: a generator can be read once, by fit; give arrays, a Dataset or a PyDataset")

    def on_train_begin(self, logs: Any = None) -> None:
        """Look once, before the first update."""
        x, y = _first(self._data, self._y)
        self.checked = check_model(self.model, x, y, _some(self._mask))
        shown = [finding for finding in self.checked.findings if finding.severity != "note"]
        if shown and not self._quiet:
            print(self.checked.text())
        if self._stop and self.checked.count("error"):
            raise Stopped(self.checked.text())


def _first(data: Any, labels: Any) -> tuple[Any, Any]:
    """The first rows of x and y, or the first batch of a data set."""
    if isinstance(data, keras.utils.PyDataset):
        return _pair(data[0])
    if type(data).__module__.startswith("tensorflow") and hasattr(data, "element_spec"):
        first = next(iter(data.take(1)), None)
        require(first is not None, "x", type(data).__name__, "must hold a batch at least")
        return _pair(first)
    return _some(data), _some(labels)


def _pair(batch: Any) -> tuple[Any, Any]:
    x, y, *_ = (*batch, None) if isinstance(batch, (tuple, list)) else (batch, None)
    return _some(x), _some(y)


def _some(structure: Any) -> Any:
    """The first rows of every array of a structure."""
    if structure is None:
        return None
    return keras.tree.map_structure(lambda array: array[:ROWS], structure)
