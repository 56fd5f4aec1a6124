"""What a sweep will do before it does it: arms, runs, what is done already, minutes.

In: typed settings of every job. Out: a `Request`, for which no file is touched, so that a command can be refused
without a trace; then a `Plan`, made while the results folder is held, with the runs that are still to be trained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mismatch.config import claims
from mismatch.config.arm import Arm
from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.config.groups import AUTO, LOOKS, Settings
from mismatch.config.paths import absolute
from mismatch.config.registry import MEASUREMENTS
from mismatch.config.rules import resolve
from mismatch.run import metrics
from mismatch.sweep import baselined, measured, store
from mismatch.sweep.estimate import REPORT_S, seconds
from mismatch.sweep.names import Names
from mismatch.sweep.schedule import wall


@dataclass(frozen=True)
class Wanted:
    """An arm, the replicates asked of it, and the place among the jobs of the one that asks for most.

    auto: it may get more of them, look by look.
    """

    arm: Arm
    replicates: int
    job: int
    auto: bool = False

    @cached_property
    def names(self) -> Names:
        """Ids of the arm and its runs."""
        return Names.of(self.arm)

    @property
    def id(self) -> str:
        """Id of the arm."""
        return self.names.arm


@dataclass(frozen=True)
class Request:
    """What a multirun asks for, checked and resolved. Jobs that differ only in what cannot act are one arm.

    look: which of `LOOKS` it goes up to, from 1 on; 0 where all numbers of replicates were given.
    """

    name: str
    out: str
    time_limit: float
    figures: bool
    smoke: bool
    measure: str | None
    wanted: tuple[Wanted, ...]
    notes: tuple[str, ...]
    look: int = 0

    @property
    def arms(self) -> tuple[Arm, ...]:
        """All arms, those that only a measurement of another kind looks at included."""
        return tuple(each.arm for each in self.wanted)


@dataclass(frozen=True)
class Run:
    """One arm x one replicate still to be trained. seconds: what it should take, compiling apart. id: of the run."""

    arm: Arm
    replicate: int
    seconds: float
    id: str = ""
    named: Any = None

    @property
    def program(self) -> Any:
        """The program it needs: `named`, as it takes an arm a while to name its own, or the arm's."""
        return self.arm.program if self.named is None else self.named


@dataclass(frozen=True)
class Plan:
    """What is to be done, and what is done.

    arms: replicates by arm. ids: of all its runs. runs: still to train. done: finished before. notes: lines to show.
    measure_s: estimated seconds of the sweep's measurement of another kind, 0 if there is none to make; baselines_s:
    the same of the baselines beside its runs.
    claims: hash of the claims registered with the experiment, which goes into every record; None without any.
    """

    request: Request
    arms: dict[str, int]
    ids: frozenset[str]
    runs: list[Run]
    done: int
    measure_s: float
    notes: list[str]
    claims: str | None = None
    baselines_s: float = 0.0

    @property
    def name(self) -> str:
        """The sweep's name."""
        return self.request.name

    @property
    def time_limit(self) -> float:
        """Seconds after which a run is given up."""
        return self.request.time_limit

    def minutes(self, workers: int) -> float:
        """Estimated wall minutes on `workers` processes, once these have started."""
        if not self.runs and not self.measure_s and not self.baselines_s:
            return 0.0
        work = wall(self.runs, workers)
        beside = self.request.measure is not None and not measured.alone(self.request.measure)
        # Beside the training a measurement takes its share of the processor, and at least its own time.
        work = max(work + self.measure_s / workers, self.measure_s) if beside else work + self.measure_s
        return (work + self.baselines_s + REPORT_S) / 60

    def text(self, workers: int | None, start_s: float = 0.0) -> str:
        """The plan in one line. workers: None where another launcher decides. start_s: until they can begin."""
        total = len(self.runs) + self.done
        own = f", a measurement of {about(self.measure_s / 60)}" if self.measure_s else ""
        own += f", baselines of {about(self.baselines_s / 60)}" if self.baselines_s else ""
        where = "in all on the workers of another launcher" if workers is None else f"on {counted(workers, 'worker')}"
        look = f", look {self.request.look} of {len(LOOKS)}" if self.request.look else ""
        minutes = self.minutes(workers or 1) + (start_s / 60 if self.runs else 0.0)
        return (
            f"{self.name}{look}: {counted(len(self.request.wanted), 'arm')}, "
            f"{counted(total, 'run')}, {self.done} done already, "
            f"{len(self.runs)} to train{own}, {about(minutes)} {where}"
        )


def about(minutes: float) -> str:
    """An estimate in words."""
    return f"about {minutes:.0f} min" if minutes >= 1.5 else f"about {60 * minutes:.0f} s"


