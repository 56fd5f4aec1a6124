"""A results folder from its records alone: tables, effects, control checks, claims, figures and the page.

In: ``<out>/records`` and the experiment's own tables. Out: everything else in the folder. No TensorFlow here.
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.config.fields import ConfigError
from mismatch.config.paths import EXPERIMENTS
from mismatch.sweep import own, store

if TYPE_CHECKING:
    import pandas as pd

    from mismatch.analysis.registry import Registry


def rebuild(out: Path, figures: bool = True) -> tuple["pd.DataFrame", list[str]]:
    """Write every table of `out`, its figures and its page; returns the runs and lines worth saying.

    Raises:
        ConfigError: when there are no sound records, nor tables of the experiment's own.
    """
    from mismatch.analysis.effects import effects
    from mismatch.analysis.summary import summarise, write_summary
    from mismatch.report.build import write_report

    loaded = store.load(out)
    planned = store.read_plan(out)
    name = experiment(out)
    records = store.newest(loaded.records, None if planned is None else planned.arms)
    tables = own.tables(name, out) if name else {}
    if not records and not tables:
        raise ConfigError("results", out, "must be a folder with records/*.json of a sweep")
    runs = store.table(records)
    if records:
        store.write_tables(out, runs)
        store.write_csv(out / "effects.csv", effects(runs))
    judged = _judge(out, name, runs, tables, planned.arms if planned else None)
    if figures:
        readme = EXPERIMENTS / name / "README.md" if name else None
        write_report(
            out,
            runs,
            traces={record.run: record.trace for record in records},
            readme=readme.read_text() if readme and readme.is_file() else None,
            figures=own.figures(name, out) if name else {},
            **judged,
        )
    elif records:
        write_summary(summarise(runs), out)
    return runs, list(loaded.damaged)


def experiment(out: Path) -> str:
    """Name of the experiment whose results `out` holds; empty where it is none of `experiments/`."""
    planned = store.read_plan(out)
    name = planned.name if planned else out.resolve().name
    return name if (EXPERIMENTS / name / "sweep.yaml").is_file() else ""


def registry(name: str) -> "Registry | None":
    """The claims registered with an experiment, or None."""
    from mismatch.analysis.registry import load

    path = EXPERIMENTS / name / "claims.yaml"
    return load(path) if name and path.is_file() else None


def _judge(
    out: Path, name: str, runs: "pd.DataFrame", tables: dict[str, "pd.DataFrame"], planned: dict[str, int] | None
) -> dict[str, Any]:
    """Check the controls, judge the claims, write controls.csv and claims.csv; all that the page shows of it."""
    import pandas as pd

    from mismatch.analysis.claims import evaluate
    from mismatch.analysis.controls import check_all
    from mismatch.analysis.select import arms_where

    registered = registry(name)
    if registered is None:
        return {}
    tables = tables | ({} if runs.empty else {"runs.csv": runs})
    tables = {file: valid(table) for file, table in tables.items()}
    checks = check_all(tables, registered.controls, planned)
    claims = evaluate(registered, tables, checks, planned)
    store.write_csv(
        out / "controls.csv", pd.DataFrame(checks, columns=["name", "passed", "text", "guards", "table", "arms"])
    )
    store.write_csv(out / "claims.csv", claims)
    if registered.factorials and len(runs):
        store.write_csv(out / "factorial.csv", _factorials(registered, runs))
    shown = None
    if registered.show and len(runs) and set(registered.base) <= set(runs):
        shown = runs[runs["arm"].isin(arms_where(runs, registered.base | registered.show)["arm"])]
    return {"claims": claims, "checks": checks, "shown": shown}


def valid(table: "pd.DataFrame") -> "pd.DataFrame":
    """The rows whose times may be claimed, where a table of step times says so; runs are left as they are."""
    from mismatch.analysis.select import true

    if "timing_valid" not in table or "reference_before_ms" not in table:
        return table
    return table[true(table["timing_valid"])]


def _factorials(registered: "Registry", runs: "pd.DataFrame") -> "pd.DataFrame":
    """Main effects and interactions of every full two-level grid the registry names; a grid not whole is left out."""
    import pandas as pd

    from mismatch.analysis.axes import varied
    from mismatch.analysis.factorial import effects
    from mismatch.analysis.pairs import outcome
    from mismatch.analysis.select import arms_where
    from mismatch.analysis.statistics import UnreliableInterval

    tables = []
    for grid in registered.factorials:
        try:
            arms = arms_where(runs, registered.base | registered.show | grid["where"])["arm"]
            scored = runs.assign(_score=outcome(runs, grid["metric"]))[runs["arm"].isin(arms)]
            axes = {axis.name: axis.levels for axis in varied(scored) if len(axis.levels) == 2}
            if not axes:  # nothing of this grid was run
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UnreliableInterval)  # the column `note` says it
                found = effects(scored, list(axes), "_score", levels=axes)
        except ValueError:  # a cut of the grid, as in a smoke run
            continue
        tables.append(found.assign(grid=grid["name"], metric=grid["metric"]))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["effect", "grid", "metric"])
