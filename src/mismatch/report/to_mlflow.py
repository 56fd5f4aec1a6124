"""Runs for MLflow, in a SQLite file: an experiment per sweep, a run per run, with parameters, metrics, curves and tags.

In: runs. Out: `mlflow.db` in a folder. Stands on `mlflow-skinny` and what its SQLite store needs.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

from mismatch.report.export import Exported

FILE = "mlflow.db"
OPENED = f"mlflow ui --backend-store-uri sqlite:///{FILE} there shows them"
RUN = "mismatch.run"
"""The tag by which a run is known again."""
METRICS, OTHERS = 1000, 100
"""What MLflow takes at once."""


def write(runs: Sequence[Exported], folder: Path) -> int:
    """Add the runs that are not there yet to the file in `folder`; how many these are."""
    client = MlflowClient(tracking_uri=f"sqlite:///{(folder / FILE).resolve()}")
    experiments: dict[str, tuple[str, set[str]]] = {}
    written = 0
    for run in runs:
        if run.sweep not in experiments:
            experiments[run.sweep] = _experiment(client, run.sweep, folder)
        place, there = experiments[run.sweep]
        if run.run not in there:
            _add(client, place, run)
            written += 1
    return written


def _experiment(client: Any, name: str, folder: Path) -> tuple[str, set[str]]:
    """The id of an experiment, made if it is missing, and the runs that it has."""
    known = client.get_experiment_by_name(name)
    if known is None:
        return client.create_experiment(name, artifact_location=str((folder / "artifacts").resolve())), set()
    there: set[str] = set()
    token = None
    while True:
        page = client.search_runs([known.experiment_id], max_results=OTHERS, page_token=token)
        there |= {found.data.tags.get(RUN, "") for found in page}
        token = page.token
        if not token:
            return known.experiment_id, there


def _add(client: Any, experiment: str, run: Exported) -> None:
    start = int(run.started * 1000)
    tags = {RUN: run.run} | {f"mismatch.{name}": value for name, value in run.tags.items()}
    made = client.create_run(experiment, start_time=start, run_name=f"{run.label}, replicate {run.replicate}")
    last = int(run.parameters.get("train.updates", 0))
    metrics = [Metric(name, value, start, last) for name, value in run.metrics.items()]
    metrics += [Metric(name, value, start, update) for name, values in run.series.items() for update, value in values]
    parameters = [Param(name, str(value)) for name, value in run.parameters.items()]
    for part in _parts(metrics, METRICS):
        client.log_batch(made.info.run_id, metrics=part)
    for part in _parts(parameters, OTHERS):
        client.log_batch(made.info.run_id, params=part)
    for part in _parts([RunTag(name, value) for name, value in tags.items()], OTHERS):
        client.log_batch(made.info.run_id, tags=part)
    end = start + int(1000 * run.metrics.get("run_s", 0.0))
    client.set_terminated(made.info.run_id, "FINISHED" if run.ok else "FAILED", end)


def _parts(values: list[Any], size: int) -> Iterator[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
