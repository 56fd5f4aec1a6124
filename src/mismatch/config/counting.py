"""Counts with their noun, for lines that people read, whatever room says them.

In: a number and a noun. Out: words.
"""


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 row``, ``2 rows``, ``1,200 rows``; ``2 classes``. many: the plural where it has neither s nor es."""
    plural = many or one + ("es" if one.endswith("s") else "s")
    return f"{number:,} {one if number == 1 else plural}"
