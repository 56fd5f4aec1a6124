"""The data dictionary: what every column of the runs table means, and its unit. Written beside every table.

Identity and provenance are explained by `sections`, metrics by their families, settings here or in the part that has
them: a dataset, adapter or reduction tells its own meaning, the field of a dataset one under ``meaning``.
"""

import sys
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mismatch.config.fields import ConfigError
from mismatch.config.meanings import PARAMETERS, UNITS, own
from mismatch.config.registry import ADAPTERS, DATASETS, REDUCTIONS, Registry
from mismatch.run import metrics
from mismatch.run.sections import IDENTITY, PROVENANCE, Column, is_parameter

if TYPE_CHECKING:
    import pandas as pd

RETIRED = {
    "steps_to_90": Column(
        "updates",
        "until version 0.1: updates until two probe accuracies in a row reach 90% skill, empty if never; now `delay`",
        lower_is_better=True,
    )
}
"""Metrics that results of earlier versions have."""
PARTS: dict[str, Registry] = {"data": DATASETS, "features.adapter": ADAPTERS, "reduction": REDUCTIONS}


def dictionary(runs: "pd.DataFrame") -> list[tuple[str, str, str]]:
    """Name, unit and meaning of every column of `runs`; for a choice of parts, also of those that occur in it."""
    datasets = _parts(DATASETS, runs["data"].dropna().unique()) if "data" in runs else {}
    known = IDENTITY | RETIRED | metrics.columns() | PROVENANCE
    rows = []
    for name in map(str, runs.columns):
        if name in known:
            column = known[name]
        elif not is_parameter(name):
            column = Column("", "metric of another version or package; its meaning is not known here")
        elif name in PARTS:
            column = Column("", PARAMETERS[name] + _meanings(_parts(PARTS[name], runs[name].dropna().unique())))
        else:
            column = Column(UNITS.get(name, ""), PARAMETERS.get(name) or _own(name, datasets.values()))
        rows.append((name, column.unit, column.told))
    return rows


def _parts(registry: Registry, names: Iterable[Any]) -> dict[str, Any]:
    """The classes of the parts `names`, without those that are not there any more."""
    found = {}
    for name in names:
        try:
            found[str(name)] = registry.get(str(name))
        except ConfigError:
            continue
    return found


def _meanings(parts: dict[str, Any]) -> str:
    """What the parts say of themselves, as the end of a sentence."""
    told = [f"{name} ({meaning})" for name, part in parts.items() if (meaning := _meaning(part))]
    return "".join((": ", ", ".join(told))) if told else ""


def _meaning(part: Any) -> str:
    """A part's own ``meaning``, else the first line of its module."""
    found = getattr(part, "meaning", None)
    if not isinstance(found, str):
        found = (getattr(sys.modules.get(part.__module__), "__doc__", None) or "").partition("\n")[0]
    return found.strip().rstrip(".")


def _own(name: str, datasets: Iterable[Any]) -> str:
    """The meaning that the datasets which have the setting ``data.<key>`` give it."""
    items = [item for dataset in datasets for item in fields(dataset) if f"data.{item.name}" == name]
    told = dict.fromkeys(own(item) for item in items if own(item))
    return "; or ".join(told) or "setting of that name; empty where it could not act"
