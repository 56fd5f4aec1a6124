"""`mismatch export FOLDER --to mlflow|tensorboard`: the runs of results folders, as another tool reads them.

In: the records of a folder. Out: what the tool keeps, made by a module of its own each; runs that are there already are
left alone. What the tools need is the extra `export`.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.config.files import guard
from mismatch.run.sections import IDENTITY, PROVENANCE, is_metric, is_parameter
from mismatch.sweep import store

if TYPE_CHECKING:
    import pandas as pd

TARGETS = {"mlflow": ("mlflow", "sqlalchemy"), "tensorboard": ("tensorboard",)}
"""Tools, and the packages that writing for them imports; the module of a tool is `to_<tool>`."""
PROBED = ("probe_loss", "probe_accuracy")
UPDATED = ("batch_loss", "grad_norm")
"""Series of a trace: with a value before training and after each block, and with one after each update."""


@dataclass(frozen=True)
class Exported:
    """A run as other tools have it.

    sweep, label, run: its names; label: the arm in words. started: seconds since 1970. series: name -> (update, value).
    """

    sweep: str
    label: str
    run: str
    arm: str
    replicate: int
    ok: bool
    started: float
    parameters: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    series: Mapping[str, Sequence[tuple[int, float]]]


def export(folders: Sequence[Path], to: str, out: Path | None = None) -> Iterator[str]:
    """Write the runs of `folders` for the tool `to`; a line for each folder.

    Args:
        folders: results folders with records.
        to: one of `TARGETS`.
        out: where; default: a folder named like the tool in each of them.

    Raises:
        ConfigError: for a folder without records, a tool that is not installed, a place that cannot be written.
    """
    found = [(folder, of_folder(folder)) for folder in folders]
    tool = _tool(to)
    for folder, runs in found:
        target = folder / to if out is None else out
        guard(target, explicit=out is not None)
        try:
            target.mkdir(parents=True, exist_ok=True)
            written = tool.write(runs, target)
        except OSError as error:
            raise ConfigError("--out", target, f"cannot be written ({error.strerror})") from error
        known = len(runs) - written
        yield f"{target}: {written} of {counted(len(runs), 'run')} of {folder}, {known} there already; {tool.OPENED}"


def of_folder(folder: Path) -> list[Exported]:
    """The runs of a results folder.

    Raises:
        ConfigError: when it has no sound records.
    """
    from mismatch.report.material import NEEDED

    if not folder.is_dir():
        raise ConfigError("results", folder, NEEDED)
    planned, chosen = store.asked_for(folder)
    runs = chosen.table
    if runs.empty:
        raise ConfigError("results", folder, NEEDED)
    traces = store.Traces(folder, runs["run"].tolist())
    name = planned.name if planned else folder.resolve().name
    labels = _labels(runs)
    return [_exported(row, name, labels, traces[str(row["run"])]) for row in runs.to_dict("records")]


def _tool(name: str) -> Any:
    missing = [package for package in TARGETS[name] if importlib.util.find_spec(package) is None]
    if missing:
        what = f"needs {' and '.join(missing)}, of the extra export: pip install 'mismatch[export]'"
        raise ConfigError("--to", name, what)
    return importlib.import_module(f"mismatch.report.to_{name}")


def _labels(runs: pd.DataFrame) -> dict[str, str]:
    from mismatch.analysis.axes import varied
    from mismatch.report.brief import labels

    arms = runs.drop_duplicates("arm")
    return dict(zip(map(str, arms["arm"]), labels(arms, varied(runs)), strict=True))


def _exported(row: Mapping[Any, Any], sweep: str, labels: Mapping[str, str], trace: Mapping[str, Any]) -> Exported:
    known = {str(name): value for name, value in row.items() if value is not None and value == value}
    arm, updates = str(row["arm"]), known.get("train.updates", 0)
    return Exported(
        sweep=sweep,
        label=labels[arm],
        run=str(row["run"]),
        arm=arm,
        replicate=int(row["replicate"]),
        ok=row["status"] == "ok",
        started=_seconds(known.get("started")),
        parameters={name: value for name, value in known.items() if is_parameter(name)},
        metrics={name: float(value) for name, value in known.items() if is_metric(name) and math.isfinite(value)},
        tags={name: str(value) for name, value in known.items() if name in IDENTITY or name in PROVENANCE},
        series=dict(_series(trace, int(known.get("train.block", 1)), int(updates))),
    )


def _series(trace: Mapping[str, Any], block: int, updates: int) -> Iterator[tuple[str, list[tuple[int, float]]]]:
    for name in (*PROBED, *UPDATED):
        first, step = (0, block) if name in PROBED else (1, 1)
        values = [(first + place * step, float(value)) for place, value in enumerate(trace.get(name, ()))]
        finite = [(min(update, updates), value) for update, value in values if math.isfinite(value)]
        if finite:
            yield name, finite


def _seconds(started: object) -> float:
    try:
        moment = datetime.fromisoformat(str(started))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
