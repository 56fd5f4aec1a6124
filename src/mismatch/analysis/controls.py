"""Checks of the instrument itself, from the control arms that ride in a sweep.

In: the runs and what describes the controlled arm. Out: one `Check` per control. A check that fails, or cannot be
made, withholds every verdict it guards. Each check is made at a level of 0.1%, so that of fifty sound ones about one
in twenty sweeps fails one by chance; what they guard against (a leak, a wrong ceiling, a broken pairing) is far
larger than what they can miss.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import parameter_columns
from mismatch.analysis.intervals import student
from mismatch.analysis.pairs import Pairs, pair
from mismatch.analysis.select import arm_where, true
from mismatch.config.fields import ConfigError

LEVEL = 0.999
ALARM_SE = 3.0
"""An arm this many standard errors above its ceiling has seen what it should not, or the ceiling is wrong."""
BAYES_SE = 3.29
"""The 0.1% point of the normal: how far the Bayes rule may be from the ceiling on its own test sets."""
ROUNDING = 1e-6
DELAY_SHARE = 0.2
"""A planted delay counts as recovered within this share of itself: waiting also cools the caches."""
SHAM_SHARE = 0.02
"""Two equal programs may differ by this share of a step: where their code and data happen to lie."""
BESIDES = ("engine", "padded_fraction")
"""Columns that tell arms of step times apart beside their parameters."""
TIMES = ("step_ms", "step_cpu_ms", "train_s", "run_s", "ratio")


@dataclass(frozen=True)
class Check:
    """name: which control. passed: whether it showed what it must. text: what it showed.

    guards: the metrics it stands behind, all | accuracy | time, in contrasts of `table`; of `arms` only, if given.
    """

    name: str
    passed: bool
    text: str
    guards: str = "all"
    table: str = "runs.csv"
    arms: tuple[str, ...] = ()


def guarded(checks: Iterable[Check], table: str, metric: str | None, arms: Iterable[str]) -> list[Check]:
    """The checks that stand behind a contrast of `table` between `arms`, in `metric` if it has one."""
    kinds, arms = ("all", "time" if metric in TIMES else "accuracy"), set(arms)
    return [
        check
        for check in checks
        if check.table == table and check.guards in kinds and (not check.arms or arms.intersection(check.arms))
    ]


def status(checks: list[Check]) -> str:
    """``passed (5)``, or what failed."""
    failed = [f"{check.name}: {check.text}" for check in checks if not check.passed]
    return "; ".join(failed) if failed else f"passed ({len(checks)})" if checks else "none"


def check_runs(runs: pd.DataFrame, described: dict[str, Any], planned: dict[str, int] | None = None) -> list[Check]:
    """All checks of a table of training runs.

    Args:
        described: parameters of the arm whose controls ride along.
        planned: arm id -> replicates.
    """
    checks = []
    for kind, make in _CHECKS.items():
        guards = {"sham": "all", "delayed": "time"}.get(kind, "accuracy")
        try:
            copy, original = (arm_where(runs, described | {"control": name}) for name in (kind, "none"))
        except ConfigError as error:
            checks.append(Check(kind, False, str(error), guards))
            continue
        if copy is None or original is None:
            text = "its arm is not in the table" if copy is None else "the arm it copies is not in the table"
            checks.append(Check(kind, False, text, guards))
            continue
        checks.append(make(runs, copy, original, planned, guards))
    return [*checks, *_bayes(runs), *_alarms(runs)]


def _holds(values: np.ndarray, expected: float, tolerance: float = ROUNDING) -> tuple[bool, str]:
    low, high = student(values, LEVEL) if len(values) > 1 else (-np.inf, np.inf)
    text = f"{values.mean() if len(values) else float('nan'):.4f} [{low:.4f}, {high:.4f}], expected {expected:.4f}"
    return len(values) > 1 and low - tolerance <= expected <= high + tolerance, text


def _sham(runs: pd.DataFrame, sham: str, arm: str, planned: dict[str, int] | None, guards: str) -> Check:
    """The same arm with streams of its own: no difference."""
    pairs = pair(runs, sham, arm, "accuracy", shares=(), planned=planned)
    passed, text = _holds(pairs.differences, 0.0)
    return _complete(Check("sham", passed, text, guards), pairs)


def _noisy(runs: pd.DataFrame, noisy: str, arm: str, planned: dict[str, int] | None, guards: str) -> Check:
    """Labels changed at a known rate: the drop in accuracy is that of the ceiling, and is seen."""
    pairs = pair(runs, noisy, arm, "accuracy", planned=planned)
    ceilings = runs.dropna(subset=["ceiling"]).groupby("arm")["ceiling"].mean()
    cost = float(ceilings.get(noisy, np.nan) - ceilings.get(arm, np.nan))
    passed, text = _holds(pairs.differences, cost)
    seen = not _holds(pairs.differences, 0.0)[0]
    return _complete(Check("noisy", passed and seen, text, guards), pairs)


def _shuffled(runs: pd.DataFrame, shuffled: str, arm: str, planned: dict[str, int] | None, guards: str) -> Check:
    """Labels that know nothing of the sequences: chance, or less where not every guess is as good as the best."""
    pairs = pair(runs, shuffled, arm, "accuracy", planned=planned)
    rows = runs[runs["arm"] == arm]
    chance = float(rows["chance"].mean())
    passed, text = _holds(pairs.arm, chance)
    natural = "data.balance" in rows and bool(rows["data.balance"].eq("natural").any())
    if natural and len(pairs.arm) > 1 and float(pairs.arm.mean()) < chance:
        passed, text = True, f"{text} at most: classes in natural shares"
    return _complete(Check("shuffled", passed, text, guards), pairs)


def _delayed(runs: pd.DataFrame, delayed: str, arm: str, planned: dict[str, int] | None, guards: str) -> Check:
    """A known delay in every update: the difference in step time is that delay, and is seen."""
    pairs = pair(runs, delayed, arm, "step_ms", planned=planned)
    delay = float(runs.loc[runs["arm"] == delayed, "control.delay_ms"].iloc[0])
    passed, text = _recovered(pairs.differences, delay)
    return _complete(Check("delayed", passed, text + " ms", guards), pairs)


_CHECKS = {"sham": _sham, "noisy": _noisy, "shuffled": _shuffled, "delayed": _delayed}


def _complete(check: Check, pairs: Pairs) -> Check:
    """The check, failed if it rests on less than was planned: a run that failed scores chance, which shows nothing."""
    if pairs.missing:
        return replace(check, passed=False, text=f"{len(pairs.missing)} pairs missing ({pairs.missing[0]})")
    return replace(check, passed=False, text=f"{pairs.failures} of its runs failed") if pairs.failures else check


def _bayes(runs: pd.DataFrame) -> list[Check]:
    """The Bayes rule scores the full ceiling on the test sets the verdicts rest on: one check per dataset and setting.

    Each guards the arms on that dataset, whatever its setting.
    """
    clean = runs[runs["control"].eq("none") & runs["bayes_accuracy"].notna()]
    settings = [name for name in map(str, clean.columns) if name.startswith("data.")]
    checks = []
    for data, every in clean.groupby("data"):
        varying = [name for name in settings if every[name].nunique(dropna=False) > 1]
        for levels, part in every.groupby(varying or ["data"], dropna=False):
            named = [f"{name}={level}" for name, level in zip(varying, levels, strict=False)]
            passed, text = _score_bayes(part)
            arms = tuple(every["arm"].unique())
            checks.append(Check(" ".join([f"bayes {data}", *named]), passed, text, "accuracy", arms=arms))
    return checks


def _score_bayes(part: pd.DataFrame) -> tuple[bool, str]:
    sets = part.drop_duplicates("data_hash")
    ceiling, score = float(sets["ceiling_full"].mean()), float(sets["bayes_accuracy"].mean())
    error = np.sqrt(max(ceiling * (1 - ceiling), 0.0) / (float(sets["data.test"].mean()) * len(sets)))
    text = f"Bayes rule {score:.4f} on {len(sets)} test sets, ceiling {ceiling:.4f} (SE {error:.4f})"
    return bool(abs(score - ceiling) <= BAYES_SE * error + ROUNDING), text


def _alarms(runs: pd.DataFrame) -> list[Check]:
    """One failed check per arm that scores more than `ALARM_SE` standard errors above its ceiling."""
    known = runs[runs["ceiling"].notna() & runs["exact_accuracy"].notna() & runs["status"].eq("ok")]
    checks = []
    for arm, part in known.groupby("arm"):
        excess = float((part["exact_accuracy"] - part["ceiling"]).mean())
        error = float(np.sqrt(np.square(part["exact_accuracy_se"]).sum()) / len(part))
        if excess > ALARM_SE * error + ROUNDING:
            text = f"arm {arm} is {excess:.4f} above its ceiling, standard error {error:.4f}"
            checks.append(Check("ceiling", False, text, "accuracy", arms=(str(arm),)))
    return checks


def check_all(
    tables: dict[str, pd.DataFrame], described: dict[str, Any], planned: dict[str, int] | None = None
) -> list[Check]:
    """The checks of every table that carries controls: training runs, step times, cases of the mismatch table."""
    checks: list[Check] = []
    if "runs.csv" in tables and described:
        checks += check_runs(tables["runs.csv"], described, planned)
    for name, table in tables.items():
        if name != "runs.csv" and {"control", "step_ms"} <= set(table):
            checks += check_times(table, name)
        if {"row", "outcome", "legal"} <= set(table):
            checks.append(check_cases(table, name))
    return checks


def check_times(steps: pd.DataFrame, name: str = "steps.csv") -> list[Check]:
    """Sham and planted delay of every engine in a table of interleaved step times, one row per arm and round."""
    checks = []
    for engine, part in steps.groupby("engine"):
        arms = tuple(part["arm"].unique())
        for kind in ("sham", "delayed"):
            passed, text = _timed(part, part[part["control"].eq(kind)])
            checks.append(Check(f"{kind} ({engine})", passed, text, "time", name, arms))
    return checks


def _timed(steps: pd.DataFrame, copy: pd.DataFrame) -> tuple[bool, str]:
    """Whether `copy` takes as long as the arm it copies, or longer by the delay planted in it; and the numbers."""
    if copy.empty:
        return False, "its arm is not in the table"
    original = original_of(steps, copy)
    if original is None:
        return False, "the arm it copies is not in the table"
    pairs = pair(steps, str(copy["arm"].iloc[0]), original, "step_ms", shares=())
    if copy["control"].iloc[0] == "sham":
        passed, text = _holds(pairs.differences, 0.0, SHAM_SHARE * float(np.median(pairs.against)))
    else:
        passed, text = _recovered(pairs.differences, float(copy["control.delay_ms"].iloc[0]))
    return passed, text + " ms"


def _recovered(differences: np.ndarray, delay: float) -> tuple[bool, str]:
    """Whether the differences are the delay, and are seen."""
    passed, text = _holds(differences, delay, DELAY_SHARE * delay)
    return passed and not _holds(differences, 0.0)[0], text


def original_of(steps: pd.DataFrame, copy: pd.DataFrame) -> str | None:
    """The arm that `copy` repeats: equal in everything but the control."""
    parameters = [name for name in parameter_columns(steps) if name.split(".")[0] != "control"]
    same = [*parameters, *BESIDES]
    row = copy.iloc[0]
    first = np.flatnonzero(~steps["arm"].duplicated().to_numpy())
    for column in [name for name in same if name in steps] + ["control"]:
        values, value = steps[column].iloc[first], "none" if column == "control" else row[column]
        values = values.fillna("none") if column == "control" else values
        first = first[(values.isna() if pd.isna(value) else values == value).to_numpy(bool)]
    return str(steps["arm"].iloc[first[0]]) if len(first) else None


def check_cases(cases: pd.DataFrame, name: str = "mismatches.csv") -> Check:
    """Legal cases beside the mismatches must work; otherwise the trials, not the shapes, are at fault."""
    legal = cases[true(cases["legal"])]
    broken = legal.loc[legal["outcome"].ne("works"), "row"].tolist()
    text = f"{len(legal)} legal cases work" if not broken else f"legal cases that do not work: {', '.join(broken)}"
    return Check("legal cases", bool(len(legal)) and not broken, text, table=name)
