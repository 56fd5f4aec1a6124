"""What stands below the paragraph of an advice: finalists, equivalents, factors, lengths, findings, what was not tried.

In: `Evidence`. Out: `Section`s of lines and a table, the same for a terminal, a page and Markdown, which escape them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mismatch.advise.candidates import FACTORS
from mismatch.advise.evidence import DEFAULTS, EQUIVALENT, LEADER, OPEN, Entered, Evidence, Finalist
from mismatch.advise.naming import KEPT, apart, capital, factor, instead, whole
from mismatch.advise.words import interval, named, rounded, three, unfinished
from mismatch.check.finding import Finding
from mismatch.config.counting import counted

VERDICT = "verdict"
"""The column of what the interval beside it comes to: where there is no room, it can be left out."""


@dataclass(frozen=True)
class Section:
    """lines: to read, before the table. figure: name of one that shows it. folded: too long to be shown at once."""

    title: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    figure: str = ""
    folded: bool = False


def sections(told: Evidence) -> tuple[Section, ...]:
    """All of them, those that have nothing to say left out."""
    shown = (final(told), equivalents(told), effects(told), lengths(told), learning(told), findings(told), left(told))
    found = (*shown, every(told), untried(told))
    return tuple(section for section in found if section is not None)


def final(told: Evidence) -> Section:
    """The finalists, the advised first."""
    aside = f"on {told.aside:,} of {told.sequences:,} {told.nouns}, set aside before anything was chosen"
    lines = [f"Each way was trained anew and tested {aside}; guessing scores {three(told.chance)}. Intervals are 95%."]
    if told.others:
        lines.append("Cost: accuracy below the advised one, in pairs.")
    lines += [*_failed(told), *_untimed(told)]
    head = ("way", "accuracy", "cost", VERDICT, "step, ms")
    return Section(
        "The final", tuple(lines), *_filled(head, [_finalist(one, told) for one in told.finalists]), "accuracy"
    )


def _failed(told: Evidence) -> list[str]:
    """Of which ways trainings failed."""
    some = [one for one in told.finalists if one.failed]
    each = "; ".join(f"{whole(one.way, told.longest)}: {one.failed} of {one.trainings}" for one in some)
    said = "Trainings that failed, nearer to guessing than to the best of the same way"
    return [f"{said}: {each}. The intervals of such ways are too narrow."] if some else []


def equivalents(told: Evidence) -> Section | None:
    """The set of ways that are as good, and those of which nobody can tell."""
    if not told.others:
        return None
    same = [one for one in told.others if one.standing == EQUIVALENT]
    alike = [f"Equivalent within {told.margin:g}: {_costing(one, told)}." for one in same]
    alike = alike or [f"None of the others was shown to be within {told.margin:g} of the advised one."]
    unknown = [
        f"Not told apart{_takes(one, told)}: {_costing(one, told)}." for one in told.others if one.standing == OPEN
    ]
    return Section("As good as the advised", (*alike, *unknown))


def effects(told: Evidence) -> Section | None:
    """What each factor costs: the finalists that differ from the advised way in it alone."""
    way = told.advised.way
    alone = [(factor(one.way, way), one) for one in told.others]
    rows = [
        (name, instead(one.way, way), interval(one.below), one.standing)
        for name in FACTORS
        for which, one in alone
        if which == name
    ]
    if not rows:
        return None
    raced = {name for name in FACTORS if any(one.way.of(name) != way.of(name) for one in told.entered)}
    none = [name for name in FACTORS if name in raced and name not in {row[0] for row in rows}]
    lines = [f"What it costs to change one thing of the advised way, on the {told.nouns} set aside."]
    lines += [f"Not tested alone in the final: {', '.join(none)}."] if none else []
    return Section("By factor", tuple(lines), ("factor", "instead", "cost", VERDICT), tuple(rows))


def lengths(told: Evidence) -> Section | None:
    """Accuracy over T in the race, all else as advised."""
    found = dose(told)
    if len({one.way.steps for one in found}) < 2:
        return None
    rows = tuple(
        (str(one.way.steps), KEPT.get(one.way.truncating, "resampled"), three(one.accuracy), str(one.replicates))
        for one in found
    )
    line = f"All else as advised. Numbers of the race, on {told.nouns} that the choice was made on: they flatter."
    return Section("By length", (line,), ("T", "of longer ones", "accuracy in the race", "runs"), rows, "lengths")


def dose(told: Evidence) -> list[Entered]:
    """The ways that were raced and differ from the advised in nothing but their length, by T."""
    way = told.advised.way
    found = [one for one in told.entered if one.way.like(way, "length") == way]
    return sorted(found, key=lambda one: (one.way.steps, one.way != way, one.way.truncating))


def learning(told: Evidence) -> Section | None:
    """How soon the finalists have learnt what they can."""
    known = [one for one in told.finalists if one.tested and one.delay is not None]
    if not known or told.advised.delay is None:
        return None
    lines = ["Updates until 90% of what a way can learn; each at its own learning rate, which is a part of it."]
    if any(one.delay.least for one in known if one.delay):
        lines.append("At least: some of its trainings ended before that.")
    head = ("way", "learning rate", "updates", "times the advised")
    return Section("How soon it has learnt", tuple(lines), head, tuple(_learning(one, told) for one in known))


def _learning(one: Finalist, told: Evidence) -> tuple[str, ...]:
    found = one.delay
    assert found is not None
    least = "at least " if found.least else ""
    rate = f"{one.arm.train.learning_rate:g}"
    times = "" if found.times is None else f"{found.times.estimate:.2f}"
    times += (
        f" [{found.times.low:.2f}, {found.times.high:.2f}]" if found.times is not None and found.times.valid else ""
    )
    way = f"advised: T = {one.way.steps}" if one is told.advised else _called(one, told)
    return (way, rate, f"{least}{found.updates:.0f}", times)


def findings(told: Evidence) -> Section:
    """What the check found, the worst first."""
    checked = told.checked
    lines = tuple(_finding(each) for each in checked.findings)
    return Section("What the check found", lines or (f"Nothing, by {checked.rules} rules.",))


def left(told: Evidence) -> Section:
    """What was not done for want of time, and what no way varies."""
    arm = told.advised.arm
    model = f"{arm.model.units} units" if told.own is None else told.own.name
    fixed = f"{model}, {arm.train.updates} updates of {arm.train.batch} {told.nouns}"
    lines = [*unfinished(told)]
    lines += [f"It ended before its {told.given:g} minutes, as nothing was left to do."] if told.early else []
    lines += [f"Not tested: {named(one, told)}." for one in told.finalists[1:] if not one.tested]
    optimizer = "" if told.own is not None else f", optimiser {arm.train.optimizer}"
    lines.append(f"The same for all ways, and no other values tried: {fixed}{optimizer}.")
    lines += told.own.left_out() if told.own is not None else []
    return Section("What was not tried", tuple(lines))


def untried(told: Evidence) -> Section | None:
    """The ways of which nothing was run."""
    rows = tuple((whole(way, told.longest),) for way in told.untried)
    return Section(f"Not tried: {counted(len(rows), 'way')}", (), ("way",), rows, folded=True) if rows else None


def every(told: Evidence) -> Section:
    """All ways that were raced, from the most accurate on."""
    ranked = sorted(told.entered, key=lambda one: -one.accuracy)
    rows = [
        (whole(one.way, told.longest), three(one.accuracy), str(one.replicates), f"{one.learning_rate:g}", _end(one))
        for one in ranked
    ]
    line = "Each at the learning rate that did best; numbers of the race, which the choice rests on."
    head = ("way", "accuracy in the race", "runs", "learning rate", "end")
    return Section(f"In the race: {counted(len(ranked), 'way')}", (line,), *_filled(head, rows), folded=True)


def _filled(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """`head` and `rows` without the columns that are empty."""
    used = [k for k in range(len(head)) if any(row[k] for row in rows)]
    return tuple(head[k] for k in used), tuple(tuple(row[k] for k in used) for row in rows)


def _finalist(one: Finalist, told: Evidence) -> tuple[str, ...]:
    times = "" if one.step_ms is None else f"{one.step_ms:.1f}"
    if one is told.advised:
        score = interval(one.accuracy) if one.tested else "not tested"
        return (f"advised: T = {one.way.steps}", score, "", "", times)
    if one not in told.others:
        return (_called(one, told), "not tested", "", "", times)
    return (_called(one, told), interval(one.accuracy), interval(one.below), one.standing, times)


def _untimed(told: Evidence) -> list[str]:
    """Which step times were left out, and why."""
    why = dict.fromkeys(one.untimed for one in told.finalists if one.step_ms is None)
    found = []
    for reason in why:
        ways = [one for one in told.finalists if one.step_ms is None and one.untimed == reason]
        which = (
            "were not measured" if len(ways) == len(told.finalists) else f"of {counted(len(ways), 'way')} were left out"
        )
        found.append(f"Step times {which}: {reason}." if reason else f"Step times {which}.")
    return found


def _called(one: Finalist, told: Evidence) -> str:
    """Its role where that says more than what sets it apart, and what sets it apart."""
    words = apart(one.way, told.advised.way, told.longest)
    return f"{one.role}: {words}" if one.role in (*DEFAULTS, LEADER) else words


def _costing(one: Finalist, told: Evidence) -> str:
    return f"{named(one, told)}, cost {interval(one.below)}"


def _takes(one: Finalist, told: Evidence) -> str:
    """What it would take to tell it from the advised one."""
    if one.enough is None:
        return ", which takes more runs"
    return f", which takes about {rounded(one.enough)} {told.nouns} set aside" if one.enough > told.aside else ""


def _finding(one: Finding) -> str:
    head = f"{capital(one.severity)} {one.code} {one.name}{f' ({one.where})' if one.where else ''}: {one.what}"
    return " ".join(f"{each.rstrip('.')}." for each in (head, capital(one.advice)) if each)


def _end(one: Entered) -> str:
    if one.out:
        return f"out at look {one.out}"
    return "stopped for want of time" if one.stopped else ""
