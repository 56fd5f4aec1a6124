"""Tables and lines of plain text that fit the terminal: nothing is wider, 80 columns where there is no terminal.

In: cells of text. Out: lines. Columns that have no room are left out; the last one is wrapped and, after two lines,
cut.
"""

import shutil
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

GAP = 2
"""Blanks between columns."""
LEAST = 24
"""Characters that the last column has, as long as another one can be left out for it."""
WHOLE_WORDS: dict[str, Any] = {"break_on_hyphens": False, "break_long_words": False}
"""Paths stay as they are."""
LINES, CUT = 2, "..."


def width() -> int:
    """Columns of the terminal."""
    return shutil.get_terminal_size((80, 24)).columns


def fitted(line: str, columns: int, indent: int = 2) -> list[str]:
    """A line, wrapped where it is wider than `columns`; what follows is indented, once."""
    if len(line) <= columns:
        return [line]
    ahead = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line, columns, subsequent_indent=ahead + (" " * indent if len(ahead) < indent else "  "), **WHOLE_WORDS
    )


@dataclass(frozen=True)
class Grid:
    """A table to print. spare: places of the columns that can be left out, in the order in which they are. said: lines
    that follow it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    spare: tuple[int, ...]
    said: tuple[str, ...]

    @classmethod
    def of(cls, noted: Mapping[str, Any]) -> Self:
        """From what `dataclasses.asdict` gave, read from JSON."""
        rows = tuple(tuple(map(str, row)) for row in noted["rows"])
        return cls(tuple(noted["head"]), rows, tuple(noted["spare"]), tuple(noted["said"]))

    def text(self, columns: int | None = None) -> str:
        """The table in `columns`, those of the terminal by default."""
        whole = width() if columns is None else columns
        kept = self._kept(whole)
        sizes, room = self._widths(kept[:-1]), max(self._room(kept, whole), 1)
        lines = [line for cells in (self.head, *self.rows) for line in _lines([cells[i] for i in kept], sizes, room)]
        said = [part for line in self.said for part in fitted(line, whole)]
        return "\n".join(["", *(line[:whole] for line in lines), "", *said])

    def _kept(self, whole: int) -> list[int]:
        """Places of the columns that there is room for."""
        kept = list(range(len(self.head)))
        for place in self.spare:
            if self._room(kept, whole) >= LEAST:
                break
            kept.remove(place)
        return kept

    def _widths(self, kept: Sequence[int]) -> list[int]:
        return [max(len(cells[place]) for cells in (self.head, *self.rows)) for place in kept]

    def _room(self, kept: Sequence[int], whole: int) -> int:
        """What is left for the last column."""
        return whole - sum(each + GAP for each in self._widths(kept[:-1]))


def _lines(cells: Sequence[str], sizes: Sequence[int], room: int) -> Iterable[str]:
    """A row: all cells but the last on one line, that one in the `room` behind them."""
    front = "".join(cell.ljust(size + GAP) for cell, size in zip(cells[:-1], sizes, strict=True))
    last = textwrap.wrap(cells[-1], room, max_lines=LINES, placeholder=CUT) if room > len(CUT) else []
    for number, part in enumerate(last or [""]):
        yield ((front if number == 0 else " " * len(front)) + part).rstrip()
