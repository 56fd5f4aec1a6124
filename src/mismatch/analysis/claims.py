"""From registered claims and tables to verdicts.

In: a `Registry`, the tables its contrasts name, the plan and the control checks. Out: one row per contrast
(`COLUMNS`), with verdict, interval, p values and the runs it rests on. How a contrast is judged is in `tests/`, the
rule of the verdict on differences in `verdict.py`. A verdict is WITHHELD, with the reason, while planned cells are
missing, runs are no pair, or a control that guards it has failed.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from mismatch.analysis import controls, verdict
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
    "primary": "whether this contrast gives the claim its verdict",
    "test": "kind of claim test",
    "metric": "what was compared in",
    "scale": "difference, or ratio: a difference of natural logarithms",
    "predicts": "what the claim predicts",
    "n": "how many of what the kind of test counts",
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


NUMBERS = (
    *("n", "effect", "low", "high", "p", "p_equivalence", "superiority", "minimum_detectable_effect"),
    *("replicates_for_margin", "failures"),
)
"""Columns that are fields of a `Result` as they are."""


@dataclass(frozen=True)
class _Judged:
    """A contrast and what came of it. guards: the checks that stand behind it."""

    claim: Claim
    contrast: Contrast
    question: Question
    family: str
    result: Result
    guards: list[controls.Check]

    @property
    def withheld(self) -> str:
        """Why there is no verdict, or nothing."""
        broken = any(not check.passed for check in self.guards)
        return self.result.withheld or (f"control failed: {controls.status(self.guards)}" if broken else "")


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
    judged = [
        _judge(registry, claim, contrast, tables, checks, planned)
        for claim in registry.claims
        for contrast in claim.contrasts
    ]
    rows = [_row(registry, *pair) for pair in zip(judged, _decide(judged), strict=True)]
    rows += [_untested(registry, claim) for claim in registry.claims if claim.untestable]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def headline(claims: pd.DataFrame) -> pd.DataFrame:
    """The primary contrast of every claim, largest effect first; those without an effect last."""
    primary = claims[claims["primary"].astype(bool)]
    size = pd.to_numeric(primary["effect"], errors="coerce").abs()
    first = primary["test"].map({name: CLAIM_TESTS.get(name).differences for name in primary["test"].dropna().unique()})
    order = pd.DataFrame({"others": ~first.eq(True), "size": -size}).sort_values(
        ["others", "size"], kind="stable", na_position="last"
    )
    return primary.loc[order.index].reset_index(drop=True)


def _judge(
    registry: Registry,
    claim: Claim,
    contrast: Contrast,
    tables: dict[str, pd.DataFrame],
    checks: Sequence[controls.Check],
    planned: dict[str, int] | None,
) -> _Judged:
    test: ClaimTest[Contrast] = CLAIM_TESTS.get(contrast.test)()
    question, result = test.asks(contrast), _result(test, registry, contrast, tables, planned)
    guards = controls.guarded(checks, contrast.table, question.metric, result.arms)
    return _Judged(claim, contrast, question, test.family(contrast, claim.id), result, guards)


def _result(
    test: ClaimTest[Contrast],
    registry: Registry,
    contrast: Contrast,
    tables: dict[str, pd.DataFrame],
    planned: dict[str, int] | None,
) -> Result:
    table = tables.get(contrast.table)
    if table is None or table.empty:
        return Result(f"{contrast.table} is missing")
    base = {key: value for key, value in registry.base.items() if key in table}
    evidence = Evidence(table, base, planned if contrast.table == "runs.csv" else None)
    try:
        return test.judge(contrast, evidence)
    except ValueError as error:  # no pair, no such column, several arms, an incomplete grid: the message says which
        return Result(str(error))


def _decide(judged: list[_Judged]) -> list[dict[str, Any]]:
    """Verdict and adjusted p values of every contrast.

    Judgements of differences are corrected together, family by family; the other tests have decided for themselves.
    """
    decided: list[dict[str, Any]] = [{"verdict": one.result.verdict} for one in judged]
    families: dict[str, list[int]] = {}
    for at, one in enumerate(judged):
        if one.result.judgement is not None:
            families.setdefault(one.family, []).append(at)
    for places in families.values():
        members = [judgement for at in places if (judgement := judged[at].result.judgement)]
        for at, (word, p, p_equivalence) in zip(places, verdict.verdicts(members), strict=True):
            decided[at] = {"verdict": word, "p_holm": p, "p_equivalence_holm": p_equivalence}
    return [
        columns | ({"verdict": WITHHELD, "why": one.withheld} if one.withheld else {})
        for one, columns in zip(judged, decided, strict=True)
    ]


def _row(registry: Registry, judged: _Judged, decided: dict[str, Any]) -> dict[str, Any]:
    result, contrast = judged.result, judged.contrast
    numbers = {name: getattr(result, name) for name in NUMBERS if getattr(result, name) is not None}
    return {
        "experiment": registry.experiment,
        "claim": judged.claim.id,
        "statement": judged.claim.claim,
        "contrast": contrast.name,
        "primary": contrast.primary,
        "test": contrast.test,
        **asdict(judged.question),
        **numbers,
        "why": result.why,
        "runs": " ".join(result.runs),
        "controls": controls.status(judged.guards),
        "source": judged.claim.source,
        "family": judged.family,
        "claims_hash": registry.hash,
        **decided,
    }


def _untested(registry: Registry, claim: Claim) -> dict[str, Any]:
    return {
        "experiment": registry.experiment, "claim": claim.id, "statement": claim.claim, "source": claim.source,
        "contrast": "", "primary": True, "verdict": UNTESTED, "why": claim.untestable, "claims_hash": registry.hash,
    }  # fmt: skip
