"""The worker on a node: says what it is, imports TensorFlow, and trains one run after another in its own process.

In: tasks, and parcels of own data, which it asks for when it lacks them. Out: records. It writes no results and keeps
its compiled programs. The environment of numbers is settled on the import of `mismatch`, before anything imports NumPy.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mismatch.run.record import Record
from mismatch.sweep.cluster import parcel, sameness
from mismatch.sweep.executors.base import Task


class Trainer:
    """What becomes a Ray actor; one call at a time."""

    def __init__(self) -> None:
        self._places: dict[str, Mapping[str, str]] = {}

    def hello(self) -> dict[str, str]:
        """What must be the same here as at the driver, by name."""
        return sameness.here()

    def warm(self) -> None:
        """Import TensorFlow ahead of the first run."""
        from mismatch.run.pipeline import warm

        warm()

    def train(self, task: Task, parcels: Sequence[Any] = ()) -> tuple[Record, float]:
        """The record of the run, and the memory that the process holds for itself after it, in MiB.

        parcels: the reference to the arm's own data, if it has any; fetched once.
        """
        from mismatch.run.pipeline import run
        from mismatch.sweep.executors.local import held_mib

        arm = task.arm
        if not parcels:
            return run(arm, task.replicate, task.experiment, task.time_limit), held_mib()
        places = self._unpacked(str(parcel.key(arm)), parcels[0])
        record = run(parcel.moved(arm, places), task.replicate, task.experiment, task.time_limit)
        return parcel.home(record, arm, places), held_mib()

    def _unpacked(self, key: str, reference: Any) -> Mapping[str, str]:
        """Where the files of the own data `key` are here."""
        if key not in self._places:
            import ray

            self._places[key] = parcel.unpack(ray.get(reference), parcel.shelter())
        return self._places[key]
