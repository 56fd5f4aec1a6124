"""Missing values in sequences of numbers: refused by name, or filled within their own sequence, and counted.

In: values end to end, NaN where one is missing. Out: the values and what was done, in words. What is infinite, or too
large for the 32 bits a model computes in, is refused and never filled.
"""

import numpy as np

from mismatch.config.fields import ConfigError, plain

POLICIES = ("refuse", "previous", "linear", "zero")
KEEP = "keep"
"""Leaves the values as they are: for a check, which reports them instead."""
LARGEST = float(np.finfo(np.float32).max)


def first(found: np.ndarray, lengths: np.ndarray, places: tuple[str, ...], features: tuple[str, ...]) -> str:
    """Where the first true entry of `found` (sum L, d) stands, in words."""
    row, column = np.argwhere(found)[0]
    sequence = int(np.searchsorted(np.cumsum(lengths), row, side="right"))
    step = int(row - (np.cumsum(lengths) - lengths)[sequence]) + 1
    return f"{plain(places[sequence], 40)}, step {step}, {plain(features[column], 40)}"


def refuse_infinite(
    values: np.ndarray, lengths: np.ndarray, places: tuple[str, ...], features: tuple[str, ...], key: str, shown: str
) -> None:
    """Raise ConfigError for a value that is infinite, or beyond float32: no rule of filling makes it right."""
    wrong = np.abs(values) > LARGEST  # NaN compares false
    if wrong.any():
        where = first(wrong, lengths, places, features)
        kind = "infinite" if np.isinf(values[wrong]).any() else f"beyond {LARGEST:.2g}"
        raise ConfigError(key, shown, f"must hold finite numbers, {int(wrong.sum())} are {kind}: the first in {where}")


def fill(
    values: np.ndarray,
    lengths: np.ndarray,
    policy: str,
    places: tuple[str, ...],
    features: tuple[str, ...],
    key: str = "data.missing",
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Values without NaN, (sum L, d), and notes. `policy`: one of `POLICIES`.

    previous repeats the last value of the feature in its sequence, linear runs straight between its neighbours. At
    an end of a sequence where there is no such neighbour, both take the nearest value.

    Raises:
        ConfigError: under refuse, or where a sequence holds no value of a feature that could be repeated.
    """
    missing = np.isnan(values)
    if not missing.any():
        return values, ()
    said = _said(missing, lengths)
    if policy == "refuse":
        where = first(missing, lengths, places, features)
        raise ConfigError(key, policy, f"{said}, the first in {where}; previous, linear or zero fills them")
    if policy == "zero":
        return np.where(missing, 0.0, values), (f"{said}: filled with zeros",)
    filled, nearest, start = values.copy(), 0, 0
    for number, length in enumerate(lengths):
        part = slice(start, start + int(length))
        start = part.stop
        for column in np.flatnonzero(missing[part].any(axis=0)):
            gone = missing[part, column]
            if gone.all():
                where = f"{plain(places[number], 40)} has no value of {plain(features[column], 40)}"
                raise ConfigError(key, policy, f"{where}: nothing to fill from; zero fills it")
            filled[part, column], at_ends = _line(values[part, column], gone, policy)
            nearest += at_ends
    notes = [f"{said}: filled by {policy}"]
    if nearest:
        notes.append(f"{nearest} of them stand at an end of their sequence: the nearest value taken")
    return filled, tuple(notes)


def _said(missing: np.ndarray, lengths: np.ndarray) -> str:
    with_gaps = np.unique(np.searchsorted(np.cumsum(lengths), np.flatnonzero(missing.any(axis=1)), side="right"))
    count, sequences = int(missing.sum()), len(with_gaps)
    share = f"{count / missing.size:.1%}"
    return f"{count} missing value{'s' * (count > 1)} ({share}) in {sequences} sequence{'s' * (sequences > 1)}"


def _line(values: np.ndarray, gone: np.ndarray, policy: str) -> tuple[np.ndarray, int]:
    """One feature of one sequence without gaps, and how many gaps had no value on the side the rule looks at."""
    steps = np.arange(len(values))
    known = steps[~gone]
    before, after = steps < known[0], steps > known[-1]
    if policy == "linear":
        return np.interp(steps, known, values[known]), int((before | after).sum())
    last = np.maximum.accumulate(np.where(gone, -1, steps))
    return values[np.where(last < 0, known[0], last)], int(before.sum())
