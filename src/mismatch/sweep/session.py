"""From composed configs to a results folder: plan everything, train what is missing, write tables and figures.

In: Hydra configs. Out: results folders and an exit code. Errors of the user end here, as one line.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from mismatch import report
from mismatch.config.fields import ConfigError
from mismatch.config.rules import resolve
from mismatch.config.settings import settings
from mismatch.sweep import own, pool, store
from mismatch.sweep import plan as planning

EXIT_BROKEN, EXIT_USAGE, EXIT_FAILED_RUNS, EXIT_INTERRUPTED = 1, 2, 3, 130


class Pending(NamedTuple):
    """A sweep that Hydra has composed and `run_pending` will train."""

    plan: planning.Plan
    n_jobs: int


_PENDING: list[Pending] = []  # one entry per experiment: all are planned before the first one trains
_CODES: list[int] = []  # Hydra drops what jobs and callbacks return; `exit_code` is the worst of these


def exit_code() -> int:
    """0, or the highest code of what went wrong."""
    return max(_CODES, default=0)


def fail(message: str) -> NoReturn:
    """End with one line on stderr and exit code 2."""
    _say(f"mismatch: error: {message}")
    raise SystemExit(EXIT_USAGE)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn a ConfigError, or a value OmegaConf cannot read, into `fail`."""
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except ConfigError as error:
        fail(str(error))
    except OmegaConfBaseException as error:
        fail(" ".join(str(error).split()))


def plan_sweep(configs: Sequence[Any]) -> planning.Plan:
    """Check and resolve every job of a multirun; ends the program if one is unusable."""
    with usage_errors():
        plan = planning.make([settings(config) for config in configs])
    store.write_plan(Path(plan.out), plan.name, plan.arms)
    return plan


def postpone(configs: Sequence[Any], n_jobs: int) -> None:
    """Plan a multirun of the local launcher for `run_pending`."""
    with usage_errors():
        pool.workers(n_jobs)
    _PENDING.append(Pending(plan_sweep(configs), n_jobs))


def run_pending() -> None:
    """Train what was postponed, sweep after sweep, each to its tables and figures; then say what the claims came to."""
    for plan, n_jobs in _PENDING:
        _announce(plan, pool.workers(n_jobs))
    if len(_PENDING) > 1:
        runs = sum(len(plan.runs) for plan, _ in _PENDING)
        minutes = sum(plan.minutes(pool.workers(n_jobs)) for plan, n_jobs in _PENDING) + planning.START_S / 60
        _say(f"in all: {runs} runs to train, {planning.about(minutes)}")
    if not any(plan.runs for plan, _ in _PENDING):
        pool.stop()
    for plan, n_jobs in _PENDING:
        if plan.runs:
            pool.execute(plan, n_jobs)
        if plan.measure_s:
            _measure(plan)
        finish(Path(plan.out), plan.figures)
    for parent in dict.fromkeys(Path(plan.out).parent for plan, _ in _PENDING if not plan.smoke):
        _verdicts(parent)
    _PENDING.clear()


def _measure(plan: planning.Plan) -> None:
    """The experiment's own measurement; the workers are idle meanwhile."""
    _say(f"{plan.name}: own measurement, {planning.about(plan.measure_s / 60)}")
    try:
        own.measure(plan.name, Path(plan.out), plan.smoke)
    except RuntimeError as error:
        _CODES.append(EXIT_BROKEN)
        _say(f"mismatch: error: {error}")


def _verdicts(folder: Path) -> None:
    """Collect the claims of all experiments in `folder`, write the table of verdicts and print it."""
    from mismatch.report import verdicts

    table = verdicts.collect(folder)
    if table.empty:
        return
    verdicts.write(table, folder)
    print(verdicts.text(table), flush=True)
    _say(f"{folder}: verdicts.md, .csv, .png; mismatch explain C18 shows what one rests on")


def run_one(config: Any) -> None:
    """Train the replicates of one arm in this process and print its row: the task function of a Hydra job."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    from mismatch.run import pipeline

    with usage_errors():
        job = settings(config)
        try:
            resolve(job)
        except ConfigError as error:
            if job.impossible != "skip":
                raise
            _say(f"left out: {error}")
            return
        plan = planning.make([job])
    if HydraConfig.get().mode == RunMode.RUN:
        store.write_plan(Path(plan.out), plan.name, plan.arms)
    _announce(plan, 1)
    for run in plan.runs:
        record = pipeline.run(run.arm, run.replicate, plan.name, plan.time_limit)
        store.write(Path(plan.out), record)
        row = record.row()
        ok = row["status"] == "ok"
        _say(f"replicate {row['replicate']}: " + (f"accuracy {row['accuracy']:.3f}" if ok else str(row["error"])))
    _print_rows(next(iter(plan.arms)), Path(plan.out))


def finish(out: Path, figures: bool) -> None:
    """Write the report of a sweep, say where it is, and note the exit code its rows deserve."""
    if not (out / "records").is_dir() and not (out / own.STAMP).is_file():
        return
    try:
        rebuilt = report.rebuild(out, figures)
    except Exception as error:  # the records are safe; Hydra would turn this into a warning and end with 0
        _CODES.append(EXIT_BROKEN)
        _say(f"mismatch: error: the runs are in {out}/records, but not the report: {error!r}")
        return
    runs = rebuilt.runs
    for note in rebuilt.notes:
        _say(note)
    failed = 0 if runs.empty else int((runs["status"] != "ok").sum())
    if failed:
        _CODES.append(EXIT_FAILED_RUNS)
        _say(f"{failed} of {len(runs)} runs did not end ok; their rows say why")
    tables = "" if runs.empty else "runs.csv, summary.csv, effects.csv"
    shown = "report.html, figures/" if figures else ""
    _say(f"{out}: {', '.join(filter(None, (tables, shown)))}")


def _print_rows(arm: str, out: Path) -> None:
    """The arm's rows, column by column: one value where all replicates agree, else all of them."""
    rows = [record.row() for record in store.newest(store.load(out).records, [arm])]
    rows.sort(key=lambda row: row["replicate"])
    for column in dict.fromkeys(column for row in rows for column in row):
        values = [f"{v:.4g}" if isinstance(v := row.get(column), float) else str(v) for row in rows]
        print(f"{column:20} {values[0] if len(set(values)) == 1 else '  '.join(values)}")


def _announce(plan: planning.Plan, workers: int) -> None:
    for note in plan.notes:
        _say(note)
    _say(plan.text(workers))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
