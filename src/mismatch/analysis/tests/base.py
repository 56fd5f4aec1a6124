"""What a kind of claim test is: the fields of its contrasts, how they are judged, and the words for what came out.

In: a contrast as registered, and the `Evidence` its table holds. Out: a `Result`, one row of claims.csv in the making.
A further kind is one module with one class that extends `ClaimTest`, here or in a package of your own (entry point
``mismatch.claim_tests``); nothing else has to know of it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import pandas as pd

from mismatch.analysis.select import incomplete, runs_where
from mismatch.analysis.verdict import Judgement
from mismatch.config.fields import ConfigError

SHORT = {
    "exact_accuracy": "accuracy",
    "generalisation_gap": "gap",
    "step_ms": "step time",
    "gradient_norm": "gradient",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log loss",
    "auc": "AUC",
    "calibration_error": "calibration error",
}
"""Metrics by the short name that pages call them."""

DRAWN = ("difference", "factor", "share", "cases")
"""Differences, differences of logarithms, shares with an interval, shares of cases."""


@dataclass(frozen=True)
class Contrast:
    """One prediction of a claim; these fields it has whatever its kind.

    test: the kind. primary: the claim's verdict stands on its row. member: the verdict rests on it too, as the claim's
    quantifier says. family: contrasts corrected together (Holm). table: the file it is judged on.
    """

    name: str
    test: str = "paired"
    primary: bool = False
    family: str = ""
    table: str = "runs.csv"
    member: bool = False


@dataclass(frozen=True)
class Question:
    """What a contrast asks, as claims.csv says it. predicts: in words; metric and scale where it has them."""

    predicts: str
    metric: str | None = None
    scale: str | None = None
    margin: float = 0.0


@dataclass(frozen=True)
class Evidence:
    """table: what a contrast is judged on. base: parameters every arm has unless a contrast says otherwise.

    planned: arm id -> replicates, where known. looks: numbers of replicates after which more may have been added.
    """

    table: pd.DataFrame
    base: dict[str, Any]
    planned: dict[str, int] | None = None
    looks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a contrast came to. The numbers are columns of claims.csv; None is a blank there.

    withheld: why there is no verdict. judgement: of differences, whose verdict waits for the others of its family;
    verdict: of a test that decides for itself. arms: ids of the arms it rests on, whose controls guard it.
    differences: by replicate, where it has them, to tell twins. look: after which look it stands, of how many.
    """

    withheld: str = ""
    judgement: Judgement | None = None
    verdict: str = ""
    arms: tuple[str, ...] = ()
    n: int | None = None
    look: str | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    low_failing: float | None = None
    high_failing: float | None = None
    p: float | None = None
    p_equivalence: float | None = None
    superiority: float | None = None
    minimum_detectable_effect: float | None = None
    replicates_for_margin: int | None = None
    failures: int | None = None
    censored: str | None = None
    sensitivity: str | None = None
    why: str = ""
    runs: tuple[str, ...] = ()
    differences: tuple[float, ...] = ()


@dataclass(frozen=True)
class Members:
    """The runs of the arms that fit what a contrast says of them. arms, ids: of these runs, each once.

    withheld: why they cannot be judged (none, or planned ones missing), or nothing.
    """

    runs: pd.DataFrame
    arms: tuple[str, ...]
    ids: tuple[str, ...]
    withheld: str


def members_of(evidence: Evidence, where: dict[str, Any], columns: Sequence[str]) -> Members:
    """The runs of `evidence` that fit `where`, and the base where it does not say otherwise.

    Raises:
        ConfigError: for one of `columns`, or of those in `where`, that the table does not have.
    """
    for column in columns:
        if column not in evidence.table:
            raise ConfigError("factors", column, "must be a column of the table")
    found = runs_where(evidence.table, evidence.base | where)
    arms = tuple(map(str, found["arm"].unique()))
    ids = tuple(dict.fromkeys(found["run"].astype(str))) if "run" in found else ()
    withheld = "no arms" if found.empty else incomplete(evidence.table, evidence.planned)
    return Members(found, arms, ids, withheld)


