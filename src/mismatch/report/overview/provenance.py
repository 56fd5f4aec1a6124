"""Where the results come from: code, dates, processors, packages, and what can be downloaded.

In: `Sources`. Out: a row per results folder; the packages are those of this page, as runs do not name theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mismatch.config import experiments
from mismatch.config.identity import installed

if TYPE_CHECKING:
    import pandas as pd

    from mismatch.report.overview.sources import Sources

PACKAGES = (
    "tensorflow",
    "keras",
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "scikit-learn",
    "hydra-core",
    "matplotlib",
)


@dataclass(frozen=True)
class Folder:
    """A results folder. command: what makes it again; empty where that cannot be known from here."""

    name: str
    runs: int
    arms: int
    commit: str
    code: str
    dates: str
    processor: str
    backend: str
    seed: str
    command: str
    page: str
    files: tuple[str, ...]


def folders(sources: Sources) -> tuple[Folder, ...]:
    """Every results folder, by name."""
    return tuple(_folder(sources, name) for name in sources.names)


def packages() -> list[tuple[str, str]]:
    """Installed packages that results depend on, with their versions."""
    return [(name, version) for name in PACKAGES if (version := installed(name))]


def _folder(sources: Sources, name: str) -> Folder:
    runs = sources.runs(name)
    command = f"make sweep EXPERIMENT={name}" if experiments.folder(name) else ""
    if runs is None:
        return Folder(name, 0, 0, "", "", "", "", "", "", command, sources.page(name), tuple(sources.files(name)))
    dirty = " with changes" if "dirty" in runs and runs["dirty"].astype(str).eq("True").any() else ""
    commit = _values(runs, "commit")
    return Folder(
        name=name,
        runs=len(runs),
        arms=runs["arm"].nunique(),
        commit=commit + dirty if commit else "",
        code=_values(runs, "code_hash"),
        dates=_dates(runs),
        processor=_processor(runs),
        backend=_values(runs, "backend"),
        seed=_values(runs, "seed"),
        command=command,
        page=sources.page(name),
        files=tuple(sources.files(name)),
    )


def _values(runs: pd.DataFrame, column: str) -> str:
    found = sorted({_whole(value) for value in runs[column].dropna().unique()}) if column in runs else []
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def _whole(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _dates(runs: pd.DataFrame) -> str:
    days = sorted(runs["started"].dropna().astype(str).str[:10].unique()) if "started" in runs else []
    return "" if not days else days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def _processor(runs: pd.DataFrame) -> str:
    names = [_values(runs, column) for column in ("cpu", "cpu_family", "cpu_model")]
    if not names[0]:
        return ""
    return names[0] + (f" (family {names[1]}, model {names[2]})" if all(names) else "")
