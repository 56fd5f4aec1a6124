"""An advice in one paragraph: what to do, how good that is, what the others would cost, and how sure all of it is.

In: `Evidence`. Out: plain English, whose every number stands in the evidence, and says on what it rests.
"""

from mismatch.advise.evidence import COSTS, DEFAULTS, EQUIVALENT, GAINS, OPEN, Evidence, Finalist
from mismatch.advise.naming import capital, instead, whole
from mismatch.analysis.intervals import Interval
from mismatch.check.words import verb
from mismatch.config.counting import counted

MOST_COSTS = 2
"""Of the ways that would cost something, beside Keras's default and a shorter T, those that would cost most."""
FEW = 3
"""Runs of a way in the race below which it says little."""
ONCE_MORE = "train it more than once, and keep the one that does best on a part you do not train on"
"""What to do where trainings fail, which end nearer to guessing than to the best of them."""
CHEAPER = 0.95
"""Share of the advised one's step time below which another one is said to be cheaper."""


def paragraph(told: Evidence) -> str:
    """What to do, how good that is, what the others would cost, what the data can tell, and what was not done."""
    return " ".join(sentences(told))


def sentences(told: Evidence) -> list[str]:
    """Those of the paragraph."""
    return [*_use(told), *_standing(told), *_alternatives(told), *_reach(told), *_planted(told), *unfinished(told)]


def interval(found: Interval) -> str:
    """``0.842 [0.835, 0.849]``."""
    return f"{three(found.estimate)} [{three(found.low)}, {three(found.high)}]"


def three(value: float) -> str:
    """Three decimals, no minus before zero."""
    text = f"{value:.3f}"
    return text.removeprefix("-") if float(text) == 0 else text


def rounded(count: int) -> str:
    """A number of sequences that is about right, in two figures: ``3,200``."""
    return f"{int(float(f'{count:.1e}')):,}"


def named(one: Finalist, told: Evidence) -> str:
    """A finalist by what somebody does who takes it instead of the advised."""
    doing = instead(one.way, told.advised.way)
    return f"{one.role} ({doing})" if one.role in DEFAULTS else doing


def saved(one: Finalist, told: Evidence) -> float | None:
    """Share of the advised one's step time that it takes less; None where one of them was not timed."""
    if one.step_ms is None or told.advised.step_ms is None:
        return None
    return 1 - one.step_ms / told.advised.step_ms


def shorter(told: Evidence) -> Finalist | None:
    """The finalist that is as the advised but for a smaller T; the longest of them."""
    way = told.advised.way
    found = [one for one in told.others if one.way.steps < way.steps and one.way.like(way, "length") == way]
    return max(found, key=lambda one: one.way.steps, default=None)


