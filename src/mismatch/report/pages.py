"""The page of an experiment: its question, verdicts, figures, controls and tables as one file of HTML.

In: what a results folder holds and what was made of it. Out: `figures/` and `report.html` in a folder; the same input
gives the same bytes.
"""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mismatch.analysis.axes import Axis, parameter_columns, varied
from mismatch.analysis.conditions import joined
from mismatch.analysis.robustness import COLUMNS
from mismatch.analysis.summary import summarise
from mismatch.config.counting import counted
from mismatch.run import metrics

from . import beside, experiment, heat, many, tables
from .figures import NAMES, draw_figures
from .forest import MARKS
from .material import Material
from .save import Drawing, save, style
from .templating import from_markdown, render
from .wording import primary, registration
from .words import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from mismatch.analysis.judging import Judged


@dataclass(frozen=True)
class Image:
    """A figure on the page: its title, which is its alternative text, and where its bytes are."""

    title: str
    source: str


@dataclass(frozen=True)
class Own:
    """A table of the experiment's own: as Markdown to read, or as a table that is folded away."""

    name: str
    table: tables.Table | None = None
    text: Any = None


@dataclass(frozen=True)
class Beside:
    """Metrics beside accuracy: their table, what each means, and whether it is open (where no ceiling is known)."""

    table: tables.Table
    meanings: list[tuple[str, str]]
    open: bool


def write_report(
    folder: Path, found: Material, judged: Judged | None = None, published: bool = False, vector: bool = True
) -> list[Drawing]:
    """Draw the figures of `found` into `folder` and write its page.

    Args:
        folder: where figures and page go; made if it is missing.
        found: runs, tables and texts.
        judged: what the claims came to; None for an experiment without claims.
        published: figures as PNG alone, beside the page, not also within it.
        vector: whether others have twins in SVG.
    """
    own = found.tables | ({} if judged is None else _made_of(judged))
    with style():
        tabled = {"runs.csv": found.runs} if len(found.runs) else {}
        tabled |= {} if found.baselines is None else {"baselines.csv": found.baselines}
        ours = experiment.figures(found.name, own | tabled)
        wanted = experiment.generic(found.name) if ours else NAMES
        drawings = _draw(folder, found, judged, ours | _maps(judged, found), wanted, vector and not published)
    images = [Image(drawing.title, _source(drawing, published)) for drawing in drawings]
    (folder / "report.html").write_text(page(found, judged, images, own), encoding="utf-8")
    return drawings


def page(found: Material, judged: Judged | None, images: list[Image], own: dict[str, pd.DataFrame]) -> str:
    """The page as text."""
    question, about = split(experiment.readme(found.name))
    return render(
        "report.html.j2",
        title=found.name,
        question=from_markdown(question) if question else "",
        about=from_markdown(about) if about else "",
        marks=MARKS,
        images=images,
        claims=() if judged is None else tables.of_claims(_conditioned(judged, found)),
        registration="" if judged is None else registration(primary(judged.claims)),
        checks=() if judged is None else judged.checks,
        own=list(_own(own, found.texts)),
        baselines=_baselines(found),
        **_of_runs(found.runs),
    )


def _baselines(found: Material) -> beside.Baselines | None:
    """What is said of baselines; the matched arm is the one that the experiment's claims start from."""
    if found.baselines is None:
        return None
    registered = experiment.registry(found.name)
    return beside.told(found.runs, found.baselines, registered.base if registered else {})


def _made_of(judged: Judged) -> dict[str, pd.DataFrame]:
    """The tables that the claims made, as far as there are any."""
    made = {"factorial.csv": judged.factorial, "robustness.csv": judged.robustness}
    return {file: table for file, table in made.items() if table is not None}


def _maps(judged: Judged | None, found: Material) -> dict[str, Figure]:
    """A map for every claim of this page that an experiment beside it tried in other settings."""
    if judged is None or found.elsewhere is None or found.elsewhere.empty:
        return {}
    return heat.figures(found.elsewhere[found.elsewhere["claim"].isin(judged.claims["claim"])])


def _conditioned(judged: Judged, found: Material) -> pd.DataFrame:
    """The claims with where they hold, here and in experiments beside this one."""
    tried = [table for table in (judged.robustness, found.elsewhere) if table is not None and len(table)]
    return joined(judged.claims, pd.concat(tried, ignore_index=True) if tried else pd.DataFrame(columns=list(COLUMNS)))


def split(readme: str) -> tuple[str, str]:
    """The paragraph of a README that asks, and all that follows it; the paragraph without one asks first.

    The question is the first paragraph with a question mark, else the first plain one; a bold lead-in such as
    ``**Question.**`` is left out, as the page says it by its place.
    """
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", readme) if part.strip()]
    plain = [place for place, part in enumerate(parts) if not part.startswith(("#", "```", "|", "<", "    "))]
    place = next((place for place in plain if "?" in parts[place]), plain[0] if plain else None)
    if place is None:
        return "", readme
    return re.sub(r"^\*\*[^*]+\.\*\*\s*", "", parts[place]), "\n\n".join(parts[place + 1 :])


