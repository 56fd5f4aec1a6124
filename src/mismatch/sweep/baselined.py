"""Baselines beside the runs of a sweep: which are missing, and `baselines.csv` in the results folder.

In: the arms of a sweep and its finished runs. Out: a row per baseline, dataset and replicate, made in a fresh process
from the splits of these runs. Rows whose settings, sequences and code are the same as before are not made again.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.baselines.beside import Beside, rows, stands
from mismatch.config.arm import Arm
from mismatch.sweep import child, store
from mismatch.sweep.store import Brief

if TYPE_CHECKING:
    import pandas as pd

FILE = "baselines.csv"
NAMES = {
    "majority": "majority class",
    "tfidf_logistic": "TF-IDF + logistic regression",
    "bag_of_steps": "bag of steps + logistic regression",
}
COLUMNS = {
    "experiment": ("", "name of the sweep that it stands beside"),
    "baseline": (
        "",
        "majority: the most frequent class of the training part | tfidf_logistic: logistic regression on the TF-IDF of "
        "all words of the training part, not only of those that have a token id | bag_of_steps: logistic regression on "
        "the counts of token ids; of numbers, on length and mean, sd, lowest, highest, first, last value per feature",
    ),
    "accuracy": ("share", "test accuracy, on the same sequences as the runs of that data_hash and replicate"),
    "balanced_accuracy": ("share", "mean over the classes of the test part of the share of each predicted as such"),
    "log_loss": ("nats", "mean cross-entropy on the test part"),
    "c": ("", "inverse strength of the L2 penalty, that of the lowest log loss on the probe part; empty: no choice"),
    "made_from": ("", "hash of the settings, the sequences and the code that the row was made from"),
}
"""What is said of columns that runs have not, or mean otherwise; the rest is described as in runs.csv."""
START_S = 2.0
"""A process starts and imports scikit-learn."""


def due(wanted: Sequence[tuple[Arm, int]], folder: Path) -> float:
    """Estimated seconds of the rows that are missing; 0 where there are none.

    wanted: arms and their replicates, those included that are not trained yet.
    """
    arms = beside(arm for arm, _ in wanted)
    if not arms:
        return 0.0
    there = _there(folder)
    found = {_place(job): job for job in jobs(arms, store.briefs(folder, {arm.id for arm in arms}))}
    chosen = {arm.id for arm in arms}
    asked = [Beside(arm.data, arm.seed, k) for arm, count in wanted if arm.id in chosen for k in range(count)]
    every = {_place(job): job for job in asked} | found
    missing = [job for job in every.values() if job.key not in there]
    return START_S + sum(job.seconds for job in missing) if missing else 0.0


def make(name: str, arms: Sequence[Arm], runs: Iterable[Brief], folder: Path) -> None:
    """Make what is missing and write the table; one whose sweep has no such data any more is removed.

    Raises:
        RuntimeError: with the last line of what the process said that failed.
    """
    asked = jobs(beside(arms), runs)
    if not asked:
        (folder / FILE).unlink(missing_ok=True)
        return
    import pandas as pd

    there = _there(folder)
    missing = [job for job in asked if job.key not in there]
    made = child.ask("mismatch.sweep.baselined", [], missing) if missing else None
    if made is not None and made.made is None:
        raise RuntimeError(f"the baselines failed: {made.last}")
    fresh: dict[str, list[dict[str, Any]]] = {}
    for row in made.made if made else []:
        fresh.setdefault(row["made_from"], []).append({"experiment": name, **row})
    parts = [pd.DataFrame(fresh[job.key]) if job.key in fresh else there[job.key] for job in asked]
    table = pd.concat([part.astype(object) for part in parts], ignore_index=True)
    store.write_csv(folder / FILE, table[_order(table)])


def read(folder: Path) -> "pd.DataFrame | None":
    """The table of a results folder; None where it has none, or one that cannot be read."""
    import pandas as pd

    words = dict.fromkeys(("data_hash", "made_from"), str)  # one of digits alone is no number
    try:
        table = pd.read_csv(folder / FILE, keep_default_na=False, na_values=[""], dtype=words)
    except (OSError, ValueError):
        return None
    return table if {*COLUMNS, "data", "replicate", "data_hash"} <= set(table) else None


def beside(arms: Iterable[Arm]) -> list[Arm]:
    """The arms that baselines stand beside: on real data, as they are. A control draws or labels them otherwise."""
    return [arm for arm in arms if arm.control.kind == "none" and stands(arm.data)]


def jobs(arms: Iterable[Arm], runs: Iterable[Brief]) -> list[Beside]:
    """One job for every replicate of every dataset of `arms` that one of `runs` has drawn."""
    known = {arm.id: arm for arm in arms}
    found: dict[tuple[str, int, int], Beside] = {}
    for run in runs:
        drawn = str(run.data_hash or "")
        if run.arm in known and drawn:
            arm = known[run.arm]
            job = Beside(arm.data, arm.seed, run.replicate, drawn)
            found.setdefault(_place(job), job)
    return [found[place] for place in sorted(found)]


def _place(job: Beside) -> tuple[str, int, int]:
    return json.dumps(job.settings, sort_keys=True), job.seed, job.replicate


def _there(folder: Path) -> "dict[str, pd.DataFrame]":
    """Rows made before, by what they were made from."""
    table = read(folder)
    return {} if table is None else {str(key): part for key, part in table.groupby("made_from")}


def _order(table: "pd.DataFrame") -> list[str]:
    """What names a row, then its dataset and replicate, its numbers, and what it was made from."""
    settings = sorted(name for name in map(str, table) if name.startswith("data."))
    told = ["baseline", "accuracy", "balanced_accuracy", "log_loss", "c", "data_hash", "made_from"]
    return ["experiment", "data", *settings, "seed", "replicate", *told]


def _made(errand: list[Beside]) -> list[dict[str, Any]]:
    """``python -m mismatch.sweep.baselined``: all rows, made in this process."""
    return [row for job in errand for row in rows(job)]


if __name__ == "__main__":
    child.answer(_made)
