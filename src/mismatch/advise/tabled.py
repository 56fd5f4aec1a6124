"""All ways of an advice as a table: what the race says of each, and of the finalists what the test says.

In: `Evidence`. Out: a DataFrame: the advised way, the other finalists, then the rest by accuracy in the race.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mismatch.advise.candidates import Way
from mismatch.advise.evidence import Entered, Evidence, Finalist
from mismatch.advise.naming import whole

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "way": "the way in words",
    "steps": "T",
    "truncating": "what goes of longer sequences: length.truncating",
    "padding": "side of the pads: length.padding",
    "mask": "mask",
    "scale": "features.scale",
    "reduction": "reduction",
    "pool": "steps of a window; missing where nothing is pooled",
    "learning_rate": "the one that did best in the race",
    "race_accuracy": "mean accuracy in the race, on what the choice was made on",
    "replicates": "runs of the race that it is the mean of",
    "race_step_ms": "processor time of an update in the race, while others trained",
    "out": "look at which it dropped out as clearly worse; missing: it did not",
    "stopped": "whether it was not raced on for want of time",
    "role": "why it is in the final; missing: it is not, as in all columns below",
    "accuracy": "on the sequences set aside, which no choice was made on",
    "accuracy_low": "lower end of its 95% interval",
    "accuracy_high": "upper end",
    "trainings": "of the final that it is the mean of",
    "failed": "how many of them are nearer to guessing than to the best one, surely behind it",
    "below": "accuracy below the advised one, in pairs",
    "below_low": "lower end of its 95% interval",
    "below_high": "upper end",
    "equivalent": "whether the two differ by less than the margin",
    "enough": "sequences set aside that would show a difference of the margin; missing: none would, as it takes more "
    "runs, or it was not tested",
    "step_ms": "time of an update by Keras's fit, measured in turn with the others; missing: it was not",
    "delay": "updates until 90% of what it can learn, by the probe; the whole training where it never gets there",
    "times": "how many times the updates of the advised one, in pairs, each at its own learning rate",
    "times_low": "lower end of its 95% interval",
    "times_high": "upper end",
}
"""Columns and what they mean."""
KINDS = {"steps": "Int64", "pool": "Int64", "replicates": "Int64", "out": "Int64", "enough": "Int64"}
KINDS |= {"trainings": "Int64", "failed": "Int64"}
KINDS |= {"stopped": "boolean", "equivalent": "boolean"}


def table(told: Evidence) -> pd.DataFrame:
    """A row for each way, with `COLUMNS`."""
    import pandas as pd

    finalists = {one.way: one for one in told.finalists}
    rest = sorted((one for one in told.entered if one.way not in finalists), key=lambda one: -one.accuracy)
    ways = [*finalists, *(one.way for one in rest)]
    rows = [_row(way, told, told.raced(way), finalists.get(way)) for way in ways]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = {
        name: "float64"
        for name in COLUMNS
        if name.startswith(("accuracy", "below", "race", "step_", "learn", "delay", "times"))
    }
    return frame.astype(numbers | KINDS)


def _row(way: Way, told: Evidence, raced: Entered | None, final: Finalist | None) -> dict[str, Any]:
    row: dict[str, Any] = {"way": whole(way, told.longest), **asdict(way)}
    if raced is not None:
        row |= {"learning_rate": raced.learning_rate, "race_accuracy": raced.accuracy, "replicates": raced.replicates}
        row |= {"race_step_ms": raced.step_ms, "out": raced.out or None, "stopped": raced.stopped}
    if final is None:
        return row
    row |= {"role": final.role, "learning_rate": final.arm.train.learning_rate, "step_ms": final.step_ms}
    row |= {"trainings": final.trainings, "failed": final.failed}
    times = None if final.delay is None else final.delay.times
    row |= {} if final.delay is None else {"delay": final.delay.updates}
    for name, found in (("accuracy", final.accuracy), ("below", final.below), ("times", times)):
        row |= {} if found is None else {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}
    return row | {"equivalent": final.equivalent if final.tested else None, "enough": final.enough}
