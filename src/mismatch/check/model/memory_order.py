"""M240: values were stored (N, D, T) and reshaped to (N, T, D), which mixes steps and features."""

from collections.abc import Iterator

import numpy as np

from mismatch.check import layout
from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class MemoryOrder(Rule):
    """How values are spread over steps and features, as given and as they would be had they been transposed."""

    code = "M240"
    name = "memory_order"
    severity = "warning"
    meaning = "The values look as if they were reshaped where they should have been transposed."
    why = "A reshape keeps the order in memory: parts of one feature come to stand as several features of one step."
    example = "x of shape (N, D, T), then x.reshape(N, T, D)."
    instead = "If x was (N, D, T): x.swapaxes(1, 2). If not so, look at one row and leave it."

    def look(self, subject: Subject) -> Iterator[Finding]:
        main = subject.main
        if not subject.given or main is None or main.values.ndim != 3 or main.values.dtype.kind not in "iuf":
            return
        rows, steps, features = main.shape
        usable = rows >= 8 and steps >= 4 and features >= 3 and steps != features and subject.pads is None
        if not usable or not np.isfinite(main.values).all():
            return
        values = main.values.astype(float)
        for why in (*_shares(values), *_by_feature(values, subject.labels), *_by_seams(values)):
            yield self.found(f"{why} (likely, not certain)", where=main.name, keras="x = x.swapaxes(1, 2)")
            return


def _shares(values: np.ndarray) -> Iterator[str]:
    """Steps that sum to 1, as one-hot vectors and shares do, when put right, and do not as given."""
    if values.min() < 0 or np.allclose(values.sum(2), 1, atol=1e-4):
        return
    if np.allclose(layout.unscrambled(values).sum(2), 1, atol=1e-4):
        steps, features = values.shape[1:]
        kind = "one-hot vectors" if np.isin(values, (0, 1)).all() else "shares"
        yield f"steps are {kind} that sum to 1 were the values stored (N, {features}, {steps}), and not as given"


def _by_feature(values: np.ndarray, labels: np.ndarray | None) -> Iterator[str]:
    """Profiles that no column accounts for as given, and columns account for when put right."""
    steps, features = values.shape[1:]
    for name, profile, error in layout.profiles(values, labels):
        given = layout.shares(profile, error)
        turned = profile.reshape(features, steps).T
        right = layout.shares(turned, error)
        if given is None or right is None or right[1] < 0.9 or given[1] > 0.5:
            continue
        # where T is a multiple of D, a trend over steps also looks like features; but it goes on within them
        if given[0] < 0.6 or layout.flat_columns(turned, error):
            yield (
                f"features account for {100 * given[1]:.0f} % of how the {name} varies, and for "
                f"{100 * min(right[1], 1):.0f} % were the values stored (N, {features}, {steps})"
            )


def _by_seams(values: np.ndarray) -> Iterator[str]:
    """Values that run on from the last feature of a step to the first of the next, and break at multiples of T."""
    inside, between, series = layout.seams(values)
    varied = 2 * float(values.var())
    if between < 1.5 * inside and series > 3 * inside and inside < 0.3 * varied:
        steps = values.shape[1]
        yield f"values run on smoothly across steps and break at every {steps}th, as features stored end to end do"