def reach(told: Evidence) -> float | None:
    """Half the interval of a difference in the final, the middle one: as far as the data go.

    The widest is that of ways whose training varies most, not of what the data can tell.
    """
    found = sorted(_half(one) for one in told.others if one.tested)
    return found[len(found) // 2] if found else None


def _half(one: Finalist) -> float:
    return (one.below.high - one.below.low) / 2


def enough_for(told: Evidence) -> int | None:
    """Sequences set aside that would be enough for all that was not told apart; None where no number would."""
    found = [one.enough for one in told.others if one.standing == OPEN]
    sizes = [count for count in found if count is not None]
    return max(sizes) if sizes and len(sizes) == len(found) else None


def unfinished(told: Evidence) -> list[str]:
    """What was not done for want of time, or because it was interrupted; nothing where all was done."""
    found = []
    if told.interrupted:
        found.append("It was interrupted, and this is the best answer so far.")
    stopped, untried = len(told.stopped), len(told.untried)
    parts = [f"{counted(stopped, 'way')} {verb(stopped, 'was', 'were')} not raced to the end"] if stopped else []
    parts += [f"{counted(untried, 'way')} {verb(untried, 'was', 'were')} not tried"] if untried else []
    if parts:
        found.append(f"{'' if told.interrupted else 'For want of time '}{' and '.join(parts)}.")
    elif not told.whole and not told.interrupted:
        found.append("There was no time for all that was planned.")
    return [*found, *_hasty(told)]


def _hasty(told: Evidence) -> list[str]:
    """That the race ended before its ways could be told apart, where it did."""
    runs = [one.replicates for one in told.entered if not one.out]
    if len(told.entered) < 2 or min(runs, default=FEW) >= FEW:
        return []
    each = f"{min(runs)} to {max(runs)} runs" if max(runs) > min(runs) else counted(max(runs), "run")
    return [f"The race was short, {each} of each way: another of them may be better."]


def _use(told: Evidence) -> list[str]:
    """The first sentence, and what it is worth."""
    best, way = told.advised, whole(told.advised.way, told.longest)
    if not best.tested:
        raced = told.raced(best.way)
        found = [f"Use {way}.", f"It was not tested on the {told.aside:,} {told.nouns} set aside."]
        score = (
            f"In the race it scored {three(raced.accuracy)}, on {told.nouns} that it was chosen on." if raced else ""
        )
        return [*found, score] if score else found
    found = [
        f"Use {way}: accuracy {interval(best.accuracy)} on {told.aside:,} {told.nouns} set aside, "
        "on which no choice was made."
    ]
    if not best.accuracy.valid:
        found.append(f"Do not rely on the intervals: {best.accuracy.note.removeprefix('interval not valid: ')}.")
    if best.failed:
        found.append(f"{best.failed} of {best.trainings} trainings of it failed: {ONCE_MORE}.")
    if best.accuracy.low <= told.chance:
        found.append(f"That is not told from guessing, {three(told.chance)}.")
    return found


def _standing(told: Evidence) -> list[str]:
    """How it stands in the race, and what it takes."""
    count, best = len(told.entered), told.advised
    if count < 2:
        return ["No other way was raced."]
    ways = f"the most accurate of {count} ways in the race"
    first = f"It was {ways if told.led else f'the cheapest of those shown to be within {told.margin:g} of {ways}'}"
    times = "" if best.step_ms is None else f": {best.step_ms:.1f} ms per update"
    found = [f"{first}{times}."]
    if best.step_ms is None and not told.led:
        found.append("Step times were not measured apart; those of the race were taken while others trained.")
    return found


def _alternatives(told: Evidence) -> list[str]:
    """What others would cost: Keras's default, those that would cost most, a shorter T; and what turned out better."""
    short = shorter(told)
    known = [one for one in told.others if one.role in DEFAULTS and one is not short]
    costly = [one for one in told.others if one.standing == COSTS and one is not short and one not in known]
    known += sorted(costly, key=lambda one: -one.below.estimate)[:MOST_COSTS]
    known += [one for one in told.others if one.standing == GAINS and one is not short and one not in known]
    found = [f"{capital(named(one, told))} {_cost(one)}." for one in known]
    return [*found, *_shorter(short, told), *_cheaper(told)]


def _cost(one: Finalist) -> str:
    """``would cost 0.310 [0.290, 0.330]``, or what else is known of the difference."""
    gained = Interval(-one.below.estimate, -one.below.high, -one.below.low)
    if one.standing == GAINS:
        return f"did better here by {interval(gained)}, which was seen after the choice was made"
    ends = {EQUIVALENT: ", which is equivalent", OPEN: ", which is not told from nothing"}
    what = f"gain {interval(gained)}" if gained.estimate >= 0.0005 else f"cost {interval(one.below)}"
    return f"would {what}{ends.get(one.standing, '')}"


def _shorter(one: Finalist | None, told: Evidence) -> list[str]:
    if one is None:
        return []
    share = saved(one, told)
    if share is None or round(share, 2) == 0:
        return [f"{capital(named(one, told))} {_cost(one)}."]
    way = f"would {'save' if share > 0 else 'take'} {abs(share):.0%}{'' if share > 0 else ' more'} of the time"
    joined = _cost(one).removeprefix("would ")
    return [f"{capital(named(one, told))} {way} and {joined}."]


def _cheaper(told: Evidence) -> list[str]:
    """The race goes by times that were taken while others trained: what turned out to be cheaper is said."""
    best = told.advised
    found = [
        one
        for one in told.others
        if one.standing == EQUIVALENT and one.step_ms and best.step_ms and one.step_ms < CHEAPER * best.step_ms
    ]
    if not found:
        return []
    one = min(found, key=lambda one: one.step_ms or 0.0)
    return [f"Timed apart, {named(one, told)} is equivalent and cheaper: {one.step_ms:.1f} ms per update."]


def _reach(told: Evidence) -> list[str]:
    """What differences these data can tell, where that is not the margin; or which way's trainings vary too much."""
    least, enough = reach(told), enough_for(told)
    open_ = [one for one in told.others if one.standing == OPEN]
    if least is None or not open_:
        return []
    if least <= told.margin:
        widest = max(open_, key=_half)
        if _half(widest) <= told.margin or widest.role in DEFAULTS or widest is shorter(told):
            return []
        return [f"{capital(named(widest, told))} {_cost(widest)}: {_enough(widest.enough, told)}."]
    said = f"Differences below about {three(least)} cannot be told here"
    return [f"{said}; {_enough(enough, told)}." if enough is None or enough > told.aside else f"{said}."]


def _planted(told: Evidence) -> list[str]:
    """What is to be said where the deficit that was planted was not seen."""
    found = told.sensitivity
    if found.seen or not told.advised.tested:
        return []
    if not found.planted:
        return [f"Whether these data can tell is not known: {found.text}."]
    if found.enough is not None and found.enough <= told.aside:
        return [f"A deficit planted on purpose was not seen, though there are {told.nouns} enough: {found.text}."]
    few = "runs" if found.enough is None else "data"
    said = f"These {few} are too few to tell: a deficit planted on purpose was not seen ({found.text})"
    return [f"{said}." if _reach(told) else f"{said}; {_enough(found.enough, told)}."]


def _enough(count: int | None, told: Evidence) -> str:
    """What would be enough to tell a difference of the margin; None: no number of sequences would."""
    if count is None:
        return f"for {told.margin:g} it takes more runs, and so more minutes"
    return f"about {rounded(count)} {told.nouns} set aside would be enough for {told.margin:g}"
