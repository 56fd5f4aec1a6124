"""What a check came to: the profile of what was looked at, and the findings, as text, JSON, a page or a table.

In: sections of the profile and findings of rules. Out: `Checked`, which shows itself in a terminal and in a notebook.
Text of a file stays text in each: control characters are escaped, and no markup comes through.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from mismatch.check.finding import SEVERITIES, Finding
from mismatch.check.page import render
from mismatch.config.fields import plain

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
"""Version of the JSON: it grows when a key changes its meaning or goes."""
WIDE = 24
"""Characters of a cell in the text."""


@dataclass(frozen=True)
class Section:
    """A part of the profile: lines to read, then a table. Numbers in rows stay numbers until they are shown."""

    title: str
    lines: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()

    def cells(self) -> list[tuple[str, ...]]:
        """The rows as printable text."""
        return [tuple(map(cell, row)) for row in self.rows]


@dataclass(frozen=True)
class Checked:
    """subject: what was looked at, as a person calls it. facts: the profile's numbers by name, for machines.

    rules: how many rules looked.
    """

    subject: str
    profile: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)

    def count(self, severity: str) -> int:
        return sum(finding.severity == severity for finding in self.findings)

    @property
    def longest(self) -> int | None:
        """Steps of the longest sequence; None where no lengths were looked at."""
        lengths = self.facts.get("lengths", {})
        return int(lengths["max"]) if "max" in lengths else None

    @property
    def verdict(self) -> str:
        """``1 error, 2 warnings``, or that nothing was found."""
        counts = [(self.count(severity), severity) for severity in SEVERITIES]
        said = [f"{count} {severity}{'s' * (count > 1)}" for count, severity in counts if count]
        return f"{', '.join(said) or 'nothing found'} ({self.rules} rules)"

    def text(self, width: int = 80) -> str:
        """All of it as lines of at most `width` characters, but for settings and code, which stay whole."""
        lines = list(_wrapped(f"{self.subject}: {self.verdict}", width))
        for section in self.profile:
            lines += ["", plain(section.title), *_section(section, width)]
        for finding in self.findings:
            lines += ["", *_finding(finding, width)]
        return "\n".join(lines)

    def to_json(self) -> str:
        """ASCII, with keys schema, subject, rules, facts, profile and findings; what is not finite is null."""
        return json.dumps(jsonable(self.to_dict()), indent=1, allow_nan=False)

    def to_dict(self) -> dict[str, Any]:
        sections = [vars(section) for section in self.profile]
        findings = [vars(finding) for finding in self.findings]
        shown = {"subject": self.subject, "rules": self.rules, "facts": dict(self.facts)}
        return {"schema": SCHEMA, **shown, "profile": sections, "findings": findings}

    def html(self) -> str:
        """A page of its own."""
        return render("page.html.j2", checked=self, severities=SEVERITIES)

    def _repr_html_(self) -> str:
        return render("checked.html.j2", checked=self, severities=SEVERITIES)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Checked {plain(self.subject, 60)}: {self.verdict}>"

    def frame(self) -> pd.DataFrame:
        """One row per finding: code, name, severity, where, what, advice, settings, keras and evidence (a dict)."""
        import pandas as pd

        columns = ["code", "name", "severity", "where", "what", "advice", "settings", "keras", "evidence"]
        return pd.DataFrame([vars(finding) for finding in self.findings], columns=columns)


def cell(value: object) -> str:
    """A cell of a table as text: floats to three figures, whole numbers with separators, no more than fits."""
    if value is None:
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else plain(value, WIDE)


def _section(section: Section, width: int) -> Iterator[str]:
    for line in section.lines:
        yield from _wrapped(line, width, "  ", "    ")
    cells = [tuple(map(cell, section.head)), *section.cells()] if section.rows else []
    sizes = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        texts = [
            word.ljust(size) if i == 0 else word.rjust(size)
            for i, (word, size) in enumerate(zip(row, sizes, strict=True))
        ]
        yield "  " + "  ".join(texts).rstrip()


def _finding(finding: Finding, width: int) -> Iterator[str]:
    where = f" ({finding.where})" if finding.where else ""
    yield from _wrapped(f"{finding.severity} {finding.code} {finding.name}{where}", width)
    yield from _wrapped(finding.what, width, "  ")
    if finding.advice:
        yield from _wrapped(f"-> {finding.advice}", width, "  ", "     ")
    if finding.settings:
        yield f"     settings: {finding.settings}"
    yield from (f"     {line}" for line in finding.keras.splitlines())


def _wrapped(line: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    after = first if rest is None else rest
    return textwrap.wrap(plain(line), width, initial_indent=first, subsequent_indent=after, break_on_hyphens=False)


def jsonable(value: Any) -> Any:
    """`value` in types that JSON has; numbers of NumPy become Python's."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    if hasattr(value, "tolist"):
        return jsonable(value.tolist())
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value if isinstance(value, (int, str, type(None))) else str(value)
