"""D106: a number such as -999 stands for a missing value."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.config.counting import counted

SENTINELS = (-99.0, -999.0, -9999.0, -99999.0, 999.0, 9999.0, 99999.0, -200.0, -1e20, 1e20, -1e30, 1e30)
GAP = 3.0
"""How far it must lie from all other values, in ranges of these."""
OFTEN = 0.005
"""Share of the values that a negative one must have where all others are above 0."""


class SentinelValues(Rule):
    code, name, severity = "D106", "sentinel_values", "warning"
    meaning = "A number that files use for missing values (-999 and the like) stands far from all other values, or is "
    meaning += "the only one below 0, and frequent."
    why = "It is read as a measurement: it decides the mean and deviation of its feature, and saturates the gates."
    example = "Air quality with -200 where a sensor failed."
    instead = "Make it empty (NaN) in the file, then fill the gaps."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text:
            return
        for column in range(subject.width):
            values = subject.values[np.isfinite(subject.values[:, column]), column]
            if len(values) < 3:
                continue
            for extreme in {float(values.min()), float(values.max())}:
                if extreme not in SENTINELS:
                    continue
                rest = values[values != extreme]
                times = len(values) - len(rest)
                if times < 2 or not len(rest) or not (_far(rest, extreme) or _alone(rest, extreme, times)):
                    continue
                yield self.found(
                    f"{extreme:g} stands {counted(times, 'time')} ({share(times, len(values))}), all other values lie "
                    f"from {rest.min():.4g} to {rest.max():.4g}",
                    where=subject.feature(column),
                    settings=f"{subject.command} data.missing=linear",
                    keras=f"steps[steps[:, {column}] == {extreme!r}, {column}] = numpy.nan  # steps: (sum L, d)",
                    value=extreme,
                    times=times,
                    low=float(rest.min()),
                    high=float(rest.max()),
                )


def _far(rest: np.ndarray, value: float) -> bool:
    """Whether a value lies far from all others."""
    return bool(np.abs(rest - value).min() > GAP * max(np.ptp(rest), 1e-12))


def _alone(rest: np.ndarray, value: float, times: int) -> bool:
    """Whether a value is the one number below 0 of what has none there otherwise, such as a concentration."""
    return value < 0 and bool(rest.min() >= 0) and times >= OFTEN * len(rest)
