"""What all trials come to: mean regret of each rule, and how often statements of the advice are right.

In: tables of `reading.py`. Out: tables with intervals over repeats. The datasets were picked by hand and are no sample
of any others: the intervals say what new files of these datasets, and new seeds, would give.
"""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from mismatch.advise.evidence import COSTS, EQUIVALENT, GAINS
from mismatch.regret.truth import NEAR

RULES = {
    "rule": "who chose",
    "files": "trials: datasets times repeats",
    "regret": "mean over datasets of the accuracy below the best way",
    "low": "95 % interval of it over repeats; empty where there was one file of each dataset",
    "high": "its upper end",
    "worst": "the regret of the dataset where it is highest",
    "near": "share of the files in which it is at most .01",
    "slower": "geometric mean of the step time over that of the cheapest way within .01 of the best",
    "more": "mean regret of this rule less that of the reference, on the same files",
    "more_low": "95 % interval of that over repeats",
    "more_high": "its upper end",
    "ahead": "files in which it is above the reference by more than .01",
    "behind": "files in which it is below the reference by more than .01",
}
RIGHT = {
    "kind": "of statement",
    "minutes": "of the advice",
    "statements": "how many there were",
    "right": "share of them that is right",
    "surely_wrong": "share that is wrong by more than two standard errors of what was taken for the truth",
}
"""Columns and what they mean."""


def by_rule(choices: pd.DataFrame, reference: str) -> pd.DataFrame:
    """A row per rule, that of least regret first. reference: the rule that all others are held to."""
    wide = choices.pivot(index=["dataset", "repeat"], columns="rule", values="regret").dropna(axis=1)
    rows = []
    for rule, found in choices.groupby("rule"):
        if rule not in wide:
            continue  # not possible for all datasets
        mean, low, high = over_repeats(wide[rule])
        apart = wide[rule] - wide[reference]
        more, counts = over_repeats(apart), (int((apart < -NEAR).sum()), int((apart > NEAR).sum()))
        each = wide[rule].groupby("dataset").mean()
        slower = float(np.exp(np.log(found["slower"]).groupby(found["dataset"]).mean().mean()))
        near = float((wide[rule] <= NEAR).mean())
        rows.append((rule, len(found), mean, low, high, float(each.max()), near, slower, *more, *counts))
    return pd.DataFrame(rows, columns=list(RULES)).sort_values("regret", ignore_index=True)


def files_of(choices: pd.DataFrame) -> pd.Series:
    """How many files there are of each dataset."""
    return choices.drop_duplicates(["dataset", "repeat"]).groupby("dataset").size()


def by_kind(statements: pd.DataFrame) -> pd.DataFrame:
    """How often statements are right, by kind and minutes."""
    rows = []
    for (kind, minutes), found in statements.groupby(["kind", "minutes"], sort=True):
        rows.append((kind, minutes, len(found), float(found["right"].mean()), float(_surely_wrong(found).mean())))
    return pd.DataFrame(rows, columns=list(RIGHT))


def over_repeats(values: pd.Series) -> tuple[float, float, float]:
    """Mean over datasets with its 95 % interval: what varies is the file, the datasets are those that they are.

    values: by (dataset, repeat). The variance between files of a dataset is taken to be that of all datasets pooled by
    their numbers of files; (mean, NaN, NaN) where none has two.
    """
    groups = values.groupby("dataset")
    count, mean = groups.size(), groups.mean()
    several = count > 1
    if not several.any():
        return float(mean.mean()), np.nan, np.nan
    freedom = int((count - 1).sum())
    within = groups.var(ddof=1)[several]
    pooled = float((within * (count[several] - 1)).sum() / freedom)
    variance = np.where(several, groups.var(ddof=1).fillna(pooled), pooled) / count
    half = stdtrit(freedom, 0.975) * float(np.sqrt(variance.sum())) / len(mean)
    return float(mean.mean()), float(mean.mean() - half), float(mean.mean() + half)


def _surely_wrong(found: pd.DataFrame) -> pd.Series:
    """Wrong by more than two standard errors of the truth. found: statements of one kind."""
    slack, truth = 2 * found["truth_error"], found["truth"]
    beyond = {
        COSTS: truth < -slack,
        GAINS: truth > slack,
        EQUIVALENT: truth.abs() - slack >= NEAR,
    }
    return beyond.get(found["kind"].iloc[0], (truth < found["low"] - slack) | (truth > found["high"] + slack))
