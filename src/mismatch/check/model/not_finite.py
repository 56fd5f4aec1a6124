"""M223: NaN or infinity in what the model is given, or in what it gives."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject


class NotFinite(Rule):
    """Inputs, labels and outputs."""

    code = "M223"
    name = "not_finite"
    severity = "error"
    meaning = "An input, a label or an output is NaN or infinite, or becomes so in the float type of Keras."
    why = "One such value makes the loss NaN, and with it every weight; Masking(mask_value=nan) masks nothing."
    example = "A missing value left in a series."
    instead = "Fill or leave out such steps before padding."

    def look(self, subject: Subject) -> Iterator[Finding]:
        arrays = [(fed.name, fed.values) for fed in subject.inputs] if subject.given else []
        arrays += [("labels", subject.labels)] if subject.labels is not None else []
        bad_given = False
        for name, values in arrays:
            for bad, how in _counts(values):
                bad_given |= bool(bad)
                if bad:
                    yield self.found(f"{bad} of {values.size} values are {how}", where=name, count=bad)
        for i, output in enumerate(subject.outputs if subject.given and not bad_given else ()):
            bad = int(np.count_nonzero(~np.isfinite(output))) if output.dtype.kind == "f" else 0
            if bad:
                what = f"{bad} of {output.size} outputs are NaN or infinite, and no input is"
                yield self.found(what, where=f"output {i}", advice="Look at rows without a real step.", count=bad)


def _counts(values: np.ndarray) -> Iterator[tuple[int, str]]:
    """How many values are not finite, and how many will not be once they are of Keras's float type."""
    import keras

    if values.dtype.kind != "f":
        return
    finite, kind = np.isfinite(values), keras.config.floatx()
    yield int(np.count_nonzero(~finite)), "NaN or infinite"
    with np.errstate(over="ignore"):
        fits = np.isfinite(values.astype(kind))
    yield int(np.count_nonzero(finite & ~fits)), f"beyond {kind}, in which they are infinite"
