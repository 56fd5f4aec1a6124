"""An advice in a terminal: lines of a given width, in which nothing of a person's file can steer it.

In: `Evidence`. Out: text. Tables are aligned; their first column, which holds words, is broken over lines.
"""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

from mismatch.advise.evidence import Evidence
from mismatch.advise.sections import VERDICT, Section, final, sections
from mismatch.advise.words import paragraph
from mismatch.advise.writing import Written
from mismatch.config.fields import plain
from mismatch.config.paths import shown

NARROWEST = 18
"""Characters of the first column at least."""


def show(told: Evidence, written: Written) -> None:
    """Print the answer, and where its files are."""
    width = min(max(shutil.get_terminal_size().columns, 60), 100) if sys.stdout.isatty() else 80
    print(brief(told, width))
    print(f"\nin {plain(shown(written.folder))}: {', '.join(written.names)}")
    if written.replaced:
        print(f"they replace an advice on {plain(written.replaced)}; --out gives each a folder of its own")
    if written.why:
        print(f"no script: {plain(written.why)}")


def text(told: Evidence, width: int = 80) -> str:
    """The subject, the paragraph and all sections that are not folded."""
    lines = [*_wrapped(f"Advice on {told.subject}", width), "", *_wrapped(paragraph(told), width)]
    for section in sections(told):
        if not section.folded:
            lines += ["", section.title, *_section(section, width)]
    return "\n".join(lines)


def brief(told: Evidence, width: int = 80) -> str:
    """The paragraph, the names of what the check found, and the finalists."""
    found = [f"{one.severity} {one.code} {one.name}" for one in told.checked.findings]
    checked = _wrapped(f"The check found: {', '.join(found)}.", width) if found else []
    return "\n".join([*_wrapped(paragraph(told), width), *checked, "", *_table(final(told), width)])


def _section(section: Section, width: int) -> Iterator[str]:
    for line in section.lines:
        yield from _wrapped(line, width, "  ", "    ")
    yield from _table(section, width)


def _table(section: Section, width: int) -> Iterator[str]:
    """The column of verdicts is left out where there is no room for it."""
    if not section.rows:
        return
    grid = [[plain(cell) for cell in row] for row in (section.head, *section.rows)]
    used = list(range(len(section.head)))
    if _room(grid, used, width) < NARROWEST:
        used = [k for k in used if grid[0][k] != VERDICT]
    sizes = [max(len(row[k]) for row in grid) for k in used]
    sizes[0] = min(sizes[0], max(_room(grid, used, width), NARROWEST))
    for row in grid:
        yield from _row([row[k] for k in used], sizes)


def _room(grid: Sequence[Sequence[str]], used: Sequence[int], width: int) -> int:
    """Characters that the other columns leave to the first."""
    return width - 2 - sum(max(len(row[k]) for row in grid) + 2 for k in used[1:])


def _row(row: Sequence[str], sizes: Sequence[int]) -> Iterator[str]:
    words, *more = textwrap.wrap(row[0], sizes[0], subsequent_indent="  ") or [""]
    cells = [cell.ljust(size) for cell, size in zip(row[1:], sizes[1:], strict=True)]
    yield "  " + "  ".join([words.ljust(sizes[0]), *cells]).rstrip()
    yield from (f"  {line}" for line in more)


def _wrapped(line: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(plain(line), width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
