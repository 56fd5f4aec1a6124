"""Runs per minute of a plain `model.fit` multirun and of `mismatch`, on the same arms, one after the other.

Both start from nothing: interpreter, TensorFlow and compilation count. Prints the ratio, whether the
accuracies agree arm by arm, and where our time goes. Writes results/throughput/bench.csv.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from mismatch import pool

HERE = Path(__file__).parent
OUT = Path("results/throughput")
KEYS = ["length.steps", "length.padding", "mask", "replicate"]
# Both train the same runs from the same weights in the same order, so arms must agree to AGREE. Two arms stand at
# the edge of learning, where float rounding grows into another outcome run by run: there the mean difference of
# the pairs must be within ERRORS standard errors, and within CAP.
EDGE = [(24, "post", "none"), (48, "post", "none")]
AGREE, ERRORS, CAP = 0.005, 3, 0.1


def timed(words: list[str]) -> float:
    """Wall seconds of a command that must succeed."""
    begin = time.perf_counter()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin


def naive(replicates: int) -> tuple[float, pd.DataFrame]:
    """(a): seconds and rows of the plain multirun."""
    words = ["-m", "steps=12,24,48", "padding=pre,post", "masking=false,true"]
    folder = OUT / "naive"
    shutil.rmtree(folder, ignore_errors=True)
    seconds = timed([sys.executable, str(HERE / "naive.py"), *words, f"replicates={replicates}", f"out={folder}"])
    rows = pd.read_csv(folder / "runs.csv", names=[*KEYS, "accuracy"])
    rows["mask"] = rows["mask"].map({True: "masking", False: "none"})
    return seconds, rows


def ours(replicates: int) -> tuple[float, pd.DataFrame]:
    """(b): seconds and rows of `mismatch`: records, tables and summary, but no figures, as (a) draws none."""
    words = ["-m", "data=early", "length.steps=12,24,48", "length.padding=pre,post", "mask=none,masking"]
    folder = OUT / "ours"
    shutil.rmtree(folder, ignore_errors=True)
    command = Path(sys.executable).parent / "mismatch"
    seconds = timed([str(command), *words, f"replicates={replicates}", f"out={folder}", "figures=false"])
    return seconds, pd.read_csv(folder / "runs.csv", dtype={"arm": str})


def shares(rows: pd.DataFrame, seconds: float, workers: int) -> dict[str, float]:
    """Where the worker-seconds went, as shares of all of them. `start` is everything outside the runs."""
    total = seconds * workers
    spent = {"compile": rows["compile_s"].sum(), "train and probe": rows["train_s"].sum()}
    spent["data, test and record"] = rows["run_s"].sum() - sum(spent.values())
    spent["start, plan, tables, idle"] = total - sum(spent.values())
    return {name: value / total for name, value in spent.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=10)
    replicates = parser.parse_args().replicates
    if replicates < 2:
        parser.error("--replicates must be at least 2, to compare means")
    OUT.mkdir(parents=True, exist_ok=True)
    runs = 12 * replicates
    timed([sys.executable, "-c", "import tensorflow"])  # neither side pays for a cold disk
    our_seconds, our_rows = ours(replicates)
    print(
        f"(b) mismatch:   {runs} runs in {our_seconds:6.1f} s = {60 * runs / our_seconds:6.1f} runs per minute",
        flush=True,
    )
    naive_seconds, naive_rows = naive(replicates)
    print(f"(a) model.fit:  {runs} runs in {naive_seconds:6.1f} s = {60 * runs / naive_seconds:6.1f} runs per minute")
    print(f"ratio {naive_seconds / our_seconds:.1f}")
    both = our_rows.merge(naive_rows, on=KEYS, suffixes=("_ours", "_naive"))
    both["difference"] = both["accuracy_ours"] - both["accuracy_naive"]
    groups = both.groupby(KEYS[:-1])
    arms = groups[["accuracy_ours", "accuracy_naive", "difference"]].mean()
    edge = arms.index.isin(EDGE)
    arms["allowed"] = (ERRORS * groups["difference"].sem()).clip(AGREE, CAP).where(edge, AGREE)
    print(arms.round(4).to_string())
    for name, share in shares(our_rows, our_seconds, pool.workers(-1)).items():
        print(f"{share:6.1%}  {name}")
    print(f"largest worker {our_rows['peak_mib'].max():.0f} MiB")
    arms.reset_index().assign(seconds_ours=our_seconds, seconds_naive=naive_seconds).to_csv(
        OUT / "bench.csv", index=False
    )
    wrong = arms[arms["difference"].abs() > arms["allowed"]]
    if len(both) != runs or len(wrong):
        raise SystemExit(f"accuracies do not agree:\n{wrong.to_string()}")


if __name__ == "__main__":
    main()
