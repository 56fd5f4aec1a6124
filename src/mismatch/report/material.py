"""What a report is made from: the sound records of a results folder and the experiment's own tables.

In: a results folder. Out: `Material`, read once; nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.report import experiment
from mismatch.sweep import baselined, store

if TYPE_CHECKING:
    import pandas as pd

NEEDED = f"must be a folder with records of a sweep ({store.FILE})"


@dataclass(frozen=True)
class Material:
    """What a results folder holds: runs with their traces, the experiment's own tables and texts, what was planned.

    baselines: classifiers without recurrence, on the sequences of these runs.
    stamped: hash of the claims that the experiment's own tables were made for. elsewhere: settings in which experiments
    beside this one tried the claims. looks: numbers of replicates at which it was looked whether more are needed.
    """

    name: str
    runs: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    traces: Mapping[str, Any] = field(default_factory=dict)
    planned: dict[str, int] | None = None
    baselines: pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    stamped: str | None = None
    elsewhere: pd.DataFrame | None = None
    looks: tuple[int, ...] = ()


def gather(out: Path) -> Material:
    """Everything a report is made from.

    Raises:
        ConfigError: when there is nothing.
    """
    from mismatch.report.elsewhere import settings

    if not out.is_dir():
        raise ConfigError("results", out, f"{NEEDED}; there is no such folder")
    planned, chosen = store.asked_for(out)
    name = experiment.name_of(out)
    measured, runs = experiment.measured(out), chosen.table
    if runs.empty and not measured:
        raise ConfigError("results", out, f"{NEEDED}; it holds no sound record")
    return Material(
        name=name or (planned.name if planned else out.resolve().name),
        runs=runs,
        tables={file: store.read_csv(path) for file, path in measured.items() if file.endswith(".csv")},
        texts={file: path.read_text(encoding="utf-8") for file, path in measured.items() if file.endswith(".md")},
        files=measured | ({baselined.FILE: out / baselined.FILE} if (out / baselined.FILE).is_file() else {}),
        traces={} if runs.empty else store.Traces(out, runs["run"].tolist()),
        planned=planned.arms if planned else None,
        baselines=_beside(out, runs),
        notes=(*chosen.damaged, *_of_other_code(chosen.briefs, planned)),
        stamped=experiment.stamped(out),
        elsewhere=settings(out.resolve().parent, out.resolve().name),
        looks=planned.looks if planned else (),
    )


def _beside(out: Path, runs: pd.DataFrame) -> pd.DataFrame | None:
    """The baselines on the sequences of these runs, None where there are none."""
    from mismatch.analysis.beside import on_same

    found = on_same(runs, baselined.read(out))
    return found if len(found) else None


def _of_other_code(runs: list[store.Brief], planned: store.Asked | None) -> list[str]:
    """A line that says how many of the runs shown stand in for ones that the code of the plan has not made yet."""
    if planned is None or not planned.runs:
        return []
    others = [run for run in runs if run.run not in planned.runs and run.replicate < planned.arms[run.arm]]
    what = "come from other code or packages than were asked for; the same sweep again trains them"
    return [f"{len(others)} of {counted(len(runs), 'run')} {what}"] if others else []
