"""From registered claims and tables to verdicts.

In: a `Registry`, the tables its contrasts name, the plan and the control checks. Out: one row per contrast
(`COLUMNS`), with verdict, interval, p values and the runs it rests on. How a contrast is judged is in `tests/`, the
rule of the verdict on differences in `verdict.py`, that of the verdict on a claim in `quantifiers.py`. A verdict is
WITHHELD, with the reason, while planned cells are missing, runs are no pair or not those of the confirming run
(`confirming.py`), or a control that guards it has failed.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis import confirming, controls, looks, quantifiers, twins, verdict
from mismatch.analysis.registry import Claim, Registry
from mismatch.analysis.tests.base import ClaimTest, Contrast, Evidence, Question, Result
from mismatch.analysis.verdict import UNTESTED as UNTESTED
from mismatch.analysis.verdict import WITHHELD as WITHHELD
from mismatch.config.registry import CLAIM_TESTS

COLUMNS = {
    "experiment": "where the claim was tested",
    "claim": "number of the claim",
    "statement": "the claim in a sentence",
    "contrast": "what was compared",
    "primary": "whether the verdict of the claim stands on this row",
    "member": "whether that verdict rests on this contrast too, as the quantifier says",
    "quantifier": "of how many cases the claim speaks: always | general | can | never; empty: of its primary contrast",
    "scope": "what the claim is about",
    "test": "kind of claim test",
    "metric": "what was compared in",
    "scale": "difference, or ratio: geometric means of factors, tested in their logarithms",
    "predicts": "what the claim predicts",
    "n": "how many of what the kind of test counts",
    "look": "after which look at the replicates it stands, of how many; empty where their number was fixed",
    "effect": "mean paired difference; on the scale ratio the factor itself (geometric mean); or the share",
    "low": "95% interval, lower end; after a look at 1 minus what it may spend",
    "high": "95% interval, upper end",
    "low_failing": "the same if as many runs failed as the replicates leave possible, lower end",
    "high_failing": "the same, upper end",
    "p": "p of no mean difference: the larger of that of sign flips and that of exponential differences; "
    "after a look, times .05 over what the look may spend",
    "p_holm": "the same, Holm-corrected within the family",
    "p_equivalence": "p of a mean beyond the margin, counting the failures that n replicates cannot rule out; after a "
    "look as p",
    "p_equivalence_holm": "the same, Holm-corrected within the family",
    "superiority": "P(arm > against), ties half",
    "margin": "smallest difference, or factor, that matters, declared before the run",
    "verdict": "SUPPORTED | REFUTED | EQUIVALENT | IDENTICAL | INCONCLUSIVE | WITHHELD | UNTESTED: of the claim on a "
    "primary row, of the contrast on any other",
    "contrast_verdict": "the same of this contrast alone",
    "size": "of a difference: matters (the whole interval is beyond the margin) | there, may be too small to matter",
    "decided_by": "how many cases of the claim's family show it, speak against it or are open; twins count once",
    "p_claim": "p of how the claim was settled: by one case, the smallest of its family, Holm-corrected; by all, the "
    "largest; for general, that of its primary contrast",
    "twins": "contrasts of this experiment with the same differences in the same replicates: one piece of evidence",
    "why": "reason for a verdict withheld, or a remark on the interval",
    "minimum_detectable_effect": "difference or factor found with probability 0.8 at this n and spread (two-sided 5%)",
    "replicates_for_margin": "replicates that would find a difference of the margin as often, at this spread",
    "failures": "failed runs that scored chance",
    "censored": "runs of each side whose value is a lower bound, as they never got there",
    "sensitivity": "which planted deficit was seen on the dataset in this metric, or why none: equivalence needs one",
    "controls": "status of the checks that guard the verdict",
    "family": "contrasts corrected together",
    "source": "where the article says it",
    "claims_hash": "hash of what is judged in the claims file",
    "registration": "confirming, with its seed, or exploratory",
    "runs": "ids of the runs, or rows, it rests on",
}


NUMBERS = (
    *("n", "look", "effect", "low", "high", "low_failing", "high_failing", "p", "p_equivalence", "superiority"),
    *("minimum_detectable_effect", "replicates_for_margin", "failures", "censored", "sensitivity"),
)
"""Columns that are fields of a `Result` as they are."""

FACTORS = ("effect", "low", "high", "low_failing", "high_failing", "minimum_detectable_effect", "margin")
"""Columns that are factors where the scale is ratio: judged in logarithms, told as what they stand for."""


@dataclass(frozen=True)
class Tables:
    """What claims are judged on, by file name; planned: arm id -> replicates; stamped: what a measurement was made for.

    A contrast whose table is not there is withheld. looks: numbers of replicates after which more may have been added.
    """

    files: dict[str, pd.DataFrame]
    planned: dict[str, int] | None = None
    stamped: str | None = None
    looks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Examined:
    """A contrast and what came of it. guards: the checks that stand behind it. unfit: why its runs confirm nothing."""

    claim: Claim
    contrast: Contrast
    question: Question
    family: str
    result: Result
    guards: list[controls.Check]
    unfit: str = ""

    @property
    def withheld(self) -> str:
        """Why there is no verdict, or nothing."""
        broken = any(not check.passed for check in self.guards)
        failed = f"control failed: {controls.status(self.guards)}" if broken else ""
        return self.result.withheld or self.unfit or failed

    @property
    def compared(self) -> twins.Compared:
        """What tells whether it is the twin of another."""
        kind = (self.contrast.table, self.question.metric, self.question.scale)
        return twins.Compared(kind, self.result.arms, self.result.differences)


def evaluate(
    registry: Registry,
    tables: dict[str, pd.DataFrame],
    checks: Sequence[controls.Check],
    planned: dict[str, int] | None = None,
    stamped: str | None = None,
    looks: Sequence[int] = (),
) -> pd.DataFrame:
    """One row per contrast of the registry (one per claim where it is untestable).

    Args:
        tables: by file name; a contrast whose table is not there is withheld.
        checks: of the controls that rode along.
        planned: arm id -> replicates.
        stamped: hash of the claims that a measurement of the experiment's own was made for.
        looks: numbers of replicates after which more may have been added.
    """
    judged = examine(registry, Tables(tables, planned, stamped, tuple(looks)), checks)
    same = twins.groups([one.compared for one in judged])
    decided = _decide(judged, same)
    rows = [_row(registry, *pair) for pair in zip(judged, decided, strict=True)]
    for row, name in zip(rows, _twins(judged, same), strict=True):
        row["twins"] = name
    for claim in registry.claims:
        _conclude(claim, [at for at, one in enumerate(judged) if one.claim is claim], judged, rows, same)
    rows += [_untested(registry, claim) for claim in registry.claims if claim.untestable]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def examine(registry: Registry, given: Tables, checks: Sequence[controls.Check] = ()) -> list[Examined]:
    """Every contrast by itself, before its family is taken into account."""
    return [
        _judge(registry, claim, contrast, given, checks) for claim in registry.claims for contrast in claim.contrasts
    ]


def completed(table: pd.DataFrame) -> pd.DataFrame:
    """A claims table as read from its file, which has no columns without any value, with all of `COLUMNS`."""
    return table.reindex(columns=[*COLUMNS, *(name for name in table if name not in COLUMNS)])


def headline(claims: pd.DataFrame) -> pd.DataFrame:
    """The primary contrast of every claim, largest effect first; those without an effect last."""
    primary = claims[claims["primary"].astype(bool)]
    effect = pd.to_numeric(primary["effect"], errors="coerce")
    size = effect.where(primary["scale"].ne("ratio"), np.log(effect.where(effect > 0))).abs()
    first = primary["test"].map({name: CLAIM_TESTS.get(name).differences for name in primary["test"].dropna().unique()})
    order = pd.DataFrame({"others": ~first.eq(True), "size": -size}).sort_values(
        ["others", "size"], kind="stable", na_position="last"
    )
    return primary.loc[order.index].reset_index(drop=True)


def _judge(
    registry: Registry, claim: Claim, contrast: Contrast, given: Tables, checks: Sequence[controls.Check]
) -> Examined:
    test: ClaimTest[Contrast] = CLAIM_TESTS.get(contrast.test)()
    question, result = test.asks(contrast), _result(test, registry, contrast, given)
    guards = controls.guarded(checks, contrast.table, question.metric, result.arms)
    family = _family(claim, contrast) or test.family(contrast, claim.id)
    table = given.files.get(contrast.table)
    unfit = "" if table is None else confirming.unfit(registry, table, result.runs, given.stamped)
    return Examined(claim, contrast, question, family, result, guards, unfit)


def _family(claim: Claim, contrast: Contrast) -> str:
    """The name under which a claim's family is corrected, if this contrast is corrected with it."""
    if len(claim.family) < 2 or contrast.family or not any(contrast is each for each in claim.family):
        return ""
    apart = claim.quantifier in quantifiers.CORRECTED_APART or not contrast.primary
    return f"{claim.id} {claim.quantifier}" if apart else ""


