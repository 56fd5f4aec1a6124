"""M243: the batch is unlike one that is known to be right."""

from collections.abc import Iterator

import numpy as np

from mismatch.check import layout
from mismatch.check.finding import Finding
from mismatch.check.inputs import fed_to
from mismatch.check.rule import Rule
from mismatch.check.shapes import named
from mismatch.check.subject import Subject

FEWEST = 8
"""Sequences on either side below which nothing is said of scale and order: a few differ by chance."""


class UnlikeReference(Rule):
    """Shape, kind of numbers, scale and layout, against the batch given with reference=."""

    code = "M243"
    name = "unlike_reference"
    severity = "error"
    meaning = "The batch differs from the reference in shape, kind of numbers, scale, or order of axes."
    why = "A model knows the data of its training alone; it runs on all others, and is wrong in silence."
    example = "Training data standardised, data of the evaluation not."
    instead = "Prepare both by the same code."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if not subject.given or subject.reference is None:
            return
        references = [each.values for each in fed_to(subject.model, subject.reference)]
        for fed, known in zip(subject.inputs, references, strict=False):
            if fed.shape[2:] != known.shape[2:] or len(fed.shape) != len(known.shape):
                what = f"{fed.name} {named(fed.shape)} has another shape than the reference {named(known.shape)}"
                yield self.found(what, where=fed.name)
            elif fed.shape[1:2] != known.shape[1:2]:
                what = f"{fed.name} has {fed.shape[1]} steps, the reference {known.shape[1]}"
                fixed = fed.declared is not None and fed.declared[1] is not None
                yield self.found(what, where=fed.name, severity="warning" if fixed else "note")
            if not fed.values.size or not known.size or fed.values.dtype.kind not in "biuf":
                continue
            for what in (*_kind(fed.values, known), *_order(fed.values, known), *_scale(fed.values, known)):
                yield self.found(f"{fed.name}: {what}", where=fed.name)
                break


def _kind(values: np.ndarray, known: np.ndarray) -> Iterator[str]:
    """Whole numbers where the reference has fractions."""
    whole = np.all(values == np.floor(values))
    if whole and known.dtype.kind == "f" and np.mean(known != np.floor(known)) > 0.1:
        yield "it holds whole numbers alone, the reference real ones: it was cut on its way"


def _scale(values: np.ndarray, known: np.ndarray) -> Iterator[str]:
    """Features whose spread is 5 times another, or whose mean lies 3 of its standard deviations off."""
    if values.ndim < 3 or values.shape[-1] != known.shape[-1] or min(len(values), len(known)) < FEWEST:
        return
    own, other = values.reshape(-1, values.shape[-1]).astype(float), known.reshape(-1, known.shape[-1]).astype(float)
    spread, wanted = own.std(0), other.std(0)
    varied = wanted > 0
    off = np.abs(own.mean(0) - other.mean(0))[varied] / wanted[varied]
    ratio = spread[varied] / wanted[varied]
    bad = (off > 3) | (ratio > 5) | (ratio < 0.2)
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        yield (
            f"{np.count_nonzero(bad)} of {len(bad)} features have another scale: spread {ratio[first]:.2g} times "
            f"that of the reference, mean {off[first]:.2g} standard deviations off"
        )


def _order(values: np.ndarray, known: np.ndarray) -> Iterator[str]:
    """Profiles that are nearer to the reference with the axes in another order."""
    if values.ndim != 3 or values.shape[1:] != known.shape[1:] or min(len(values), len(known)) < FEWEST:
        return
    steps, features = values.shape[1:]
    orders = {"time and features swapped": values.swapaxes(1, 2)} if steps == features else {}
    if steps != features and min(steps, features) > 1:
        orders["values sorted as (N, D, T) in memory"] = layout.unscrambled(values)
    turned = layout.blocks_turned(values)
    if turned is not None and len(turned) >= FEWEST:
        orders[f"rows and steps swapped in every {steps} rows"] = turned
    given = _distance(values, known)
    for name, other in orders.items():
        near = _distance(other, known)
        if given > 10 and near < given / 3:
            yield f"it is nearer to the reference with {name} (distance {near:.1f} in place of {given:.1f})"
            return


def _distance(values: np.ndarray, known: np.ndarray) -> float:
    """Mean squared difference of means and spreads by cell, in squared standard errors: near 1 for the same law."""
    a, b = values.astype(float), known.astype(float)
    error = a.var(0) / len(a) + b.var(0) / len(b)
    error = np.maximum(error, error.mean() * 0.1 + 1e-12)
    means = np.mean((a.mean(0) - b.mean(0)) ** 2 / error)
    spreads = np.mean((a.std(0) - b.std(0)) ** 2 / (error / 2))
    return float(max(means, spreads))
