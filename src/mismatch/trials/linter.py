"""How many of the shape mismatches a check of model and arrays finds before anything is trained, and how many Keras.

In: nothing; the arms of the sweep play no part. Out: `linter.csv`, a line per case of the catalogue, and
`linter_summary.csv`, counts. The check looks on in the run that also shows what Keras does.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from mismatch.config.arm import Arm
from mismatch.sweep.measurement import Measurement
from mismatch.trials.measurement import catalogue

if TYPE_CHECKING:
    from mismatch.check.finding import Finding
    from mismatch.trials.handed import Use


class Linter(Measurement):
    """The whole catalogue under `mismatch.check_model`."""

    name = "linter"
    tables: ClassVar[dict[str, str]] = {
        "linter.csv": "one line per case: what Keras did, and what the check of model and arrays had said before",
        "linter_summary.csv": "counts by group of cases, for the cases that rules were written on and those kept",
    }
    columns: ClassVar[dict[str, tuple[str, str]]] = {
        "row": ("", "name of the case"),
        "number": ("", "kind of mismatch it belongs to, 1 to 28; example: of an article; fact: behind other rows"),
        "kind": ("", "what does not match: features | rank | time | layout | label | mask; or example | fact"),
        "stage": ("", "where it is tried: data | build | compile | call | loss | fit | validation | predict | ..."),
        "what": ("", "the case in one sentence"),
        "part": ("", "development: rules may be written on it; kept: for the test; by a hash of the name; all: both"),
        "legal": ("", "whether the case is a correct set-up"),
        "shape": ("", "whether it is a mismatch of features, time, rank or layout, those of claim C5"),
        "outcome": ("", "what Keras did: raises | silent | silent and learns wrong | works, as in mismatches.csv"),
        "weights_changed": ("", "whether training had moved weights before the case ended"),
        "raised": ("", "found by Keras: it raised before any weight moved. In the summary: how many"),
        "warning": ("", "first line of the first warning that Keras gave, whether or not it is to the point"),
        "looks": ("", "times that the check was given a model and arrays in this case"),
        "has_correct": ("", "whether what it was given was correct, in part at least"),
        "unseen": ("", "why it was given nothing; such a case counts as not found"),
        "codes": ("", "codes of its findings of severity error or warning on the mismatch, without those that it also "
                  "gives on a correct part of the same case"),
        "found_at": ("", "what the model was about to do at the first: fit | validation | call | predict | ..."),
        "finding": ("", "the first finding: its code and what it says, at most 200 characters"),
        "alarms": ("", "codes of its findings of severity error or warning on what is correct"),
        "alarm": ("", "the first of them"),
        "failed": ("", "the error that the check itself ended with, if it did"),
        "found": ("", "whether the check found the mismatch. In the summary: how many"),
        "quiet": ("", "whether it found nothing in what is correct"),
        "found_by": ("", "Keras | check | both | neither: who found the mismatch before any weight moved"),
        "group": ("", "which mismatches are counted; Keras lets pass what it does not raise at before a weight moves"),
        "cases": ("", "how many there are"),
        "raised_or_warned": ("", "how many of them Keras raised at or gave any warning with"),
        "neither": ("", "how many nobody found"),
        "recall": ("", "share of them that the check found"),
        "correct": ("", "correct set-ups of the same part that the check was given"),
        "false_alarms": ("", "how many of these it found something in"),
        "precision": ("", "found / (found + false_alarms)"),
    }  # fmt: skip

    def seconds(self, arms: Sequence[Arm], smoke: bool) -> float:
        return 15.0 if smoke else 120.0

    def measure(self, arms: Sequence[Arm], smoke: bool) -> dict[str, pd.DataFrame]:
        from mismatch.trials.inspected import inspected  # TensorFlow starts here, not before
        from mismatch.trials.runner import quiet
        from mismatch.trials.scored import summary, table

        with quiet():
            cases = table(inspected(catalogue(smoke), findings))
        return {"linter.csv": cases, "linter_summary.csv": summary(cases)}


def findings(use: "Use") -> Iterable["Finding"]:
    """What `check_model` says of a model and the arrays that it is about to be given."""
    from mismatch.check.models import check_model

    checked = check_model(
        use.model, use.x, use.y, use.mask, loss=use.loss, reference=use.reference, weights=use.weights
    )
    return checked.findings
