"""The one path from a list of jobs to finished results folders, for a single arm, every launcher, every experiment.

In: composed configs (`add`). Out: results folders and an exit code (`run`). Nothing is written before all that was
added has been accepted; then each sweep is trained, measured, set beside baselines and reported in turn, reports and
measurements beside the training of what follows. Reporting is injected, as this room stands below `report`.
"""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from mismatch.config import files, paths
from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.config.groups import AUTO, LOOKS, Settings
from mismatch.config.registry import EXECUTORS
from mismatch.config.settings import settings
from mismatch.run.record import Record
from mismatch.sweep import auto, baselined, lock, measured, naming, said, store
from mismatch.sweep import plan as planning
from mismatch.sweep.background import Background
from mismatch.sweep.drive import Part, drive_all
from mismatch.sweep.errand import Errand
from mismatch.sweep.estimate import START_S
from mismatch.sweep.executors.base import Executor
from mismatch.sweep.plan import Plan, Request, Run
from mismatch.sweep.progress import Progress
from mismatch.sweep.question import Asker, Question

EXIT_BROKEN, EXIT_USAGE, EXIT_FAILED_RUNS, EXIT_INTERRUPTED, EXIT_TERMINATED = 1, 2, 3, 130, 143


class Terminated(KeyboardInterrupt):
    """SIGTERM: what a scheduler or a shutdown sends; as tidy an end as Ctrl-C."""


def ended(by: KeyboardInterrupt) -> int:
    """The exit code of a command that was interrupted."""
    return EXIT_TERMINATED if isinstance(by, Terminated) else EXIT_INTERRUPTED


AS_BEFORE = ", as they were"
SHOWN_AT_ONCE = 2
"""Reports that are made beside each other, where the reporter can do that."""

Launch = Callable[[Errand, list[int]], object]
"""Carries the jobs at these places out on another launcher, and returns when they have ended."""


class Shown(Protocol):
    """What a report shows: how many runs, how many of them did not end ok; lines worth saying; whether it is new; its
    largest contrasts in words."""

    @property
    def runs(self) -> int: ...

    @property
    def failed(self) -> int: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    @property
    def again(self) -> bool: ...

    @property
    def contrasts(self) -> tuple[str, ...]: ...


class Reporter(Protocol):
    """What a session needs of `report`."""

    def prepare(self, figures: bool, several: bool) -> None:
        """Get ready for reports with figures or without, for several of them, while the workers train."""

    def asks(self, name: str) -> bool:
        """Whether a claim registered with the sweep `name` could ask for more replicates."""

    def more(self, folder: Path, look: int) -> auto.More:
        """Which arms need more replicates than they have at the `look`-th look, from 1 on."""

    def made(self, folder: Path) -> bool:
        """Whether a report was written there once; it need not be up to date."""

    def arm(self, folder: Path, whole: bool) -> list[str]:
        """What the single arm of a folder came to: the lines that matter, or every column of its runs."""

    def refresh(self, folder: Path, figures: bool, vector: bool) -> Shown:
        """Write the report of a folder, unless it is there as it would be; what it shows.

        vector: whether figures have twins in SVG.
        """

    def publish(self, folder: Path) -> str | None:
        """Write the verdicts on all claims in the folders below; the verdicts as text, None without claims."""

    def stop(self) -> None:
        """Give up what is being written; folders are as they were then."""


@dataclass(frozen=True)
class Sweep:
    """What was added at once. Either `executor` (its name, how many workers or where) trains it, or `launch` does.

    cut: it is a part of an experiment (``robustness/first``), which shows the whole where that was asked for before.
    """

    request: Request
    folder: Path
    executor: tuple[str, Any]
    launch: Launch | None
    single: bool
    note: str
    cut: bool = False


Work = tuple[Sweep, Plan]


@dataclass(frozen=True)
class Idle:
    """What a command would find, were it given again at once: its sweeps, with nothing to do, and what it would say."""

    sweeps: tuple[Sweep, ...]
    lines: tuple[str, ...]


