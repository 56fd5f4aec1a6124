"""Every metric of a run, from the families found by name: built-in modules of this package and entry points.

In: a `Finished` run. Out: one number per column. Built-in families come first, in alphabetical order: that is the
order of their columns in every table.
"""

from functools import cache
from numbers import Real

import numpy as np

from mismatch.config.fields import ConfigError
from mismatch.config.registry import METRICS
from mismatch.run.metrics.base import Finished, Metric
from mismatch.run.sections import IDENTITY, PROVENANCE, ROOTS, Column, is_metric

__all__ = ["Finished", "columns", "families", "measure"]


@cache
def families() -> tuple[Metric, ...]:
    """Every family, its names of columns checked.

    Raises:
        ConfigError: for a family without columns, and a name that is taken or that a setting might have.
    """
    found: tuple[Metric, ...] = tuple(family() for family in METRICS.all().values())
    taken: dict[str, str] = {}
    for family in found:
        if not getattr(family, "columns", None):
            raise ConfigError(METRICS.key, family.name, f"{type(family).__qualname__} lacks columns")
        for name in family.columns:
            if wrong := _wrong(name) or (f"which {taken[name]} has already" if name in taken else ""):
                raise ConfigError(METRICS.key, family.name, f"names a column {name!r}, {wrong}")
            taken[name] = family.name
    return found


def _wrong(name: str) -> str:
    """Why `name` cannot be that of a metric; empty if it can."""
    if not name.isidentifier():
        return "where only letters, digits and _ may stand"
    if name in ROOTS or not is_metric(name):
        return "which another kind of column has: those are " + ", ".join((*IDENTITY, *ROOTS, "seed", *PROVENANCE))
    return ""


def columns() -> dict[str, Column]:
    """Every metric column, in the order of the table."""
    return {name: column for family in families() for name, column in family.columns.items()}


def measure(run: Finished) -> dict[str, float | bool]:
    """Every metric of a run.

    Raises:
        ValueError: when a family returns other columns than it declares, or something that is no number.
    """
    found: dict[str, float | bool] = {}
    for family in families():
        values = family.measure(run)
        if values.keys() != family.columns.keys():
            raise ValueError(f"metric {family.name} declares {', '.join(family.columns)}, returns {', '.join(values)}")
        words = [name for name, value in values.items() if not isinstance(value, (Real, np.bool_))]
        if words:
            raise ValueError(f"metric {family.name} returns no number for {', '.join(words)}")
        found |= {name: values[name] for name in family.columns}
    return found
