"""What is published above the results folders: the verdicts on all claims, and the page over everything.

In: the folder above them. Out: verdicts.csv, .md, .png, .svg and report.html there.
"""

from __future__ import annotations

from pathlib import Path

from mismatch.report import overview, verdicts
from mismatch.report.fit import Grid

FILES = (*verdicts.FILES, overview.FILE)


def publish(folder: Path, vector: bool = True) -> Grid | None:
    """Write verdicts and page over the results in `folder`; returns the verdicts to print, None without claims."""
    grid = verdicts.publish(folder, vector)
    if grid is not None:
        overview.write(folder)
    return grid
