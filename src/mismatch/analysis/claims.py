"""From registered claims and tables to verdicts.

In: a `Registry`, the tables its contrasts name, the plan and the control checks. Out: one row per contrast
(`COLUMNS`), with verdict, interval, p values and the runs it rests on. The rule of the verdict is in `verdict.py`.
A verdict is WITHHELD, with the reason, while planned cells are missing, runs are no pair, or a control that guards it
has failed.
"""

import fnmatch
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis import controls, verdict
from mismatch.analysis.pairs import Pairs, outcome, pair
from mismatch.analysis.registry import Claim, Contrast, Registry
from mismatch.analysis.select import arm_where, arms_where, true
from mismatch.analysis.statistics import UnreliableInterval, mean_interval, replicates_needed

WITHHELD, UNTESTED = "WITHHELD", "UNTESTED"
COLUMNS = {
    "experiment": "where the claim was tested",
    "claim": "number of the claim",
    "statement": "the claim in a sentence",
    "contrast": "what was compared",
    "primary": "whether this contrast gives the claim its verdict",
    "test": "paired | outcome | variance | share",
    "metric": "what was compared in",
    "scale": "difference, or ratio: a difference of natural logarithms",
    "predicts": "what the claim predicts",
    "n": "pairs (paired), cases (outcome), replicates (variance), arms (share)",
    "effect": "mean paired difference, or the share",
    "low": "95% interval, lower end",
    "high": "95% interval, upper end",
    "p": "exact sign-flip p of no difference",
    "p_holm": "the same, Holm-corrected within the family",
    "p_equivalence": "p of a difference beyond the margin (two one-sided tests)",
    "p_equivalence_holm": "the same, Holm-corrected within the family",
    "superiority": "P(arm > against), ties half",
    "margin": "smallest difference that matters, declared before the run",
    "verdict": "SUPPORTED | REFUTED | EQUIVALENT | INCONCLUSIVE | WITHHELD | UNTESTED",
    "why": "reason for a verdict withheld, or a remark on the interval",
    "minimum_detectable_effect": "difference found with probability 0.8 at this n and spread (two-sided 5%)",
    "replicates_for_margin": "replicates that would find a difference of the margin as often, at this spread",
    "failures": "failed runs that scored chance",
    "controls": "status of the checks that guard the verdict",
    "family": "contrasts corrected together",
    "source": "where the article says it",
    "claims_hash": "hash of the claims file",
    "runs": "ids of the runs, or rows, it rests on",
}


@dataclass
class _Result:
    """A contrast as judged so far; `row` fills the columns of the table."""

    claim: Claim
    contrast: Contrast
    row: dict[str, Any] = field(default_factory=dict)
    judgement: verdict.Judgement | None = None
    withheld: str = ""
    arms: tuple[str, ...] = ()


