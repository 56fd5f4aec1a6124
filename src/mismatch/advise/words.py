"""An advice in words: one paragraph first, then what each way came to.

In: an `Advice`. Out: text, whose every number stands in the advice.
"""

from mismatch.advise.answer import Advice, Finalist
from mismatch.advise.candidates import Way
from mismatch.analysis.intervals import Interval

SIDES = {"pre": "before", "post": "after"}
CUT = {
    "pre": "keeping the end",
    "post": "keeping the beginning",
    "head_tail": "keeping both ends",
    "stride": "keeping every k-th step",
    "interpolate": "resampled",
}


def written(advice: Advice) -> str:
    """The paragraph, and a table of the finalists."""
    lines = [paragraph(advice), ""]
    lines += [f"  {one.role}: {way_of(one.way)}: {interval(one.accuracy)}{_below(one)}" for one in advice.finalists]
    return "\n".join(lines)


def paragraph(advice: Advice) -> str:
    """What to do, how good that is, and what the others would cost."""
    best = advice.advised
    said = [f"Use {way_of(best.way)}: accuracy {interval(best.accuracy)} on {advice.aside} sequences set aside."]
    leader = next((one for one in advice.finalists if one.role == "the most accurate in the race"), best)
    ways = f"{len(advice.entered)} ways"
    if leader is best:
        said.append(f"It was the most accurate of {ways} in the race.")
    else:
        said.append(f"Within {advice.margin:g} of the most accurate of {ways} in the race, and the cheapest of those.")
    if best.step_ms is not None:
        said.append(f"An update takes {best.step_ms:.1f} ms.")
    for one in advice.finalists[1:]:
        if one.below.low > 0:
            said.append(
                f"{_named(one)} would cost {one.below.estimate:.3f} [{one.below.low:.3f}, {one.below.high:.3f}]."
            )
    if not advice.sensitivity.seen:
        enough = advice.sensitivity.enough
        more = f"; about {enough:,} set aside would be enough for {advice.margin:g}" if enough else ""
        said.append(f"These data are too few to tell: {advice.sensitivity.text}, which was not seen{more}.")
    return " ".join(said)


def way_of(way: Way) -> str:
    """``T = 96, pad before, no mask, no reduction``."""
    parts = [f"T = {way.steps} ({CUT[way.truncating]})", f"pad {SIDES[way.padding]}"]
    parts.append("no mask" if way.mask == "none" else f"mask {way.mask}")
    parts += ["features standardised"] if way.scale != "none" else []
    parts.append("no reduction" if way.reduction == "none" else f"{way.reduction} by {way.pool}")
    return ", ".join(parts)


def interval(found: Interval) -> str:
    return f"{found.estimate:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _named(one: Finalist) -> str:
    return f"{one.role[0].upper()}{one.role[1:]} ({way_of(one.way)})"


def _below(one: Finalist) -> str:
    return "" if one.role == "advised" else f", {interval(one.below)} below{', equivalent' if one.equivalent else ''}"
