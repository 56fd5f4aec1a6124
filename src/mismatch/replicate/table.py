"""The runs of two backends side by side: `replicate.csv`, one row per primary contrast on accuracy or loss.

In: folders with the records of each backend. Out: effects and intervals under both, how far single runs differ, and
whether both say the same. Runs are compared only if data, batch order and initial weights agree, hash by hash.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mismatch.analysis.pairs import PairingError, outcome
from mismatch.analysis.registry import Registry
from mismatch.analysis.tests.base import Evidence, Result
from mismatch.analysis.tests.paired import Paired, PairedContrast
from mismatch.replicate.arms import contrasts, registered, sides
from mismatch.sweep import store

BACKENDS = ("tensorflow", "jax")
HASHES = ("data_hash", "order_hash", "init_hash")
COLUMNS = {
    "experiment": "where the claim was tested",
    "claim": "number of the claim",
    "contrast": "what was compared",
    "metric": "what was compared in",
    "n": "pairs under each backend",
    **{
        f"{backend}_{column}": f"{meaning}, under {backend}"
        for backend in BACKENDS
        for column, meaning in {"effect": "mean paired difference", "low": "95% interval, lower end",
                                "high": "95% interval, upper end", "version": "version of the backend"}.items()
    },
    "largest_run_difference": "largest difference in the metric between the two runs of an arm and replicate",
    "largest_loss_difference": "the same in the last probe loss, in nats: how far apart runs of equal accuracy are",
    "equal_runs": "runs whose metric is the same to the last digit",
    "runs": "runs under each backend",
    "same_sign": "whether both effects have one sign",
    "same_reading": "whether both intervals say the same: below 0, above 0, or neither",
}  # fmt: skip


def table(folder: Path, experiments: list[str]) -> pd.DataFrame:
    """All contrasts of `experiments` that were trained under both backends.

    Raises:
        PairingError: when the runs of the two did not start from the same draws.
    """
    rows = [row for name in experiments for row in _experiment(registered(name), folder)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _experiment(registry: Registry, folder: Path) -> list[dict[str, Any]]:
    runs = {backend: _runs(folder / backend / registry.experiment) for backend in BACKENDS}
    if any(found.empty for found in runs.values()):
        return []
    return [
        {"experiment": registry.experiment, "claim": claim} | _row(registry, contrast, runs)
        for claim, contrast in contrasts(registry)
    ]


def _runs(folder: Path) -> pd.DataFrame:
    """The runs last asked for, with the version of what they ran on."""
    found = store.asked_for(folder)[1].table
    if found.empty:
        return found
    told = store.versions(folder, set(found["run"]))
    pairs = zip(found["run"], found["backend"].astype(str), strict=True)
    return found.assign(version=[told.get(run, {}).get(backend, "") for run, backend in pairs])


def _row(registry: Registry, contrast: PairedContrast, runs: dict[str, pd.DataFrame]) -> dict[str, Any]:
    row: dict[str, Any] = {"contrast": contrast.name, "metric": contrast.metric}
    results = {}
    for backend in BACKENDS:
        base = {key: value for key, value in registry.base.items() if key in runs[backend]}
        results[backend] = found = Paired().judge(contrast, Evidence(runs[backend], base))
        version = ", ".join(sorted(runs[backend]["version"].unique()))
        row |= {f"{backend}_{name}": getattr(found, name) for name in ("effect", "low", "high")}
        row[f"{backend}_version"] = version
    apart, losses = (_apart(registry, contrast, runs, metric) for metric in (contrast.metric, "loss_final"))
    effects = [result.effect or 0.0 for result in results.values()]
    return row | {
        "n": min(result.n or 0 for result in results.values()),
        "largest_run_difference": apart.max() if len(apart) else np.nan,
        "largest_loss_difference": losses.max() if len(losses) else np.nan,
        "equal_runs": int((apart == 0).sum()),
        "runs": len(apart),
        "same_sign": bool(np.sign(effects[0]) == np.sign(effects[1])),
        "same_reading": len({_reading(result) for result in results.values()}) == 1,
    }


def _reading(result: Result) -> str:
    if result.low is None or result.high is None:
        return result.withheld
    return "less" if result.high < 0 else "greater" if result.low > 0 else "neither"


def _apart(registry: Registry, contrast: PairedContrast, runs: dict[str, pd.DataFrame], metric: str) -> np.ndarray:
    """Differences, without sign, of `metric` between the runs of both backends: every replicate of both sides."""
    found = []
    for place in (0, 1):
        here, there = (_of_arm(frame, sides(registry, contrast, frame)[place], metric) for frame in runs.values())
        for k in sorted(here.index.intersection(there.index)):
            for name in HASHES:
                if here.loc[k, name] != there.loc[k, name]:
                    raise PairingError(f"{contrast.name}: replicate {k}: {name} differs between the backends")
        found.append((here["_value"] - there["_value"]).abs().dropna())
    return pd.concat(found).to_numpy(float)


def _of_arm(runs: pd.DataFrame, arm: str | None, metric: str) -> pd.DataFrame:
    return runs.assign(_value=outcome(runs, metric))[runs["arm"].eq(str(arm))].set_index("replicate")