class Session:
    """Everything one command does; holds the workers, which stay warm from one sweep to the next.

    typed: whether `add` is content with the settings of all jobs but the first; one that changes configs is not.
    """

    typed = True

    def __init__(self, reporter: Reporter | None = None, asker: Asker | None = None, before_s: float = 0.0) -> None:
        """before_s: seconds that the command was under way before. `whole`: of a single arm every column is printed."""
        self.whole = False
        self.reporter, self.asker, self.begin = reporter, asker, time.monotonic() - before_s
        self.sweeps: list[Sweep] = []
        self.questions: list[Question] = []
        self._executors: dict[tuple[str, Any], Executor] = {}
        self._measuring, self._showing = Background(), Background(SHOWN_AT_ONCE)
        self._say: Callable[[str], None] = say
        self._codes: list[int] = []
        self._plans: list[Plan] = []
        self._shown: dict[Path, list[str]] = {}

    def warm(self, executor: str, asked: Any, out: str | Path) -> None:
        """Start workers that `run` will probably need; returns at once. asked: how many, or where.

        None are started where the folder `out` has a report, as then there is probably nothing to train: importing
        TensorFlow would take longer than finding that out.

        Raises:
            ConfigError: for an unknown executor or workers that cannot be had.
        """
        workers = self._executor((executor, asked))
        if self.reporter is None or not self.reporter.made(paths.absolute(out)):
            workers.warm()

    def add(
        self,
        configs: Sequence[Any],
        overrides: Sequence[str] = (),
        experiment: str | None = None,
        executor: tuple[str, Any] = ("inline", 1),
        launch: Launch | None = None,
        note: str = "",
    ) -> None:
        """Add a sweep: the configs of all its jobs, or typed settings behind the first, the overrides and the
        experiment they come from.

        A single config given to the inline executor is a single arm: its rows are printed at the end. One whose
        `advise` is given is a question. note: text kept beside the results as multirun.yaml.

        Raises:
            ConfigError: when one of them cannot be, or its results folder is that of a sweep added before.
        """
        typed = [config if isinstance(config, Settings) else settings(config) for config in configs]
        if typed[0].advise is not None:
            self._add_question(typed, overrides, executor, launch)
            return
        asked = planning.request(typed)
        name = naming.name(asked.name, overrides, experiment, asked.wanted)
        if name is not None:
            configs[0]["name"] = name
            asked = replace(asked, name=name, out=str(configs[0]["out"]))
        if asked.look and not (self.reporter and self.reporter.asks(asked.name)):
            what = "a number, or an experiment with a primary claim on a difference between arms, with a margin"
            raise ConfigError("replicates", AUTO, f"needs {what}: {asked.name} has none")
        folder = files.guard(paths.absolute(asked.out))
        self._free(folder, asked.out)
        single = executor[0] == "inline" and launch is None and len(configs) == 1
        self.sweeps.append(Sweep(asked, folder, executor, launch, single, note, "/" in (experiment or "")))

    def ask(self, question: Question) -> None:
        """Add a question, and have its workers start.

        Raises:
            ConfigError: when workers cannot be had, or its folder is that of another.
        """
        self._free(question.folder, paths.shown(question.folder))
        self._executor(question.executor).warm()
        self.questions.append(question)

    def _add_question(
        self, typed: Sequence[Settings], overrides: Sequence[str], executor: tuple[str, Any], launch: Launch | None
    ) -> None:
        if self.asker is None or launch is not None:
            raise ConfigError("hydra/launcher", "another", "must be local or ray for an advice, which plans as it goes")
        if len(typed) > 1:
            raise ConfigError("advise", f"{len(typed)} jobs", "is one question: give every key a single value")
        named = {word.split("=", 1)[0].lstrip("+~") for word in overrides} & {"name", "out"}
        self.ask(self.asker.question(typed[0], executor, typed[0].out if named else None))

    def _free(self, folder: Path, out: str) -> None:
        """Refuse a folder that was added before."""
        if folder in [*(sweep.folder for sweep in self.sweeps), *(each.folder for each in self.questions)]:
            raise ConfigError("out", out, "is the folder of two sweeps; leave it out, and each has its own")

    def run(self) -> int:
        """Do all that was added, questions first, then sweep after sweep, and return the exit code.

        Raises:
            ConfigError: when workers or a results folder cannot be had; nothing has been trained then.
            OSError: when the disk is full; finished runs are kept.
        """
        for sweep in self.sweeps:
            self._workers(sweep)  # a cluster that cannot be had is known before anything is written
        for question in self.questions:
            self._answer(question)
            if self.code >= EXIT_INTERRUPTED:
                return self.code
        with ExitStack() as stack:
            for sweep in self.sweeps:
                stack.enter_context(lock.hold(sweep.folder, sweep.request.out))
            for line in (line for sweep in self.sweeps for line in store.take_in(sweep.folder)):
                say(line)
            plans = self._plans = [planning.make(sweep.request, sweep.folder) for sweep in self.sweeps]
            for sweep, plan in zip(self.sweeps, plans, strict=True):
                _note(sweep, plan)
            self._announce(plans)
            if not any(plan.runs or plan.request.look for plan in plans):
                self._end_workers()
            work = sorted(zip(self.sweeps, plans, strict=True), key=_turn)
            for sweep, plan in work:
                self._measure_beside(sweep, plan)
            for chain in _chains(work):
                self._finish(chain, last=chain[-1] is work[-1])
            for sweep in self.sweeps:
                self._showing.end(sweep.folder)
            self._verdicts()
        return self.code

    def _answer(self, question: Question) -> None:
        executor = self._executor(question.executor)
        _ = executor.workers  # as above
        with lock.hold(question.folder, paths.shown(question.folder)):
            self._codes.append(question.answer(executor, self.begin))

    @property
    def idle(self) -> Idle | None:
        """What the same command would find now; None where it has something to do, or cannot tell."""
        known = [len(plan.notes) == len(plan.request.notes) for plan in self._plans]  # other notes are on records
        special = [*self.questions, *(each.single or each.launch or each.request.look for each in self.sweeps)]
        if self.code or any(special) or not known or not all(known) or len(self._shown) < len(self.sweeps):
            return None
        done = [
            replace(plan, runs=[], done=plan.done + len(plan.runs), measure_s=0, baselines_s=0) for plan in self._plans
        ]
        shown = [line for sweep in self.sweeps for line in self._shown[sweep.folder]]
        return Idle(tuple(self.sweeps), (*self._planned(done), *shown))

    @property
    def single(self) -> bool:
        """Whether a single arm is all that was added."""
        return not self.questions and [sweep.single for sweep in self.sweeps] == [True]

    @property
    def code(self) -> int:
        """The exit code that what was done so far deserves."""
        return max(self._codes, default=0)

    def stop(self) -> None:
        """End all workers and measurements at once."""
        self._measuring.stop()
        self._showing.stop()
        if self.reporter is not None:
            self.reporter.stop()
        self._end_workers()

    def _end_workers(self) -> None:
        for executor in self._executors.values():
            executor.stop()

    def _executor(self, key: tuple[str, Any]) -> Executor:
        if key not in self._executors:
            name, asked = key
            self._executors[key] = EXECUTORS.get(name)(asked)
        return self._executors[key]

    def _workers(self, sweep: Sweep) -> int | None:
        """How many train it; None where another launcher decides."""
        return None if sweep.launch else self._executor(sweep.executor).workers

    def _announce(self, plans: Sequence[Plan]) -> None:
        """Say what will be done, before anything is."""
        for line in said.of_data(arm for plan in plans for arm in plan.request.arms):
            say(line)
        for line in self._planned(plans):
            say(line)

    def _planned(self, plans: Sequence[Plan]) -> list[str]:
        """What is said of plans."""
        workers, lines = [self._workers(sweep) for sweep in self.sweeps], []
        for plan, count in zip(plans, workers, strict=True):
            lines += [*plan.notes, plan.text(count, START_S if len(plans) == 1 else 0.0)]
        if len(plans) > 1:
            runs = sum(len(plan.runs) for plan in plans)
            minutes = sum(plan.minutes(count or 1) for plan, count in zip(plans, workers, strict=True))
            minutes += START_S / 60 if runs else 0.0
            lines.append(f"in all: {counted(runs, 'run')} to train, {planning.about(minutes)}")
        return lines

    def _finish(self, chain: Sequence[Work], last: bool) -> None:
        """Sweeps in turn: train, measure, report; what the workers need not wait for goes on while they train others.

        Only the last of a chain may need a look, another launcher or a quiet machine.
        """
        sweep, plan = chain[-1]
        self._train(chain)
        while (following := self._look(sweep, plan)) is not None:
            plan = planning.make(following, sweep.folder)
            _note(sweep, plan)
            say(plan.text(self._workers(sweep)))
            self._train([(sweep, plan)])
        if plan.measure_s and _alone(sweep):
            self._measuring.quiet()
            self._showing.quiet()
            say(f"{plan.name}: own measurement, {planning.about(plan.measure_s / 60)}")
            self._noted(partial(_make_measurement, sweep, plan))
        self._show_beside(sweep, plan)
        if last:
            self._showing.quiet()
        if sweep.single and self.reporter is not None:
            for line in self.reporter.arm(sweep.folder, self.whole):
                print(line, flush=True)

    def _train(self, chain: Sequence[Work]) -> None:
        """Train what is planned, and show all but the last of the chain."""
        sweep, plan = chain[-1]
        if any(plan.runs for _, plan in chain):
            self._prepare(any(sweep.request.figures for sweep, _ in chain))
        if sweep.launch is not None and plan.runs:
            self._launch(sweep, plan, sweep.launch)
        elif sweep.launch is None:
            self._drive(chain)

    def _look(self, sweep: Sweep, plan: Plan) -> Request | None:
        """What is asked for after a look at what was trained; None where nothing more is."""
        asked = plan.request
        if not asked.look or self.reporter is None:
            return None
        found = self.reporter.more(sweep.folder, asked.look)
        following = auto.grown(asked, found)
        say(auto.said(asked, found, following))
        return following

    def _prepare(self, figures: bool) -> None:
        if self.reporter is not None:
            ready = self.reporter.prepare, (figures, len(self.sweeps) > 1)
            threading.Thread(target=ready[0], args=ready[1], daemon=True).start()

    def _drive(self, chain: Sequence[Work]) -> None:
        """Have the workers of an executor train a chain."""
        sweep, plans = chain[-1][0], [plan for _, plan in chain]
        executor = self._executor(sweep.executor)
        with ExitStack() as stack:
            progress = stack.enter_context(Progress(plans, not sweep.single, executor.awake))
            parts = [self._part(*work, progress, stack, shown=work is not chain[-1]) for work in chain]
            self._say = progress.say  # which keeps lines of a report apart from the bar
            stack.callback(setattr, self, "_say", say)
            drive_all(parts, executor, progress.say)

    def _part(self, sweep: Sweep, plan: Plan, progress: Progress, stack: ExitStack, shown: bool) -> Part:
        """What is done with the records of a sweep. shown: whether it is shown at their end."""
        writer = stack.enter_context(store.Writer(sweep.folder, progress.say))

        def keep(record: Record, run: Run) -> None:
            writer.keep(record)
            progress.add(plan, record, run)
            if sweep.single and record.status == "ok":
                progress.say(f"replicate {record.replicate}: accuracy {record.metrics['accuracy']:.3f}")

        return Part(plan, keep, partial(self._show_beside, sweep, plan) if shown else lambda: None)

    def _launch(self, sweep: Sweep, plan: Plan, launch: Launch) -> None:
        """Have another launcher carry the jobs out, one for each arm that misses runs; say what is missing then."""
        names = {id(each.arm): each.names.arm for each in sweep.request.wanted}
        missing: dict[str, tuple[int, ...]] = {}
        for run in plan.runs:
            missing[names[id(run.arm)]] = (*missing.get(names[id(run.arm)], ()), run.replicate)
        errand = Errand(plan.name, sweep.folder, plan.time_limit, missing, plan.claims)
        try:
            launch(errand, [each.job for each in sweep.request.wanted if each.names.arm in missing])
        except OSError:
            raise
        except Exception as error:  # a launcher may lose its workers in a way of its own
            say(f"mismatch: error: the launcher ended with {type(error).__name__}: {' '.join(str(error).split())}")
            self._codes.append(EXIT_BROKEN)
        for line in store.take_in(sweep.folder):
            say(line)
        recorded = {brief.run for brief in store.briefs(sweep.folder, plan.arms)}
        lost = [run for run in plan.runs if run.id not in recorded]
        if lost:
            self._codes.append(EXIT_FAILED_RUNS)
            say(f"{plan.name}: {len(lost)} of {counted(len(plan.runs), 'run')} did not come back from the launcher")

    def _measure_beside(self, sweep: Sweep, plan: Plan) -> None:
        """Begin the measurement of another kind, unless the machine must be quiet for it."""
        if plan.measure_s and not _alone(sweep):
            self._measuring.begin(sweep.folder, partial(_make_measurement, sweep, plan))

    def _show_beside(self, sweep: Sweep, plan: Plan) -> None:
        """Show a sweep while others are trained."""
        self._showing.begin(sweep.folder, partial(self._show, sweep, plan))

    def _show(self, sweep: Sweep, plan: Plan) -> None:
        """What is made of the runs of a sweep, once its measurement has ended."""
        self._noted(partial(self._measuring.end, sweep.folder))
        self._noted(partial(self._baselines, sweep, plan))
        self._report(sweep)

    def _noted(self, make: Callable[[], object]) -> None:
        """Call `make`; where it fails, that is a line, and an exit code."""
        try:
            make()
        except RuntimeError as error:
            self._codes.append(EXIT_BROKEN)
            self._say(f"mismatch: error: {error}")

    def _baselines(self, sweep: Sweep, plan: Plan) -> None:
        """Classifiers without recurrence beside the runs on real data, from the splits that these drew."""
        asked = sweep.request
        if plan.baselines_s:
            self._say(f"{asked.name}: baselines, {planning.about(plan.baselines_s / 60)}")
        drawn = store.briefs(sweep.folder, plan.arms) if plan.baselines_s else []
        if plan.baselines_s or not baselined.beside(asked.arms):
            baselined.make(asked.name, asked.arms, drawn, sweep.folder)

    def _report(self, sweep: Sweep) -> None:
        """Tables, figures and page; says where they are, and notes the exit code that the rows deserve."""
        folder, shown = sweep.folder, sweep.request.out
        if self.reporter is None or not (store.there(folder) or (folder / measured.STAMP).is_file()):
            return
        try:
            made = self.reporter.refresh(folder, sweep.request.figures, not sweep.request.smoke)
        except Exception as error:  # the records are safe, and other sweeps go on
            self._codes.append(EXIT_BROKEN)
            self._say(f"mismatch: error: the runs are in {shown}/{store.FILE}, but not the report: {error!r}")
            return
        for note in made.notes:
            self._say(note)
        if made.failed:
            self._codes.append(EXIT_FAILED_RUNS)
            self._say(f"{made.failed} of {counted(made.runs, 'run')} did not end ok; their rows say why")
        named = ("runs.csv", "summary.csv", "arms.csv", "effects.csv", "tuned.csv", "robustness.csv")
        tables = [] if not made.runs else [name for name in named if (folder / name).is_file()]
        pictures = ["report.html", "figures/"] if sweep.request.figures else []
        own = measured.tables(sweep.request.measure)
        own += [baselined.FILE] if (folder / baselined.FILE).is_file() else []
        line = f"{shown}: {', '.join([*tables, *own, *pictures])}"
        self._say(f"{line}{'' if made.again else AS_BEFORE}")
        ends = [] if sweep.single else self._ends(sweep, made)
        for end in ends:
            self._say(end)
        self._shown[folder] = [*made.notes, line + AS_BEFORE, *ends]

    def _ends(self, sweep: Sweep, made: Shown) -> list[str]:
        """What a sweep ends with: its largest contrasts, unless it is no evidence, and where its page is."""
        contrasts = [] if sweep.request.smoke else list(made.contrasts)
        return contrasts + ([f"page: {sweep.request.out}/report.html"] if sweep.request.figures else [])

    def _verdicts(self) -> None:
        """The verdicts on all claims beside what was swept; a smoke run is no evidence."""
        if self.reporter is None:
            return
        folders = [sweep.folder.parent for sweep in self.sweeps if not sweep.request.smoke]
        for folder in dict.fromkeys(folders):
            text = self.reporter.publish(folder)
            if text is not None:
                print(text, flush=True)
                where = f"{paths.shown(folder)}: report.html (everything on one page), verdicts.md, .csv, .png"
                line = f"{where}; mismatch explain C18 shows what one rests on"
                say(line)
                self._shown.setdefault(self.sweeps[-1].folder, []).append(line)


