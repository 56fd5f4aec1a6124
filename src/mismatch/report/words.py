"""What the figures say: names of levels and places, and titles with their number.

In come rows of the summary and the layout of the figure, out goes text. Every title is computed
from the table, so it can never disagree with the picture under it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.axes import Axis, Layout, implied
from mismatch.analysis.summary import learned

SPOKEN = {
    "length.padding": "{}-padding",
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
}
INERT = {
    "length.truncating": "no truncation (T ≥ Lmax)",
    "length.padding": "no padding",
    "length.pad_value": "no padding",
    "reduction.mask": "no mask to carry",
}
AXIS_LABELS = {
    "length.ratio": "T / Lmax  (length.ratio)",
    "length.steps": "T in timesteps  (length.steps)",
    "features.width": "D in features  (features.width)",
}


def number(value: object) -> str:
    """A level or a value in at most four significant digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def percent(share: float) -> str:
    """`0.0044%`, `18%`, `100%`: two significant digits, never in powers of ten."""
    return f"{float(f'{100 * share:.2g}'):.12f}".rstrip("0").rstrip(".") + "%"


def level_name(name: str, level: object) -> str:
    """The words for one level: `pre-padding`, `no mask`, `units=32`."""
    plain = name in ("data", "mask", "reduction")
    form = SPOKEN.get(f"{name}={level}") or SPOKEN.get(name) or ("{}" if plain else name.split(".")[-1] + "={}")
    return form.format(number(level))


def inert_name(name: str) -> str:
    """The words for a parameter that could not act in an arm."""
    return INERT.get(name, f"{name.split('.')[-1]} not applicable")


def axis_label(axis: Axis | None) -> str:
    """Label of the x axis: what it is and the key that sets it."""
    return "" if axis is None else AXIS_LABELS.get(axis.name, axis.name)


def series_name(row: pd.Series, arms: pd.DataFrame, layout: Layout) -> str:
    """The words for the series that `row` belongs to; empty if nothing but x varies."""
    words = []
    for axis in layout.series:
        if not pd.isna(row[axis.name]):
            words.append(level_name(axis.name, row[axis.name]))
        elif not implied(arms, axis, row, layout.axes):
            words.append(inert_name(axis.name))
    return ", ".join(dict.fromkeys(words))


def place(row: pd.Series, layout: Layout, panel: bool = True) -> str:
    """Where on x (and in which panel) `row` lies: `length.ratio = 4 on early`."""
    words = []
    if layout.x is not None:
        level = row[layout.x.name]
        words.append(inert_name(layout.x.name) if pd.isna(level) else f"{layout.x.name} = {number(level)}")
    if panel and layout.panels is not None:
        words.append(f"on {row[layout.panels.name]}")
    return " ".join(words)


def arm_name(row: pd.Series, arms: pd.DataFrame, layout: Layout) -> str:
    """The words for one arm: its series and its place."""
    return ", ".join(filter(None, (series_name(row, arms, layout), place(row, layout)))) or "the only arm"


def widest_pair(arms: pd.DataFrame, layout: Layout, metric: str) -> tuple[pd.Series, pd.Series] | None:
    """Best and worst arm of the place where `metric` differs most; None if no two arms compare.

    Arms of different series are compared at the same x in the same panel; where no two share an
    x, arms are compared along x.
    """
    arms = arms[arms[metric].notna()]
    panels = [layout.panels.name] if layout.panels is not None else []
    x = [layout.x.name] if layout.x is not None else []
    cells = _cells(arms, panels + x) or _cells(arms, panels)
    if not cells:
        return None
    widest = max(cells, key=lambda cell: cell[metric].max() - cell[metric].min())
    return extreme(widest, metric, np.nanargmax), extreme(widest, metric, np.nanargmin)


def _cells(arms: pd.DataFrame, columns: list[str]) -> list[pd.DataFrame]:
    """The groups of arms that share `columns`, of two arms or more."""
    cells = [cell for _, cell in arms.groupby(columns, dropna=False)] if columns else [arms]
    return [cell for cell in cells if len(cell) > 1]


def extreme(arms: pd.DataFrame, metric: str, which: Callable[..., Any]) -> pd.Series:
    """The row where `metric` is largest (`np.nanargmax`) or smallest (`np.nanargmin`)."""
    return arms.iloc[int(which(arms[metric].to_numpy(float)))]


def accuracy_title(arms: pd.DataFrame, layout: Layout) -> str:
    """The largest gap in mean accuracy, or the accuracy of the only arm.

    Datasets differ in what can be reached: along them the distance to the ceiling is compared.
    """
    if layout.x is not None and layout.x.name == "data" and _known(arms, "learnability_loss"):
        row = extreme(arms, "learnability_loss", np.nanargmax)
        return (
            f"Accuracy is furthest below its ceiling, by {row['learnability_loss']:.2f}, "
            f"at {arm_name(row, arms, layout)}: {row['accuracy']:.2f}{_bounds(row)}"
        )
    pair = widest_pair(arms, layout, "accuracy")
    if pair is None:
        row = extreme(arms, "accuracy", np.nanargmax)
        return f"Accuracy {_with_interval(row, 'accuracy')}{_bounds(row)} for {arm_name(row, arms, layout)}"
    best, worst = pair
    gap = best["accuracy"] - worst["accuracy"]
    start = f"Largest gap in accuracy {gap:.2f}: "
    if best["accuracy_low"] <= worst["accuracy_high"]:
        start = f"Largest gap in accuracy {gap:.2f}, intervals overlap: "
    return start + _versus(pair, arms, layout, "accuracy", ".2f") + _bounds(best)