def evaluate(
    registry: Registry,
    tables: dict[str, pd.DataFrame],
    checks: Sequence[controls.Check],
    planned: dict[str, int] | None = None,
) -> pd.DataFrame:
    """One row per contrast of the registry (one per claim where it is untestable).

    Args:
        tables: by file name; a contrast whose table is not there is withheld.
        checks: of the controls that rode along.
        planned: arm id -> replicates.
    """
    results = [
        _judge(registry, claim, contrast, tables, planned) for claim in registry.claims for contrast in claim.contrasts
    ]
    for result in results:
        guards = controls.guarded(checks, result.contrast.table, result.contrast.metric, result.arms)
        result.row["controls"] = controls.status(guards)
        if not result.withheld and any(not check.passed for check in guards):
            result.withheld = f"control failed: {result.row['controls']}"
    _decide(results)
    rows = [_row(registry, result) for result in results]
    rows += [
        {"experiment": registry.experiment, "claim": claim.id, "statement": claim.claim, "source": claim.source,
         "contrast": "", "primary": True, "verdict": UNTESTED, "why": claim.untestable, "claims_hash": registry.hash}
        for claim in registry.claims
        if claim.untestable
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(registry: Registry, result: _Result) -> dict[str, Any]:
    contrast = result.contrast
    shown = ("test", "metric", "scale", "predicts", "margin", "primary")
    row = {key: getattr(contrast, key) for key in shown} | result.row
    if contrast.test != "paired":
        row |= {"scale": None, "metric": contrast.metric if contrast.test in ("variance", "share") else None}
        row["predicts"] = (
            " or ".join(contrast.expect) if contrast.test == "outcome" else f"at least {contrast.at_least:g}"
        )
    return row | {
        "experiment": registry.experiment,
        "claim": result.claim.id,
        "statement": result.claim.claim,
        "contrast": contrast.name,
        "source": result.claim.source,
        "family": _family(result),
        "claims_hash": registry.hash,
    }


def _family(result: _Result) -> str:
    """Primary contrasts of an experiment are one family; the others are looked at claim by claim."""
    return result.contrast.family or ("primary" if result.contrast.primary else result.claim.id)


def _decide(results: list[_Result]) -> None:
    """Verdicts, family by family: paired contrasts are corrected together, the other tests decide for themselves."""
    families: dict[str, list[_Result]] = {}
    for result in results:
        if result.judgement is not None:
            families.setdefault(_family(result), []).append(result)
    for members in families.values():
        decided = verdict.verdicts([member.judgement for member in members if member.judgement])
        for member, (word, p, p_equivalence) in zip(members, decided, strict=True):
            member.row |= {"verdict": word, "p_holm": p, "p_equivalence_holm": p_equivalence}
    for result in results:
        if result.withheld:
            result.row |= {"verdict": WITHHELD, "why": result.withheld}


def _judge(
    registry: Registry,
    claim: Claim,
    contrast: Contrast,
    tables: dict[str, pd.DataFrame],
    planned: dict[str, int] | None,
) -> _Result:
    result = _Result(claim, contrast)
    table = tables.get(contrast.table)
    if table is None or table.empty:
        result.withheld = f"{contrast.table} is missing"
        return result
    base = {key: value for key, value in registry.base.items() if key in table}
    judge = {"paired": _paired, "outcome": _outcome, "variance": _variance, "share": _share}[contrast.test]
    plan = planned if contrast.table == "runs.csv" else None
    try:
        return judge(result, table, base, plan)
    except ValueError as error:  # no pair, no such column, several arms, an incomplete grid: the message says which
        result.withheld = str(error)
        return result


def _paired(result: _Result, table: pd.DataFrame, base: dict[str, Any], planned: dict[str, int] | None) -> _Result:
    contrast = result.contrast
    sides = [base | contrast.where | side for side in (contrast.arm, contrast.against)]
    ids = [arm_where(table, side) for side in sides]
    for side, arm in zip(sides, ids, strict=True):
        if arm is None:
            result.withheld = "no arm " + ", ".join(f"{key}={value}" for key, value in side.items())
            return result
    arm, against = str(ids[0]), str(ids[1])
    result.arms = (arm, against)
    if arm == against:
        result.withheld = f"both sides are arm {arm}: what should tell them apart cannot act there"
        return result
    pairs = pair(table, arm, against, contrast.metric, contrast.scale, contrast.shares, planned)
    result.withheld = _missing(pairs) or _noisy_times(table, contrast.metric, result.arms)
    if len(pairs.differences) < 2:
        result.withheld = result.withheld or "fewer than two pairs"
        result.row["n"] = len(pairs.differences)
        return result
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)  # the remark goes into the table
        result.judgement = verdict.judge(pairs.differences, contrast.predicts, contrast.margin)
    result.row |= _numbers(result.judgement, pairs)
    return result


def _missing(pairs: Pairs) -> str:
    return f"{len(pairs.missing)} planned pairs missing ({pairs.missing[0]})" if pairs.missing else ""


