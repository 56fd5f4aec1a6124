"""What a sweep will do before it does it: arms, runs, what is done already, minutes.

In: typed settings of every job. Out: a `Plan` whose runs are grouped by compiled program.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve
from mismatch.sweep import own, store

START_S = 10.0  # the workers start and import TensorFlow, while Hydra composes the jobs
COMPILE_S = 2.0  # one program


@dataclass(frozen=True)
class Run:
    """One arm x one replicate still to be trained. `seconds`: what it should take, compiling apart."""

    arm: Arm
    replicate: int
    seconds: float


@dataclass(frozen=True)
class Plan:
    """arms: replicates by arm. runs: still to train. done: finished before. notes: lines the user should see.

    measure_s: estimated seconds of the experiment's own measurement, 0 if there is none to make.
    """

    name: str
    out: str
    time_limit: float
    figures: bool
    smoke: bool
    arms: dict[str, int]
    runs: list[Run]
    done: int
    measure_s: float
    notes: list[str]

    def minutes(self, workers: int) -> float:
        """Estimated wall minutes on `workers` processes, once these have started."""
        measure = self.measure_s / 60
        if not self.runs:
            return measure
        programs = len({run.arm.program for run in self.runs})
        work = sum(run.seconds for run in self.runs) + COMPILE_S * programs
        return work / min(workers, len(self.runs)) / 60 + measure

    def text(self, workers: int) -> str:
        """The plan in one line."""
        total = len(self.runs) + self.done
        own = f", a measurement of {about(self.measure_s / 60)}" if self.measure_s else ""
        return (
            f"{self.name}: {len(self.arms)} arms, {total} runs, {self.done} done already, "
            f"{len(self.runs)} to train{own}, {about(self.minutes(workers))} on {workers} workers"
        )


def about(minutes: float) -> str:
    """An estimate in words."""
    return f"about {minutes:.0f} min" if minutes >= 1.5 else f"about {60 * minutes:.0f} s"


def make(jobs: Sequence[Settings]) -> Plan:
    """Resolve every job and find out which runs are still to be trained.

    Jobs that differ only in what cannot act are one arm, trained once.

    Raises:
        ConfigError: for an unusable job (unless impossible=skip and another job is usable).
    """
    first = jobs[0]
    arms: dict[str, tuple[Arm, int]] = {}
    skipped: list[str] = []
    for job in jobs:
        if (job.out, job.name) != (first.out, first.name):
            raise ConfigError("out", job.out, f"must be the same for the whole sweep, like {first.out}")
        try:
            arm = resolve(job)
        except ConfigError as error:
            if job.impossible == "refuse":
                raise
            skipped.append(str(error))
            continue
        arms[arm.id] = arm, max(job.replicates, arms[arm.id][1] if arm.id in arms else 0)
    if not arms:
        raise ConfigError("impossible", "skip", f"leaves no possible arm: {skipped[0]}")
    if not any(n for _, n in arms.values()) and not own.module(first.name, "measure"):
        raise ConfigError("replicates", 0, "must be at least 1, as there is no measure.py to run instead")
    arms = {arm: entry for arm, entry in arms.items() if entry[1]}
    loaded = store.load(Path(first.out))
    finished = store.finished(loaded.records)
    # Replicate by replicate: a worker draws the raw data of a replicate once for all arms of a program.
    most = max((n for _, n in arms.values()), default=0)
    wanted = [(arm, k) for k in range(most) for arm, n in arms.values() if k < n]
    missing = [Run(arm, replicate, seconds(arm)) for arm, replicate in wanted if arm.run_id(replicate) not in finished]
    notes = list(loaded.damaged)
    if skipped:
        notes.append(f"{len(skipped)} impossible of {len(jobs)} cells left out, such as {skipped[0]}")
    inert = len(jobs) - len(skipped) - len(arms)
    if inert and arms:
        notes.append(
            f"{inert} cells differ from another only in what cannot act there: trained once, left empty in the table"
        )
    done = len(wanted) - len(missing)
    counts = {arm: n for arm, (_, n) in arms.items()}
    again = 0.0 if own.measured(first.name, Path(first.out), first.smoke) else own.seconds(first.name, first.smoke)
    rest = (first.time_limit, first.figures, first.smoke)
    return Plan(first.name, first.out, *rest, counts, missing, done, again, notes)


def seconds(arm: Arm) -> float:
    """Estimated seconds of one run once compiled: fitted to a 2026 server core, right within a factor of about 1.5."""
    units, batch, data = arm.model.units, arm.train.batch, arm.data
    recurrent = arm.gru_steps * (0.004 + 6.3e-7 * batch * units * (arm.gru_width + units))
    step_ms = 0.1 + recurrent * (2 if arm.model.bidirectional else 1) * (1.2 if arm.mask.kind != "none" else 1)
    step_ms += 1.1e-7 * batch * arm.front.flops(arm.steps, arm.width)
    if arm.train.engine != "compiled" or arm.bucketed:
        step_ms = 6 + 8 * step_ms
    step_ms += arm.control.delay_ms or 0.0
    evaluated = (arm.train.updates / arm.train.block + 1) * data.probe + data.test
    return 0.1 + step_ms / 1000 * (arm.train.updates + 0.3 * evaluated / batch)
