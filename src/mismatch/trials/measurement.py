"""Which shape mismatches raise, where, and which pass in silence: every case is run, no outcome is written down.

In: nothing; the arms of the sweep play no part. Out: one line per case in `mismatches.csv`, and in `frameworks.csv` for
those of other frameworks. The cases stand in the modules of this room; TensorFlow starts when they are run.
"""

from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from mismatch.config.arm import Arm
from mismatch.sweep.measurement import Measurement
from mismatch.trials.elsewhere import everywhere

if TYPE_CHECKING:
    from mismatch.trials.runner import Case

CASES = ("shape", "order", "labels", "mask", "article", "facts")
"""Modules with cases, in the order of the table."""
SMOKE = 32
"""A smoke run makes every thirty-second case, and those of other frameworks in one of them alone."""


class Trials(Measurement):
    """Every case in a fresh model."""

    name = "trials"
    tables: ClassVar[dict[str, str]] = {
        "mismatches.csv": "one line per shape mismatch: stage, what happened, error, how wrong a silent one is",
        "frameworks.csv": "one line per wrong number of features in each framework that is installed: what happened",
    }
    columns: ClassVar[dict[str, tuple[str, str]]] = {
        "row": ("", "name of the case"),
        "number": ("", "kind of mismatch it belongs to, 1 to 28; example: of the article; fact: behind other rows"),
        "kind": ("", "what does not match: features | rank | time | layout | label | mask; or example | fact"),
        "stage": ("", "where it is tried: data | build | compile | call | loss | fit | validation | predict | ..."),
        "what": ("", "the case in one sentence; says what value and reference are where they are no accuracies"),
        "legal": ("", "whether the case is a control that should work"),
        "outcome": ("", "raises | silent | silent and learns wrong (more than 0.1 below the reference) | works"),
        "error_type": ("", "class of the error raised"),
        "message": ("", "its first line that says what is wrong, at most 200 characters"),
        "warning": ("", "first line of the first warning given"),
        "weights_changed": ("", "whether training had moved weights before the case ended"),
        "value": ("", "what was measured: test accuracy of a training, or as `what` says"),
        "reference": ("", "what it should be: accuracy of the same training on correct data, or as `what` says"),
        "framework": ("", "where it was tried: keras-tensorflow | keras-jax | jax | torch; those that are installed"),
        "version": ("", "of the framework"),
    }
    packages = ("jax", "jaxlib", "torch")

    def seconds(self, arms: Sequence[Arm], smoke: bool) -> float:
        return 20.0 if smoke else 95.0

    def measure(self, arms: Sequence[Arm], smoke: bool) -> dict[str, pd.DataFrame]:
        from mismatch.trials.runner import quiet, run  # TensorFlow starts here, not before

        with quiet():
            lines = [run(case) for case in catalogue(smoke)]
        others = everywhere(1)[::SMOKE] if smoke else everywhere()
        return {
            "mismatches.csv": pd.DataFrame([asdict(line) for line in lines]),
            "frameworks.csv": pd.DataFrame([asdict(line) for line in others]),
        }


def catalogue(smoke: bool) -> "list[Case]":
    """All cases in the order of the table, or every thirty-second; importing them starts TensorFlow."""
    cases = [case for name in CASES for case in import_module(f"mismatch.trials.{name}").cases]
    return cases[:: SMOKE if smoke else 1]
