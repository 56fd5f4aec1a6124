"""What the page over all results is made from: the tables of every results folder, read when they are first needed.

In: the folder above the results folders. Out: `Sources`; nothing is written.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pandas as pd

from mismatch.report import experiment
from mismatch.report.verdicts import collect
from mismatch.sweep.store import read_csv, read_runs

APART = ("smoke", "reference")
"""Folders of results that are no evidence for this page: cuts to look at, and the shipped ones."""


class Sources:
    """The tables of the results folders in one folder, by name of the results folder; each is read once.

    beside: the folder that the page stands in, where that is another one: what a page can link to is looked for there.
    """

    def __init__(self, folder: Path, beside: Path | None = None) -> None:
        self.folder, self.beside = folder, beside or folder
        self._tables: dict[tuple[str, str], pd.DataFrame | None] = {}

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """All contrasts of all claims, as in verdicts.csv."""
        return collect(self.folder)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The results folders: those that hold a table."""
        found = {path.parent.name for path in self.folder.glob("*/*.csv")}
        found |= {path.parent.name for path in self.folder.glob("*/runs.parquet")}
        return tuple(sorted(name for name in found if name not in APART))

    def table(self, name: str, file: str) -> pd.DataFrame | None:
        """A CSV of a results folder; None where it is not there."""
        key = (name, file)
        if key not in self._tables:
            path = self.folder / name / file
            self._tables[key] = read_csv(path) if path.is_file() else None
        return self._tables[key]

    def runs(self, name: str) -> pd.DataFrame | None:
        """The runs of a results folder, with arms as text; None where nothing was trained there."""
        key = (name, "runs")
        if key not in self._tables:
            found = read_runs(self.folder / name)
            if found is not None:
                found = found.assign(arm=found["arm"].astype(str)) if len(found) else None
            self._tables[key] = found
        return self._tables[key]

    def experiment(self, name: str) -> str:
        """The experiment whose results a folder holds; empty for a sweep of one's own."""
        return experiment.name_of(self.folder / name)

    def files(self, name: str) -> list[str]:
        """What can be downloaded from a results folder: its tables, by name."""
        places = (path for kind in ("*.csv", "*.parquet", "*.md") for path in (self.beside / name).glob(kind))
        return sorted(path.name for path in places)

    def page(self, name: str) -> str:
        """Where the page of a results folder is, as seen from this one; empty without one."""
        path = f"{name}/report.html"
        return path if self.there(path) else ""

    def there(self, path: str) -> bool:
        """Whether the page can link to the file at this path, as seen from where it stands."""
        return (self.beside / path).is_file()
