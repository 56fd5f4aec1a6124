"""Everything that an experiment's own claims file makes of its tables: controls, claims, factorials, what to show.

In: the tables by file name, the registered claims, the plan. Out: a frozen `Judged`; nothing is written here.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from mismatch.analysis.axes import varied
from mismatch.analysis.claims import evaluate
from mismatch.analysis.controls import Check, check_all
from mismatch.analysis.factorial import COLUMNS as GRID_COLUMNS
from mismatch.analysis.factorial import effects
from mismatch.analysis.intervals import UnreliableInterval
from mismatch.analysis.pairs import outcome
from mismatch.analysis.registry import Factorial, Registry
from mismatch.analysis.robustness import table_of
from mismatch.analysis.select import runs_where, true

CHECK_COLUMNS = {
    "name": "which control",
    "passed": "whether it showed what it must",
    "text": "what it showed: mean, 99.9% interval, what was expected",
    "guards": "the metrics it stands behind: all | accuracy | time",
    "table": "the table whose contrasts it stands behind",
    "arms": "ids of the arms whose contrasts it stands behind; () for all",
}


@dataclass(frozen=True)
class Judged:
    """claims: one row per contrast. checks: of the controls. factorial: effects of every full grid, if any is named.

    shown: the runs that the generic figures draw; None where all are. robustness: its contrasts setting by setting.
    """

    claims: pd.DataFrame
    checks: tuple[Check, ...]
    factorial: pd.DataFrame | None = None
    shown: pd.DataFrame | None = None
    robustness: pd.DataFrame | None = None

    @property
    def controls(self) -> pd.DataFrame:
        """The checks as a table, one row each."""
        return pd.DataFrame(self.checks, columns=list(CHECK_COLUMNS))


def judge(
    tables: dict[str, pd.DataFrame],
    registered: Registry,
    planned: dict[str, int] | None = None,
    stamped: str | None = None,
    looks: Sequence[int] = (),
) -> Judged:
    """Check the controls and judge the claims of an experiment.

    Args:
        tables: by file name; the training runs are ``runs.csv``.
        registered: the experiment's claims.
        planned: arm id -> replicates, to tell a missing run from one nobody asked for.
        stamped: hash of the claims that a measurement of the experiment's own was made for.
        looks: numbers of replicates after which it was looked whether more are needed.
    """
    tables = {file: valid(table) for file, table in tables.items() if len(table)}
    checks = tuple(check_all(tables, registered.controls, planned))
    claims = evaluate(registered, tables, checks, planned, stamped, looks)
    runs = tables.get("runs.csv")
    if runs is None:
        return Judged(claims, checks)
    shown = None
    if registered.show and set(registered.base) <= set(runs):
        shown = runs_where(runs, registered.base | registered.show)
    first = runs[runs["replicate"] < looks[0]] if looks else runs  # a grid has all its cells in every replicate
    grids = factorials(registered, first) if registered.factorials else None
    return Judged(claims, checks, grids, shown, _settings(registered, runs))


def _settings(registered: Registry, runs: pd.DataFrame) -> pd.DataFrame | None:
    """Contrasts setting by setting, of an experiment that looks at claims of others: none of its own is primary."""
    if any(contrast.primary for claim in registered.claims for contrast in claim.contrasts):
        return None
    settings = table_of(registered, runs)
    return None if settings.empty else settings


def valid(table: pd.DataFrame) -> pd.DataFrame:
    """The rows whose times may be claimed, where a table of step times says so; runs are left as they are."""
    if "timing_valid" not in table or "reference_before_ms" not in table:
        return table
    return table[true(table["timing_valid"])]


def factorials(registered: Registry, runs: pd.DataFrame) -> pd.DataFrame:
    """Main effects and interactions of every full two-level grid the registry names; a grid not whole is left out."""
    tables = [_factorial(registered, grid, runs) for grid in registered.factorials]
    found = [table for table in tables if table is not None]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(GRID_COLUMNS))


def _factorial(registered: Registry, grid: Factorial, runs: pd.DataFrame) -> pd.DataFrame | None:
    try:
        members = runs_where(runs, registered.base | registered.show | grid.where)
        scored = runs.assign(_score=outcome(runs, grid.metric)).loc[members.index]
        axes = {axis.name: axis.levels for axis in varied(scored) if len(axis.levels) == 2}
        if not axes:  # nothing of this grid was run
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnreliableInterval)  # the column `note` says it
            found = effects(scored, list(axes), "_score", levels=axes)
    except ValueError:  # a cut of the grid, as in a smoke run
        return None
    return found.assign(grid=grid.name, metric=grid.metric)