def _result(test: ClaimTest[Contrast], registry: Registry, contrast: Contrast, given: Tables) -> Result:
    table = given.files.get(contrast.table)
    if table is None or table.empty:
        return Result(f"{contrast.table} is missing")
    base = {key: value for key, value in registry.base.items() if key in table}
    trained = contrast.table == "runs.csv"
    evidence = Evidence(table, base, given.planned if trained else None, given.looks if trained else ())
    if not test.by_looks:
        evidence = looks.first_of(evidence)
    try:
        return test.judge(contrast, evidence)
    except ValueError as error:  # no pair, no such column, several arms, an incomplete grid: the message says which
        return Result(str(error))


def _decide(judged: list[Examined], same: list[int]) -> list[dict[str, Any]]:
    """Verdict and adjusted p values of every contrast.

    Judgements of differences are corrected together, family by family, twins once, those of the opposite sign too; the
    other tests have decided for themselves.
    """
    decided: list[dict[str, Any]] = [{"verdict": one.result.verdict} for one in judged]
    families: dict[str, dict[tuple[Any, ...], list[int]]] = {}
    for at, one in enumerate(judged):
        if (judgement := one.result.judgement) is not None:
            turned = one.compared.sign_to(judged[same[at]].compared) < 0
            direction = verdict.TURNED[judgement.direction] if turned else judgement.direction
            key = (same[at], direction, judgement.margin, judgement.identical)
            families.setdefault(one.family, {}).setdefault(key, []).append(at)
    for members in families.values():
        first = [judgement for places in members.values() if (judgement := judged[places[0]].result.judgement)]
        for places, found in zip(members.values(), verdict.verdicts(first), strict=True):
            for at in places:
                why = "; ".join(filter(None, (found.why, judged[at].result.why)))
                decided[at] = asdict(found) | {"why": why}
    return [
        columns | ({"verdict": WITHHELD, "why": one.withheld} if one.withheld else {})
        for one, columns in zip(judged, decided, strict=True)
    ]