def delay_title(arms: pd.DataFrame, layout: Layout) -> str:
    """The span of the delay of learning; longer ones may be lower bounds."""
    late = int((arms["_censored"] > 0).sum())
    tail = f"; {late} of {len(arms)} arms with runs that never got there (lower bounds)" if late else ""
    return f"Delay of learning {_span(arms, layout, 'delay', ' updates')}{tail}"


def stability_title(arms: pd.DataFrame, layout: Layout) -> str:
    """The span of roughness over the arms that learned, and how many did not."""
    alive = arms[learned(arms) & arms["roughness"].notna()]
    dead = int((~learned(arms)).sum())
    if alive.empty:
        return f"None of {len(arms)} arms learned: their smooth losses say nothing about stability"
    tail = f"; {dead} of {len(arms)} arms did not learn" if dead else ""
    return f"Roughness of the probe loss among arms that learned {_span(alive, layout, 'roughness', '')}{tail}"


def time_title(arms: pd.DataFrame, layout: Layout) -> str:
    """The span of CPU time per update."""
    return f"CPU time per update {_span(arms, layout, 'step_cpu_ms', ' ms')}"


def loss_title(arms: pd.DataFrame, layout: Layout) -> str:
    """The arm with the largest `_lost`, the sum of both losses, split in what was lost before and in training."""
    row = extreme(arms, "_lost", np.nanargmax)
    parts = f"{row['information_loss']:.2f} information + {row['learnability_loss']:.2f} learnability"
    return f"Largest loss of accuracy {row['_lost']:.2f} = {parts}: {arm_name(row, arms, layout)}"


def curves_title(arms: pd.DataFrame, layout: Layout) -> str:
    """Where the mean probe losses (`_end`) of two arms end furthest apart."""
    pair = widest_pair(arms, layout, "_end")
    if pair is None:
        row = extreme(arms, "_end", np.nanargmin)
        return f"Probe loss ends at {significant(row['_end'])}: {arm_name(row, arms, layout)}"
    return f"Probe loss ends furthest apart: {_versus(pair[::-1], arms, layout, '_end', '#.3g')}"


def _versus(pair: tuple[pd.Series, pd.Series], arms: pd.DataFrame, layout: Layout, metric: str, form: str) -> str:
    """`A 0.88 vs B 0.27 at length.ratio = 8 on early`, with what both share said once."""
    first, second = pair
    places = [place(row, layout, panel=False) for row in pair]
    names = [series_name(row, arms, layout) for row in pair]
    if places[0] != places[1]:
        names = [", ".join(filter(None, parts)) for parts in zip(names, places, strict=True)]
        shared = f" on {first[layout.panels.name]}" if layout.panels is not None else ""
        return f"{first[metric]:{form}} ({names[0]}) vs {second[metric]:{form}} ({names[1]}){shared}"
    shared = f" at {place(first, layout)}" if place(first, layout) else ""
    return f"{names[0]} {first[metric]:{form}} vs {names[1]} {second[metric]:{form}}{shared}"


def _known(arms: pd.DataFrame, metric: str) -> bool:
    """Whether any arm has a value of `metric`."""
    return metric in arms and bool(arms[metric].notna().any())


def _span(arms: pd.DataFrame, layout: Layout, metric: str, unit: str) -> str:
    """`spans 3.1x on early: 1.1 ms (A) to 3.4 ms (B)`, in the panel that spans most."""
    arms = arms[arms[metric] > 0] if (arms[metric] > 0).any() else arms
    panels = [part for _, part in arms.groupby(layout.panels.name)] if layout.panels is not None else [arms]
    widest = max(panels, key=lambda part: part[metric].max() / part[metric].min() if part[metric].min() > 0 else 0)
    low, high = extreme(widest, metric, np.nanargmin), extreme(widest, metric, np.nanargmax)
    on = f" on {low[layout.panels.name]}" if layout.panels is not None else ""
    if low["arm"] == high["arm"]:
        return f"is {significant(low[metric])}{unit} ({arm_name(low, arms, layout)})"
    names = [
        ", ".join(filter(None, (series_name(r, arms, layout), place(r, layout, panel=False)))) for r in (low, high)
    ]
    ends = [f"{significant(row[metric])}{unit} ({name})" for row, name in zip((low, high), names, strict=True)]
    factor = f" {high[metric] / low[metric]:.1f}x" if low[metric] > 0 else ""
    overlap = ", intervals overlapping" if low[f"{metric}_high"] >= high[f"{metric}_low"] else ""
    return f"spans{factor}{on}{overlap}: {ends[0]} to {ends[1]}"


def significant(value: float) -> str:
    """A measured value in three significant digits, whole numbers in all: `0.400`, `12.3`, `1,600`."""
    return short(value, "#.3g").rstrip(".")


def short(value: float, form: str = ".3g") -> str:
    """A value in three significant digits, whole numbers in all: `0.4`, `12.3`, `1,600`."""
    return format(value, ",.0f" if abs(value) >= 100 else form)


def _bounds(row: pd.Series) -> str:
    """` (ceiling 0.90, chance 0.25)`, as far as known."""
    known = [f"{name} {row[name]:.2f}" for name in ("ceiling", "chance") if name in row and pd.notna(row[name])]
    return f" ({', '.join(known)})" if known else ""


def _with_interval(row: pd.Series, metric: str) -> str:
    """`0.89 [0.87, 0.91]`, or the mean alone where one replicate gives no interval."""
    low, high = row[f"{metric}_low"], row[f"{metric}_high"]
    return f"{row[metric]:.2f}" if pd.isna(low) else f"{row[metric]:.2f} [{low:.2f}, {high:.2f}]"