def _noisy_times(table: pd.DataFrame, metric: str, arms: Sequence[str]) -> str:
    """Why times of these arms may not be claimed, or nothing."""
    if metric not in controls.TIMES or "timing_valid" not in table:
        return ""
    quiet = true(table.loc[table["arm"].isin(arms), "timing_valid"])
    return "" if quiet.all() else "times of runs side by side, which share caches and memory, decide nothing"


def _numbers(judged: verdict.Judgement, pairs: Pairs) -> dict[str, Any]:
    same = ("n", "effect", "low", "high", "p", "p_equivalence", "superiority", "minimum_detectable_effect")
    enough = None
    if judged.margin:
        with suppress(ValueError):  # no number of replicates would be enough
            enough = replicates_needed(float(np.std(pairs.differences, ddof=1)), judged.margin)
    return {name: getattr(judged, name) for name in same} | {
        "replicates_for_margin": enough,
        "why": judged.note,
        "failures": pairs.failures,
        "runs": " ".join(pairs.runs),
    }


def _outcome(result: _Result, table: pd.DataFrame, base: dict[str, Any], planned: dict[str, int] | None) -> _Result:
    """All rows as predicted: SUPPORTED. Any otherwise: REFUTED, as the claim is about all of them."""
    contrast = result.contrast
    cases = table.set_index("row")
    rows = [name for pattern in contrast.rows for name in _matching(cases, pattern)]
    absent = [pattern for pattern in contrast.rows if not _matching(cases, pattern)]
    if absent:
        result.withheld = f"no row {', '.join(absent)} in {contrast.table}"
        return result
    found = cases.loc[list(dict.fromkeys(rows))]
    as_predicted = found["outcome"].isin(contrast.expect)
    late = contrast.unchanged & true(found["weights_changed"])
    as_predicted &= ~late
    said = found["outcome"] + late.map({True: " after an update", False: ""})
    others = [f"{row}: {text}" for row, text in said[~as_predicted].items()]
    result.row |= {
        "n": len(found),
        "effect": float(as_predicted.mean()),
        "verdict": "SUPPORTED" if as_predicted.all() else "REFUTED",
        "why": "; ".join(others[:4]) + (f"; and {len(others) - 4} more" if len(others) > 4 else ""),
        "runs": " ".join(found.index),
    }
    return result


def _matching(cases: pd.DataFrame, pattern: str) -> list[str]:
    """The row of that name; of a pattern, all mismatches it fits."""
    if "*" not in pattern:
        return [pattern] if pattern in cases.index else []
    return fnmatch.filter(map(str, cases.index[~true(cases["legal"])]), pattern)


def _members(
    result: _Result, table: pd.DataFrame, base: dict[str, Any], planned: dict[str, int] | None
) -> pd.DataFrame:
    """The runs of the arms of `where`; withheld where an arm or a run is missing, or a factor does not vary."""
    contrast = result.contrast
    members = table[table["arm"].isin(arms_where(table, base | contrast.where)["arm"])]
    result.arms = tuple(map(str, members["arm"].unique()))
    still = [name for name in contrast.factors if contrast.test == "variance" and members[name].nunique() < 2]
    result.withheld = "no arms" if members.empty else _incomplete(table, planned)
    if still:
        result.withheld = result.withheld or f"{', '.join(still)} does not vary"
    result.row["runs"] = " ".join(members["run"].astype(str)) if "run" in members else ""
    return members


def _incomplete(table: pd.DataFrame, planned: dict[str, int] | None) -> str:
    """Which planned arm lacks runs, or nothing. An arm without any has no parameters: it may belong anywhere."""
    found = table.groupby("arm")["replicate"].nunique()
    short = [f"{arm} has {found.get(arm, 0)} of {n}" for arm, n in (planned or {}).items() if found.get(arm, 0) < n]
    return f"{len(short)} planned arms lack runs ({short[0]})" if short else ""


