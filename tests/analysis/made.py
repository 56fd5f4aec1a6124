"""Tables and claims files that are made up, so that what is true of them is known.

Accuracies of an arm are its `level`, plus what a replicate gives to every arm, plus noise of its own of sd `NOISE`.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from mismatch.analysis import registry
from mismatch.analysis.claims import evaluate

CEILING, CHANCE, NOISE, TEST = 0.9, 0.25, 0.002, 4096

CONTROLLED = {"data": "early", "length.padding": "pre"}

Runs = pd.DataFrame


def runs_of(*arms: dict[str, Any], replicates: int = 10, seed: int = 0) -> Runs:
    """One row per arm and replicate. An arm is its parameters, and `level`, `ceiling`, `step`, `spread` of its runs."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 0.01, replicates)
    rows = []
    for number, given in enumerate(arms):
        parameters = {"control": "none", "layout": "correct", "data.test": TEST, "train.updates": 400, **given}
        known = {"level": 0.88, "ceiling": CEILING, "step": 2.0, "spread": NOISE}
        level, ceiling, step, spread = (parameters.pop(name, default) for name, default in known.items())
        own = "sham " if parameters["control"] == "sham" else ""
        for k in range(replicates):
            exact = level + shared[k] + rng.normal(0, spread)
            rows.append(
                {"experiment": "x", "arm": f"arm{number:02d}", "replicate": k, "run": f"arm{number:02d}-{k}",
                 "status": "ok", **parameters, "accuracy": exact, "exact_accuracy": exact, "exact_accuracy_se": 0.005,
                 "bayes_accuracy": ceiling, "chance": CHANCE, "ceiling": ceiling, "ceiling_full": CEILING,
                 "skill": (exact - CHANCE) / (CEILING - CHANCE), "delay": 100.0,
                 "step_ms": step + rng.normal(0, 0.02), "timing_valid": True,
                 "data_hash": f"{own}{parameters['data']} {k}", "order_hash": f"{own}order {k}"}
            )  # fmt: skip
    return pd.DataFrame(rows)


SLOW = CONTROLLED | {"control": "slow", "level": 0.85}
"""A planted deficit of one and a half margins."""


def sound() -> Runs:
    """A sweep whose controls all show what they must; post-padding costs .3 and makes a step 1.5 times as long."""
    noisy = CEILING - 0.1
    return runs_of(
        CONTROLLED,
        {"data": "early", "length.padding": "post", "level": 0.58, "step": 3.0},
        {"data": "late", "length.padding": "pre"},
        {"data": "late", "length.padding": "post", "level": 0.58},
        CONTROLLED | {"control": "sham"},
        CONTROLLED | {"control": "noisy", "control.rate": 0.1, "level": 0.78, "ceiling": noisy},
        CONTROLLED | {"control": "shuffled", "level": CHANCE, "ceiling": CHANCE},
        CONTROLLED | {"control": "delayed", "control.delay_ms": 2.0, "step": 4.0},
    )


def contrast(name: str = "post against pre", **given: Any) -> dict[str, Any]:
    sides = {"arm": {"length.padding": "post"}, "against": {"length.padding": "pre"}}
    return {"name": name, **sides, "margin": 0.02} | given


def claim(*contrasts: dict[str, Any], id: str = "C1", **given: Any) -> dict[str, Any]:
    return {"id": id, "claim": "Pads cost accuracy.", "source": "made up", "contrasts": list(contrasts)} | given


def registered(folder: Path, *claims: dict[str, Any], **more: Any) -> registry.Registry:
    """The claims, written to a file and read from it."""
    path = folder / "x" / "claims.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"base": {"data": "early"}, "controls": CONTROLLED, "claims": list(claims)} | more))
    return registry.load(path)


def plan_of(runs: Runs) -> dict[str, int]:
    return {str(arm): 10 for arm in runs["arm"].unique()}


def judged(folder: Path, runs: Runs, *contrasts: dict[str, Any], **more: Any) -> pd.DataFrame:
    """The rows of claims.csv for `contrasts`, all of one claim, without controls."""
    found = registered(folder, claim(*contrasts), **more)
    return evaluate(found, {"runs.csv": runs}, [], None).set_index("contrast")


def two(replicates: int = 4, **second: Any) -> Runs:
    return runs_of(CONTROLLED, CONTROLLED | {"length.padding": "post"} | second, SLOW, replicates=replicates)


def failed(runs: Runs, *ids: str, status: str = "diverged") -> Runs:
    """`runs` where some failed: their metrics and chance are blank, as in the table."""
    metrics = ["accuracy", "exact_accuracy", "skill", "delay", "step_ms", "chance", "ceiling", "data_hash"]
    runs = runs.copy()
    lost = runs["run"].isin(ids)
    runs.loc[lost, "status"] = status
    runs.loc[lost, metrics] = np.nan
    return runs


def three() -> tuple[dict[str, Any], ...]:
    """Claims in accuracy on the controlled dataset, in time, and in accuracy on another dataset."""
    return (
        claim(contrast("accuracy", primary=True)),
        claim(contrast("time", primary=True, metric="step_ms", scale="ratio", predicts="greater"), id="C2"),
        claim(contrast("other", primary=True, where={"data": "late"}), id="C3"),
    )


def rounds_of(rounds: int = 20) -> Runs:
    """Step times of interleaved rounds: 256 steps take four times as long as 64; with sham and a delay of 2 ms."""
    rng = np.random.default_rng(1)
    arms = {"a": (64, "none", 8.0), "b": (256, "none", 32.0), "s": (64, "sham", 8.0), "d": (64, "delayed", 10.0)}
    return pd.DataFrame(
        {"arm": arm, "replicate": k, "status": "ok", "engine": "graph", "length.steps": steps, "control": control,
         "control.delay_ms": 2.0 if control == "delayed" else None, "step_ms": ms * (1 + 0.01 * rng.normal())}
        for k in range(rounds) for arm, (steps, control, ms) in arms.items()
    )  # fmt: skip


def cases_of(**outcomes: str) -> pd.DataFrame:
    """The mismatch table: `legal` cases are those named so, and one case changed weights before it raised."""
    return pd.DataFrame(
        {"row": row.replace("_", "-"), "legal": row.startswith("legal"), "outcome": found.split()[0],
         "weights_changed": found.endswith("late")}
        for row, found in outcomes.items()
    )  # fmt: skip


CASES = {"legal_one": "works", "features_a": "raises", "features_b": "raises late", "time_a": "silent"}


def rows(name: str, *patterns: str, **given: Any) -> dict[str, Any]:
    return {
        "name": name,
        "test": "outcome",
        "table": "mismatches.csv",
        "rows": list(patterns),
        "expect": ["raises"],
    } | given


def grid(levels: dict[tuple[str, str], float], spread: float = NOISE) -> Runs:
    """A grid of mask x side, by the level of each cell."""
    return runs_of(
        *({"data": "early", "mask": mask, "length.padding": side, "level": level, "spread": spread}
          for (mask, side), level in levels.items())
    )  # fmt: skip


FULL = {("none", "pre"): 0.88, ("none", "post"): 0.58, ("masking", "pre"): 0.88, ("masking", "post"): 0.88}

WHERE = {"mask": ["none", "masking"], "length.padding": ["pre", "post"]}


def slack(share: float, samples: int) -> float:
    """Three Monte Carlo standard errors."""
    return float(3 * np.sqrt(share * (1 - share) / samples))
