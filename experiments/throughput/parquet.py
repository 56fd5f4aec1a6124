"""Parquet parts against the SQLite file for the same runs: what a record costs to keep, to plan with, to tabulate.

In: a number of runs, made as `store.py` makes them. Prints a row for parts of one record, which is what keeping each at
once comes to, for parts of a thousand, and for SQLite with a record in each transaction.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store import fill

KEPT = 300
"""Records that are kept one by one."""
PLANNED = ["run", "arm", "replicate", "status", "claims_hash"]


def micros(work: Callable[[], Any], runs: int) -> float:
    """Microseconds a run."""
    begin = time.perf_counter()
    work()
    return round(1e6 * (time.perf_counter() - begin) / runs, 1)


def of_parts(table: Any, size: int, folder: Path) -> dict[str, Any]:
    """Parts of `size` runs, each on the disk before it has its name; traces are not in them."""
    import pyarrow.dataset as dataset
    import pyarrow.parquet as parquet

    rows = min(len(table), KEPT * size)

    def keep() -> None:
        for start in range(0, rows, size):
            draft = folder / f".{start}.parquet"
            parquet.write_table(table.slice(start, size), draft)
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(folder / f"{start}.parquet")

    folder.mkdir()
    found: dict[str, Any] = {"kept as": f"parts of {size}", "keep": micros(keep, rows)}
    found["bytes"] = sum(path.stat().st_size for path in folder.iterdir()) // rows
    found["plan"] = micros(lambda: dataset.dataset(folder).to_table(columns=PLANNED), rows)
    return found | {"table": micros(lambda: dataset.dataset(folder).to_table().to_pandas(), rows)}


def of_sqlite(source: Path, folder: Path, runs: int) -> dict[str, Any]:
    """The file of `source`, and one that is written anew; bytes are without traces."""
    import sqlite3

    from mismatch.sweep import store
    from mismatch.sweep.records.database import Database

    records = store.load(source).records[:KEPT]

    def keep() -> None:
        with store.Writer(folder) as writer:
            for record in records:
                writer.keep(record)

    with Database.read(source / store.FILE) as database:
        found: dict[str, Any] = {"kept as": "SQLite", "keep": micros(keep, len(records))}
        with sqlite3.connect(folder / store.FILE) as connection:
            connection.execute("DELETE FROM traces")
        connection.execute("VACUUM")
        connection.close()
        found["bytes"] = (folder / store.FILE).stat().st_size // len(records)
        found["plan"] = micros(lambda: sum(1 for _ in database.briefs()), runs)
        found["check"] = micros(lambda: sum(1 for _ in database.rows()), runs)
        return found | {"table": micros(lambda: store.newest(source), runs)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    runs = parser.parse_args().runs
    import pandas as pd
    import pyarrow as pa

    from mismatch.sweep import store
    from mismatch.sweep.records.frame import uniform

    with tempfile.TemporaryDirectory(dir=".") as folder:
        source = Path(folder) / "source"
        fill(runs, source)
        table = pa.Table.from_pandas(store.newest(source).table.apply(uniform), preserve_index=False)
        rows = [of_parts(table, size, Path(folder) / str(size)) for size in (1, 1000)]
        rows.append(of_sqlite(source, Path(folder) / "sqlite", runs))
    print("microseconds and bytes a run\n" + pd.DataFrame(rows).to_string(index=False, na_rep="-"))


if __name__ == "__main__":
    main()