def _chains(work: Sequence[Work]) -> list[list[Work]]:
    """Sweeps that the same workers train in turn, together."""
    chains: list[list[Work]] = []
    for each in work:
        sweep, before = each[0], chains[-1][-1][0] if chains else None
        if before is None or sweep.launch or before.executor != sweep.executor or _apart(before):
            chains.append([])
        chains[-1].append(each)
    return chains


def _apart(sweep: Sweep) -> bool:
    """Whether something must be done between its training and that of others."""
    return bool(sweep.launch or sweep.request.look or sweep.single or _alone(sweep))


def _alone(sweep: Sweep) -> bool:
    """Whether its measurement needs a quiet machine; that of a smoke run is no evidence."""
    asked = sweep.request
    return asked.measure is not None and not asked.smoke and measured.alone(asked.measure)


def _turn(work: Work) -> tuple[bool, bool]:
    """Its place among others. What needs a quiet machine comes last, when nobody trains while it waits for the others;
    of all else first what has more to be made of it than a report, when the machine has other work meanwhile."""
    sweep, plan = work
    return _alone(sweep), not (plan.baselines_s or plan.measure_s)


def _make_measurement(sweep: Sweep, plan: Plan) -> None:
    asked = sweep.request
    assert asked.measure is not None
    measured.make(asked.measure, asked.arms, asked.smoke, sweep.folder, plan.claims)


def _note(sweep: Sweep, plan: Plan) -> None:
    """Write what was asked for, before anything is trained; of a cut whose whole was asked for, that stays.

    Raises:
        ConfigError: when that cannot be written.
    """
    before = store.read_plan(sweep.folder) if sweep.cut else None
    if before is not None and before.name == plan.name and plan.ids < before.runs:
        return
    try:
        looks = LOOKS if plan.request.look else ()
        store.write_plan(sweep.folder, plan.name, plan.arms, sweep.request.measure, plan.ids, looks)
        if sweep.note:
            files.write(sweep.folder / "multirun.yaml", sweep.note)
    except OSError as error:
        raise ConfigError("out", sweep.request.out, f"cannot be written to: {error.strerror}") from error


def say(line: str) -> None:
    """A line for the user, on stderr."""
    print(line, file=sys.stderr, flush=True)
