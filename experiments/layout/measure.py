"""Which shape mismatches raise, where, and which pass in silence: every case is run here, none is written down.

Comes in: a folder. Goes out: one line per case in `mismatches.csv`, and the same as `mismatches.md` to read.
The cases stand in the modules beside this file; TensorFlow starts when they are first needed.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType

import pandas as pd

TABLES: dict[str, str] = {
    "mismatches.csv": "one line per shape mismatch: its stage, what happened, the error, how wrong a silent one is",
    "mismatches.md": "the same lines to read, grouped by the kind of mismatch",
}

SECONDS = (75.0, 15.0)
AGAIN = True  # what raises is found out at every sweep, not remembered
PACKAGE = "layout_cases"
CASES = ("shape_rows", "order_rows", "label_rows", "mask_rows", "article", "facts")
READ = ["row", "number", "stage", "outcome", "value", "reference", "error_type", "what"]


def beside(name: str) -> ModuleType:
    """A module that lies beside this file, whatever name this file itself was loaded under."""
    if PACKAGE not in sys.modules:
        spec = ModuleSpec(PACKAGE, loader=None, is_package=True)
        spec.submodule_search_locations = [str(Path(__file__).parent)]
        sys.modules[PACKAGE] = module_from_spec(spec)
    return import_module(f"{PACKAGE}.{name}")


def measure(out: Path, smoke: bool = False) -> None:
    """Run every case in a fresh model and write both tables under `out`. `smoke` runs every eighth."""
    runner = beside("runner")
    cases = [case for name in CASES for case in beside(name).cases]
    with runner.quiet():
        table = pd.DataFrame([runner.run(case) for case in cases[:: 8 if smoke else 1]])
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    table.to_csv(out / "mismatches.csv", index=False)
    (out / "mismatches.md").write_text(_readable(table, runner.DROP), encoding="utf-8")


def _readable(table: pd.DataFrame, drop: float) -> str:
    counts = ", ".join(f"{count} {outcome}" for outcome, count in table["outcome"].value_counts().items())
    parts = [
        f"# Shape mismatches, as run\n\n{len(table)} cases: {counts}.",
        f"*Learns wrong*: at least {drop:g} less accurate than the same model, equally trained, on correct data.",
    ]
    for kind, group in table.groupby("kind", sort=False):
        parts.append(f"## {kind}\n\n" + _markdown(READ, group[READ].itertuples(index=False)))
    return "\n\n".join(parts) + "\n"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return str(value).replace("|", "\\|")