def _variance(result: _Result, table: pd.DataFrame, base: dict[str, Any], planned: dict[str, int] | None) -> _Result:
    """Share of variance due to the factors, alone and together, with its interval over replicates."""
    from mismatch.analysis.factorial import TOGETHER, variance_shares

    contrast = result.contrast
    members = _members(result, table, base, planned)
    if result.withheld:
        return result
    shared = members.groupby("replicate")["arm"].nunique().eq(members["arm"].nunique())
    scored = table.assign(_score=outcome(table, contrast.metric)).loc[members.index]
    scored = scored[scored["replicate"].isin(shared.index[shared])]  # replicates that every arm has
    shares = variance_shares(scored, list(contrast.factors), "_score").set_index("source")
    share, low, high = shares[["share", "low", "high"]].loc[[TOGETHER]].to_numpy(float)[0]
    if np.isnan([share, low, high]).any():
        result.withheld = "one replicate alone, or no variance to share"
        return result
    result.row |= {
        "n": int(scored["replicate"].nunique()),
        "effect": share,
        "low": low,
        "high": high,
        "failures": int(scored["status"].ne("ok").sum()),
        "verdict": _beyond(low, high, contrast.at_least),
    }
    return result


def _share(result: _Result, table: pd.DataFrame, base: dict[str, Any], planned: dict[str, int] | None) -> _Result:
    """Share of arms that lose more than the margin: those whose 95% interval lies wholly beyond it.

    The bounds are Clopper and Pearson's over the arms of this experiment, as if they had been drawn from all arms one
    might have tried. The upper one also counts the arms whose interval only reaches beyond the margin: an arm that
    was not measured well enough does not speak against a loss.
    """
    from mismatch.analysis.statistics import failure_rate

    contrast = result.contrast
    members = _members(result, table, base, planned)
    references, lost, perhaps, runs = [], 0, 0, dict.fromkeys(result.row["runs"].split())
    for part in [] if result.withheld else _parts(members, contrast.factors):
        described = base | {name: part[name].iloc[0] for name in contrast.factors} | contrast.against
        reference = arm_where(table, described)
        if reference is None:
            result.withheld = "no arm " + ", ".join(f"{key}={value}" for key, value in described.items())
            return result
        references.append(reference)
        for arm in part["arm"].unique():
            if arm == reference:
                continue
            pairs = pair(table, str(arm), reference, contrast.metric, contrast.scale, contrast.shares, planned)
            if pairs.missing or len(pairs.differences) < 2:
                result.withheld = _missing(pairs) or f"fewer than two pairs of {arm} and {reference}"
                return result
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UnreliableInterval)
                interval = mean_interval(pairs.differences)
            lost += interval.high < -contrast.margin
            perhaps += interval.low < -contrast.margin
            runs |= dict.fromkeys(pairs.runs)
    n = members["arm"].nunique() - len(set(references) & set(members["arm"]))
    if result.withheld or not n:
        result.withheld = result.withheld or "no arms"
        return result
    result.arms = tuple(dict.fromkeys([*result.arms, *references]))
    low, high = failure_rate(lost, n).low, failure_rate(perhaps, n).high
    verdict = _beyond(low, high, contrast.at_least)
    result.row |= {
        "n": n, "effect": lost / n, "low": low, "high": high, "verdict": verdict, "runs": " ".join(runs)
    }  # fmt: skip
    return result


def _parts(members: pd.DataFrame, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    if not columns:
        yield members
        return
    for _, part in members.groupby(list(columns), dropna=False):
        yield part


def _beyond(low: float, high: float, at_least: float) -> str:
    if low >= at_least:
        return "SUPPORTED"
    return "REFUTED" if high < at_least else "INCONCLUSIVE"


def headline(claims: pd.DataFrame) -> pd.DataFrame:
    """The primary contrast of every claim, largest effect first; those without an effect last."""
    primary = claims[claims["primary"].astype(bool)]
    size = pd.to_numeric(primary["effect"], errors="coerce").abs()
    order = pd.DataFrame({"kind": primary["test"].map({"paired": 0}).fillna(1), "size": -size}).sort_values(
        ["kind", "size"], kind="stable", na_position="last"
    )
    return primary.loc[order.index].reset_index(drop=True)
