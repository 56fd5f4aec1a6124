"""What is in data, and what is wrong between data and a model: findings, each with its evidence and what to do.

Rules stand one in a module: on data in `check.data`, on models in `check.model`. Nothing here trains, and nothing that
looks at data alone imports TensorFlow. The room itself is the function `mismatch.check(sequences, labels)`.
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mismatch.check.outcome import Checked


class _Check(ModuleType):
    """A module that can be called: a package's name cannot be that of a function too, once it is imported."""

    def __call__(self, sequences: Any, labels: Any, *others: Any, **named: Any) -> "Checked":
        """See `mismatch.check.items.check`."""
        from mismatch.check.items import check

        return check(sequences, labels, *others, **named)


sys.modules[__name__].__class__ = _Check
