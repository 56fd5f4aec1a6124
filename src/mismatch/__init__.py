"""What does each way of making sequences fit a GRU cost, in accuracy, stability and time?

The rooms, from the bottom to the top: `config`, `data`, `adapt`, `reductions`, `ceilings`, `engine`, `run`, `sweep`,
the measurements `timing`, `trials` and `mechanism`, `check`, `analysis`, `advise`, `report`; `cli` is the command,
and `replicate` stands on it. A package imports only packages above it in this list. Importing this one settles the
environment numbers are made in.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mismatch.config import environment

if TYPE_CHECKING:
    from mismatch.advise.asking import advise as advise
    from mismatch.check.items import check as check
    from mismatch.check.models import check_model as check_model
    from mismatch.check.watch import Watch as Watch

environment.setup()

_LAZY = {"check_model": "mismatch.check.models", "Watch": "mismatch.check.watch"}
"""What can be had from here, imported when it is first asked for: this package alone imports no NumPy."""
_ROOMS = ("advise", "check")
"""Rooms that can be called."""


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"mismatch.{name}")
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS, *_LAZY})
