"""One sweep or one arm from composed configs: plan, train, then tables and figures.

In: Hydra configs. Out: a results folder. Errors of the user end here, as one line and exit code 2.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from mismatch import plan as planning
from mismatch import pool, records
from mismatch.checks import ConfigError
from mismatch.config import settings

EXIT_USAGE, EXIT_FAILED_RUNS, EXIT_INTERRUPTED = 2, 3, 130
exit_code = 0  # Hydra drops what a launcher returns; `cli.main` ends with this


def fail(message: str) -> NoReturn:
    """End with one line on stderr and exit code 2."""
    print(f"mismatch: error: {message}", file=sys.stderr)
    raise SystemExit(EXIT_USAGE)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn a ConfigError into `fail`."""
    from omegaconf.errors import OmegaConfBaseException

    try:
        yield
    except ConfigError as error:
        fail(str(error))
    except OmegaConfBaseException as error:
        fail(" ".join(str(error).split()))


def run_sweep(configs: Sequence[Any], n_jobs: int) -> None:
    """Train every arm of a multirun on warm workers. Nothing trains unless every arm is sound."""
    global exit_code
    with usage_errors():
        plan = planning.make([settings(config) for config in configs])
    workers = pool.workers(n_jobs)
    _announce(plan, workers)
    if not plan.runs:
        pool.stop()
        return
    try:
        tally = pool.execute(plan, n_jobs)
    except KeyboardInterrupt:
        done = plan.done + len(records.finished(records.load(Path(plan.out)).payloads))
        print(
            f"interrupted: {done} finished runs are kept in {plan.out}; run the same command to go on", file=sys.stderr
        )
        raise SystemExit(EXIT_INTERRUPTED) from None
    if tally.failed:
        exit_code = EXIT_FAILED_RUNS
        print(f"{tally.failed} of {len(plan.runs)} runs did not end ok; their rows say why", file=sys.stderr)


def run_one(config: Any) -> None:
    """Train the replicates of one arm in this process and print its row: the task function of a Hydra job."""
    global exit_code
    from mismatch.arm import run_and_record

    with usage_errors():
        plan = planning.make([settings(config)])
    _announce(plan, 1)
    try:
        for run in plan.runs:
            row = run_and_record(run.arm, run.replicate, plan.name, plan.out, plan.time_limit)
            if row["status"] != "ok":
                exit_code = EXIT_FAILED_RUNS
            accuracy = (
                f"accuracy {row['accuracy']:.3f}" if row["status"] == "ok" else f"{row['status']}: {row['error']}"
            )
            print(f"replicate {row['replicate']}: {accuracy}", file=sys.stderr)
    except KeyboardInterrupt:
        print(f"interrupted: finished runs are kept in {plan.out}; run the same command to go on", file=sys.stderr)
        raise SystemExit(EXIT_INTERRUPTED) from None
    _print_rows(plan.arm_ids[0], Path(plan.out))


def _print_rows(arm: str, out: Path) -> None:
    """The arm's rows, column by column: one value where all replicates agree, else all of them."""
    rows = [p["row"] for p in records.newest(records.load(out).payloads) if p["row"]["arm"] == arm]
    rows.sort(key=lambda row: row["replicate"])
    for column in dict.fromkeys(column for row in rows for column in row):
        values = [f"{v:.4g}" if isinstance(v := row.get(column), float) else str(v) for row in rows]
        print(f"{column:20} {values[0] if len(set(values)) == 1 else '  '.join(values)}")


def report(out: Path, figures: bool = True) -> list[str]:
    """Rebuild the tables of `out`, its figures and its page from the records alone; returns the paths written.

    Raises:
        ConfigError: when there are no sound records.
    """
    from mismatch.analysis.summary import summarise, write_summary
    from mismatch.paths import EXPERIMENTS
    from mismatch.report.build import write_report

    loaded = records.load(out)
    for line in loaded.damaged:
        print(line, file=sys.stderr)
    if not loaded.payloads:
        raise ConfigError("results", out, "must be a folder with records/*.json of a sweep")
    runs = records.table(loaded.payloads)
    records.write_tables(out, runs)
    if not figures:
        return [str(out / "runs.csv"), str(write_summary(summarise(runs), out))]
    readme = EXPERIMENTS / str(runs["experiment"].iloc[0]) / "README.md"
    traces = {payload["row"]["run"]: payload["trace"] for payload in records.newest(loaded.payloads)}
    text = readme.read_text() if readme.is_file() else None
    return [str(out / "runs.csv"), *(str(path) for path in write_report(out, runs, traces=traces, readme=text))]


def _announce(plan: planning.Plan, workers: int) -> None:
    for note in plan.notes:
        print(note, file=sys.stderr)
    print(plan.text(workers), file=sys.stderr, flush=True)
