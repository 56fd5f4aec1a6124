"""The document on how verdicts err, made by simulation: ``python -m mismatch.analysis.documents > docs/statistics.md``.

In: the simulations of `simulation.py`. Out: Markdown; a test compares it with the file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mismatch.analysis.failures import Drop, rate_bound, replicates_for_equivalence
from mismatch.analysis.looks import levels
from mismatch.analysis.sensitivity import REACH
from mismatch.analysis.simulation import (
    BAND,
    CONTRASTS,
    COUNTS,
    FAMILIES,
    LOOKED,
    LOST,
    MARGIN,
    RATES,
    SAMPLES,
    SHAPES,
    SIZES,
    Coverage,
    Equivalences,
    Errors,
    Sequential,
    coverage,
    equivalences,
    errors,
    sequential,
)
from mismatch.config.groups import LOOKS

HEAD = """# What a verdict rests on, and how often it errs

This file is made by simulation (`python -m mismatch.analysis.documents > docs/statistics.md`, under a minute); a test
makes it again. The rule of the verdicts is in `src/mismatch/analysis/verdict.py`.
"""

INTERVALS = """## Intervals

95% intervals of the mean paired difference are Hall's (1992): the t statistic, transformed to take out its skewness;
Student's where the differences lie in two clumps. They are clipped to what a difference can be. An interval is marked
not valid, with the reason in `why`, below ten replicates, where all differences are equal or more than half of them
are one value, and where the skewness is near the largest that so many values can have.

The table has the share of {samples:,} intervals that cover the true mean (standard error .004): of all, and of those
that are valid. Coverage from {low:.2f} to {high:.2f} is claimed; where the last column says no, it is not.

{table}

Rare failures are the limit of every interval made from a sample: where one run in twenty fails, no failure is among ten
in 60% of samples, and what is not there cannot be seen. `low_failing` and `high_failing` are therefore bounds that
count the failures which the replicates leave possible (below); they cover in all of the failing families, and are wide.
"""

ERRORS = """## Differences where there is none

The p of a difference is the larger of two: that of sign flips, exact only if the differences are symmetric when
nothing is there, and that of the same t statistic for differences as skewed as the exponential. SUPPORTED and REFUTED
need it at .05 after Holm's correction, and an interval without 0. Shares of contrasts with mean 0 that get one of these
words (standard error up to .005), what flips alone would give, and the share of {families} families of {contrasts} such
contrasts in which any contrast gets one (standard error of .05: .022):

{table}

The level holds up to the skewness of the exponential, alone and in families. It does not hold beyond that (lognormal
with log sd 1), for families of two rare modes, and where rare failures of one arm make up for an advantage that it has
otherwise: ten replicates without a failure then look like a difference, and are one, but not of the means.
"""

EQUIVALENCE = """## Equivalence where runs may fail

None of {n} runs failing leaves a failure rate of {rate:.0%} possible (Clopper & Pearson 1934, one-sided at 5%).
EQUIVALENT asks that the mean be inside the margin even then: the worst mean mixes Student's one-sided bound of the runs
that did not fail with the worst difference (to chance, or the range of the metric, or the `drop` that a contrast
declares) at the bound of the failure rate. Where a failing run costs {lost} and the margin is {margin}, that takes
{needed} replicates without a failure; fewer where it costs less. Shares of samples called equivalent, and what two
one-sided tests alone would give; a mean beyond the margin makes it an error:

{table}
"""


SENSITIVITY = """## Sensitivity

A task that every arm has learned long before its budget ends shows no difference, whatever is done to it. EQUIVALENT
therefore also asks that a deficit planted on the same dataset was seen in the same metric (p of at most .05, at most
{reach:.0f} margins large): a copy of an arm at a tenth of its learning rate (`control=slow`), or with half of its
updates (`control=short`). The column `sensitivity` has what they came to. Half of the updates plants nothing in the
delay of learning, as both copies learn alike until then; a tenth of the rate does. Label noise is no such deficit: it
lowers the ceiling itself, and is seen where training could do anything.
"""

LOOKS_TEXT = """## Looks that add replicates

`replicates=auto` starts with {first} replicates and looks at {looks}. After a look it adds those up to the next one
for the arms, and their control copies, of every primary contrast of two arms (`paired`, `tuned`) whose interval reaches
further than the margin to either side (half its width is above the margin), or leaves out 0 where so few replicates
have no p small enough for its family. A contrast without a margin asks for nothing.

