"""Two arms in one metric, each at the learning rate tuned for it: chosen inside each replicate, on the probe part.

What one rate for all may hide or make, this comparison does not: an arm that only needs another rate gets it. The rule
of the choice is in `analysis/tuned.py`, how the differences are judged in `paired.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from mismatch.analysis.select import arms_where
from mismatch.analysis.tests.base import Evidence, Result, metric_name
from mismatch.analysis.tests.paired import Paired, PairedContrast
from mismatch.analysis.tuned import RATE, chosen, tuned


@dataclass(frozen=True, kw_only=True)
class TunedContrast(PairedContrast):
    """As a paired contrast. rates: the learning rates that both sides must have run at; () for whatever was run."""

    rates: tuple[float, ...] = ()


class Tuned(Paired):
    name = "tuned"
    contrast = TunedContrast
    meaning = "as paired, each arm at its own learning rate: the one with the highest probe accuracy in the replicate"
    counts = "pairs"

    def wrong(self, contrast: PairedContrast) -> Iterator[tuple[str, str]]:
        yield from super().wrong(contrast)
        rates = getattr(contrast, "rates", ())
        if len(rates) == 1 or len(set(rates)) < len(rates) or any(rate <= 0 for rate in rates):
            yield "rates", "must be two or more different rates above 0, or left out"
        for part in ("arm", "against", "where"):
            if RATE in getattr(contrast, part):
                yield part, f"must leave {RATE} to be tuned"

    def judge(self, contrast: PairedContrast, evidence: Evidence) -> Result:
        if RATE not in evidence.table:
            return Result(f"the table has no {RATE}")
        base = {key: value for key, value in evidence.base.items() if key != RATE}
        runs = _of_sides(evidence.table, base, contrast)
        if runs.empty:
            return super().judge(contrast, replace(evidence, base=base))  # says which arm there is not
        table = tuned(runs)
        result = super().judge(contrast, Evidence(table, base, _planned(table, evidence.planned), evidence.looks))
        sides = [table[table["arm"].eq(arm)] for arm in result.arms]
        if len(sides) != 2:
            return result
        withheld = result.withheld or _unlike(sides, getattr(contrast, "rates", ()))
        arms = tuple(name for side in sides for name in side["arms"].iloc[0])
        return replace(result, withheld=withheld, arms=arms, why=_remark(result.why, sides))

    def measure(self, row: pd.Series) -> str:
        return f"{metric_name(row)}, tuned rate"


def _of_sides(table: pd.DataFrame, base: dict[str, object], contrast: PairedContrast) -> pd.DataFrame:
    """The runs of both sides, at every rate."""
    found = []
    for side in (contrast.arm, contrast.against):
        described = base | contrast.where | side
        rates = table[RATE].dropna().unique().tolist()
        found.append(arms_where(table, described | {RATE: rates})["arm"])
    return table[table["arm"].isin(pd.concat(found))]


def _planned(table: pd.DataFrame, planned: dict[str, int] | None) -> dict[str, int] | None:
    """Replicates planned of every arm without its rate: the fewest of any of its rates."""
    if planned is None:
        return None
    members = table.drop_duplicates("arm").set_index("arm")["arms"]
    return {str(arm): min(planned.get(name, 0) for name in names) for arm, names in members.items()}


def _unlike(sides: list[pd.DataFrame], asked: tuple[float, ...]) -> str:
    """Why the sides were not tuned alike, or nothing."""
    grids = {rates for side in sides for rates in side["rates"]}
    if asked and grids != {tuple(sorted(asked))}:
        return f"learning rates must be {' '.join(map('{:g}'.format, sorted(asked)))} in every replicate of both arms"
    if len(grids) > 1:
        return "learning rates differ between the arms or their replicates"
    return "" if len(next(iter(grids))) > 1 else "one learning rate only: nothing to tune"


def _remark(note: str, sides: list[pd.DataFrame]) -> str:
    told = " against ".join(chosen(side["chosen_rate"]) for side in sides)
    return "; ".join(filter(None, (note, f"learning rates chosen: {told}")))
