"""The verdicts over all experiments as table, text and figure.

In: the claims.csv of the results folders. Out: verdicts.csv, verdicts.md, verdicts.png, verdicts.svg, and text.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from mismatch.analysis.claims import headline
from mismatch.analysis.verdict import UNTESTED, WITHHELD
from mismatch.analysis.words import effect, margin, measure, predicted, predicted_short
from mismatch.sweep.store import read_csv, replace_file, write_csv

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WORDS = ("SUPPORTED", "REFUTED", "EQUIVALENT", "INCONCLUSIVE", WITHHELD, UNTESTED)
LINE = 150
"""Columns of the text."""
LEGEND = (
    "Each verdict is on a claim registered before the run, by its primary contrast. SUPPORTED: the predicted "
    "difference is there; how large it is, the interval says. REFUTED: the opposite is, or a case speaks against a "
    "claim about all cases. EQUIVALENT: no difference beyond the margin declared to matter. INCONCLUSIVE: not enough "
    "to tell. WITHHELD: runs are missing or a control failed. UNTESTED: cannot be tested here."
)
NUMBERS = "Effects are mean paired differences with 95% intervals; x is a factor; `k of n` counts cases."


def collect(folder: Path) -> pd.DataFrame:
    """All rows of the ``claims.csv`` one level below `folder`, the primary ones first, largest effect first."""
    found = [read_csv(path) for path in sorted(folder.glob("*/claims.csv"))]
    found = [table for table in found if len(table)]
    if not found:
        return pd.DataFrame()
    claims = pd.concat([table.astype(object) for table in found], ignore_index=True).infer_objects()
    return pd.concat([headline(claims), claims[~claims["primary"].astype(bool)]], ignore_index=True)


def write(table: pd.DataFrame, folder: Path) -> None:
    """Write verdicts.csv (every contrast), verdicts.md (to read) and the figure verdicts.png, verdicts.svg."""
    from .figures import save

    write_csv(folder / "verdicts.csv", table)
    replace_file(folder / "verdicts.md", lambda path: path.write_text(markdown(table), encoding="utf-8"))
    save(figure(table), folder, "verdicts")


def figure(table: pd.DataFrame) -> Figure:
    """Effect, interval and verdict of every primary contrast; see `forest`."""
    from .forest import draw

    return draw(table)


def primary(table: pd.DataFrame) -> pd.DataFrame:
    """The contrasts that give the claims their verdicts."""
    return table[table["primary"].astype(bool)]


def counts(rows: pd.DataFrame) -> str:
    """``8 SUPPORTED, 7 REFUTED``."""
    found = rows["verdict"].value_counts()
    return ", ".join(f"{found[word]} {word}" for word in WORDS if word in found)


def reason(row: pd.Series) -> str:
    """Why a verdict is withheld, or a remark on it; empty if there is nothing to say."""
    return "" if pd.isna(row["why"]) else str(row["why"])


def text(table: pd.DataFrame) -> str:
    """The primary verdicts as lines of plain text, at most `LINE` columns wide, largest effect first."""
    first = primary(table)
    head = ("claim", "verdict", "effect [95%]", "in", "predicted", "experiment", "contrast")
    rows = [
        (str(row["claim"]), str(row["verdict"]), effect(row), measure(row),
         predicted_short(row), str(row["experiment"]),
         reason(row) if row["verdict"] in (WITHHELD, UNTESTED) else str(row["contrast"]))
        for _, row in first.iterrows()
    ]  # fmt: skip
    widths = [max(len(cells[i]) for cells in (head, *rows)) for i in range(len(head) - 1)]
    widths.append(LINE - sum(widths) - 2 * len(widths))
    lines = []
    for cells in (head, *rows):
        *left, last = (_short(cell, width).ljust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append("  ".join([*left, last]).rstrip())
    return "\n".join(["", *lines, "", f"{len(first)} claims: {counts(first)}"])


def _short(words: str, length: int) -> str:
    return words if len(words) <= length else words[: length - 1].rstrip(" ,") + "…"


def markdown(table: pd.DataFrame) -> str:
    """Verdicts to read: the primary contrast of every claim, then each claim with all its contrasts."""
    first = primary(table)
    head = "| claim | verdict | effect [95%] | in | predicted | margin | n | contrast |"
    lines = ["# Verdicts", "", f"{len(first)} claims: {counts(first)}.", "", LEGEND, NUMBERS, ""]
    lines += [head, "|" + "---|" * head.count(" | ") + "---|", *(_line(row) for _, row in first.iterrows())]
    lines += ["", "## Every claim and all its contrasts", ""]
    for claim in sorted(table["claim"].unique(), key=by_number):
        rows = table[table["claim"] == claim]
        lines += [f"**{claim}.** {rows['statement'].iloc[0]} *({rows['source'].iloc[0]})*", ""]
        lines += [*(_item(row) for _, row in rows.iterrows()), ""]
    return "\n".join(lines)


def by_number(claim: str) -> tuple[str, int]:
    digits = "".join(filter(str.isdigit, claim))
    return claim.rstrip(digits), int(digits or 0)


def _line(row: pd.Series) -> str:
    contrast = f"{row['experiment']}: " + ("" if pd.isna(row["contrast"]) else str(row["contrast"]))
    contrast += f" ({reason(row)})" if row["verdict"] in (WITHHELD, UNTESTED) else ""
    numbers = (effect(row), measure(row), predicted(row), margin(row), count(row["n"]))
    cells = (row["claim"], row["verdict"], *numbers, contrast)
    return "| " + " | ".join(str(cell).replace("|", "/") for cell in cells) + " |"


def _item(row: pd.Series) -> str:
    if pd.isna(row["contrast"]):
        return f"* {row['verdict']}: {reason(row)}"
    word = f"**{row['verdict']}**" if bool(row["primary"]) else str(row["verdict"])
    why = f" ({reason(row)})" if reason(row) else ""
    return f"* {word} {effect(row)}, {row['experiment']}: {row['contrast']}{why}"


def count(value: Any) -> str:
    return "" if pd.isna(value) else str(int(value))
