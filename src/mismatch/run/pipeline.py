"""The whole pipeline, top to bottom: an arm and a replicate in, the record of a run out."""

import gc
import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from mismatch.adapt import adapt
from mismatch.config import environment, kept
from mismatch.config.arm import Arm
from mismatch.config.registry import DATASETS
from mismatch.data import Splits
from mismatch.data.streams import Streams, digest
from mismatch.run import controls, metrics, provenance
from mismatch.run.order import order
from mismatch.run.record import Record


def warm() -> None:
    """Import TensorFlow ahead of the first run, in a process that only trains; its compiled programs are kept."""
    kept.use()
    import mismatch.engine  # noqa: F401

    gc.freeze()  # TensorFlow's million objects stay: no garbage collection need walk them again


def run(arm: Arm, replicate: int, experiment: str, time_limit: float = float("inf")) -> Record:
    """Train and measure one run.

    An exception becomes a row with status ``failed`` and its text; divergence and timeouts likewise.
    """
    begun = begin(arm, replicate, experiment)
    start = time.perf_counter()
    try:
        outcome = _train(arm, replicate, time_limit, start)
    except Exception as error:  # the row says what happened; other runs go on
        text = " ".join(str(error).split())
        return begun.ended("failed", f"{type(error).__name__}: {text}"[:500])
    return begun.ended(outcome.status, outcome.error, outcome.metrics, outcome.provenance, outcome.trace)


def lost(arm: Arm, replicate: int, experiment: str, status: str, error: str) -> Record:
    """The record of a run whose worker did not live to make one."""
    return begin(arm, replicate, experiment).ended(status, error)


@dataclass(frozen=True)
class _Trained:
    """What a training came to; the sections of a `Record` that it fills."""

    status: str
    error: str | None
    metrics: dict[str, Any]
    provenance: dict[str, Any]
    trace: dict[str, Any]


def _train(arm: Arm, replicate: int, time_limit: float, start: float) -> _Trained:
    from mismatch import engine  # TensorFlow starts here, not before

    streams = controls.streams(arm, replicate)
    splits, data_hash = _draw(json.dumps(asdict(arm.data)), streams)
    parts = adapt(arm, controls.relabel(arm, splits, streams), streams)
    batches = order(arm, splits.train.lengths, streams)
    trained = controls.treated(arm)
    outcome = engine.train(trained, parts, streams, batches[: trained.train.updates], time_limit)
    hashes = {"data_hash": data_hash, "init_hash": outcome.init_hash, "order_hash": digest(batches)}
    trace, problem = asdict(outcome.trace), outcome.trace.problem
    del trace["problem"]
    if problem is not None:  # numbers of an unfinished training are not results
        status = "diverged" if type(problem).__name__ == "Diverged" else "timeout"
        return _Trained(status, str(problem), {"run_s": time.perf_counter() - start}, hashes, trace)
    measured = metrics.measure(metrics.Finished(trained, parts, outcome, streams, start))
    if arm.data.fixed_test:
        trace["test_correct"] = (outcome.logits.argmax(1) == parts["test"].labels).astype(np.uint8)
    return _Trained("ok", None, measured, hashes | {"threads": outcome.threads}, trace)


@lru_cache(maxsize=16)  # neighbouring arms share their raw data; word vectors take seconds to make
def _draw(settings: str, streams: Streams) -> tuple[Splits, str]:
    """The raw data of a replicate and their hash, from a dataset's settings as JSON."""
    values = json.loads(settings)
    splits: Splits = DATASETS.get(values["name"])(**values).draw(streams)
    return splits, splits.hash()


def begin(arm: Arm, replicate: int, experiment: str) -> Record:
    """The record as far as it is known before training; status ok."""
    identity = {
        "experiment": experiment,
        "arm": arm.id,
        "replicate": replicate,
        "run": arm.run_id(replicate),
        "status": "ok",
        "error": None,
    }
    before = {
        "code_hash": arm.code,
        "backend": environment.backend(),
        **provenance.commit(),
        "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
        **provenance.machine(),
        "timing_valid": False,
    }
    return Record(identity, arm.parameters(), {}, before, versions=provenance.versions())
