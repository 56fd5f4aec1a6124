"""The chain behind a verdict: the claim, its contrasts, their tests, arms and pairs, the controls and the figure.

In: claims.csv, controls.csv and the runs table of the results folders. Out: text.
"""

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from mismatch.analysis.axes import parameter_columns
from mismatch.analysis.project import COLUMN
from mismatch.analysis.verdict import UNTESTED
from mismatch.analysis.words import details, effect, margin, measure, predicted, rests_on
from mismatch.config import claims
from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.report.figures import NAMES
from mismatch.report.fit import fitted, width
from mismatch.report.verdicts import collect
from mismatch.report.wording import by_number, count, decided_by, earlier, reason, registration, said_of
from mismatch.sweep.store import read_csv, read_runs

PAGE = 150
"""Columns of the chains on the page."""
INDENT = 11
"""Before what follows the first line of what is too wide: as far in as the text behind a label."""
FIGURE_OF = {"roughness": "stability", "delay": "delay"}
"""The generic figure that shows a metric; accuracy shows all others."""

Read = Callable[[str], pd.DataFrame | None]
"""The runs of a results folder by its name."""


@dataclass(frozen=True)
class Known:
    """What chains of several claims share: runs, the experiments of every claim, the hashes of what these register.

    columns: how wide the lines may be.
    """

    read: Read
    homes: Mapping[str, list[str]]
    registered: Callable[[str], str | None]
    columns: int


def explain(folder: Path, claim: str) -> str:
    """The chain behind `claim`: statement, contrasts, tests, arms, pairs, controls, figure.

    Args:
        folder: holds results folders with claims.csv, such as results/.
        claim: its number in upper or lower case, such as C18 or c18.

    Raises:
        ConfigError: when no results folder in `folder` knows the claim.
    """
    table = collect(folder)
    known = {} if table.empty else {str(name).lower(): name for name in table["claim"].unique()}
    name = known.get(claim.strip().lower())
    if name is None:
        if waiting := claims.experiments_of(claim.strip()):
            first = waiting[0]
            text = f"is registered in {first}, but {folder} has no results of it yet: mismatch -m +experiment={first}"
            raise ConfigError("explain", claim, text)
        accepted = f"must be one of {', '.join(sorted(known.values(), key=by_number))}, those of {folder}"
        raise ConfigError("explain", claim, accepted if known else f"needs a folder with claims.csv in {folder}")
    return _told(folder, table, name, _known(lambda name: read_runs(folder / name), width()))


def chains(folder: Path, table: pd.DataFrame, ids: Iterable[str], read: Read) -> dict[str, str]:
    """The chains behind the claims `ids`, with files by their place in `folder`.

    Args:
        table: what `collect` found in `folder`. read: the runs of a results folder by its name, read once.
    """
    known = _known(read, PAGE)
    return {claim: _told(folder, table, claim, known).replace(f"{folder}/", "") for claim in ids}


def _known(read: Read, columns: int) -> Known:
    return Known(cache(read), claims.homes(), cache(claims.registered), columns)


def _told(folder: Path, table: pd.DataFrame, name: str, known: Known) -> str:
    rows = table[table["claim"] == name]
    lines = [f"{name}: {rows['statement'].iloc[0]}", f"said in: {rows['source'].iloc[0]}", *_claimed(rows)]
    lines.append(f"read from: {folder}")
    lines += [line for line in (earlier(rows), _gone(rows, name, known)) if line]
    lines += [f"map: {path}" for path in sorted(folder.glob(f"*/figures/robustness_{name.lower()}.png"))[:1]]
    for _, row in rows.iterrows():
        lines += ["", *_chain(folder / str(row["experiment"]), row, known)]
    for experiment in rows["experiment"].unique():
        lines += ["", f"controls of {experiment}", *_checks(folder / str(experiment))]
        lines.append(f"registered in {experiment}/claims.yaml, hash {rows['claims_hash'].iloc[0]}")
    return "\n".join(part for line in lines for part in fitted(line, known.columns, INDENT))


def _gone(rows: pd.DataFrame, name: str, known: Known) -> str:
    """One line for a claim that is registered no more, or otherwise than it was when these verdicts were made."""
    experiment = str(rows["experiment"].iloc[0])
    registered = known.registered(experiment)
    if registered is None:
        return ""
    if experiment not in known.homes.get(name.lower(), []):
        return f"{name} is no longer among the claims of {experiment}: what follows is of earlier ones."
    if registered != rows["claims_hash"].iloc[0]:
        return f"The claims of {experiment} have changed since (now {registered}): what follows is of earlier ones."
    return ""


def _claimed(rows: pd.DataFrame) -> list[str]:
    """How much the claim says of what, how its verdict follows, and whether its runs confirm it."""
    top = next((row for _, row in rows.iterrows() if row["primary"]), rows.iloc[0])
    told = {"claims": said_of(top), "family": decided_by(top), "runs are": registration(rows)}
    return [f"{label}: {text}" for label, text in told.items() if text]


def knows(folder: Path, claim: str) -> bool:
    """Whether a results folder in `folder` has a verdict on `claim`."""
    tables = (read_csv(path) for path in folder.glob("*/claims.csv"))
    return any(claim.strip().lower() in set(table["claim"].astype(str).str.lower()) for table in tables)


