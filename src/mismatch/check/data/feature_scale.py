"""D108: features whose scales differ wildly, or whose values are so large that they saturate the gates."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.wordids import word_ids
from mismatch.check.words import named

RATIO, LARGE = 100.0, 30.0
"""Of the largest and the smallest deviation; and the root mean square from which on a feature saturates gates."""


class FeatureScale(Rule):
    code, name, severity = "D108", "feature_scale", "warning"
    meaning = "Deviations of features differ by a factor above 100, or a feature has a root mean square above 30."
    why = (
        "With the initial weights of Keras the largest feature decides alone what a gate does, and large values drive "
        "gates to 0 or 1, where their gradient is gone."
    )
    example = "Acceleration in g (0.01) beside pressure in pascal (101,325)."
    instead = "Standardise each feature with the moments of the real training steps, before padding: pads stay zero."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if subject.is_text or not subject.finite.any() or word_ids(subject) is not None:
            return  # ids are looked up, not scaled
        values = subject.values[subject.finite]
        deviation, size = values.std(axis=0), np.sqrt(np.square(values).mean(axis=0))
        moving = np.flatnonzero(deviation > 1e-12 * np.maximum(size, 1e-300))
        if not len(moving):
            return
        low, high = moving[deviation[moving].argmin()], moving[deviation[moving].argmax()]
        ratio = float(deviation[high] / deviation[low])
        large = moving[size[moving] > LARGE]
        if ratio <= RATIO and not len(large):
            return
        said = []
        if ratio > RATIO:
            names = [named([subject.feature(int(k))]) for k in (high, low)]
            said.append(
                f"the deviation of {names[0]} ({deviation[high]:.3g}) is {ratio:,.0f} times that of {names[1]} "
                f"({deviation[low]:.3g})"
            )
        if len(large):
            worst = large[size[large].argmax()]
            which = f"{len(large)} of {subject.width} features are large, up to" if len(large) > 1 else "it has"
            said.append(f"{which} a root mean square of {size[worst]:.4g}")
        yield self.found(
            "; ".join(said),
            where=named([subject.feature(int(k)) for k in large]) if len(large) else "",
            settings="features.scale=standard",
            keras="mean, deviation = steps.mean(0), steps.std(0)  # steps: (sum of lengths, d), of the training part\n"
            "sequences = [(s - mean) / deviation for s in sequences]  # then pad",
            ratio=ratio,
            deviations={subject.feature(int(k)): float(deviation[k]) for k in moving},
            largest=float(size[moving].max()),
        )
