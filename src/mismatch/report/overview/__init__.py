"""`results/report.html`: one page over all results folders, made from their tables.

`write` makes it. One module for each part of the page: what is read, the words, and what each section shows.
"""

from mismatch.report.overview.page import FILE, write

__all__ = ["FILE", "write"]
