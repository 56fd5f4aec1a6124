"""D102: the length of a sequence alone tells its class better than guessing, on rows it was not fitted to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject

FOLDS, BINS = 5, 12
FEWEST = 20
"""Sequences below which nothing is claimed."""
SURE = 3.0
"""Standard errors above guessing from which on it is said."""
WIDER = 1.4
"""What folds that share their training rows add to the standard error: 0.9 to 1.4 on shuffled labels of all kinds."""
LEAST = 0.02
"""Gain in accuracy below which it does not matter."""


@dataclass(frozen=True)
class Score:
    """Balanced accuracy on rows left out of the fit, chance = 1/K, and the standard error of the accuracy."""

    accuracy: float
    chance: float
    error: float


class LengthPredictsLabel(Rule):
    code, name, severity = "D102", "length_predicts_label", "warning"
    meaning = "How long a sequence is tells its class better than guessing (cross-validated, classes weighted equally)."
    why = (
        "The number of pads is then a feature: a model can read the class off the padding, and be right here and wrong "
        "where lengths come from elsewhere. What T cuts then changes the accuracy for that reason alone."
    )
    example = "Short reviews are positive, long ones negative: a count of words reaches 0.65, guessing 0.5."
    instead = (
        "Ask whether length will mean the same in use. If not, cut or interpolate all to one length and compare; if "
        "so, give it to the model as a feature, so that it need not be read off pads."
    )

    def look(self, subject: Subject) -> Iterator[Finding]:
        found = score(subject.lengths, subject.items.labels, len(subject.items.classes))
        if found is None:
            return
        gain = found.accuracy - found.chance
        if gain < LEAST or gain < SURE * found.error:
            return
        low, high = (np.clip(found.accuracy + side * 1.96 * found.error, 0, 1) for side in (-1, 1))
        cut = "pre,post,stride" if subject.is_text else "pre,post,interpolate"
        yield self.found(
            f"length alone reaches a balanced accuracy of {found.accuracy:.2f} [{low:.2f}, {high:.2f}], "
            f"guessing {found.chance:.2f}",
            severity="warning" if gain > (1 - found.chance) / 10 else "note",
            settings=f"-m {subject.command} length.steps={subject.quantile(0.5)} length.truncating={cut}",
            accuracy=found.accuracy,
            low=float(low),
            high=float(high),
            chance=found.chance,
        )


def score(lengths: np.ndarray, labels: np.ndarray, classes: int) -> Score | None:
    """How well a histogram of lengths names the class, on folds it was not fitted to; None where rows are too few.

    Lengths fall into bins of about equal counts; a bin names the class that has the largest share of its own rows
    there. Balanced accuracy: the mean over classes of the share found, Laplace-smoothed in its standard error only.
    """
    counts = np.bincount(labels, minlength=classes)
    if len(lengths) < FEWEST or (counts > 0).sum() < 2 or len(np.unique(lengths)) < 2:
        return None
    fold = _folds(labels)
    right = np.zeros(len(labels), bool)
    for number in range(FOLDS):
        fit, held = fold != number, fold == number
        edges = np.unique(np.quantile(lengths[fit], np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf"))
        bins = np.searchsorted(edges, lengths, side="left")
        table = np.zeros((len(edges) + 1, classes))
        np.add.at(table, (bins[fit], labels[fit]), 1)
        table /= np.maximum(table.sum(axis=0), 1)
        right[held] = table.argmax(axis=1)[bins[held]] == labels[held]
    there = np.flatnonzero(counts)
    recall = np.bincount(labels[right], minlength=classes)[there] / counts[there]
    smooth = (recall * counts[there] + 1) / (counts[there] + 2)
    error = np.sqrt((smooth * (1 - smooth) / counts[there]).sum()) / len(there)
    return Score(float(recall.mean()), 1 / len(there), WIDER * float(error))


def _folds(labels: np.ndarray) -> np.ndarray:
    """A fold for each row: every class spread evenly, in an order that the file does not decide; the same each time."""
    order = np.random.default_rng(0).permutation(len(labels))
    order = order[np.argsort(labels[order], kind="stable")]
    fold = np.empty(len(labels), np.int64)
    fold[order] = np.arange(len(labels)) % FOLDS
    return fold
