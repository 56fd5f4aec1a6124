"""Runs per minute of a plain `model.fit` multirun and of `mismatch`, on the same arms, one after the other.

Both start from nothing: interpreter, TensorFlow and compilation count. Prints the ratio, whether the
accuracies agree arm by arm, and where our time goes. Writes results/throughput/bench-<block>.csv.
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from mismatch.sweep.executors.local import Local

HERE = Path(__file__).parent
OUT = Path("results/throughput")
BLOCKS = (10, 40)  # updates between two probes of the loss: the default, and nearer to (a), which has none
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


def ours(replicates: int, block: int) -> tuple[float, pd.DataFrame]:
    """(b): seconds and rows of `mismatch`: records, tables and summary, but no figures, as (a) draws none."""
    words = ["-m", "data=early", "length.steps=12,24,48", "length.padding=pre,post", "mask=none,masking"]
    folder = OUT / f"ours-{block}"
    shutil.rmtree(folder, ignore_errors=True)
    command = Path(sys.executable).parent / "mismatch"
    rest = [f"replicates={replicates}", f"train.block={block}", f"out={folder}", "figures=false"]
    seconds = timed([str(command), *words, *rest])
    return seconds, pd.read_csv(folder / "runs.csv", dtype={"arm": str})


def shares(rows: pd.DataFrame, seconds: float, workers: int) -> dict[str, float]:
    """Where the worker-seconds went, as shares of all of them. `start` is everything outside the runs."""
    total = seconds * workers
    spent = {"compile": rows["compile_s"].sum(), "train and probe": rows["train_s"].sum()}
    spent["data, test and record"] = rows["run_s"].sum() - sum(spent.values())
    spent["start, plan, tables, idle"] = total - sum(spent.values())
    return {name: value / total for name, value in spent.items()}


def agreement(our_rows: pd.DataFrame, naive_rows: pd.DataFrame) -> pd.DataFrame:
    """A row per arm: both mean accuracies, the mean difference of their pairs and what is allowed."""
    both = our_rows.merge(naive_rows, on=KEYS, suffixes=("_ours", "_naive"), validate="one_to_one")
    both["difference"] = both["accuracy_ours"] - both["accuracy_naive"]
    groups = both.groupby(KEYS[:-1])
    arms = groups[["accuracy_ours", "accuracy_naive", "difference"]].mean()
    edge = arms.index.isin(EDGE)
    arms["allowed"] = (ERRORS * groups["difference"].sem()).clip(AGREE, CAP).where(edge, AGREE)
    arms["pairs"] = groups.size()
    return arms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=10)
    replicates = parser.parse_args().replicates
    if replicates < 2:
        parser.error("--replicates must be at least 2, to compare means")
    OUT.mkdir(parents=True, exist_ok=True)
    runs = 12 * replicates
    timed([sys.executable, "-c", "import tensorflow"])  # neither side pays for a cold disk
    results = {block: ours(replicates, block) for block in BLOCKS}
    few, _ = ours(1, BLOCKS[0])
    naive_seconds, naive_rows = naive(replicates)
    print(f"(a) model.fit: {runs} runs in {naive_seconds:.1f} s = {60 * runs / naive_seconds:.1f} runs per minute")
    wrong = 0
    for block, (seconds, rows) in results.items():
        print(f"\n(b) mismatch, train.block={block}, {400 // block + 1} probes of the loss a run (fit: none):")
        print(f"{runs} runs in {seconds:.1f} s = {60 * runs / seconds:.1f} runs per minute")
        print(f"ratio {naive_seconds / seconds:.1f}")
        for name, share in shares(rows, seconds, Local(-1).workers).items():
            print(f"{share:6.1%}  {name}")
        print(f"largest worker {rows['peak_mib'].max():.0f} MiB")
        arms = agreement(rows, naive_rows)
        print(arms.round(4).to_string())
        wrong += int(((arms["difference"].abs() > arms["allowed"]) | (arms["pairs"] != replicates)).sum())
        table = arms.reset_index().assign(block=block, seconds_ours=seconds, seconds_naive=naive_seconds)
        table.to_csv(OUT / f"bench-{block}.csv", index=False)
    each = (results[BLOCKS[0]][0] - few) / (runs - 12)
    print(
        f"\nhow ours grows with runs: {few - 12 * each:.1f} s for the programs and all else, and {each:.3f} s for a run"
    )
    if wrong:
        raise SystemExit(f"accuracies do not agree in {wrong} arms")


if __name__ == "__main__":
    main()
