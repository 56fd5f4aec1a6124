"""Why the numbers can be trusted, or not: controls, failures, a second implementation.

In: `Sources`. Out: the controls of every experiment, failed ones first, and what two backends agree on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from mismatch.report.overview.sources import Sources

KINDS = {
    "sham": "The control arm again, under other random streams: there must be no difference.",
    "noisy": "Labels changed at a known rate: accuracy must fall by just that.",
    "shuffled": "Labels in random order: accuracy must be that of guessing.",
    "delayed": "A known time of waiting in every step: the clock must show it.",
    "slow": "A tenth of the learning rate: the cost must be seen, or equivalence means nothing.",
    "short": "Half of the updates: the cost must be seen, or equivalence means nothing.",
    "bayes": "The best rule there is, on the same test sequences: it must score the ceiling.",
    "ceiling": "No arm may score more than 3 standard errors above its ceiling.",
}
"""What a control is for, by the first word of its name."""


@dataclass(frozen=True)
class Control:
    """A check. kind: what it is for; experiment: where it rode."""

    experiment: str
    name: str
    passed: bool
    text: str
    kind: str


@dataclass(frozen=True)
class Backends:
    """Contrasts trained on a second backend: how many, how many read the same, and the largest distance."""

    contrasts: int
    same_sign: int
    same_reading: int
    equal_runs: int
    runs: int
    versions: str


@dataclass(frozen=True)
class Trust:
    """controls: failed ones first. failed: runs that did not end ok, of how many."""

    controls: tuple[Control, ...]
    runs: int
    failed: int
    arms: int
    backends: Backends | None

    @property
    def passed(self) -> int:
        return sum(control.passed for control in self.controls)

    @property
    def broken(self) -> list[Control]:
        return [control for control in self.controls if not control.passed]


def trust(sources: Sources) -> Trust:
    """All of it; empty where nothing was run."""
    controls = [control for name in sources.names for control in _controls(sources, name)]
    tables = [table for name in sources.names if (table := sources.runs(name)) is not None]
    failed = sum(int(table["status"].ne("ok").sum()) for table in tables)
    arms = sum(table["arm"].nunique() for table in tables)
    controls.sort(key=lambda control: control.passed)
    return Trust(tuple(controls), sum(map(len, tables)), failed, arms, _backends(sources))


def _controls(sources: Sources, name: str) -> list[Control]:
    table = sources.table(name, "controls.csv")
    if table is None:
        return []
    rows = table.to_dict("records")
    return [
        Control(name, str(row["name"]), str(row["passed"]) == "True", str(row["text"]), _kind(str(row["name"])))
        for row in rows
    ]


def _kind(name: str) -> str:
    return KINDS.get(name.split()[0] if name else "", "")


def _backends(sources: Sources) -> Backends | None:
    table = sources.table("replicate", "replicate.csv")
    if table is None or table.empty:
        return None
    first = table.iloc[0]
    found = {name: int(pd.Series(table[name]).astype(str).eq("True").sum()) for name in ("same_sign", "same_reading")}
    versions = f"TensorFlow {first['tensorflow_version']} and JAX {first['jax_version']}"
    counted = (int(table["equal_runs"].sum()), int(table["runs"].sum()))
    return Backends(len(table), found["same_sign"], found["same_reading"], *counted, versions)
