"""One file, advised on for 1, 5 and 15 minutes, beside fixed rules and what every way really comes to.

In: a `Source`, the number of a repeat, a folder, an executor. Out: `Outcome`, kept as JSON; with the same folder the
same trial goes on from the runs that are there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from mismatch.advise import candidates, entering
from mismatch.advise.advising import Advising
from mismatch.advise.answer import Advice
from mismatch.advise.entering import LOOKS, RATES, Asked
from mismatch.advise.stepping import Timed
from mismatch.check.items import check_items
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.rules import resolve
from mismatch.regret import files, rules
from mismatch.regret.replay import Library, Replay
from mismatch.regret.rules import Rule
from mismatch.regret.sources import Source
from mismatch.regret.truth import Option, Truth, truths
from mismatch.sweep.executors.base import Executor


@dataclass(frozen=True)
class Told:
    """What one advice said of a finalist: accuracy and how far below the advised one, as (estimate, low, high).

    standing: to the advised one, in a word; empty for that one itself and where nothing was tested.
    """

    role: str
    way: str
    rate: float
    accuracy: tuple[float, float, float]
    below: tuple[float, float, float]
    standing: str


@dataclass(frozen=True)
class Call:
    """One advice. raced: mean accuracy in the race by way; took: minutes by the clock of the replay."""

    minutes: float
    took: float
    runs: int
    whole: bool
    finalists: tuple[Told, ...]
    raced: dict[str, float]


@dataclass(frozen=True)
class Outcome:
    """A trial. rules: way and learning rate by name of a fixed rule. every: the same of all ways of the grid."""

    source: str
    repeat: int
    chance: float
    calls: tuple[Call, ...]
    rules: dict[str, tuple[str, float]]
    every: tuple[tuple[str, float], ...]
    truths: tuple[Truth, ...]

    def plain(self) -> dict[str, Any]:
        return asdict(self)


class _Replayed(Advising):
    """An advice on a clock of its own; all runs that a step wants are trained at once, the clock says which it gets."""

    def __init__(self, library: Library, *given: Any) -> None:
        super().__init__(*given)
        train = self.runs.train

        def foreseen(wanted: Sequence[tuple[Arm, int]], until: float = float("inf"), cut: float = float("inf")) -> bool:
            if self.now() < until:
                library.train(wanted)
            return train(wanted, until, cut)

        self.runs.train = foreseen  # type: ignore[method-assign]

    def _step_times(self, arms: Sequence[Arm]) -> Timed:
        return Timed({}, {})  # they decide nothing


def trial(
    source: Source, repeat: int, folder: Path, executor: Executor, minutes: Sequence[float], say: Callable[[str], None]
) -> Outcome:
    """Advise on a file for so many minutes, and judge that."""
    written = files.write(source, repeat, folder / "data")
    library, asked = Library(folder / "runs", executor, say), Asked(seed=repeat)
    shared, tested = (entering.base(written.file, hold, asked) for hold in ("out", "test"))
    judged = entering.base(written.judged, "test", asked)
    checked = check_items(written.file.items())
    grid, fixed = _options(shared, [one.name for one in checked.findings])
    say(f"{source.name} {repeat}: {len(grid)} ways, {len(fixed)} rules")
    _raced(library, shared, [*grid, *fixed.values()])
    asking = [replace(asked, minutes=each) for each in sorted(minutes)]
    advices = {each.minutes: _advice(library, written.file, checked, each, say) for each in asking}
    grid = list(dict.fromkeys([*grid, *(Rule("", each.way) for told in advices.values() for each in told.entered)]))
    _raced(library, shared, grid)
    tuned = {rule: _rate(library, shared, rule) for rule in (*grid, *fixed.values())}
    return Outcome(
        source.name,
        repeat,
        resolve(shared).data.chance,
        tuple(_call(each, advice) for each, advice in advices.items()),
        {name: (str(rule), tuned[rule]) for name, rule in fixed.items()},
        tuple((str(rule), tuned[rule]) for rule in grid),
        tuple(_truths(library, judged, tested, tuned, advices.values(), fixed.values())),
    )


def _truths(
    library: Library,
    judged: Settings,
    tested: Settings,
    tuned: Mapping[Rule, float],
    advices: Iterable[Advice],
    fixed: Iterable[Rule],
) -> list[Truth]:
    """Of all ways at all rates; those that were advised, tested by an advice, or are a rule are looked at closely."""
    said = [(Rule("", one.way), one.arm.train.learning_rate) for told in advices for one in told.finalists]
    options: list[Option] = [(rule, rate) for rule in tuned for rate in RATES]

    def final(option: Option) -> Sequence[float]:
        """What its trainings in the finals came to."""
        return library.every(option[0].arm(tested, option[1]))

    return truths(library, judged, options, [*said, *((rule, tuned[rule]) for rule in fixed)], final)


def _options(shared: Settings, names: Sequence[str]) -> tuple[list[Rule], dict[str, Rule]]:
    """All ways that an advice of any length looks at first, and the fixed rules by name."""
    data = resolve(shared).data
    lengths = data.seen()
    zeros = any(name in entering.ZEROS for name in names)
    ways = candidates.ways(data, lengths, zeros, int(lengths.max()))
    grid = rules.candidates_of([each.way for each in candidates.entrants(shared, ways, RATES)])
    fixed = [rule for rule in rules.rules(lengths, data.vocabulary_size is None) if _possible(rule, shared)]
    return grid, {rule.name: replace(rule, name="") for rule in fixed}


def _possible(rule: Rule, shared: Settings) -> bool:
    try:
        rule.arm(shared, RATES[0])
    except ConfigError:
        return False
    return True


def _raced(library: Library, shared: Settings, asked: Sequence[Rule]) -> None:
    """The first look at all ways, at all rates."""
    arms = [rule.arm(shared, rate) for rule in asked for rate in RATES]
    library.train([(arm, LOOKS[0]) for arm in arms])
    for arm in arms:
        library.scores(arm, 0, LOOKS[0])


def _rate(library: Library, shared: Settings, rule: Rule) -> float:
    """The learning rate that does best for it in the first look."""
    return max(RATES, key=lambda rate: float(np.mean(library.scores(rule.arm(shared, rate), 0, LOOKS[0]))))


def _advice(library: Library, dataset: Any, checked: Any, asked: Asked, say: Callable[[str], None]) -> Advice:
    with TemporaryDirectory(prefix="mismatch-") as folder:
        return _Replayed(library, dataset, checked, asked, Path(folder), Replay(library), say).advice()


def _call(minutes: float, advice: Advice) -> Call:
    told = tuple(
        Told(
            one.role,
            str(Rule("", one.way)),
            one.arm.train.learning_rate,
            (one.accuracy.estimate, one.accuracy.low, one.accuracy.high),
            (one.below.estimate, one.below.low, one.below.high),
            one.standing if one in advice.others else "",
        )
        for one in advice.finalists
    )
    raced = {str(each.way): each.accuracy for each in advice.entered}
    return Call(minutes, advice.minutes, advice.runs, advice.whole, told, raced)
