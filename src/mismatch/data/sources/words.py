"""Text of a file inside a message: names, values and fields, quoted, escaped and cut.

In: whatever stood in a file. Out: pieces of one printable line.
"""

from collections.abc import Iterable

from mismatch.config.fields import plain

WIDTH = 40
"""Characters shown of a value."""
MOST = 12
"""Names listed before the rest is counted."""


def quoted(value: object, width: int = WIDTH) -> str:
    """`value` between quotes, escaped and cut: ``'good film'``."""
    return f"'{plain(value, width)}'"


def listed(values: Iterable[object], most: int = MOST, quotes: bool = False) -> str:
    """The first `most` values, each cut, and how many more there are: ``text, label and 3 more``."""
    everything = list(values)
    shown = [quoted(value) if quotes else plain(value, WIDTH) for value in everything[:most]]
    rest = len(everything) - most
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
