"""Which order of axes values have, judged by how they are spread: what differs by feature, what runs smoothly in time.

In: values (N, T, D), labels. Out: numbers from which rules judge a layout against another one that the same values
could have had. All of it is evidence, none of it proof: noise without any structure gives none.
"""

from collections.abc import Iterator

import numpy as np

CLEAR = 10.0
"""Standard errors by which a profile must differ from a flat one before its shape is looked at."""
FLAT = 4.0
"""Standard errors within which columns count as flat."""
CLASSES = 10
SHUFFLES = 40


def unscrambled(values: np.ndarray) -> np.ndarray:
    """(N, T, D) that was stored as (N, D, T) and reshaped, put right."""
    rows, steps, features = values.shape
    return values.reshape(rows, features, steps).swapaxes(1, 2)


def blocks_turned(values: np.ndarray) -> np.ndarray | None:
    """Rows and steps swapped within every T rows; the rows that make no whole block are left out."""
    steps = values.shape[1]
    count = len(values) // steps * steps
    if not count:
        return None
    blocks = values[:count].reshape(-1, steps, steps, *values.shape[2:])
    return blocks.swapaxes(1, 2).reshape(count, *values.shape[1:])


def profiles(values: np.ndarray, labels: np.ndarray | None) -> Iterator[tuple[str, np.ndarray, float]]:
    """(name, (T, D), standard error of a cell): means, spreads, shares of zeros, and means by class."""
    rows = len(values)
    spread = values.std(0)
    scale = float(np.sqrt(np.mean(spread**2))) or 1.0
    yield "mean", values.mean(0), scale / np.sqrt(rows)
    if np.all(spread > 0):
        logs = np.log(spread)
        yield "spread", logs, 1 / np.sqrt(2 * rows)
    zero = np.mean(values == 0, 0)
    if zero.any():
        yield "zeros", zero, float(np.sqrt(max(np.mean(zero * (1 - zero)), 0.25 / rows) / rows))
    yield from _by_class(values, labels, scale)


def _by_class(values: np.ndarray, labels: np.ndarray | None, scale: float) -> Iterator[tuple[str, np.ndarray, float]]:
    classes = class_numbers(labels)
    if classes is None or len(classes) != len(values):
        return
    for code in np.unique(classes)[:CLASSES]:
        own = classes == code
        if 4 <= own.sum() <= len(own) - 4:
            error = scale * np.sqrt(1 / own.sum() + 1 / (~own).sum())
            yield f"mean of class {code}", values[own].mean(0) - values[~own].mean(0), error


def class_numbers(labels: np.ndarray | None) -> np.ndarray | None:
    """(N,) codes of the classes: of numbers, of a column, of one-hot rows; None where labels are amounts."""
    if labels is None or labels.ndim not in (1, 2) or labels.dtype.kind not in "biuf" or not labels.size:
        return None
    flat = labels.argmax(1) if labels.ndim == 2 and labels.shape[1] > 1 else labels.reshape(-1)
    distinct = np.unique(flat)
    return np.searchsorted(distinct, flat) if 2 <= len(distinct) <= max(CLASSES, 2) else None


def shares(profile: np.ndarray, error: float) -> tuple[float, float] | None:
    """(by row, by column): shares of what a profile (T, D) varies, beyond noise, that rows and columns account for.

    None where it does not vary clearly beyond noise.
    """
    steps, features = profile.shape
    noise, off = error**2, profile - profile.mean()
    cells = steps * features - 1
    total = float(np.sum(off**2))
    if noise <= 0 or (total / noise - cells) / np.sqrt(2 * cells) < CLEAR:
        return None
    signal = total - cells * noise
    by_row = features * float(np.sum(off.mean(1) ** 2)) - (steps - 1) * noise
    by_column = steps * float(np.sum(off.mean(0) ** 2)) - (features - 1) * noise
    return max(by_row / signal, 0.0), max(by_column / signal, 0.0)


def flat_columns(profile: np.ndarray, error: float) -> bool:
    """Whether the columns of a profile (T, D) are flat but for noise."""
    steps, features = profile.shape
    cells = (steps - 1) * features
    rest = float(np.sum((profile - profile.mean(0)) ** 2)) / error**2
    return (rest - cells) / np.sqrt(2 * cells) < FLAT


def jagged(line: np.ndarray) -> float:
    """Von Neumann's ratio of a line: 2 for values without order, near 0 for a smooth course, 1 for a spike."""
    spread = float(np.sum((line - line.mean()) ** 2))
    return float(np.sum(np.diff(line) ** 2)) / spread if spread > 0 else 0.0


def roughness(values: np.ndarray, axis: int) -> float:
    """Mean squared step to the neighbour along `axis`, over twice the variance of each series: 1 for noise."""
    series = values - values.mean(axis=axis, keepdims=True)
    varied = float(np.mean(series**2))
    size = values.shape[axis]
    if varied == 0 or size < 3:
        return 1.0
    # the mean is taken from the series itself, which makes noise look (size - 1) / size as varied as it is
    return float(np.mean(np.diff(values, axis=axis) ** 2)) / (2 * varied * size / (size - 1))


def alike(values: np.ndarray) -> float:
    """Correlation of neighbours along axis 1 over axis 2, all pairs together: near 0 for features of their own."""
    lines = values - values.mean(axis=2, keepdims=True)
    spread = float(np.mean(lines**2))
    return float(np.mean(lines[:, 1:] * lines[:, :-1])) / spread if spread > 0 else 0.0


def seams(values: np.ndarray) -> tuple[float, float, float]:
    """Mean squared steps of the values in memory order: within rows, from row to row, and at multiples of T.

    Values that were stored (N, D, T) run on smoothly from row to row and break at multiples of T.
    """
    rows, steps, features = values.shape
    moves = np.diff(values.reshape(rows, -1), axis=1) ** 2
    place = np.arange(1, steps * features)
    series, row = place % steps == 0, place % features == 0
    means = [moves[:, kind].mean() if kind.any() else np.nan for kind in (~series & ~row, row & ~series, series)]
    return float(means[0]), float(means[1]), float(means[2])


def association(values: np.ndarray, labels: np.ndarray) -> float | None:
    """How clearly the cells (T, D) of rows differ by label, in standard deviations of shuffled labels."""
    if len(values) < 16 or len(values) != len(labels):
        return None
    wanted = _columns(labels)
    cells = values.reshape(len(values), -1).astype(float)
    cells = cells - cells.mean(0)
    spread = cells.std(0)
    cells = cells[:, spread > 0] / spread[spread > 0]
    if wanted is None or not cells.size:
        return None
    rng = np.random.default_rng(0)
    null = [_strength(cells, wanted[rng.permutation(len(wanted))]) for _ in range(SHUFFLES)]
    return float((_strength(cells, wanted) - np.mean(null)) / max(float(np.std(null)), 1e-9))


def _strength(cells: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.sum((wanted.T @ cells) ** 2))


def _columns(labels: np.ndarray) -> np.ndarray | None:
    """Labels as standardised columns: one for each class, or the amounts themselves."""
    classes = class_numbers(labels)
    if classes is not None:
        table = np.eye(int(classes.max()) + 1)[classes]
    elif labels.dtype.kind in "biuf" and labels.ndim in (1, 2):
        table = labels.reshape(len(labels), -1).astype(float)
    else:
        return None
    off = table - table.mean(0)
    spread = off.std(0)
    return off[:, spread > 0] / spread[spread > 0] if (spread > 0).any() else None
