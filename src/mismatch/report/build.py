"""The report of a results folder, made from its records: tables, effects, claims, figures and the page.

In: ``<out>/records.sqlite`` and the experiment's own tables. Out: everything else in the folder, or all of it in
another one, written whole or not at all. No TensorFlow here.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mismatch.config.files import guard, staged
from mismatch.report import experiment, fresh, many
from mismatch.report.material import Material, gather
from mismatch.sweep import baselined, csvtext, store

if TYPE_CHECKING:
    import pandas as pd

    from mismatch.analysis.judging import Judged
    from mismatch.report.save import Drawing

SUMMARY, ARMS, EFFECTS = "summary.csv", "arms.csv", "effects.csv"


Tables = dict[str, "tuple[pd.DataFrame, str | None]"]
"""Tables by the names of their files, and how numbers are written; None: in full."""


@dataclass(frozen=True)
class Rebuilt:
    """What a report shows: how many runs, how many of them did not end ok; lines worth saying (damaged records).

    again: whether it was made again, and not found as it would be. contrasts: the largest ones, as lines.
    """

    runs: int
    failed: int
    notes: tuple[str, ...]
    again: bool = True
    contrasts: tuple[str, ...] = ()


def refresh(out: Path, figures: bool = True, vector: bool = True) -> Rebuilt:
    """As `rebuild` into `out`, unless everything there is what would be made again."""
    return standing(out, figures, vector) or rebuild(out, figures, vector=vector)


def standing(out: Path, figures: bool, vector: bool) -> Rebuilt | None:
    """What a report in `out` shows that is what would be made again; None without one."""
    noted = fresh.kept(out, fresh.REPORT, fresh.of_report(out, figures, vector))
    if noted is None:
        return None
    lines = tuple(noted["notes"]), False, tuple(noted["contrasts"])
    return Rebuilt(int(noted["runs"]), int(noted["failed"]), *lines)


def rebuild(out: Path, figures: bool = True, to: Path | None = None, vector: bool = True) -> Rebuilt:
    """Write every table of `out`, its figures and its page.

    Args:
        out: folder with the records of a sweep, or with an experiment's own measurement.
        figures: whether to draw figures and page as well.
        to: where the report goes, to be published: no vector twins, figures beside the page. Default: into `out`.
        vector: whether figures have twins in SVG.

    Raises:
        ConfigError: when there are no sound records, nor a measurement of the experiment's own; for the committed
            reference, unless `to` names it.
        OSError: when the report cannot be written; an earlier one is then as it was.
    """
    guard(to or out, explicit=to is not None)
    made_from = fresh.of_report(out, figures, vector)  # before anything is read: what changes meanwhile is not in it
    found = gather(out)
    judged = _judged(found)
    notes = _left_out(found.runs, judged)
    if figures and not found.runs.empty:
        notes += many.said(found.runs["arm"].nunique())
    drawn: list[Drawing] = []
    made_tables = _tables(found, judged)
    with staged(to or out, obsolete=[EFFECTS]) as draft:
        _write_tables(draft, found, made_tables | _verdicts(judged))
        if to is not None:
            _copy_own(draft, found)
        if figures:
            from mismatch.report.pages import write_report

            drawn = write_report(draft, found, judged, published=to is not None, vector=vector)
        made = [str(path.relative_to(draft)) for path in draft.rglob("*") if path.is_file()]
    if figures:
        _drop_stale((to or out) / "figures", drawn)
    failed = 0 if found.runs.empty else int((found.runs["status"] != "ok").sum())
    rebuilt = Rebuilt(len(found.runs), failed, (*found.notes, *notes), contrasts=_contrasts(made_tables))
    if to is None:
        fresh.keep(out, fresh.REPORT, made_from, made, asdict(rebuilt))
    return rebuilt


def _judged(found: Material) -> Judged | None:
    """Verdicts on the experiment's claims, or None where it registered none."""
    registered = experiment.registry(found.name)
    if registered is None:
        return None
    from mismatch.analysis.judging import judge

    tables = found.tables | ({} if found.runs.empty else {"runs.csv": found.runs})
    return judge(tables, registered, found.planned, found.stamped, found.looks)


