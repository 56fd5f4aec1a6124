"""A results folder from its records alone: tables, effects, control checks, claims, figures and the page.

In: ``<out>/records`` and the experiment's own tables. Out: everything else in the folder. No TensorFlow here.
"""

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
    """Write controls.csv, claims.csv and factorial.csv; all that the page shows of them."""
    from mismatch.analysis.judging import judge

    registered = registry(name)
    if registered is None:
        return {}
    judged = judge(tables | ({} if runs.empty else {"runs.csv": runs}), registered, planned)
    store.write_csv(out / "controls.csv", judged.controls)
    store.write_csv(out / "claims.csv", judged.claims)
    if judged.factorial is not None:
        store.write_csv(out / "factorial.csv", judged.factorial)
    return {"claims": judged.claims, "checks": list(judged.checks), "shown": judged.shown}
