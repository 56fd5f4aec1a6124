"""Tables that the tests of the report share: runs of every shape, claims of every kind."""

import hashlib
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from mismatch.analysis.axes import arrange, varied
from mismatch.analysis.claims import COLUMNS
from mismatch.analysis.controls import Check
from mismatch.analysis.summary import summarise
from mismatch.report import panels

MAXIMUM_LENGTH = {"early": 24, "snippets": 30, "late": 24, "reviews": 64}
CEILING = {"early": 0.9, "snippets": 0.78, "late": 0.9, "reviews": np.nan}
CHANCE = {"early": 0.25, "snippets": 0.5, "late": 0.25, "reviews": 0.5}
DEFAULTS = {
    "data": "early",
    "data.noise": 0.1,
    "features.width": 8,
    "length.steps": 24,
    "length.ratio": 1.0,
    "length.padding": "pre",
    "length.truncating": np.nan,
    "mask": "none",
    "mask.value": np.nan,
    "reduction": "none",
    "reduction.kernel": np.nan,
    "reduction.mask": np.nan,
    "model.units": 16,
    "seed": 0,
}
FIGURES = ["accuracy", "delay", "stability", "loss_split"]


def arms_of(**axes: list) -> list[dict]:
    """Parameters of every combination of `axes` (dots written as __), with blanks where inert."""
    result = []
    for levels in itertools.product(*axes.values()):
        arm = {**DEFAULTS, **{name.replace("__", "."): level for name, level in zip(axes, levels, strict=True)}}
        arm["length.steps"] = round(arm["length.ratio"] * MAXIMUM_LENGTH[arm["data"]])
        if arm["length.ratio"] >= 1:
            arm["length.truncating"] = np.nan
        if arm["mask"] == "masking":
            arm["mask.value"] = 0.0
        if arm["reduction"] == "none":
            arm["reduction.kernel"] = np.nan
        if arm["reduction"] == "none" or arm["mask"] == "none":
            arm["reduction.mask"] = np.nan
        result.append(arm)
    return [arm for i, arm in enumerate(result) if repr(arm) not in map(repr, result[:i])]


def runs_of(arms: list[dict], replicates: int = 3) -> pd.DataFrame:
    """A table of runs with plausible numbers: post-padding without a mask dies with length."""
    rng = np.random.default_rng(0)
    return pd.DataFrame([_run(arm, replicate, rng) for arm in arms for replicate in range(replicates)])


def _run(arm: dict, replicate: int, rng: np.random.Generator) -> dict:
    """One row; the ceiling falls where the end of a sequence is cut off."""
    full, chance, ratio = CEILING[arm["data"]], CHANCE[arm["data"]], arm["length.ratio"]
    ceiling = full - (0.4 * (1 - ratio) if arm["length.truncating"] == "post" else 0)
    skill = rng.normal(0.96, 0.01)
    if arm["length.padding"] == "post" and arm["mask"] == "none":
        skill = max(0.02, 0.95 - 0.3 * np.log2(max(1, ratio))) + rng.normal(0, 0.05)
    accuracy = chance + skill * ((0.85 if np.isnan(full) else ceiling) - chance)
    step = (0.3 + 0.1 * ratio) * (1.6 if arm["mask"] == "masking" else 1.0) * rng.normal(1, 0.02)
    name = hashlib.sha256(repr(sorted(arm.items())).encode()).hexdigest()[:12]
    return {
        "experiment": "padding",
        "arm": name,
        "replicate": replicate,
        "status": "ok",
        "error": None,
        **arm,
        "accuracy": accuracy,
        "chance": chance,
        "ceiling": ceiling,
        "ceiling_full": full,
        "skill": np.nan if np.isnan(full) else skill,
        "information_loss": full - ceiling,
        "learnability_loss": ceiling - accuracy,
        "loss_first": 1.4,
        "loss_final": 1.4 - skill,
        "roughness": (0.002 if skill > 0.5 else 0.0004) * np.exp(rng.normal(0, 0.15)),
        "delay": 400.0 if skill < 0.5 else 30 * (1.2 - skill) * 4 * ratio**0.5,
        "delay_censored": bool(skill < 0.5),
        "step_ms": 2 * step,
        "step_cpu_ms": step,
        "timing_valid": False,
        "data_hash": "ab",
    }


def fail(runs: pd.DataFrame, rows: slice, status: str = "diverged") -> pd.DataFrame:
    """`runs` with some rows failed: an error instead of metrics."""
    runs = runs.astype({name: object for name in ("error", "delay_censored") if name in runs})
    index = runs.index[rows]
    runs.loc[index, ["status", "error"]] = [status, "loss <nan> at update 7"]
    runs.loc[index, list(runs.columns[runs.columns.get_loc("accuracy") : -2])] = np.nan
    return runs