def _contrasted(runs: pd.DataFrame, judged: Judged | None) -> bool:
    """Whether effects.csv is made. Where robustness.csv has the contrasts that matter setting by setting, all others
    would be tens of thousands, which take longer to work out than the runs to train."""
    from mismatch.analysis.effects import MOST_ARMS

    return (judged is None or judged.robustness is None) and runs["arm"].nunique() <= MOST_ARMS


def _left_out(runs: pd.DataFrame, judged: Judged | None) -> list[str]:
    """A line on the table that so many arms do without."""
    from mismatch.analysis.effects import MOST_ARMS

    if runs.empty or _contrasted(runs, judged) or (judged is not None and judged.robustness is not None):
        return []
    arms = runs["arm"].nunique()
    return [f"{arms} arms: {EFFECTS} is left out above {MOST_ARMS}; {ARMS} and runs.csv have all of them"]


def _write_tables(folder: Path, found: Material, tables: Tables) -> None:
    """All tables that are made here, and the dictionary of these and of the experiment's own, which are there."""
    from mismatch.report.dictionary import FILE, dictionary

    made = {file: (csvtext.tidy(table), digits) for file, (table, digits) in tables.items()}
    for file, (table, digits) in made.items():
        store.write_csv(folder / file, table, digits)
    runs = {} if found.runs.empty else {"runs.csv": found.runs.dropna(axis="columns", how="all")}
    if runs:
        store.write_tables(folder, found.runs)
    beside = {} if found.baselines is None else {baselined.FILE: found.baselines}
    told = runs | {file: table for file, (table, _) in made.items()} | found.tables | beside
    store.write_csv(folder / FILE, dictionary(told))


def _tables(found: Material, judged: Judged | None) -> Tables:
    """The tables made of the runs, and in how many digits they are written."""
    from mismatch.analysis.effects import effects
    from mismatch.analysis.summary import summarise
    from mismatch.analysis.tuned import table_of
    from mismatch.report.beside import with_rows
    from mismatch.report.brief import brief

    runs = found.runs
    if runs.empty:
        return {}
    chosen = table_of(runs)
    tuned = {} if chosen.empty else {"tuned.csv": chosen}
    arms = with_rows(summarise(runs), runs, found.baselines)
    contrasts = {EFFECTS: effects(runs)} if _contrasted(runs, judged) else {}
    made = {SUMMARY: brief(arms, runs), ARMS: arms} | contrasts | tuned
    return {file: (table, "%.6g") for file, table in made.items()}


def _contrasts(tables: Tables) -> tuple[str, ...]:
    """The largest contrasts as lines."""
    from mismatch.report.contrasts import top

    return top(tables[EFFECTS][0], tables[ARMS][0]) if EFFECTS in tables else ()


def _verdicts(judged: Judged | None) -> Tables:
    """The tables made of the claims, in all digits."""
    if judged is None:
        return {}
    known = {"factorial.csv": judged.factorial, "robustness.csv": judged.robustness}
    tables = {"claims.csv": judged.claims, "controls.csv": judged.controls} | known
    return {file: (table, None) for file, table in tables.items() if table is not None}


def _copy_own(folder: Path, found: Material) -> None:
    """The experiment's own tables, for a report that goes elsewhere."""
    for file, path in found.files.items():
        shutil.copyfile(path, folder / file)


def _drop_stale(folder: Path, drawn: list[Drawing]) -> None:
    """Remove what an earlier report drew and this one did not: figures of other axes, vector twins."""
    from mismatch.report.figures import NAMES

    files = {path.name for drawing in drawn for path in drawing.paths}
    for name in {*NAMES, *(drawing.name for drawing in drawn)}:
        for file in (f"{name}.png", f"{name}.svg"):
            if file not in files:
                (folder / file).unlink(missing_ok=True)
