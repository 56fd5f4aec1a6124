"""Numbers in the lines of a check: counts with their noun, shares, sizes of memory, lists of names that are cut.

In: numbers and names. Out: words.
"""

from collections.abc import Sequence


def verb(count: int, one: str, several: str) -> str:
    """The form that agrees with the count."""
    return one if count == 1 else several


def share(part: float, whole: float = 1.0) -> str:
    """A percentage: never 0% or 100% for what is neither."""
    value = part / whole if whole else 0.0
    text = f"{value:.1%}" if value < 0.1 or value > 0.9 else f"{value:.0%}"
    if text == "0.0%" and value > 0:
        return "<0.1%"
    return ">99.9%" if text == "100.0%" and value < 1 else text.replace(".0%", "%")


def memory(size: float) -> str:
    """Bytes as KiB, MiB or GiB."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if size >= 100 else f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} GiB"


def named(names: Sequence[str], most: int = 3) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(name if len(name) <= 40 else f"{name[:37]}..." for name in names[:most]) + more
