"""The Bayes accuracy of an arm: the law of its dataset, given what the arm lets the model see."""

import json
from dataclasses import asdict
from functools import lru_cache

from mismatch.ceilings.enumerated import enumerated
from mismatch.ceilings.gaussian import gaussian
from mismatch.ceilings.view import UNKNOWN, View, view
from mismatch.config.arm import Arm
from mismatch.config.registry import DATASETS
from mismatch.data.base import Dataset
from mismatch.data.laws import Law, Support
from mismatch.data.streams import Streams

SIZES = ("train", "probe", "test")


def ceiling(arm: Arm, streams: Streams) -> float:
    """Bayes accuracy given what the arm lets the model see; NaN where nobody knows it, as in a wrong layout."""
    if arm.data.law() is None:
        return UNKNOWN
    seen = view(arm, streams)
    return UNKNOWN if seen is None else bayes_accuracy(arm.data, seen)


def full_ceiling(arm: Arm) -> float:
    """Bayes accuracy given the raw sequence as it is, its length known; NaN where nobody knows it."""
    return bayes_accuracy(arm.data, View(arm.data.longest))


def bayes_accuracy(dataset: Dataset, seen: View) -> float:
    """Bayes accuracy on `dataset` given the view `seen`, or NaN where nobody knows it."""
    settings = {key: value for key, value in asdict(dataset).items() if key not in SIZES}
    return _bayes_accuracy(json.dumps(settings), seen)


@lru_cache(maxsize=1024)
def _bayes_accuracy(settings: str, seen: View) -> float:
    law = _law(settings)
    if law is None:
        return UNKNOWN
    return enumerated(law, seen) if isinstance(law, Support) else gaussian(law, seen)


@lru_cache(maxsize=32)
def _law(settings: str) -> Law | None:
    values = json.loads(settings)
    law: Law | None = DATASETS.get(values["name"])(**values).law()
    return law
