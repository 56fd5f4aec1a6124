"""The baselines of one replicate of a dataset whose law nobody knows: majority class, TF-IDF, bag of steps.

In: a dataset, the seed and the replicate of runs, and the hash of what these runs drew. Out: a row per baseline. Each
is fitted on the training part, its penalty chosen on the probe part, and measured on the test part.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.baselines import logistic, steps
from mismatch.baselines.logistic import Fitted
from mismatch.config.identity import code_hash
from mismatch.data._text import Text
from mismatch.data.base import Dataset, Generated, Splits
from mismatch.data.streams import Streams
from mismatch.run.metrics.classification import balanced_accuracy

EVERY_WORD = 2**31 - 1
"""A vocabulary that no training part fills."""


@dataclass(frozen=True)
class Beside:
    """One replicate of a dataset, and the runs it was drawn for. data_hash: of what they drew; empty: not known yet."""

    data: Dataset
    seed: int
    replicate: int
    data_hash: str = ""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the dataset and the seed, under the names of the runs table."""
        named = {"data" if name == "name" else f"data.{name}": value for name, value in asdict(self.data).items()}
        return named | {"seed": self.seed}

    @cached_property
    def key(self) -> str:
        """12 hex digits over all that the rows depend on: settings, replicate, sequences, code and versions."""
        said = [self.settings, self.replicate, self.data_hash, code_hash(self.data.name)]
        sha = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
        for path in sorted(Path(__file__).parent.glob("*.py")):
            sha.update(path.read_bytes())
        return sha.hexdigest()[:12]

    @property
    def seconds(self) -> float:
        """What its rows should take: 0.7 s of 4096 texts of 64 tokens at most, 2 s of 3584 of 128, less of numbers."""
        sequences = float(self.data.train or 1000)
        if isinstance(self.data, Text):
            return 0.2 + 3e-6 * sequences * self.data.longest
        return 0.05 + 1e-5 * sequences * self.data.feature_count


def stands(data: Dataset) -> bool:
    """Whether baselines ride beside runs on `data`: real data, of which no Bayes accuracy is known."""
    return not isinstance(data, Generated) and data.law() is None


def rows(job: Beside) -> list[dict[str, Any]]:
    """A row per baseline.

    Raises:
        RuntimeError: when the sequences drawn are not those of the runs.
    """
    from threadpoolctl import threadpool_limits

    splits = _drawn(job)
    found = job.data_hash if _vectors(job.data) else splits.hash()
    if job.data_hash and job.data_hash != found:
        raise RuntimeError(f"replicate {job.replicate} of {job.data.name} draws {found}, its runs {job.data_hash}")
    with threadpool_limits(1):  # the same numbers whatever the number of cores
        found_by = list(fits(job, splits))
    head = {**job.settings, "replicate": job.replicate}
    tail = {"data_hash": found, "made_from": job.key}
    return [{**head, "baseline": name, **measured(fit, splits.test.labels), **tail} for name, fit in found_by]


def fits(job: Beside, splits: Splits) -> Iterator[tuple[str, Fitted]]:
    """Every baseline by name; none is handed the labels of the test part."""
    data, train, probe, classes = job.data, splits.train.labels, splits.probe.labels, job.data.classes_count
    yield "majority", Fitted(logistic.frequencies(train, classes, len(splits.test)), float("nan"))
    if isinstance(data, Text):
        words = _drawn(job, vocabulary=EVERY_WORD)
        yield "tfidf_logistic", logistic.fitted(steps.weighted(words), train, probe, classes)
        yield "bag_of_steps", logistic.fitted(steps.counts(splits), train, probe, classes)
    else:
        yield "bag_of_steps", logistic.fitted(steps.summaries(splits), train, probe, classes)


def measured(fit: Fitted, labels: np.ndarray) -> dict[str, float]:
    """What is said of predictions: accuracy, balanced accuracy and log loss, as of runs; and the C chosen."""
    predicted = fit.shares.argmax(1)
    return {
        "accuracy": float((predicted == labels).mean()),
        "balanced_accuracy": balanced_accuracy(labels, predicted),
        "log_loss": logistic.log_loss(fit.shares, labels),
        "c": fit.c,
    }


def _drawn(job: Beside, vocabulary: int | None = None) -> Splits:
    """The sequences of the replicate; of word vectors the ids of their words, which say as much.

    The last digits of the vectors, and with them the hash, are not the same on all processors; the texts are.
    """
    data = job.data
    if isinstance(data, Text):
        data = replace(data, embedding="learned", vocabulary=vocabulary or data.vocabulary)
    return data.draw(Streams(job.seed, job.replicate))


def _vectors(data: Dataset) -> bool:
    return isinstance(data, Text) and data.embedding == "vectors"
