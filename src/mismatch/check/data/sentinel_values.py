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


class SentinelValues(Rule):
    code, name, severity = "D106", "sentinel_values", "warning"
    meaning = "A number that files use for missing values (-999 and the like) stands far from all other values."
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
                if times < 2 or not len(rest) or np.abs(rest - extreme).min() <= GAP * max(np.ptp(rest), 1e-12):
                    continue
                yield self.found(
                    f"{extreme:g} stands {counted(times, 'time')} ({share(times, len(values))}), all other values lie "
                    f"from {rest.min():.4g} to {rest.max():.4g}",
                    where=subject.feature(column),
                    settings=f"{subject.command} data.missing=linear",
                    keras=f"values[values == {extreme!r}] = numpy.nan",
                    value=extreme,
                    times=times,
                    low=float(rest.min()),
                    high=float(rest.max()),
                )
