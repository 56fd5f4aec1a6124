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
    meaning = "An input, a label or an output is NaN or infinite."
    why = "One such value makes the loss NaN, and with it every weight; Masking(mask_value=nan) masks nothing."
    example = "A missing value left in a series."
    instead = "Fill or leave out such steps before padding."

    def look(self, subject: Subject) -> Iterator[Finding]:
        arrays = [(fed.name, fed.values) for fed in subject.inputs] if subject.given else []
        arrays += [("labels", subject.labels)] if subject.labels is not None else []
        bad_given = False
        for name, values in arrays:
            bad = np.count_nonzero(~np.isfinite(values)) if values.dtype.kind == "f" else 0
            bad_given |= bool(bad)
            if bad:
                yield self.found(f"{bad} of {values.size} values are NaN or infinite", where=name, count=bad)
        for i, output in enumerate(subject.outputs if subject.given and not bad_given else ()):
            bad = np.count_nonzero(~np.isfinite(output)) if output.dtype.kind == "f" else 0
            if bad:
                what = f"{bad} of {output.size} outputs are NaN or infinite, and no input is"
                yield self.found(what, where=f"output {i}", advice="Look at rows without a real step.", count=bad)