def request(jobs: Sequence[Settings]) -> Request:
    """Check and resolve every job; touches no file.

    Raises:
        ConfigError: for an unusable job (unless impossible=skip and another job is usable).
    """
    first = jobs[0]
    found: dict[str, Wanted] = {}
    skipped: list[str] = []
    for place, job in enumerate(jobs):
        _same(first, job)
        try:
            arm = resolve(job)
        except ConfigError as error:
            if job.impossible == "refuse":
                raise
            skipped.append(str(error))
            continue
        auto = job.replicates == AUTO
        wanted = Wanted(arm, LOOKS[0] if auto else job.replicates, place, auto)
        known = found.setdefault(wanted.names.arm, wanted)
        if (wanted.auto, wanted.replicates) > (known.auto, known.replicates):
            found[wanted.names.arm] = wanted  # stays at its place in the order of the arms
    if not found:
        raise ConfigError("impossible", "skip", f"leaves no possible arm: {skipped[0]}")
    if first.measure is not None:
        MEASUREMENTS.get(first.measure)().check([each.arm for each in found.values()])
    elif not any(each.replicates for each in found.values()):
        raise ConfigError("replicates", 0, "must be at least 1, unless measure=... names something else to do")
    rest = (first.time_limit, first.figures, first.smoke, first.measure)
    notes = _notes(len(jobs), skipped, len(found))
    look = int(any(each.auto for each in found.values()))
    return Request(first.name, first.out, *rest, tuple(found.values()), notes, look)


def _same(first: Settings, job: Settings) -> None:
    """What belongs to the sweep, not to a job, must be the same in all jobs."""
    for key in ("name", "out", "measure", "smoke", "figures", "time_limit"):
        if getattr(job, key) != getattr(first, key):
            what = f"must be the same for the whole sweep, like {getattr(first, key)}"
            raise ConfigError(key, getattr(job, key), what)


def _notes(jobs: int, skipped: list[str], arms: int) -> tuple[str, ...]:
    notes = []
    if skipped:
        notes.append(f"{len(skipped)} impossible of {counted(jobs, 'cell')} left out, such as {skipped[0]}")
    inert = jobs - len(skipped) - arms
    if inert:
        what = "differ from another only in what cannot act there: trained once, left empty in the table"
        notes.append(f"{counted(inert, 'cell')} {what}")
    return tuple(notes)


def _strangers(asked: Request, registered: str | None, made: Mapping[Any, int]) -> list[str]:
    """One line where finished runs were trained for other claims than those that a confirming seed is named for."""
    others = {found: count for found, count in made.items() if found != registered}
    seed = claims.confirming(asked.name) if others else None  # reading the file takes a tenth of a second
    if seed is None:
        return []
    first = str(min(others, key=str) or "none")
    return [
        f"{asked.name}: {sum(others.values())} of {sum(made.values())} finished runs were trained for other claims "
        f"({first}) than the "
        f"registered ones ({registered}): their verdicts will be withheld; take a fresh seed=... (now {seed}, named in "
        f"claims.yaml as confirming), or out=... a new folder"
    ]


def make(asked: Request | Sequence[Settings], folder: Path | None = None) -> Plan:
    """What of a request is still to be trained, given the records in its results folder.

    Raises:
        ConfigError: as `request`, where given the settings of jobs; for a family of metrics that cannot be used.
    """
    metrics.families()  # a broken one, of another package, would fail every run after its training
    if not isinstance(asked, Request):
        asked = request(asked)
    folder = absolute(asked.out) if folder is None else folder
    arms = [each for each in asked.wanted if each.replicates]
    # Replicate by replicate: a worker draws the raw data of a replicate once for all arms of a program.
    most = max((each.replicates for each in arms), default=0)
    wanted = {
        each.names.run(k): (place, k) for k in range(most) for place, each in enumerate(arms) if k < each.replicates
    }
    held = store.survey(folder, wanted)
    left = [(run, *asked) for run, asked in wanted.items() if run not in held.finished]
    known = {place: (seconds(arms[place].arm), arms[place].arm.program) for place in {place for _, place, _ in left}}
    missing = [Run(arms[place].arm, k, known[place][0], run, known[place][1]) for run, place, k in left]
    counts = {each.names.arm: each.replicates for each in arms}
    registered = claims.registered(asked.name)
    measure_s = measured.due(asked.measure, asked.arms, asked.smoke, folder, registered)
    baselines_s = baselined.due([(each.arm, each.replicates) for each in arms], folder)
    done, notes = len(wanted) - len(missing), [*held.damaged, *asked.notes]
    notes += _strangers(asked, registered, held.claims)
    return Plan(asked, counts, frozenset(wanted), missing, done, measure_s, notes, registered, baselines_s)
