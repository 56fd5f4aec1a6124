"""Outcomes of trials as tables: what each rule chose and what that came to, and what each advice said and what is true.

In: the files that `experiments/advice/regret.py` left. Out: two tables, a row per choice and per statement.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mismatch.advise.evidence import COSTS, EQUIVALENT, GAINS
from mismatch.regret.truth import FIRST, NEAR

ADVICE = "advice, {:g} min"
ADVISED = ADVICE.format(5)
RANDOM = "a random way"
UNTUNED, PLAIN = "Keras defaults, untuned", "Keras defaults"
ADAM = 0.001
"""The learning rate of Keras's Adam unless told otherwise."""
ALIKE = 1e-9
CHOICES = {
    "dataset": "what the file was drawn from",
    "repeat": "number of the file, and seed of the advice",
    "rule": "who chose; of a random way, the mean over all ways",
    "way": "what was chosen; empty for a random way",
    "learning_rate": "the one that did best for it in the race",
    "accuracy": "on fresh sequences, mean over trainings",
    "regret": "accuracy that it is below the best way, which other trainings show to be the best",
    "step_ms": "processor time of an update in milliseconds",
    "slower": "step_ms over that of the cheapest way within .01 of the best",
}
STATEMENTS = {
    "dataset": "what the file was drawn from",
    "repeat": "number of the file, and seed of the advice",
    "minutes": "asked for",
    "kind": "accuracy of a finalist, its difference to the advised one, or the word: costs, gains, equivalent",
    "way": "of which it was said",
    "estimate": "what was said",
    "low": "lower end of the interval at 95 %",
    "high": "upper end",
    "truth": "on fresh sequences, mean over trainings",
    "truth_error": "standard error of that over trainings",
    "right": "whether the truth is inside the interval, above 0 (costs), below 0 (gains), or within .01 (equivalent)",
}
"""Columns and what they mean."""


def outcomes(folder: Path) -> list[dict[str, Any]]:
    """All that were done, by dataset and repeat."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*/*/outcome.json"))]


def choices(found: list[dict[str, Any]]) -> pd.DataFrame:
    """A row for each rule and advice of each trial."""
    return pd.DataFrame([row for one in found for row in _choices(one)], columns=list(CHOICES))


def statements(found: list[dict[str, Any]]) -> pd.DataFrame:
    """A row for each statement of each advice."""
    return pd.DataFrame([row for one in found for row in _statements(one)], columns=list(STATEMENTS))


def together(found: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Rows of `found`, then those of `earlier` on files (dataset, repeat) that `found` lacks. Columns: as above."""
    known = pd.MultiIndex.from_frame(found[["dataset", "repeat"]])
    files = pd.MultiIndex.from_frame(earlier[["dataset", "repeat"]])
    return pd.concat([found, earlier[~files.isin(known)]], ignore_index=True)


Truths = dict[tuple[str, float], dict[str, Any]]
Estimate = tuple[float, float]
"""A mean and its standard error."""


def _truths(outcome: dict[str, Any]) -> Truths:
    return {(one["way"], one["rate"]): one for one in outcome["truths"]}


def _choices(outcome: dict[str, Any]) -> Iterator[dict[str, Any]]:
    known = _truths(outcome)
    chosen = {ADVICE.format(call["minutes"]): _advised(call) for call in outcome["calls"]}
    chosen |= {name: (way, rate) for name, (way, rate) in outcome["rules"].items()}
    best, cheapest = _best(known), _cheapest(known)
    named = {"dataset": outcome["source"], "repeat": outcome["repeat"]}
    for rule, option in chosen.items():
        of_one = _over([known[option]], best, cheapest)
        yield named | of_one | {"rule": rule, "way": option[0], "learning_rate": option[1]}
    way, _ = outcome["rules"][PLAIN]
    every = _over([known[tuple(option)] for option in outcome["every"]], best, cheapest)
    yield named | every | {"rule": RANDOM, "way": ""}
    untuned = _over([known[(way, ADAM)]], best, cheapest)
    yield named | untuned | {"rule": UNTUNED, "way": way, "learning_rate": ADAM}