def _twins(judged: list[Examined], same: list[int]) -> list[str]:
    """The names of the twins of each contrast, each with its claim."""
    names = [f"{one.claim.id}: {one.contrast.name}" for one in judged]
    return [
        "; ".join(names[other] for other, number in enumerate(same) if number == same[at] and other != at)
        for at in range(len(judged))
    ]


def _conclude(
    claim: Claim, places: list[int], judged: list[Examined], rows: list[dict[str, Any]], same: list[int]
) -> None:
    """Put the verdict of the claim, which rests on its family, into its primary row."""
    family = [at for at in places if any(judged[at].contrast is each for each in claim.family)]
    if not family:
        return
    said = quantifiers.decide(claim.quantifier, [_member(rows[at], same[at]) for at in family])
    row = next(rows[at] for at in family if rows[at]["primary"])
    row |= {"verdict": said.word, "decided_by": said.why, "p_claim": said.p}
    if said.withheld:
        row["why"] = said.withheld


def _member(row: dict[str, Any], twin: int) -> quantifiers.Member:
    predicts = str(row["predicts"])
    word = str(row["verdict"])
    name = quantifiers.p_of(word, predicts)
    p, raw = (float(row.get(each, math.nan)) if name else math.nan for each in (f"{name}_holm", name))
    return quantifiers.Member(word, predicts, bool(row["primary"]), twin, p, str(row.get("why", "")), raw)


def _row(registry: Registry, judged: Examined, decided: dict[str, Any]) -> dict[str, Any]:
    result, contrast = judged.result, judged.contrast
    numbers = {name: getattr(result, name) for name in NUMBERS if getattr(result, name) is not None}
    told = asdict(judged.question) | numbers
    if judged.question.scale == "ratio":
        with np.errstate(over="ignore"):
            told |= {name: float(np.exp(told[name])) for name in FACTORS if name in told}
    return {
        "experiment": registry.experiment,
        "contrast": contrast.name,
        "primary": contrast.primary,
        "member": contrast.primary or contrast.member,
        "test": contrast.test,
        **_of_claim(registry, judged.claim),
        **told,
        "why": result.why,
        "runs": " ".join(result.runs),
        "controls": controls.status(judged.guards),
        "family": judged.family,
        **decided,
        "contrast_verdict": decided["verdict"],
    }


def _of_claim(registry: Registry, claim: Claim) -> dict[str, Any]:
    """What every row of a claim says."""
    return {
        "claim": claim.id,
        "statement": claim.claim,
        "quantifier": claim.quantifier,
        "scope": claim.scope,
        "source": claim.source,
        "claims_hash": registry.hash,
        "registration": confirming.status(registry),
    }


def _untested(registry: Registry, claim: Claim) -> dict[str, Any]:
    said = {"contrast": "", "primary": True, "member": True, "verdict": UNTESTED, "why": claim.untestable}
    return {"experiment": registry.experiment, **_of_claim(registry, claim), **said}
