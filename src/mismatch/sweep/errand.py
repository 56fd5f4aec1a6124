"""What a job does where another launcher has put it: train what its arm misses, and write the records.

In: an `Errand`, which the session packed before the launch, and the job's settings. Out: records in the results
folder, a file each, which the session takes in afterwards. The session holds the folder meanwhile.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mismatch.config.groups import Settings
from mismatch.config.rules import resolve
from mismatch.run import pipeline
from mismatch.sweep import store


@dataclass(frozen=True)
class Errand:
    """missing: replicates still to train, by arm. folder: absolute, as a job may run in another directory.

    claims: hash of the claims that the runs are trained for, if any.
    """

    name: str
    folder: Path
    time_limit: float
    missing: Mapping[str, tuple[int, ...]]
    claims: str | None = None

    def carry_out(self, settings: Settings) -> None:
        """Train the missing replicates of the arm that `settings` resolve to."""
        arm = resolve(settings)
        for replicate in self.missing.get(arm.id, ()):
            record = pipeline.run(arm, replicate, self.name, self.time_limit).noting(claims_hash=self.claims)
            store.drop(self.folder, record)
            ended = f"accuracy {record.metrics['accuracy']:.3f}" if record.status == "ok" else record.identity["error"]
            print(f"arm {arm.id} replicate {replicate}: {ended}", file=sys.stderr, flush=True)