def _draw(
    folder: Path, found: Material, judged: Judged | None, own: dict[str, Figure], wanted: Collection[str], vector: bool
) -> list[Drawing]:
    """The experiment's own figures, then the generic ones that it wants of what it shows."""
    drawings = [save(figure, folder / "figures", name, vector) for name, figure in own.items()]
    if found.runs.empty or not wanted:
        return drawings
    runs = found.runs.assign(arm=found.runs["arm"].astype(str))
    summary = beside.with_levels(summarise(runs), runs, found.baselines)
    shown = None if judged is None else judged.shown
    plain = _plain(runs) if shown is None else shown.assign(arm=shown["arm"].astype(str))
    arms = summary[summary["arm"].isin(plain["arm"])]
    return drawings + draw_figures(folder / "figures", plain, arms, found.traces, vector, wanted)


def _plain(runs: pd.DataFrame) -> pd.DataFrame:
    return runs[runs["control"].eq("none")] if "control" in runs else runs


def _source(drawing: Drawing, published: bool) -> str:
    """Where the page finds a figure: beside it, or within itself."""
    path = drawing.paths[0]
    if published:
        return f"figures/{path.name}"
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


def _own(own: dict[str, pd.DataFrame], texts: dict[str, str]) -> Iterable[Own]:
    """The tables that are shown nowhere else on the page: a text to read in place of its table, short tables folded."""
    for name, table in sorted(own.items()):
        readable = str(Path(name).with_suffix(".md"))
        if readable in texts:
            yield Own(readable, text=from_markdown(texts[readable]))
        elif len(table) <= tables.MAX_ROWS:
            yield Own(name, table=tables.of_frame(table))


def _of_runs(runs: pd.DataFrame) -> dict[str, Any]:
    """Counts, failures, the table of arms and what was held fixed; all empty where nothing was trained."""
    if runs.empty:
        return {"counts": "", "left_out": [], "failures": [], "arms": None, "beside": None, "fixed": ""}
    runs = runs.assign(arm=runs["arm"].astype(str))
    summary, axes = summarise(runs), varied(runs)
    listed = many.listed(summary)
    return {
        "counts": _counts(runs, summary, axes),
        "left_out": many.said(len(summary)),
        "failures": _failures(runs),
        "arms": tables.of_arms(listed, axes),
        "beside": _beside(listed, axes),
        "fixed": _fixed(summary, axes),
    }


def _beside(summary: pd.DataFrame, axes: list[Axis]) -> Beside | None:
    """What stands beside accuracy; None where the runs do not say."""
    known = tables.known(summary, tables.BESIDE)
    if not known:
        return None
    meanings = [(name, column.told) for name, column in metrics.columns().items() if name in known]
    own = not tables.known(summary, ("ceiling",))
    return Beside(tables.of_arms(summary, axes, ("accuracy", "chance", *known)), meanings, own)


def _counts(runs: pd.DataFrame, summary: pd.DataFrame, axes: list[Axis]) -> str:
    """How much was run and what varied, in a sentence or two."""
    ok = int(runs["status"].eq("ok").sum())
    text = f"{counted(len(summary), 'arm')}, {counted(len(runs), 'run')}, {ok} ok, {len(runs) - ok} failed."
    if not ok:
        return text + " No run finished, so there is nothing to draw."
    varies = [axis.name + (f" (and with it {', '.join(axis.aliases)})" if axis.aliases else "") for axis in axes]
    return text + (f" Varied: {', '.join(varies)}." if varies else " Nothing varied.")


def _failures(runs: pd.DataFrame) -> list[str]:
    """How often each status and error came up; empty if every run is ok."""
    bad = runs[runs["status"].ne("ok")]
    errors = bad["error"].fillna("").astype(str) if "error" in bad else pd.Series("", index=bad.index)
    counts = Counter(zip(bad["status"], errors, strict=True)).most_common()
    told = [f"{count} x {status}: {error}".rstrip(": ") for (status, error), count in counts[: many.REASONS]]
    rest = sum(count for _, count in counts[many.REASONS :])
    return told + ([f"{rest} more of other reasons, in runs.csv"] if rest else [])


def _fixed(summary: pd.DataFrame, axes: list[Axis]) -> str:
    """What was held at one value in every arm."""
    moving = {name for axis in axes for name in (axis.name, *axis.aliases)}
    held = {name: summary[name].dropna().unique() for name in parameter_columns(summary) if name not in moving}
    return ", ".join(f"{name}={number(values[0])}" for name, values in held.items() if len(values) == 1)
