"""What the folder of an experiment brings to its report: its README, its claims and its own figures.

In: the name of an experiment, and its tables. Out: text, a registry of claims, matplotlib figures. An experiment's
``figure.py`` has ``figures(tables)``: file name -> table in, figure name -> figure out; where it draws any, these stand
in place of the generic ones, but for those that it names in ``GENERIC``.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from mismatch.config import experiments
from mismatch.config.registry import MEASUREMENTS
from mismatch.sweep import store
from mismatch.sweep.measured import STAMP, stamp

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mismatch.analysis.registry import Registry


def name_of(out: Path) -> str:
    """Name of the experiment whose results `out` holds; empty where it is no experiment that is known here."""
    planned = store.read_plan(out)
    name = planned.name if planned else out.resolve().name
    return name if experiments.folder(name) else ""


def readme(name: str) -> str:
    """The README of an experiment; empty where there is none."""
    path = _file(name, "README.md")
    return path.read_text(encoding="utf-8") if path else ""


def registry(name: str) -> Registry | None:
    """The claims registered with an experiment, or None."""
    from mismatch.analysis.registry import load

    path = _file(name, "claims.yaml")
    return load(path) if path else None


def measured(out: Path) -> dict[str, Path]:
    """The tables that a measurement of another kind left in `out`, and texts beside them, by name of their files."""
    if not (out / STAMP).is_file():
        return {}
    tables = [out / file for part in MEASUREMENTS.all().values() for file in part().tables]
    found = [path for table in tables for path in (table, table.with_suffix(".md")) if path.is_file()]
    return {path.name: path for path in found}


def stamped(out: Path) -> str | None:
    """The hash of the claims that the measurement in `out` was made for; None without one."""
    return (stamp(out) or {}).get("claims")


def figures(name: str, tables: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """The experiment's own figures by name; none where it has no ``figure.py``, or not the tables to draw."""
    module = _module(name)
    if module is None:
        return {}
    drawn: dict[str, Figure] = module.figures(tables)
    return drawn


def generic(name: str) -> tuple[str, ...]:
    """The generic figures that an experiment wants beside its own: those that its ``figure.py`` names as `GENERIC`."""
    return tuple(getattr(_module(name), "GENERIC", ()))


def _module(name: str) -> ModuleType | None:
    """The experiment's ``figure.py``, or None."""
    path = _file(name, "figure.py")
    if path is None:
        return None
    spec = importlib.util.spec_from_file_location(f"mismatch_{name}_figure", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _file(name: str, file: str) -> Path | None:
    """A file of the experiment's folder, if both are there."""
    folder = experiments.folder(name)
    return folder / file if folder and (folder / file).is_file() else None
