"""Models inside of a layer that calls them step by step, looked at on the steps they are given.

In: a subject. Out: what the rules on pads and masks find in the encoder of a TimeDistributed.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.guard import as_numpy
from mismatch.check.masks import as_array
from mismatch.check.subject import Subject
from mismatch.check.trace import RECURRENT, Call, kind
from mismatch.config.registry import MODEL_RULES

RULES = "M21"
"""Codes of the rules on pads and masks."""


def look(subject: Subject) -> Iterator[Finding]:
    """Findings in models that a layer of the trace holds."""
    import keras

    for call in subject.trace.leaves if subject.given else ():
        held = getattr(call.layer, "layer", None) if call.kind == "TimeDistributed" else None
        if not (isinstance(held, keras.Model) or (held is not None and kind(held) in RECURRENT)):
            continue
        within = Subject(held, _steps(call))
        for rule in MODEL_RULES.all().values():
            for finding in rule().look(within) if rule.code.startswith(RULES) and len(within.x) else ():
                yield replace(finding, where=f"{finding.where} in {call.where}")


def _steps(call: Call) -> np.ndarray:
    """Every step of (N, T, ...) as a row of its own, but for those that are masked or hold zeros alone."""
    values, mask = as_numpy(call.inputs[0]), as_array(call.masks[0])
    kept = np.any(values != 0, axis=tuple(range(2, values.ndim)))
    if mask is not None and mask.shape == kept.shape:
        kept &= mask.astype(bool)
    steps: np.ndarray = values[kept]
    return steps
