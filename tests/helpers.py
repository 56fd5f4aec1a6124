"""What several tests share: arms from a few overrides, and the command line in a subprocess."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from mismatch.config.arm import Arm
from mismatch.config.groups import Settings
from mismatch.config.registry import DATASETS
from mismatch.config.rules import resolve

TIMES = {
    *("step_ms", "step_ms_iqr", "step_cpu_ms", "compile_s", "train_s", "run_s", "peak_mib"),
    *("started", "commit", "dirty"),
}
"""Columns that differ between two runs of the same numbers."""

COMMAND = (sys.executable, "-m", "mismatch")


def make_settings(data: str = "early", **overrides: Any) -> Settings:
    """Settings from keywords such as ``length__steps=12`` or ``mask="masking"``; small data sets."""
    dataset = DATASETS.get(data)()
    dataset.train, dataset.probe, dataset.test = 512, 64, 256
    settings = Settings(data=dataset)
    settings.train.updates, settings.train.batch = 30, 32
    for key, value in overrides.items():
        group, _, name = key.partition("__")
        if not name:
            target, name = (
                (settings, group)
                if group in ("replicates", "seed", "out", "name")
                else (getattr(settings, group), "kind")
            )
        else:
            target = getattr(settings, group)
        assert hasattr(target, name), key
        setattr(target, name, value)
    return settings


def make_arm(data: str = "early", **overrides: Any) -> Arm:
    return resolve(make_settings(data, **overrides))


def mismatch(*words: str, cwd: Path, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command; the caller looks at returncode, stdout and stderr."""
    env = os.environ | environment
    return subprocess.run([*COMMAND, *words], cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout)
