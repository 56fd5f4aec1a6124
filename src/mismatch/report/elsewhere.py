"""Where else claims were tried: the settings of every robustness.csv beside a results folder.

In: a folder of results folders. Out: one table, empty where no experiment has looked.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from mismatch.analysis.robustness import COLUMNS, FILE
from mismatch.sweep.store import read_csv


def settings(folder: Path, but: str = "") -> pd.DataFrame:
    """All rows of the ``robustness.csv`` one level below `folder`, without those of the results folder `but`."""
    paths = [path for path in sorted(folder.glob(f"*/{FILE}")) if path.parent.name != but]
    found = [table for table in map(read_csv, paths) if len(table) and set(COLUMNS) <= set(table)]
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat([table.astype(object) for table in found], ignore_index=True).infer_objects()
