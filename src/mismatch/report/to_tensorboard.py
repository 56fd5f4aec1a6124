"""Runs for TensorBoard: a folder of event files per run, with its curves, its metrics and its parameters.

In: runs. Out: ``<arm>/<replicate>-<run>/`` below a folder. Stands on the package `tensorboard`
alone, not on TensorFlow.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from mismatch.report.export import Exported

OPENED = "tensorboard --logdir there shows them"


def write(runs: Sequence[Exported], folder: Path) -> int:
    """Write the runs that have no folder yet; how many these are."""
    written = 0
    for run in runs:
        own = folder / f"{run.sweep}-{run.arm}".replace("/", "-") / f"{run.replicate}-{run.run}"
        if own.exists():
            continue
        writer = EventFileWriter(str(own))
        for event in _events(run):
            writer.add_event(event)
        writer.close()
        written += 1
    return written


def _events(run: Exported) -> Iterator[Any]:
    """Parameters, then curves by update, then metrics at the last one."""
    yield Event(wall_time=run.started, summary=hparams_pb(dict(_typed(run)), trial_id=run.run))
    last = int(run.parameters.get("train.updates", 0))
    final = [(f"final/{name}", [(last, value)]) for name, value in run.metrics.items()]
    for name, values in (*run.series.items(), *final):
        for update, value in values:
            summary = Summary(value=[Summary.Value(tag=name, simple_value=value)])
            yield Event(wall_time=run.started, step=update, summary=summary)


def _typed(run: Exported) -> Iterator[tuple[str, bool | int | float | str]]:
    """Parameters in the types that TensorBoard knows."""
    for name, value in run.parameters.items():
        yield name, value if isinstance(value, bool | int | float) else str(value)
