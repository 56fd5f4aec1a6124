"""Does a sweep reproduce another one, such as the committed reference?

In: two folders of results. Out: what agrees and what does not, as text, and whether it is a reproduction. On the same
kind of processor (family, model, vector extensions), by the same code, accuracies, losses and hashes must be identical
to the last digit. Another processor, or another version of the engine, adds up in another order and rounds differently,
so differences are held against the spread of replicates. The same goes for baselines; verdicts must agree everywhere.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import parameter_columns
from mismatch.analysis.claims import completed
from mismatch.config import experiments
from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.sweep import baselined
from mismatch.sweep.store import read_csv, read_runs

NUMBERS = ("accuracy", "exact_accuracy", "train_accuracy", "loss_first", "loss_final", "ceiling")
HASHES = ("data_hash", "order_hash", "init_hash")
PROCESSOR = ("cpu_family", "cpu_model", "cpu_extensions")
BASELINE = ("baseline", "replicate")
"""What tells the rows of baselines.csv on one dataset apart."""
SPREAD, ERRORS = 1.0, 3.0
"""There an arm's mean accuracy may move by this many standard deviations of its replicates, or by so many standard
errors of the mean difference to the same runs of the reference: one run in three that fails there and not here, as a
training does that rounding tips over, moves the mean by one of them; all runs that move alike, by many."""
EXIT_DIFFERENT = 3


@dataclass(frozen=True)
class Comparison:
    """One experiment in both folders. lines: what to print. same: whether it counts as reproduced."""

    experiment: str
    lines: tuple[str, ...]
    same: bool


def compare(results: Path, reference: Path) -> list[Comparison]:
    """Every experiment of `results` that `reference` has too.

    Raises:
        ConfigError: when there is none.
    """
    names = sorted(path.parent.name for path in reference.glob("*/claims.csv"))
    found = [name for name in names if (results / name / "claims.csv").is_file()]
    if not found:
        raise ConfigError("results", results, f"must hold an experiment of {reference}: {', '.join(names) or 'none'}")
    return [compare_experiment(name, results / name, reference / name) for name in found]


def compare_experiment(name: str, results: Path, reference: Path) -> Comparison:
    """Runs (where the experiment trains any) and verdicts of one experiment."""
    runs, known = read_runs(results), read_runs(reference)
    cut = runs is not None and known is not None and len(runs) < len(known) and experiments.has_cut(name)
    claims = [completed(read_csv(folder / "claims.csv")) for folder in (results, reference)]
    parts = [compare_verdicts(claims[0], claims[1], cut)]
    if runs is not None and known is not None:
        parts.insert(0, compare_runs(runs, known))
        tables = [baselined.read(folder) for folder in (results, reference)]
        if tables[0] is not None and tables[1] is not None:
            parts.insert(1, compare_baselines(tables[0], tables[1], _one_processor(runs, known)))
    lines = tuple(line for part, _ in parts for line in part)
    return Comparison(name, lines, all(same for _, same in parts))


def compare_runs(runs: pd.DataFrame, reference: pd.DataFrame) -> tuple[list[str], bool]:
    """Match runs by parameters and replicate, and compare their numbers; lines and whether they agree."""
    left, right = _keyed(runs, reference), _keyed(reference, runs)
    right = right.assign(_spread=_spread(reference).to_numpy())
    common = left.index.intersection(right.index)
    lines = [f"{counted(len(common), 'run')} in both"]
    lines += (
        [f"{len(right.index.difference(common))} of the reference were not run"] if len(common) < len(right) else []
    )
    if common.empty:
        return [*lines, "no run to compare"], False
    left, right = left.loc[common], right.loc[common]
    here = _one_processor(left, right)
    alike = here and _one_code(left, right)
    details, same = _identical(left, right) if alike else _within_spread(left, right)
    where = "same kind of processor" if here else "not known to be the same kind of processor"
    if here and not alike:  # the arithmetic may be another one, but not what it starts from
        where += ", other code"
        told, equal = _identical(left, right, HASHES)
        details, same = [*details, *told], same and equal
    return [*lines, *(f"{where}: {line}" for line in details)], same


def compare_baselines(table: pd.DataFrame, reference: pd.DataFrame, alike: bool) -> tuple[list[str], bool]:
    """Match baselines by dataset, replicate and name, and compare their accuracies as those of runs.

    alike: whether the runs beside both come from one kind of processor.
    """
    left, right = _keyed(table, reference, BASELINE), _keyed(reference, table, BASELINE)
    common = left.index.intersection(right.index)
    if common.empty:
        return ["no baseline to compare"], False
    named = right.assign(arm=[str(key).rpartition("|")[0] for key in right.index])
    left, right = left.loc[common], named.assign(_spread=_spread(named)).loc[common]
    details, same = _identical(left, right) if alike else _within_spread(left, right)
    return [f"{len(common)} of {len(reference)} baselines in both", *(f"baselines: {line}" for line in details)], same


def compare_verdicts(claims: pd.DataFrame, reference: pd.DataFrame, cut: bool = False) -> tuple[list[str], bool]:
    """Contrasts whose verdicts differ; lines and whether none does. What was withheld is counted, not compared.

    What is untested on one side alone is left out: it needs something that is not installed there. cut: only the first
    cut of the experiment was run, so that contrasts rest on fewer pairs, or none; these are left out too.
    """
    claims, reference = (table.fillna({"contrast": ""}) for table in (claims, reference))
    both = claims.merge(reference, on=["claim", "contrast"], suffixes=("", "_reference"))
    fewer = both["n"].fillna(0).lt(both["n_reference"].fillna(0)) if cut else pd.Series(False, both.index)
    apart = (both["verdict"].eq("UNTESTED") ^ both["verdict_reference"].eq("UNTESTED")) & ~fewer
    untested, both = both[apart], both[~apart & ~fewer]
    withheld = both["verdict"].eq("WITHHELD") & both["verdict_reference"].ne("WITHHELD")
    told = both[~withheld]
    moved = told[told["verdict"] != told["verdict_reference"]]
    compared = len(reference) - len(untested) - int(fewer.sum())
    lines = [f"{len(told) - len(moved)} of {compared} verdicts agree"]
    if fewer.any():
        lines.append(f"{int(fewer.sum())} rest on fewer pairs than in the reference, in this first cut")
    if len(untested):
        first = untested.iloc[0]
        why = first["why"] if first["verdict"] == "UNTESTED" else first["why_reference"]
        lines.append(f"{len(untested)} are untested on one side, such as {_name(first)} ({why})")
    if withheld.any():
        lines.append(f"{int(withheld.sum())} are withheld here, such as {_why(both[withheld].iloc[0])}")
    lines += [f"{_name(row)}: {row['verdict']}, reference {row['verdict_reference']}" for _, row in moved.iterrows()]
    return lines, moved.empty and len(told) == compared


def _name(row: pd.Series) -> str:
    return f"{row['claim']} {row['contrast']}"


def _why(row: pd.Series) -> str:
    return f"{_name(row)} ({row['why']})"


def _keyed(runs: pd.DataFrame, other: pd.DataFrame, more: tuple[str, ...] = ("replicate",)) -> pd.DataFrame:
    """`runs` under an index that names parameters and what else tells rows apart alike in both tables."""
    shared = sorted(name for name in parameter_columns(runs) if name in other)
    words = runs[[*shared, *more]].apply(lambda column: column.map(_word))
    index = pd.Index(words.agg("|".join, axis=1), name="run")
    if index.has_duplicates:
        raise ConfigError("runs.csv", index[index.duplicated()][0], "must occur once: one row per arm and replicate")
    return runs.set_index(index)


def _word(value: Any) -> str:
    """A parameter as text, whatever type a CSV reader made of it: 4 is 4.0, a blank is a blank."""
    if isinstance(value, (bool, np.bool_, str)):
        return str(value)
    return "" if pd.isna(value) else f"{value:.12g}"


def _one_processor(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    """Whether all runs of both tables come from one kind of processor, as far as both say."""
    if not all(name in left and name in right for name in PROCESSOR):
        return False
    kinds = pd.concat([left[list(PROCESSOR)], right[list(PROCESSOR)]]).astype(str).drop_duplicates()
    return len(kinds) == 1


def _one_code(left: pd.DataFrame, right: pd.DataFrame) -> bool:
    """Whether every run is of the code that its counterpart is of, as far as both say."""
    if "code_hash" not in left or "code_hash" not in right:
        return True
    return bool((left["code_hash"].astype(str) == right["code_hash"].astype(str)).all())


def _identical(
    left: pd.DataFrame, right: pd.DataFrame, names: Sequence[str] = (*NUMBERS, *HASHES)
) -> tuple[list[str], bool]:
    columns = [name for name in names if name in left and name in right]
    unequal = {name: int((~_equal(left[name], right[name])).sum()) for name in columns}
    wrong = {name: count for name, count in unequal.items() if count}
    if not wrong:
        return [f"{', '.join(columns)} identical in all"], True
    return [f"{name} differs in {count} of {len(left)}" for name, count in wrong.items()], False


def _equal(left: pd.Series, right: pd.Series) -> pd.Series:
    return (left == right) | (left.isna() & right.isna())


def _within_spread(left: pd.DataFrame, right: pd.DataFrame) -> tuple[list[str], bool]:
    """Accuracies run by run, then arm by arm against the standard deviation of the reference's replicates."""
    difference = (left["accuracy"] - right["accuracy"]).astype(float)
    lines = [
        f"accuracy identical in {int((difference == 0).sum())} of {len(difference)}, "
        f"largest difference {difference.abs().max():.4f}"
    ]
    arms = right["arm"]
    moved = difference.groupby(arms).mean().abs()
    share = moved / right["_spread"].groupby(arms).first()
    groups = difference.groupby(arms)
    luck: pd.Series = ERRORS * groups.std().fillna(0) / np.sqrt(groups.size())
    far = share[(share > SPREAD + 1e-9) & (moved > luck)]  # the bound itself is within it, rounding aside
    lines.append(f"means of arms differ by at most {share.max():.2f} standard deviations of their replicates")
    lines += [
        f"arm {arm}: mean accuracy differs by {moved.loc[arm]:.4f}, {value:.1f} sd"
        for arm, value in zip(map(str, far.index), far, strict=True)
    ]
    return lines, far.empty


def _spread(runs: pd.DataFrame) -> pd.Series:
    """Per row, the standard deviation of its arm's accuracy over replicates, never below one test sequence's weight."""
    accuracy = runs["accuracy"].astype(float)
    return accuracy.groupby(runs["arm"]).transform("std").fillna(0).clip(lower=1 / runs["data.test"].astype(float))


def main(words: Sequence[str] | None = None) -> int:
    """``python -m mismatch.report.reproduce results results/reference``: 0 if reproduced, 3 if not, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m mismatch.report.reproduce", description=__doc__)
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"))
    parser.add_argument("reference", type=Path, nargs="?", default=Path("results/reference"))
    asked = parser.parse_args(words)
    try:
        compared = compare(asked.results, asked.reference)
    except ConfigError as error:
        print(f"mismatch: error: {error}", file=sys.stderr)
        return 2
    for one in compared:
        print(f"{one.experiment}: {'reproduced' if one.same else 'DIFFERENT'}")
        print("\n".join(f"  {line}" for line in one.lines))
    return 0 if all(one.same for one in compared) else EXIT_DIFFERENT


if __name__ == "__main__":
    raise SystemExit(main())
