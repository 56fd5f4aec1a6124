"""D127: a feature counts the steps."""

import shlex
from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.data.sources.giveaways import numbers_rows

MOST = 0.99


class ClockFeature(Rule):
    code, name, severity = "D127", "clock_feature", "warning"
    meaning = "A feature grows by one and the same amount from step to step, in nearly all sequences."
    why = "It tells position and length, not the signal; unscaled it grows without bound, beyond what was trained on."
    example = "The time column of a table, left among the features."
    instead = "Name it as the time (data.time=...), or leave it out: the order of steps is there without it."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text:
            return
        inside = subject.owner[1:] == subject.owner[:-1]
        if inside.sum() < 10:
            return
        for column in range(subject.width):
            if numbers_rows(subject.values[:, column]):
                continue  # row_number says so
            change = np.diff(subject.values[:, column])[inside]
            usual = np.median(change)
            if not np.isfinite(usual) or usual == 0:
                continue
            even = float((np.abs(change - usual) <= 1e-6 * abs(usual)).mean())
            if even >= MOST:
                name, time = subject.feature(column), _time(subject)
                yield self.found(
                    f"grows by {usual:.4g} at {share(even)} of all steps",
                    where=name,
                    advice=None if time else "Leave it out: the order of steps is there without it.",
                    settings=f"{subject.command} {shlex.quote(f'data.time={name}')}" if time else "",
                    step=float(usual),
                    steps=even,
                )


def _time(subject: Subject) -> bool:
    """Whether it may be named as the time: in a table of a row per step whose time nobody has named."""
    kind = subject.items.reading.kind
    return "one per step" in kind and "times are" not in kind