RATIO = {"length__ratio": [1.0, 2.0, 4.0, 8.0]}
PADDING = {"length__padding": ["pre", "post"], "mask": ["none", "masking"]}
TRUNCATION = {"length__ratio": [0.25, 0.5, 1.0, 2.0], "length__truncating": ["pre", "post", "head_tail"]}
REDUCTION = {"reduction": ["none", "pool", "conv"], "reduction__mask": ["destroyed", "rebuilt"], **RATIO}
SHAPES = {
    "single_arm": arms_of(),
    "one_axis": arms_of(**RATIO),
    "four_axes": arms_of(data=["early", "snippets"], **RATIO, **PADDING),
    "categorical": arms_of(**PADDING),
    "datasets_only": arms_of(data=["early", "snippets", "late"]),
    "inert": arms_of(**TRUNCATION, mask=["none", "masking"]),
    "reduction": arms_of(mask=["none", "masking"], **REDUCTION),
    "inert_x": arms_of(reduction=["none", "conv"], reduction__kernel=[1, 3, 5]),
    "five_axes": arms_of(data=["early", "snippets"], **RATIO, **PADDING, model__units=[8, 16]),
}


def panels_of(runs: pd.DataFrame) -> list[panels.Panel]:
    """The panels of a figure on `runs`."""
    return panels.panels(summarise(runs), runs, arrange(varied(runs)))


def claims_of(*rows: dict) -> pd.DataFrame:
    """A table of claims: paired accuracies unless a row says otherwise."""
    usual = {
        "experiment": "padding",
        "statement": "Padding with zeros dilutes <what> a sequence says.",
        "contrast": "post against pre",
        "primary": True,
        "test": "paired",
        "metric": "exact_accuracy",
        "scale": "difference",
        "predicts": "less",
        "n": 10,
        "margin": 0.02,
        "failures": 0,
        "controls": "passed (5)",
        "family": "primary",
        "source": "example 1",
        "claims_hash": "abc",
        "registration": "exploratory: no confirming seed",
        **dict.fromkeys(("p", "p_holm", "p_equivalence", "p_equivalence_holm", "superiority"), 0.01),
        "minimum_detectable_effect": 0.01,
    }
    return pd.DataFrame([usual | row for row in rows], columns=list(COLUMNS))


def measured(effect: float, verdict: str, **more: object) -> dict:
    """Effect, interval and verdict of a row."""
    return {"effect": effect, "low": effect - 0.01, "high": effect + 0.01, "verdict": verdict, **more}


CLAIMS = claims_of(
    {"claim": "C1", **measured(-0.5, "SUPPORTED")},
    {"claim": "C1", **measured(-0.001, "EQUIVALENT", primary=False, contrast="the same, pads before the data")},
    {"claim": "C2", **measured(2.01, "REFUTED", scale="ratio", metric="step_ms", contrast="and so on " * 30),
     "margin": 1.05},
    {"claim": "C3", **measured(0.4, "INCONCLUSIVE", test="variance", scale=None, predicts="at least 0.25")},
    {"claim": "C4", "test": "outcome", "effect": 0.75, "n": 8, "verdict": "REFUTED", "predicts": "raises",
     "why": "time-call: silent", "experiment": "layout", "runs": "time-call time-fit", "margin": 0.0},
    {"claim": "C5", "verdict": "WITHHELD", "why": "steps.csv is missing"},
    {"claim": "C10", "verdict": "UNTESTED", "why": "needs PyTorch", "contrast": np.nan, "test": np.nan, "n": np.nan},
)  # fmt: skip


def results_of(folder: Path) -> Path:
    """Results of two experiments with claims, runs and figures."""
    runs = runs_of(arms_of(length__padding=["pre", "post"]), 2)
    runs["run"] = [f"r{i}" for i in range(len(runs))]
    (folder / "padding" / "figures").mkdir(parents=True)
    (folder / "layout" / "figures").mkdir(parents=True)
    runs.to_csv(folder / "padding" / "runs.csv", index=False)
    claims = CLAIMS.assign(metric=CLAIMS["metric"].replace("exact_accuracy", "accuracy"))
    claims.loc[0, "runs"] = "r2 r0 r3 r1"
    for name, part in claims.groupby("experiment"):
        part.to_csv(folder / str(name) / "claims.csv", index=False)
    pd.DataFrame([Check("sham", True, "no difference")]).to_csv(folder / "padding" / "controls.csv", index=False)
    for name in ("padding/figures/accuracy", "padding/figures/gradient", "layout/figures/outcomes"):
        (folder / f"{name}.png").touch()
    return folder


def title_of(figure: Figure) -> str:
    """The title of a figure on one line."""
    return " ".join(figure.get_suptitle().split())