def wrong_share(at_least: float) -> Iterator[tuple[str, str]]:
    """What is wrong with a share that is predicted, as `ClaimTest.wrong`."""
    if not 0 < at_least <= 1:
        yield "at_least", "must be a share, above 0 and at most 1"


Kind = TypeVar("Kind", bound=Contrast)


class ClaimTest(ABC, Generic[Kind]):
    """A kind of claim test.

    Fields of the class: `name`; `contrast`, the dataclass of what a contrast of this kind gives in claims.yaml, read
    through OmegaConf (a field without default must be given); `meaning`, one line; `counts`, what `n` counts.
    """

    differences: ClassVar[bool] = False
    """The effect is a difference between arms: verdicts are listed by its size, before all others."""
    by_looks: ClassVar[bool] = False
    """It asks for more replicates, and is judged at the level of the look it came to; others see those of the first."""
    rests_on: ClassVar[str] = "runs"
    """What the column `runs` holds: ``pairs`` (arm, against, arm, against ...), ``runs``, or ``rows`` of the table."""

    @property
    @abstractmethod
    def name(self) -> str: ...

    @property
    @abstractmethod
    def contrast(self) -> type[Kind]: ...

    @property
    @abstractmethod
    def meaning(self) -> str: ...

    @property
    @abstractmethod
    def counts(self) -> str: ...

    def wrong(self, contrast: Kind) -> Iterator[tuple[str, str]]:
        """Fields of `contrast` whose value cannot be used, each with what is accepted; types are already right."""
        yield from ()

    @abstractmethod
    def asks(self, contrast: Kind) -> Question:
        """What the contrast asks, as the columns predicts, metric, scale and margin of claims.csv."""

    @abstractmethod
    def judge(self, contrast: Kind, evidence: Evidence) -> Result:
        """The contrast on its table.

        Raises:
            ValueError: it cannot be judged there; its verdict is withheld, with the message as the reason.
        """

    def family(self, contrast: Kind, claim: str) -> str:
        """Primary contrasts of an experiment are one family; the others are looked at claim by claim."""
        return contrast.family or ("primary" if contrast.primary else claim)

    # Words for pages, from a row of claims.csv: any of its columns may be NaN.

    def effect(self, row: pd.Series) -> str:
        """``0.643 [0.625, 0.661]``."""
        return " ".join(in_brackets([f"{float(row[name]):.3f}" for name in ("effect", "low", "high")]))

    def measure(self, row: pd.Series) -> str:
        """What the effect is measured in, in a word or two."""
        return self.counts

    def predicted(self, row: pd.Series) -> str:
        """The prediction, ``at least 0.5``."""
        return str(row["predicts"])

    def predicted_short(self, row: pd.Series) -> str:
        """The same where there is no room."""
        return self.predicted(row)

    def margin(self, row: pd.Series) -> str:
        """The smallest difference that matters; empty where the test has none."""
        return ""

    def drawn(self, row: pd.Series) -> str:
        """How the figure of verdicts shows the effect: one of `DRAWN`; empty where it only names it."""
        return ""

    def region(self, row: pd.Series) -> list[tuple[float, float]]:
        """Where the claim says the effect lies: intervals of its values."""
        return []

    def details(self, row: pd.Series) -> list[str]:
        """Lines on p values and power for whoever asks for the chain behind a verdict."""
        return []


def in_brackets(values: list[str]) -> tuple[str, str]:
    """An estimate, and its interval: ``[low, high]``."""
    middle, low, high = values
    return middle, f"[{low}, {high}]"


def metric_name(row: pd.Series) -> str:
    """The metric of `row` as pages call it; empty where it has none."""
    return "" if pd.isna(row["metric"]) else SHORT.get(row["metric"], str(row["metric"]))


def region_of_share(row: pd.Series) -> list[tuple[float, float]]:
    """From ``at least 0.5`` to all."""
    return [(float(str(row["predicts"]).split()[-1]), 1.0)]


def beyond(low: float, high: float, at_least: float) -> str:
    """The verdict on a share whose interval is [low, high]."""
    if low >= at_least:
        return "SUPPORTED"
    return "REFUTED" if high < at_least else "INCONCLUSIVE"
