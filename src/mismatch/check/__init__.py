"""What is in your sequences, and what will go wrong with them before a GRU: ``mismatch.check(sequences, labels)``.

check(sequences, labels, groups=None, parts=None, lengths=None, features=None, *, pad_value=0.0, steps=None)

Args:
    sequences: a list of (L,) or (L, d) arrays, or of texts; an array (N, T, d), or (N, T); of pandas, a Series of
        texts or of arrays, or a DataFrame of a row per step with an index of two levels, sequence and time.
    labels: N labels: words or numbers.
    groups: N keys of what belongs together (a speaker, a patient), or None.
    parts: N of ``train``, ``probe``, ``test``, or None where none are chosen yet.
    lengths: N true lengths of the rows of a padded array.
    features: names of the d features.
    pad_value: what pads will hold; the steps of your data that equal it are reported.
    steps: T that you have in mind; None: the longest length.

Where the sequences are a Series or a DataFrame, and labels, groups, parts or lengths a Series, they belong together by
their index: the same entries in another order are put in order, which the reading says; an index that differs is
refused. Everything else belongs together by its order.

Returns:
    The profile and the findings: shows itself in a notebook; `.text()`, `.html()`, `.to_json()`, `.frame()`.

Raises:
    ConfigError: a ValueError whose one line names what cannot be read, and what would be accepted.

This package is what it calls: rules stand one in a module, on data in `check.data`, on models in `check.model`. Nothing
here trains, and nothing that looks at data alone imports TensorFlow.
"""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mismatch.check.outcome import Checked


class _Check(ModuleType):
    """A module that can be called: a package's name cannot be that of a function too, once it is imported."""

    def __call__(
        self,
        sequences: Any,
        labels: Any,
        groups: Any = None,
        parts: Any = None,
        lengths: Any = None,
        features: Sequence[str] | None = None,
        *,
        pad_value: float = 0.0,
        steps: int | None = None,
    ) -> "Checked":
        from mismatch.check.items import check

        return check(sequences, labels, groups, parts, lengths, features, pad_value=pad_value, steps=steps)


_Check.__call__.__doc__ = __doc__
sys.modules[__name__].__class__ = _Check
