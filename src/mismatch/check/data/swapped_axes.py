"""D125: time and features look swapped: values run smoothly from feature to feature, and jump from step to step."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject

SMOOTH, ROUGH = 0.1, 0.5
"""Roughness along the features at most, along the steps at least: 1 for noise, near 0 for a smooth signal."""


class SwappedAxes(Rule):
    code, name, severity = "D125", "swapped_axes", "warning"
    meaning = "All sequences have one length, below d, and are smooth along the features but rough along the steps."
    why = "(N, T, d) and (N, d, T) have the same rank: a GRU reads features as time, and nothing raises."
    example = "An array of six sensors and 128 steps, (N, 6, 128), as some libraries keep it."
    instead = "Swap the axes: x = x.transpose(0, 2, 1)."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or not len(subject.items) or len(np.unique(subject.lengths)) > 1:
            return
        steps, width = int(subject.lengths[0]), subject.width
        if width <= steps or steps < 2 or width < 8 or not subject.finite.all():
            return
        cube = subject.values.reshape(len(subject.items), steps, width)
        along_steps, along_features = rough(cube, 1), rough(cube, 2)
        if along_features > SMOOTH or along_steps < ROUGH:
            return
        yield self.found(
            f"{steps} steps of {width} features: roughness {along_features:.2f} from feature to feature, "
            f"{along_steps:.2f} from step to step (1 for noise, near 0 for a smooth signal)",
            keras="x = x.transpose(0, 2, 1)  # (N, T, d)",
            steps=steps,
            features=width,
            along_steps=along_steps,
            along_features=along_features,
        )


def rough(cube: np.ndarray, axis: int) -> float:
    """Mean squared difference of neighbours over twice the variance, along an axis of (N, T, d)."""
    spread = cube.var()
    return float(np.square(np.diff(cube, axis=axis)).mean() / (2 * spread)) if spread else float("nan")