def _over(options: list[dict[str, Any]], best: float, cheapest: float) -> dict[str, Any]:
    """The mean over options, each over all of its replicates: nobody chose them by these."""
    accuracy = float(np.mean([np.mean(one["scores"]) for one in options]))
    step = float(np.exp(np.mean([np.log(one["step_ms"]) for one in options])))
    return {"accuracy": accuracy, "regret": best - accuracy, "step_ms": step, "slower": step / cheapest}


def _advised(call: dict[str, Any]) -> tuple[str, float]:
    first = call["finalists"][0]
    return first["way"], first["rate"]


def _best(known: Truths) -> float:
    """Accuracy of the best option from replicate `FIRST` on: in each half, of the one that is best in all others.

    The highest of many means owes a part of it to luck; what is chosen by some replicates owes none to the rest. The
    first ones chose which options have all replicates. Of several that are equally good, the mean.
    """
    close = [np.array(one["scores"]) for one in _close(known)]
    found = []
    for half in (0, 1):
        tested = [(np.arange(len(each)) % 2 == half) & (np.arange(len(each)) >= FIRST) for each in close]
        others = np.array([each[~mine].mean() for each, mine in zip(close, tested, strict=True)])
        mine = np.array([each[mine].mean() for each, mine in zip(close, tested, strict=True)])
        found.append(mine[others >= others.max() - ALIKE].mean())
    return float(np.mean(found))


def _close(known: Truths) -> list[dict[str, Any]]:
    """The options that were looked at closely."""
    return [one for one in known.values() if len(one["scores"]) > FIRST]


def _cheapest(known: Truths) -> float:
    """Milliseconds of an update of the cheapest option within `NEAR` of the best."""
    close = _close(known)
    most = max(float(np.mean(one["scores"])) for one in close)
    return min(one["step_ms"] for one in close if np.mean(one["scores"]) >= most - NEAR)


def _statements(outcome: dict[str, Any]) -> Iterator[dict[str, Any]]:
    known = _truths(outcome)
    for call in outcome["calls"]:
        base = np.array(known[_advised(call)]["scores"])
        for one in call["finalists"]:
            scores = np.array(known[(one["way"], one["rate"])]["scores"])
            named = {"dataset": outcome["source"], "repeat": outcome["repeat"], "minutes": call["minutes"]}
            named |= {"way": one["way"]}
            if np.isnan(_numbers(one["accuracy"])).any():
                continue  # it was not tested: nothing was said
            yield named | _said("accuracy", _numbers(one["accuracy"]), _mean(scores))
            if one["standing"]:
                yield from (named | row for row in _differences(one, _behind(base, scores)))


def _differences(told: dict[str, Any], behind: Estimate) -> Iterator[dict[str, Any]]:
    below, standing, mean = _numbers(told["below"]), told["standing"], behind[0]
    yield _said("difference", below, behind)
    right = {COSTS: mean > 0, GAINS: mean < 0, EQUIVALENT: abs(mean) < NEAR}
    if standing in right:
        yield _said(standing, below, behind) | {"right": right[standing]}


def _mean(scores: np.ndarray) -> Estimate:
    return float(scores.mean()), float(scores.std(ddof=1) / np.sqrt(len(scores)))


def _behind(base: np.ndarray, scores: np.ndarray) -> Estimate:
    """How far behind the base; by pairs of replicates where both have as many."""
    if len(base) == len(scores):
        return _mean(base - scores)
    (first, one), (second, other) = _mean(base), _mean(scores)
    return first - second, math.hypot(one, other)


def _said(kind: str, said: np.ndarray, truth: Estimate) -> dict[str, Any]:
    estimate, low, high = map(float, said)
    mean, error = truth
    right = bool(low <= mean <= high)
    return {
        "kind": kind, "estimate": estimate, "low": low, "high": high, "truth": mean, "truth_error": error,
        "right": right,
    }  # fmt: skip


def _numbers(values: list[float | None]) -> np.ndarray:
    """Numbers as JSON holds them, null for none."""
    return np.array([np.nan if value is None else value for value in values], float)
