"""Words of the figures: names of levels, series, places and axes, and how numbers are written.

In come rows of the summary and the layout of the figure, out goes text.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from mismatch.analysis.axes import Axis, Layout, implied

ALONE = "the only arm"

SPOKEN = {
    "length.ratio": "T = {} Lmax",
    "length.steps": "T = {}",
    "length.padding": "{}-padding",
    "length.padding=none": "no pads",
    "length.truncating": "{}-truncating",
    "length.truncating=head_tail": "head+tail truncating",
    "length.truncating=interpolate": "interpolated to T",
    "features.adapter": "{} features",
    "model.bias_init": "{} bias",
    "model.cell=gru": "GRU",
    "model.cell=lstm": "LSTM",
    "train.keep=best": "best weights",
    "train.keep=last": "last weights",
    "mask=none": "no mask",
    "mask=explicit": "explicit mask",
    "reduction=none": "no reduction",
    "reduction=conv_pool": "conv + pool",
    "reduction.mask": "mask {}",
    "reduction.kernel": "kernel {}",
    "reduction.pool": "pools of {}",
    "train.learning_rate": "rate {}",
    "train.updates": "{} updates",
    "data.coding": "{} coding",
    "data.gap": "markers {} steps apart",
    "data.steps": "T = {}",
    "data.train": "{} sequences",
    "model.units": "{} units",
    "model.bidirectional=True": "read both ways",
    "model.bidirectional=False": "read one way",
    "layout=correct": "correct layout",
    "layout.at": "in {}",
    "layout.at=both": "in training and test",
    "layout.at=test": "in the test alone",
}
INERT = {
    "length.truncating": "no truncation (T ≥ Lmax)",
    "length.padding": "no padding",
    "length.pad_value": "no padding",
    "reduction.mask": "no mask to carry",
}
AXIS_LABELS = {
    "data": "dataset",
    "data.coding": "coding of the symbols",
    "data.gap": "timesteps between the two markers",
    "data.steps": "T in timesteps",
    "data.train": "training sequences",
    "length.ratio": "T over the longest length, T / Lmax",
    "length.steps": "T in timesteps",
    "length.padding": "side of the pads",
    "length.truncating": "side that is cut",
    "features.width": "D in features",
    "features.adapter": "what features are filled with",
    "mask": "mask",
    "reduction": "front before the GRU",
    "reduction.kernel": "kernel of the convolution in timesteps",
    "reduction.pool": "pools in timesteps",
    "model.units": "units of the GRU",
    "train.learning_rate": "learning rate",
    "train.updates": "updates",
}


def number(value: object) -> str:
    """A level or a value in at most four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def percent(share: float) -> str:
    """`0.0044%`, `18%`, `100%`: two significant digits, never in powers of ten."""
    return f"{float(f'{100 * share:.2g}'):.12f}".rstrip("0").rstrip(".") + "%"


def level_name(name: str, level: object) -> str:
    """The words for one level: `pre-padding`, `no mask`, `32 units`."""
    plain = name in ("data", "mask", "reduction")
    key = name.split(".")[-1].replace("_", " ")
    form = SPOKEN.get(f"{name}={level}") or SPOKEN.get(name) or ("{}" if plain else key + " {}")
    return form.format(number(level))


def inert_name(name: str) -> str:
    """The words for a parameter that could not act in an arm."""
    return INERT.get(name, f"{name.split('.')[-1].replace('_', ' ')} not applicable")


def axis_label(axis: Axis | None) -> str:
    """Label of the x axis: what it is and the key that sets it."""
    if axis is None:
        return ""
    told = AXIS_LABELS.get(axis.name, axis.name.split(".")[-1].replace("_", " "))
    return told if told == axis.name else f"{told}\n({axis.name})"


def series_name(row: pd.Series, arms: pd.DataFrame, layout: Layout) -> str:
    """The words for the series that `row` belongs to; empty if nothing but x varies."""
    return levels_of(row, layout.series, lambda axis: implied(arms, axis, row, layout.axes))


def levels_of(row: Mapping[Any, Any] | pd.Series, axes: Iterable[Axis], follows: Callable[[Axis], bool]) -> str:
    """The words for the levels of `row` on `axes`. follows: whether a blank there goes without saying."""
    words = []
    for axis in axes:
        if not pd.isna(row[axis.name]):
            words.append(level_name(axis.name, row[axis.name]))
        elif not follows(axis):
            words.append(inert_name(axis.name))
    return ", ".join(dict.fromkeys(words))


def place(row: pd.Series, layout: Layout, panel: bool = True) -> str:
    """Where on x (and in which panel) `row` lies: `T = 4 Lmax on early`."""
    words = []
    if layout.x is not None:
        level = row[layout.x.name]
        words.append(inert_name(layout.x.name) if pd.isna(level) else level_name(layout.x.name, level))
    if panel and layout.panels is not None:
        words.append(f"on {row[layout.panels.name]}")
    return " ".join(words)


def arm_name(row: pd.Series, arms: pd.DataFrame, layout: Layout) -> str:
    """The words for one arm: its series and its place."""
    return ", ".join(filter(None, (series_name(row, arms, layout), place(row, layout)))) or ALONE


def significant(value: float) -> str:
    """A measured value in three significant digits, whole numbers in all: `0.400`, `12.3`, `1,600`."""
    return short(value, "#.3g").rstrip(".")


def short(value: float, form: str = ".3g") -> str:
    """A value in three significant digits, whole numbers in all: `0.4`, `12.3`, `1,600`."""
    return format(value, ",.0f" if abs(value) >= 100 else form)
