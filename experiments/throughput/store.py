"""Time and memory of planning, resuming and tables against the number of runs, with simulated records.

In: numbers of runs, ten to an arm. Every step runs in a process of its own, whose greatest memory is measured; starting
Python and importing is not counted. Prints a row per number, and the exponent of each column fitted over them.
Writes results/throughput/store.csv.
"""

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

OUT = Path("results/throughput")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
REPLICATES = 10
TRACE = 2_000
"""Bytes of a simulated trace once packed; real ones have 2,000 to 10,000."""
TABLES_UP_TO = 200_000
"""Above it there is no table: memory grows with its cells."""
PART = 1_000
"""Runs of a small sweep in the same folder."""


def settings(runs: int, folder: Path) -> list[Any]:
    """Typed settings of runs / 10 arms that differ in timesteps, learning rate, size, padding and mask."""
    from mismatch.config.groups import Settings
    from mismatch.config.registry import DATASETS

    found = []
    for arm in range(runs // REPLICATES):
        made = Settings(data=DATASETS.get("early")(), name="bench", out=str(folder), replicates=REPLICATES)
        arm, made.length.padding = arm // 2, ("pre", "post")[arm % 2]
        arm, made.mask.kind = arm // 2, ("none", "masking")[arm % 2]
        arm, made.model.units = arm // 5, (8, 16, 32, 64, 128)[arm % 5]
        arm, made.train.learning_rate = arm // 10, (1 + arm % 10) / 1000
        made.length.steps = 12 + arm
        found.append(made)
    return found


def records(runs: int, folder: Path) -> Iterator[Any]:
    """A plausible record for every run."""
    from mismatch.run import metrics
    from mismatch.run.record import Record
    from mismatch.sweep import plan

    draw = random.Random(0)
    names = [name for name in metrics.columns() if name not in ("auc", "probe_accuracy_1600")]
    trace = {"simulated": "".join(draw.choices("0123456789abcdef", k=2 * TRACE))}
    versions = dict.fromkeys(("python", "numpy", "tensorflow", "keras", "scipy"), "1.2.3")
    for wanted in plan.request(settings(runs, folder)).wanted:
        parameters = wanted.arm.parameters()
        for k in range(wanted.replicates):
            measured = {name: draw.random() for name in names} | {"auc": None, "delay_censored": k == 0}
            identity = {"experiment": "bench", "arm": wanted.names.arm, "replicate": k, "run": wanted.names.run(k)}
            drawn = {f"{name}_hash": f"{name}-{k:012d}" for name in ("data", "init", "order")}
            made = {"started": f"2026-01-01T00:00:{k:02d}", "claims_hash": "abc", "backend": "tensorflow", "threads": 1}
            made |= {"host": "simulated", "cpu": "none", "timing_valid": False, "code_hash": "0" * 12}
            yield Record(
                identity | {"status": "ok", "error": None}, parameters, measured, drawn | made, trace, versions
            )


def fill(runs: int, folder: Path) -> dict[str, float]:
    """Write the records, a thousand in a transaction."""
    from mismatch.sweep import store
    from mismatch.sweep.records.database import Database

    begin, batch = time.perf_counter(), []
    folder.mkdir(parents=True)
    with Database.open(folder / store.FILE) as database:
        for record in records(runs, folder):
            batch.append(record)
            if len(batch) == 1000:
                database.append(batch)
                batch.clear()
        database.append(batch)
    seconds = time.perf_counter() - begin
    return {"fill_us_per_run": 1e6 * seconds / runs, "file_mib": (folder / store.FILE).stat().st_size / 2**20}


def plan(runs: int, folder: Path) -> dict[str, float]:
    """What of all runs is left: jobs to arms, and the look at the records."""
    from mismatch.sweep import plan as planning

    asked = settings(runs, folder)
    request, request_s = timed(lambda: planning.request(asked))
    made, make_s = timed(lambda: planning.make(request, folder))
    assert not made.runs and made.done == runs
    return {"arms_s": request_s, "plan_s": request_s + make_s}


def part(runs: int, folder: Path) -> dict[str, float]:
    """The plan of a small sweep, whatever else the folder holds."""
    from mismatch.sweep import plan as planning

    asked = settings(min(runs, PART), folder)
    made, seconds = timed(lambda: planning.make(asked, folder))
    assert not made.runs
    return {"part_s": seconds}


def resume(runs: int, folder: Path) -> dict[str, float]:
    """What a second command does before it trains: the check of every row, the plan, and the order of what is left."""
    from mismatch.sweep import plan as planning
    from mismatch.sweep import store
    from mismatch.sweep.schedule import Schedule

    asked = settings(runs, folder)
    for each in asked:
        each.replicates = REPLICATES + 1
    notes, check_s = timed(lambda: store.take_in(folder))
    made, make_s = timed(lambda: planning.make(planning.request(asked), folder))
    _, order_s = timed(lambda: (Schedule.of(made.runs), made.text(2)))
    assert not notes and len(made.runs) == runs // REPLICATES
    return {"check_s": check_s, "resume_s": check_s + make_s + order_s}


def tables(runs: int, folder: Path) -> dict[str, float]:
    """runs.csv, runs.parquet, summary.csv, effects.csv as far as a report makes it, and the dictionary."""
    if runs > TABLES_UP_TO:
        return {}
    from mismatch.report.build import rebuild
    from mismatch.report.material import gather

    _, read_s = timed(lambda: gather(folder))
    made, seconds = timed(lambda: rebuild(folder, figures=False))
    assert made.runs == runs
    return {"read_s": read_s, "tables_s": seconds}


STEPS: dict[str, Callable[[int, Path], dict[str, float]]] = {
    step.__name__: step for step in (fill, part, plan, resume, tables)
}


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    return work(), time.perf_counter() - begin


def measure(step: str, runs: int, folder: Path) -> dict[str, float]:
    """A step in a process of its own, with its greatest memory."""
    words = [sys.executable, __file__, "--step", step, "--sizes", str(runs), "--folder", str(folder)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def exponent(sizes: list[int], values: list[float]) -> float:
    """Of the power of the number of runs that fits best; NaN with less than two values."""
    import numpy as np

    known = [(size, value) for size, value in zip(sizes, values, strict=True) if value == value and value > 0]
    if len(known) < 2:
        return float("nan")
    return float(np.polyfit(*np.log(np.array(known, float)).T, 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of runs, multiples of 10")
    parser.add_argument("--step", choices=STEPS)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if any(size < REPLICATES or size % REPLICATES for size in given.sizes):
        parser.error(f"--sizes must be multiples of {REPLICATES}")
    if given.step:
        found = STEPS[given.step](given.sizes[0], given.folder)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found | ({f"{given.step}_mib": peak} if found and given.step != "fill" else {})))
        return
    import pandas as pd

    OUT.mkdir(parents=True, exist_ok=True)
    rows = []
    for size in given.sizes:
        folder = OUT / f"store-{size}"
        shutil.rmtree(folder, ignore_errors=True)
        row: dict[str, float] = {"runs": size}
        for step in STEPS:
            row |= measure(step, size, folder)
        shutil.rmtree(folder)
        rows.append(row)
        print(pd.DataFrame([row]).round(2).to_string(index=False), flush=True)
    found = pd.DataFrame(rows)
    found.to_csv(OUT / "store.csv", index=False)
    fits = {name: exponent(given.sizes, found[name].tolist()) for name in found if name != "runs"}
    print(
        "\n"
        + pd.concat([found, pd.DataFrame([{"runs": "exponent"} | fits])]).round(2).to_string(index=False, na_rep="-")
    )


if __name__ == "__main__":
    main()
