"""Which arms an experiment's primary contrasts on accuracy and loss rest on, found among the jobs of its sweep.

In: the claims of an experiment, and the jobs as Hydra composes them. Out: the contrasts; the jobs to train.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mismatch.analysis.registry import Registry, load
from mismatch.analysis.select import arm_where
from mismatch.analysis.tests.paired import PairedContrast
from mismatch.config import experiments
from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.config.rules import resolve
from mismatch.config.settings import settings

METRICS = (
    *("exact_accuracy", "accuracy", "generalisation_gap"),
    *("log_loss", "excess_loss", "learnability_loss", "delay"),
)
"""What a trained model predicts, and when it has learned to; no times, and nothing that rests on gradients."""


def registered(experiment: str) -> Registry:
    """The claims of `experiment`; none where it registers none.

    Raises:
        ConfigError: for an experiment that there is not.
    """
    folder = experiments.folder(experiment)
    if folder is None:
        raise ConfigError("experiment", experiment, "must be one of " + ", ".join(experiments.names()))
    path = folder / "claims.yaml"
    return load(path) if path.is_file() else Registry(experiment)


def contrasts(registry: Registry) -> list[tuple[str, PairedContrast]]:
    """The primary contrasts of two arms in one of `METRICS`, each with the number of its claim."""
    return [
        (claim.id, contrast)
        for claim in registry.claims
        for contrast in claim.contrasts
        if isinstance(contrast, PairedContrast) and contrast.test == "paired"
        if contrast.primary and contrast.metric in METRICS and contrast.table == "runs.csv"
    ]


def sides(registry: Registry, contrast: PairedContrast, runs: pd.DataFrame) -> tuple[str | None, str | None]:
    """Ids of the arms that `contrast` compares, among those of `runs`."""
    base = {key: value for key, value in registry.base.items() if key in runs} | contrast.where
    return arm_where(runs, base | contrast.arm), arm_where(runs, base | contrast.against)


def needed(registry: Registry, configs: Sequence[Any]) -> list[Any]:
    """Those of a sweep's `configs` whose arms a contrast rests on, each arm once."""
    found: dict[str, tuple[Arm, Any]] = {}
    for config in configs:
        try:
            arm = resolve(settings(config))
        except ConfigError:  # an impossible cell of the grid, which the sweep leaves out
            continue
        found.setdefault(arm.id, (arm, config))
    table = pd.DataFrame([{"arm": name, **arm.parameters()} for name, (arm, _) in found.items()])
    wanted = {side for _, contrast in contrasts(registry) for side in sides(registry, contrast, table)}
    return [config for name, (_, config) in found.items() if name in wanted]
