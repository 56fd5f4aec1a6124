"""M244: values vary along the axis of features as time does, and along the axis of time as features do."""

from collections.abc import Iterator

import numpy as np

from mismatch.check import layout
from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject

ALIKE = 0.5
"""Correlation of neighbours along axis 1 above which they may be steps with a profile each, as days have of hours."""


class StepsOrFeatures(Rule):
    """How values are spread over steps and features, where sizes cannot tell these apart."""

    code = "M244"
    name = "steps_or_features"
    severity = "warning"
    meaning = "Steps and features look swapped, by how values run along them."
    why = "With as many steps as features, or no declared shape, Keras cannot notice: the GRU reads features in turn."
    example = "(N, 12, 12) transposed; one-hot vectors that run along axis 1."
    instead = "If axis 2 is time: x = x.swapaxes(1, 2). If not so, look at one row and leave it."

    def look(self, subject: Subject) -> Iterator[Finding]:
        main = subject.main
        if not subject.given or main is None or main.values.ndim != 3 or main.values.dtype.kind not in "iufb":
            return
        rows, steps, features = main.shape
        if rows < 8 or steps < 3 or features < 3 or subject.pads is not None or not np.isfinite(main.values).all():
            return
        values = main.values.astype(float)
        for why in (*_one_hot(values), *_smooth(values), *_by_step(values, subject.labels)):
            alike = layout.alike(values)
            if alike > ALIKE:
                why += f"; neighbours along axis 1 are alike (correlation {alike:.2f}), as days or spectra are"
            yield self.found(
                f"{why} ({'possible' if alike > ALIKE else 'likely'}, not certain)",
                where=main.name,
                severity="note" if alike > ALIKE else None,
                keras="x = x.swapaxes(1, 2)",
                alike=alike,
            )
            return


def _one_hot(values: np.ndarray) -> Iterator[str]:
    """Exactly one 1 along axis 1 for every feature, and not along axis 2."""
    if not np.isin(values, (0, 1)).all():
        return
    along_time, along_features = values.sum(1), values.sum(2)
    if np.all(along_time == 1) and not np.all(along_features == 1):
        yield "there is exactly one 1 along axis 1 in every column: one-hot vectors lie along time"


def _smooth(values: np.ndarray) -> Iterator[str]:
    """Smooth along axis 2, and no smoother than noise along axis 1."""
    along_time, along_features = layout.roughness(values, 1), layout.roughness(values, 2)
    if min(values.shape[1:]) >= 6 and along_features < 0.25 and along_time > 0.8:
        yield (
            f"values run smoothly along axis 2 (roughness {along_features:.2f}) and like noise along axis 1 "
            f"({along_time:.2f}; 1 is noise)"
        )


def _by_step(values: np.ndarray, labels: np.ndarray | None) -> Iterator[str]:
    """Profiles that rows account for and columns do not, whose rows follow each other without order."""
    if values.shape[1] != values.shape[2] or values.shape[1] < 6:
        return
    for name, profile, error in layout.profiles(values, labels):
        found = layout.shares(profile, error)
        if found is not None and found[0] > 0.9 and found[1] < 0.1 and layout.jagged(profile.mean(1)) > 1.4:
            yield f"the {name} differs from step to step without order, and not from feature to feature"
