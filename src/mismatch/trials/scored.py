"""What a check of models found in the catalogue: a line per case, and counts by group of cases.

In: inspected cases. Out: the rows of `linter.csv` and of `linter_summary.csv`. Nothing is looked up: whether a case is
a mismatch is said by the case, what happened was seen in its run.
"""

import fnmatch
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd

from mismatch.trials.inspected import Inspected, Look

SHAPES = ("features-*", "time-*", "rank-*", "transposed-*", "scrambled-*", "time-major*")
"""Mismatches of features, time, rank and layout: those that claim C5 of `layout` says Keras stops."""
UNSEEN = {
    "conv-kernel-too-long": "there is no model: it cannot be built",
    "example-3-as-written": "there is no model: it cannot be built",
    "example-3-imports": "there is no model: it cannot be built",
    "pad-sequences-d*": "there is no model: sequences become arrays",
    "*-no-op": "there is no model: an array is reshaped",
}
"""Why a case has nothing that a check of a model could be given; the first pattern that fits the row."""
NEURALINT = {
    "group": "NeuraLint on feedforward networks, as published (arXiv 2105.08095)",
    "part": "all",
    "recall": 0.705,
    "precision": 1.0,
}
"""The reference: 23 rules, recall and precision of its paper; our catalogue and its programs are not the same."""
COUNTS = ("cases", "raised", "raised_or_warned", "found", "neither", "correct", "false_alarms")
WORDS = 200
"""Longest text of a finding in the table."""


@dataclass(frozen=True)
class Row:
    """A line of `linter.csv`; the columns' meanings are in `linter.py`."""

    row: str
    number: str
    kind: str
    stage: str
    what: str
    part: str
    legal: bool
    shape: bool
    outcome: str
    weights_changed: bool
    raised: bool
    warning: str
    looks: int
    has_correct: bool
    unseen: str
    codes: str
    found_at: str
    finding: str
    alarms: str
    alarm: str
    failed: str
    found: bool
    quiet: bool
    found_by: str


def part(row: str) -> str:
    """``development``: rules may be written on the case; ``kept`` for the test. A hash of its name says."""
    return "kept" if int(hashlib.sha256(row.encode()).hexdigest(), 16) % 2 else "development"


def scored(case: Inspected) -> Row:
    """The line of the table of one case."""
    line, found, alarms = case.line, case.found, case.alarms
    raised = line.outcome == "raises" and not line.weights_changed
    return Row(
        row=line.row,
        number=line.number,
        kind=line.kind,
        stage=line.stage,
        what=line.what,
        part=part(line.row),
        legal=line.legal,
        shape=not line.legal and any(fnmatch.fnmatch(line.row, pattern) for pattern in SHAPES),
        outcome=line.outcome,
        weights_changed=line.weights_changed,
        raised=raised,
        warning=line.warning,
        looks=len(case.looks),
        has_correct=any(look.right for look in case.looks),
        unseen=""
        if case.looks
        else next((why for name, why in UNSEEN.items() if fnmatch.fnmatch(line.row, name)), "?"),
        codes=_codes(found),
        found_at=found[0].stage if found else "",
        finding=_first(found),
        alarms=_codes(alarms),
        alarm=_first(alarms),
        failed=next((look.failed for look in case.looks if look.failed), ""),
        found=bool(found),
        quiet=not alarms and not any(look.failed for look in case.looks if look.right),
        found_by="" if line.legal else _found_by(raised, bool(found)),
    )


def table(cases: Sequence[Inspected]) -> pd.DataFrame:
    """`linter.csv`: a line per case, in the order given."""
    return pd.DataFrame([asdict(scored(case)) for case in cases])


def summary(cases: pd.DataFrame) -> pd.DataFrame:
    """`linter_summary.csv`: counts by group of cases and part, and the published reference."""
    legal = cases["legal"]
    groups = {
        "shape mismatches that Keras lets pass": cases["shape"] & ~cases["raised"],
        "all that Keras lets pass": ~legal & ~cases["raised"],
        "shape mismatches": cases["shape"],
        "all mismatches": ~legal,
    }
    parts = {"all": legal | ~legal, "development": cases["part"].eq("development"), "kept": cases["part"].eq("kept")}
    rows = [
        {"group": group, "part": name, **_counts(cases[member & inside], cases[legal & inside])}
        for group, member in groups.items()
        for name, inside in parts.items()
    ]
    counted = dict.fromkeys(COUNTS, "Int64")  # whole numbers also beside the blanks of the reference
    return pd.DataFrame([*rows, NEURALINT]).astype(counted)


def _counts(mismatches: pd.DataFrame, correct: pd.DataFrame) -> dict[str, int | float]:
    """Counts of mismatches, and what the correct set-ups of the same part say of the check."""
    seen = correct[correct["has_correct"]]
    found, alarms = int(mismatches["found"].sum()), int((~seen["quiet"]).sum())
    by = Counter(mismatches["found_by"])
    return {
        "cases": len(mismatches),
        "raised": int(mismatches["raised"].sum()),
        "raised_or_warned": int((mismatches["raised"] | mismatches["warning"].ne("")).sum()),
        "found": found,
        "neither": by["neither"],
        "recall": found / len(mismatches) if len(mismatches) else float("nan"),
        "correct": len(seen),
        "false_alarms": alarms,
        "precision": found / (found + alarms) if found + alarms else float("nan"),
    }


def _codes(looks: list[Look]) -> str:
    """Codes of their findings, each once, in order."""
    return " ".join(dict.fromkeys(code for look in looks for code, _ in look.findings))


def _first(looks: list[Look]) -> str:
    """Their first finding: code and what it says."""
    return " ".join(looks[0].findings[0])[:WORDS] if looks else ""


def _found_by(keras: bool, check: bool) -> str:
    return {(True, True): "both", (True, False): "Keras", (False, True): "check", (False, False): "neither"}[
        keras, check
    ]
