"""The report: one self-contained page of HTML, its figures and the table of arms.

In come the runs (and, if they are at hand, loss traces and the README of the experiment), out go
`summary.csv`, `figures/` and `report.html` in the folder of the experiment.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd

from mismatch.analysis.axes import Axis, parameter_columns, varied
from mismatch.analysis.controls import Check
from mismatch.analysis.summary import summarise, write_summary

from .figures import Drawing, draw_figures, save
from .forest import MARKS
from .tables import claims_table, controls_list, html, level, own_tables
from .words import number

KEY_METRICS = (
    *("accuracy", "ceiling", "chance", "skill", "information_loss", "learnability_loss"),
    *("roughness", "step_cpu_ms", "step_ms"),
)
"""Metrics shown in the table of the page, in this order; `summary.csv` holds all."""

PAGE = Template("""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>$title</title><style>
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin: 2.5rem 0 .5rem } img { max-width: 100%; height: auto; margin: 1rem 0 } .wide { overflow-x: auto }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums }
th, td { padding: .25rem .6rem; text-align: right; border-bottom: 1px solid #ddd; white-space: nowrap }
th { border-bottom: 2px solid #222; vertical-align: bottom } td { vertical-align: top } .interval { color: #666 }
.text { text-align: left } .wrap { text-align: left; white-space: normal; min-width: 16rem; max-width: 34rem }
.claim td { font-size: 15px; padding-top: 1rem; border-bottom: none; text-align: left; white-space: normal }
.other { color: #666 } .note { color: #666; font-size: 13px } .bad { color: #a33 } pre { white-space: pre-wrap }
details { margin: .5rem 0 } summary { cursor: pointer } $colours
</style></head><body>
<h1>$title</h1>
$question
<p>$counts</p>
$failures
$claims
$figures
$controls
$tables
$arms
</body></html>
""")

ARMS = Template("""<h2>Arms</h2>
<p class="note">Mean over the ok runs of each arm; in brackets the 95% Student t interval over replicates.
n counts these runs, failures all others. A blank parameter could not act in that arm.
All metrics are in summary.csv, all runs in runs.csv.</p>
<div class="wide">$table</div>
$fixed
""")


def write_report(
    out: Path,
    runs: pd.DataFrame,
    traces: dict[str, Any] | None = None,
    readme: str | None = None,
    figures: dict[str, Any] | None = None,
    claims: pd.DataFrame | None = None,
    checks: Sequence[Check] = (),
    shown: pd.DataFrame | None = None,
) -> list[Path]:
    """Write summary, figures and page of the experiment in `out`; the same input gives the same bytes.

    Args:
        out: folder of the experiment; made if it is missing.
        runs: one row per run (arm x replicate); empty where the experiment trains nothing.
        traces: probe losses, see `figures.draw_figures`.
        readme: text of the experiment's README, for its question.
        figures: the experiment's own figures by name; they come first.
        claims, checks: what `analysis.claims` and `analysis.controls` made of it.
        shown: the part of `runs` that the generic figures draw; all but the control copies if not given.

    Returns:
        The files written, the page last.
    """
    out.mkdir(parents=True, exist_ok=True)
    drawings = [save(figure, out / "figures", name) for name, figure in (figures or {}).items()]
    files = [path for drawing in drawings for path in drawing.paths]
    parts = {"counts": "", "failures": "", "arms": "", "tables": own_tables(out)}
    if len(runs):
        runs = runs.assign(arm=runs["arm"].astype(str))
        summary = summarise(runs)
        files.append(write_summary(summary, out))
        plain = _plain(runs) if shown is None else shown.assign(arm=shown["arm"].astype(str))
        drawings += draw_figures(out, plain, summary[summary["arm"].isin(plain["arm"])], traces)
        parts |= _arms(runs, summary)
    page = out / "report.html"
    name = str(runs["experiment"].iloc[0]) if len(runs) and "experiment" in runs else out.resolve().name
    page.write_text(render(name, drawings, readme, claims, checks, parts), encoding="utf-8")
    return [*files, *(path for drawing in drawings for path in drawing.paths if path not in files), page]


def render(
    name: str,
    drawings: Iterable[Drawing],
    readme: str | None,
    claims: pd.DataFrame | None,
    checks: Sequence[Check],
    parts: dict[str, str],
) -> str:
    """The page as text; `name` is its title, `parts` what the runs themselves say."""
    return PAGE.substitute(
        title=escape(name),
        question=f"<p><strong>{escape(question(readme))}</strong></p>" if readme and question(readme) else "",
        figures="\n".join(map(_image, drawings)),
        claims=claims_table(claims) if claims is not None and len(claims) else "",
        controls=controls_list(checks) if checks else "",
        colours=" ".join(f".{word} {{ color: {colour} }}" for word, (colour, _) in MARKS.items()),
        **parts,
    )


def _plain(runs: pd.DataFrame) -> pd.DataFrame:
    return runs[runs["control"].eq("none")] if "control" in runs else runs


def _arms(runs: pd.DataFrame, summary: pd.DataFrame) -> dict[str, str]:
    """Counts, failures and the table of arms, as HTML."""
    axes = varied(runs)
    table = ARMS.substitute(table=_table(summary, axes), fixed=_fixed(summary, axes))
    return {"counts": escape(_counts(runs, summary, axes)), "failures": _failures(runs), "arms": table}


def question(readme: str) -> str:
    """The paragraph of a README that asks: the first with a question mark, else the first plain one."""
    paragraphs = [" ".join(part.split()) for part in readme.split("\n\n")]
    plain = [part for part in paragraphs if part and not part.startswith(("#", "```", "|", "<"))]
    return next((part for part in plain if "?" in part), plain[0] if plain else "").replace("*", "").replace("`", "")


def _counts(runs: pd.DataFrame, summary: pd.DataFrame, axes: list[Axis]) -> str:
    """How much was run and what varied, in a sentence or two."""
    ok = int(runs["status"].eq("ok").sum())
    text = f"{len(summary)} arms, {len(runs)} runs, {ok} ok, {len(runs) - ok} failed."
    if not ok:
        return text + " No run finished, so there is nothing to draw."
    varies = [axis.name + (f" (and with it {', '.join(axis.aliases)})" if axis.aliases else "") for axis in axes]
    return text + (f" Varied: {', '.join(varies)}." if varies else " Nothing varied.")


def _failures(runs: pd.DataFrame) -> str:
    """How often each status and error came up; empty if every run is ok."""
    bad = runs[runs["status"].ne("ok")]
    if bad.empty:
        return ""
    errors = bad["error"].fillna("").astype(str) if "error" in bad else pd.Series("", index=bad.index)
    counts = Counter(zip(bad["status"], errors, strict=True)).most_common()
    items = [f"{count} x {status}: {error}".rstrip(": ") for (status, error), count in counts]
    lines = "\n".join(f"<li><pre>{escape(item)}</pre></li>" for item in items)
    return f'<h2 class="bad">Failed runs</h2><ul class="bad">{lines}</ul>'


def _image(drawing: Drawing) -> str:
    """The figure in the page itself, with its title as alternative text."""
    data = base64.b64encode(drawing.paths[0].read_bytes()).decode()
    return f'<img alt="{escape(drawing.title)}" src="data:image/png;base64,{data}">'


def _table(summary: pd.DataFrame, axes: list[Axis]) -> str:
    """Table of arms: what varies, counts, then the metrics with their intervals."""
    metrics = [name for name in KEY_METRICS if name in summary and summary[name].notna().any()]
    names = [*(axis.name for axis in axes), "n", "failures"]
    worded = {axis.name for axis in axes if not axis.numeric}
    rows = [
        [level(row[name]) for name in names] + [_mean(row, name) for name in metrics] for _, row in summary.iterrows()
    ]
    return html(list(map(escape, (*names, *metrics))), rows, [name in worded for name in (*names, *metrics)])


def _fixed(summary: pd.DataFrame, axes: list[Axis]) -> str:
    """What was held at one value in every arm."""
    moving = {name for axis in axes for name in (axis.name, *axis.aliases)}
    held = {name: summary[name].dropna().unique() for name in parameter_columns(summary) if name not in moving}
    items = [f"{name}={number(values[0])}" for name, values in held.items() if len(values) == 1]
    return f"<h2>Held fixed</h2><p>{escape(', '.join(items))}</p>" if items else ""


def _mean(row: pd.Series, name: str) -> str:
    """`0.893 [0.88, 0.91]`; a dash where nothing is known."""
    if pd.isna(row[name]):
        return "-"
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    constant = pd.isna(low) or high - low < 1e-9
    interval = "" if constant else f' <span class="interval">[{low:.3g}, {high:.3g}]</span>'
    return f"{row[name]:.3g}{interval}"
