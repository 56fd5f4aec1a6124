"""What a single arm came to, for a terminal: the ten lines that matter, or every column of its runs.

In: a results folder. Out: lines.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mismatch.config import paths
from mismatch.config.counting import counted
from mismatch.sweep import store

if TYPE_CHECKING:
    import pandas as pd

UNKNOWN = "unknown for data without a known law"


def columns(folder: Path) -> list[str]:
    """A line per column: one value where all replicates agree, else all of them."""
    return [f"{name:20} {_values(column)}" for name, column in _runs(folder).items()]


def lines(folder: Path) -> list[str]:
    """What matters, in ten lines."""
    runs = _runs(folder)
    return [] if runs.empty else said(runs, folder)


def said(runs: pd.DataFrame, folder: Path) -> list[str]:
    """The ten lines on the runs of one arm, whose tables are in `folder`."""
    from mismatch.analysis.summary import summarise

    mean, ok = summarise(runs).iloc[0], runs[runs["status"].eq("ok")]
    told = {
        "accuracy": f"{_mean(mean, 'accuracy')} over {counted(len(ok), 'replicate')}" if len(ok) else "-",
        "ceiling": _ceiling(mean),
        "chance": _number(mean, "chance"),
        "delay": _delay(mean, ok),
        "input": _input(mean, runs),
        "mask": _mask(mean, runs),
        "step time": _step(mean, ok),
        "failures": _failures(runs),
        "the rest": f"{paths.shown(folder)}/summary.csv, runs.csv; here with --all",
        "page": f"{paths.shown(folder)}/report.html" if (folder / "report.html").is_file() else "none (figures=false)",
    }
    return [f"{name:11} {text}" for name, text in told.items()]


def _runs(folder: Path) -> pd.DataFrame:
    return store.asked_for(folder)[1].table


def _values(column: pd.Series) -> str:
    values = ["" if v is None or v != v else f"{v:.4g}" if isinstance(v, float) else str(v) for v in column]
    return values[0] if len(set(values)) == 1 else "  ".join(values)


def _known(mean: pd.Series, name: str) -> bool:
    return name in mean and mean[name] == mean[name]


def _number(mean: pd.Series, name: str, form: str = ".3f") -> str:
    return format(mean[name], form) if _known(mean, name) else "-"


def _mean(mean: pd.Series, name: str, form: str = ".3f") -> str:
    """``0.583 [0.561, 0.605]``; the mean alone where a single replicate gives no interval."""
    if not _known(mean, f"{name}_low"):
        return _number(mean, name, form)
    return f"{mean[name]:{form}} [{mean[f'{name}_low']:{form}}, {mean[f'{name}_high']:{form}}]"


def _ceiling(mean: pd.Series) -> str:
    if not _known(mean, "ceiling"):
        return UNKNOWN
    lost = mean["ceiling_full"] - mean["ceiling"] if _known(mean, "ceiling_full") else 0.0
    return _number(mean, "ceiling") + (f" ({lost:.3f} less than with the raw sequences)" if lost >= 5e-4 else "")


def _delay(mean: pd.Series, ok: pd.DataFrame) -> str:
    if not _known(mean, "delay"):
        return "unknown: what can be learnt is too close to guessing" if len(ok) else "-"
    late, updates = int(ok["delay_censored"].astype(bool).sum()), f"{mean['train.updates']:g} updates"
    if late == len(ok):
        return f"did not learn in {updates}"
    open_ = f"; at least, as {late} of {counted(len(ok), 'replicate')} did not learn in {updates}" if late else ""
    return f"{_mean(mean, 'delay', '.0f')} updates{open_}"


def _input(mean: pd.Series, runs: pd.DataFrame) -> str:
    steps = runs["length.steps"].dropna()
    span = "-" if steps.empty else f"{steps.min():g}" + (f" to {steps.max():g}" if steps.min() < steps.max() else "")
    shares = ("padded_fraction", "truncated_fraction")
    pads, cut = (f"{mean[name]:.0%}" if _known(mean, name) else "-" for name in shares)
    return f"T = {span} timesteps, {pads} of them pads; {cut} of the raw steps cut off"


def _mask(mean: pd.Series, runs: pd.DataFrame) -> str:
    asked = str(runs["mask"].iloc[0]) if "mask" in runs else "none"
    if asked == "none":
        return "none: the GRU works on every step"
    if not _known(mean, "mask_reached_gru"):
        return f"{asked}, -"
    if not mean["mask_reached_gru"]:
        return f"{asked}, but none reaches the GRU, which works on every step"
    return f"{asked}, reaches the GRU, which skips {mean['masked_fraction']:.0%} of its steps"


def _step(mean: pd.Series, ok: pd.DataFrame) -> str:
    if not _known(mean, "step_ms"):
        return "-"
    quiet = "timing_valid" in ok and ok["timing_valid"].astype(bool).all()
    return f"{_mean(mean, 'step_ms', '.3g')} ms for an update" + ("" if quiet else " (beside other work: no claim)")


def _failures(runs: pd.DataFrame) -> str:
    bad = runs[runs["status"].ne("ok")]
    if bad.empty:
        return f"none of {counted(len(runs), 'run')}"
    first = bad.iloc[0]
    return f"{len(bad)} of {counted(len(runs), 'run')}, such as {first['status']}: {first['error']}"