A verdict stands at the look that its contrast came to (column `look`). Of the .05 the looks may spend
{levels} (the spending function of Pocock's type, Lan & DeMets 1983): the interval of a
look is at 1 minus its share, and its p values are multiplied by .05 over the share, before Holm's correction. As the
shares sum to .05, this holds whatever the reason to stop, for all differences for which the tests hold at a fixed
number of replicates, and in families; it costs power beside bounds that reckon with how much the looks have in common.
Kinds of test other than these two, and factorials, see the replicates of the first look alone. The looks are noted in
`plan.json`: without it a report takes the numbers of replicates for fixed.

Shares of {samples:,} contrasts with mean 0 called different (standard error of .05: .0034) where they stop, and at any
look, had one stopped at the first that calls them so; and of intervals at the stop that cover 0. Margins in standard
deviations of the differences:

{table}

All stay below .05: the looks share data, of which the shares make no use, and the p of a difference is that of
exponential ones, which normal ones seldom reach.
"""


@dataclass(frozen=True)
class Simulated:
    """All that the document tells."""

    coverages: tuple[Coverage, ...]
    errors: tuple[Errors, ...]
    equivalences: tuple[Equivalences, ...]
    looks: tuple[Sequential, ...]


def simulate() -> Simulated:
    """Run every simulation."""
    cells = [(name, n) for name in SHAPES for n in SIZES]
    return Simulated(
        tuple(coverage(name, n) for name, n in cells),
        tuple(errors(name, n) for name, n in cells),
        tuple(equivalences(rate, n) for rate in RATES for n in COUNTS),
        tuple(row for name in LOOKED for row in sequential(name)),
    )


def document(found: Simulated) -> str:
    """The whole text."""
    needed = replicates_for_equivalence([0.0, 0.0], MARGIN, Drop(-LOST, LOST))
    return "\n".join(
        [
            HEAD,
            INTERVALS.format(samples=SAMPLES, low=BAND[0], high=BAND[1], table=_coverages(found.coverages)),
            ERRORS.format(families=FAMILIES, contrasts=CONTRASTS, table=_errors(found.errors)),
            EQUIVALENCE.format(
                n=10, rate=rate_bound(0, 10), lost=LOST, margin=MARGIN, needed=needed, table=_equivalences(found)
            ),
            SENSITIVITY.format(reach=REACH),
            LOOKS_TEXT.format(
                first=LOOKS[0],
                looks=listed(LOOKS),
                levels=listed([f"{share:.4f}".removeprefix("0") for share in levels(LOOKS)]),
                samples=SAMPLES,
                table=_looks(found.looks),
            ),
        ]
    )


def _coverages(found: Iterable[Coverage]) -> str:
    head = ("differences", "n", "covered", "valid", "covered where valid", "with unseen failures", "claimed")
    rows = [
        (
            one.shape,
            one.n,
            _share(one.covered),
            f"{one.valid:.0%}",
            _share(one.claimed),
            _share(one.failing),
            _held(one),
        )
        for one in found
    ]
    return table(head, rows)


def _held(one: Coverage) -> str:
    return "yes" if SHAPES[one.shape].claimed and BAND[0] <= one.claimed <= BAND[1] else "no"


def _errors(found: Iterable[Errors]) -> str:
    head = ("differences", "n", "called different", "by flips alone", "families with any")
    return table(head, [(one.shape, one.n, *map(_share, (one.given, one.flips, one.family))) for one in found])


def _equivalences(found: Simulated) -> str:
    head = ("runs that fail", "n", "mean", "equivalent?", "called so", "by two one-sided tests alone")
    return table(
        head,
        [
            (f"{one.rate:.0%}", one.n, f"{one.mean:.4f}", "yes" if abs(one.mean) < MARGIN else "no",
             _share(one.given), _share(one.plain))
            for one in found.equivalences
        ],
    )  # fmt: skip


def _looks(found: Iterable[Sequential]) -> str:
    head = ("differences", "margin", "replicates", "called different", "at any look", "covered")
    rows = [(one.shape, one.margin, f"{one.n:.0f}", *map(_share, (one.given, one.ever, one.covered))) for one in found]
    return table(head, rows)


def listed(items: Sequence[object]) -> str:
    """``3, 5 and 8``."""
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}"


def _share(value: float) -> str:
    return "" if value != value else f"{value:.3f}".removeprefix("0") if value < 1 else "1"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


if __name__ == "__main__":
    print(document(simulate()), end="")
