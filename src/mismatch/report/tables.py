"""Tables of the page as HTML: verdicts, controls, and the small tables of an experiment's own.

In come tables, checks and a results folder, out goes HTML with every text escaped.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from mismatch.analysis.controls import Check
from mismatch.analysis.words import effect, predicted
from mismatch.sweep.store import read_csv

from .verdicts import reason
from .words import number

SIGNS = {"SUPPORTED": "●", "REFUTED": "✖", "EQUIVALENT": "◆", "INCONCLUSIVE": "■", "WITHHELD": "▼", "UNTESTED": "-"}
"""The markers of `forest.MARKS` as characters."""
SHOWN = ("claims.csv", "controls.csv", "summary.csv")
BOOKKEEPING = ("runs.csv", "columns.csv", "effects.csv")
"""Tables of every sweep that are too long for the page."""
MAX_ROWS = 200
"""Longest csv that the page shows."""


def claims_table(claims: pd.DataFrame) -> str:
    """Every claim in words, under it its contrasts, the one that gives the verdict first."""
    names = ("verdict", "effect [95%]", "predicted", "n", "contrast")
    head = "".join(f"<th{_left(name != 'n')}>{name}</th>" for name in names)
    lines = []
    for claim, rows in claims.groupby("claim", sort=False):
        statement = f"<strong>{escape(str(claim))}</strong> {escape(str(rows['statement'].iloc[0]))}"
        lines.append(f'<tr class="claim"><td colspan="{len(names)}">{statement}</td></tr>')
        lines += map(_contrast, rows.sort_values("primary", ascending=False, kind="stable").to_dict("records"))
    return (
        '<h2>Verdicts on the registered claims</h2><p class="note">The first line under a claim gives it its verdict; '
        "the others say where else it was looked at. x is a factor; k of n counts cases. The runs behind each are in "
        f'claims.csv.</p><div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n'
        + "\n".join(lines)
        + "\n</tbody></table></div>"
    )


def _contrast(record: dict[Any, Any]) -> str:
    """One row of the table of verdicts."""
    row = pd.Series(record, dtype=object)
    why = f'<br><span class="note">{escape(reason(row))}</span>' if reason(row) else ""
    contrast = "" if pd.isna(row["contrast"]) else escape(str(row["contrast"]))
    cells = (
        f'<td class="text"><strong class="{row["verdict"]}">{SIGNS[row["verdict"]]} {row["verdict"]}</strong></td>',
        f'<td class="text">{escape(effect(row))}</td>',
        f'<td class="text">{escape(predicted(row))}</td>',
        f"<td>{'' if pd.isna(row['n']) else int(row['n'])}</td>",
        f'<td class="wrap">{contrast}{why}</td>',
    )
    return f"<tr{'' if row['primary'] else ' class=other'}>{''.join(cells)}</tr>"


def controls_list(checks: Sequence[Check]) -> str:
    """What the control arms showed, one line each."""
    lines = [
        f"<li{'' if check.passed else ' class=bad'}>{'passed' if check.passed else '<strong>FAILED</strong>'}: "
        f"{escape(check.name)}, {escape(check.text)}</li>"
        for check in checks
    ]
    return "<h2>Controls</h2><ul>" + "\n".join(lines) + "</ul>"


def own_tables(out: Path) -> str:
    """The small tables in `out` that are shown nowhere else on the page: Markdown in place of its csv, a csv folded."""
    parts = []
    for path in sorted(out.glob("*.csv")):
        readable = path.with_suffix(".md")
        if path.name in SHOWN or path.name in BOOKKEEPING:
            continue
        if readable.is_file():
            parts.append((" open", readable.name, _from_markdown(readable.read_text(encoding="utf-8"))))
            continue
        table = read_csv(path)
        if len(table) <= MAX_ROWS:
            parts.append(("", path.name, _from_csv(table)))
    fold = "<details{}><summary>{}</summary><div class=wide>{}</div></details>"
    folded = [fold.format(*part) for part in parts]
    return "<h2>Tables of this experiment</h2>" + "\n".join(folded) if folded else ""


def _from_csv(table: pd.DataFrame) -> str:
    """`table` without the columns that say the same in every row."""
    kept = [str(name) for name in table if table[name].nunique(dropna=False) > 1] or [str(name) for name in table]
    text = [not pd.api.types.is_numeric_dtype(table[name]) for name in kept]
    rows = [[level(round(v, 6) if isinstance(v, float) else v) for v in row] for row in table[kept].to_numpy(object)]
    return html([escape(name) for name in kept], rows, text)


def _from_markdown(source: str) -> str:
    """Headings, tables and paragraphs of `source`; other marks are shown as they are."""
    parts = []
    for block in source.strip().split("\n\n"):
        lines = block.strip().splitlines()
        if block.startswith("|"):
            cells = [[escape(cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
            cells = [[cell.replace("\\|", "|") for cell in row] for row in cells]
            parts.append(html(cells[0], cells[2:], [True] * len(cells[0])))
        elif block.startswith("#"):
            parts.append(f"<h3>{escape(block.lstrip('# '))}</h3>")
        else:
            parts.append(f"<p>{escape(block.replace('*', ''))}</p>")
    return "\n".join(parts)


def html(head: Sequence[str], rows: Iterable[Sequence[str]], text: Sequence[bool]) -> str:
    """A table of escaped cells; long texts wrap."""
    top = "".join(f"<th{_left(words)}>{name}</th>" for name, words in zip(head, text, strict=True))
    lines = []
    for row in rows:
        classes = [
            ' class="wrap"' if words and len(cell) > 40 else _left(words) for cell, words in zip(row, text, strict=True)
        ]
        cells = (f"<td{kind}>{cell}</td>" for kind, cell in zip(classes, row, strict=True))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n" + "\n".join(lines) + "\n</tbody></table>"


def level(value: object) -> str:
    """One parameter as text; empty where it is blank."""
    return "" if value is None or value != value else escape(number(value))


def _left(text: bool) -> str:
    """Class of a cell that holds text."""
    return ' class="text"' if text else ""