def _chain(out: Path, row: pd.Series, known: Known) -> list[str]:
    """One contrast; its pairs only where it is the one that gives the claim its verdict."""
    if row["verdict"] == UNTESTED:
        return [f"UNTESTED: {row['why']}"]
    main = " (gives the claim its verdict)" if bool(row["primary"]) else ""
    if not main and row.get("member") in (True, "True"):
        main = " (belongs to the claim's family)"
    lines = textwrap.wrap(f"{row['verdict']}: {row['contrast']}{main}", known.columns, subsequent_indent="  ")
    least = f", margin {margin(row)}" if margin(row) else ""
    n = f", n = {count(row['n'])}" if pd.notna(row["n"]) else ""
    failed = f", {count(row['failures'])} failed runs scored as chance" if row["failures"] > 0 else ""
    lines.append(f"  predicted  {predicted(row)}{least}")
    kind = "" if rests_on(row) == "rows" else f" in {measure(row)}"
    lines.append(f"  effect     {effect(row)}{kind}{n}{failed}")
    told = details(row)
    if pd.notna(row.get(COLUMN)):
        told.append(f"among the primary contrasts of all experiments (Holm): p = {row[COLUMN]:.2g}")
    for label, line in zip(("tests", *[""] * len(told)), told, strict=False):
        lines.append(f"  {label:<11}{line}")
    alone = row.get("contrast_verdict")
    if bool(row["primary"]) and pd.notna(alone) and alone != row["verdict"]:
        lines.append(f"  alone      {alone}: the verdict follows from the claim's family")
    if pd.notna(row.get("twins")) and row["twins"]:
        head: dict[str, Any] = {"initial_indent": "  twin of    ", "subsequent_indent": " " * 13}
        lines += textwrap.wrap(f"{row['twins']}", known.columns, **head)
    if reason(row):
        head = {"initial_indent": "  note       ", "subsequent_indent": " " * 13}
        lines += textwrap.wrap(reason(row), known.columns, **head)
    if bool(row["primary"]):
        runs = _runs(row, known.read)
        if runs is None:
            lines += _cases(row, known.columns)
        elif rests_on(row) == "pairs":
            lines += _pairs(runs, row)
        else:
            many = f"{counted(len(runs), 'run')} of {counted(runs['arm'].nunique(), 'arm')}"
            lines.append(f"  rests on   {many}, named in claims.csv")
        lines += [f"  figure     {path}" for path in _figures(out / "figures", row, runs)]
    return lines


def _runs(row: pd.Series, read: Read) -> pd.DataFrame | None:
    """The training runs a contrast rests on, in its order; None where it rests on another table."""
    ids = str(row["runs"]).split() if pd.notna(row["runs"]) else []
    table = read(str(row["experiment"])) if ids and rests_on(row) != "rows" else None
    if table is None:
        return None
    runs = table.set_index("run")
    return runs.loc[ids] if set(ids) <= set(runs.index) else None


def _figures(folder: Path, row: pd.Series, runs: pd.DataFrame | None) -> list[Path]:
    """Where to look: the experiment's own figures if it rests on a table of its own, else the generic one."""
    generic = folder / f"{FIGURE_OF.get(str(row['metric']), 'accuracy')}.png"
    if runs is not None and generic.is_file():
        return [generic]
    return sorted(path for path in folder.glob("*.png") if path.stem not in NAMES)


def _checks(out: Path) -> list[str]:
    if not (out / "controls.csv").is_file():
        return []
    checks = read_csv(out / "controls.csv")
    return [f"  {'ok    ' if row['passed'] else 'FAILED'} {row['name']}: {row['text']}" for _, row in checks.iterrows()]


def _cases(row: pd.Series, columns: int) -> list[str]:
    """The rows of another table that a contrast rests on, as far as they fit on three lines."""
    names = str(row["runs"]) if pd.notna(row["runs"]) else ""
    head: dict[str, Any] = {"initial_indent": "  rests on   ", "subsequent_indent": " " * 13}
    return textwrap.wrap(names, columns, max_lines=3, placeholder=" …", break_on_hyphens=False, **head)


def _pairs(runs: pd.DataFrame, row: pd.Series) -> list[str]:
    """Both arms by what tells them apart, then every pair with its difference."""
    arms, against = runs.iloc[::2], runs.iloc[1::2]
    first, second = arms.iloc[0], against.iloc[0]
    differing = [name for name in parameter_columns(runs) if str(first[name]) != str(second[name])]
    lines = []
    for label, side in (("arm    ", first), ("against", second)):
        named = (f"{name}={side[name]}" for name in differing if pd.notna(side[name]))
        lines.append(f"  {label}    {side['arm']}: {', '.join(named)}")
    lines.append("  pairs        k      arm  against      diff  runs")
    for (one, left), (other, right) in zip(arms.iterrows(), against.iterrows(), strict=True):
        a, b = float(left[row["metric"]]), float(right[row["metric"]])
        lines.append(f"           {left['replicate']:>3} {a:>8.4f} {b:>8.4f} {a - b:>+9.4f}  {one} {other}")
    return lines
