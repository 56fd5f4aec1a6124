"""What several tests share: arms from a few overrides, and the command line in a subprocess."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

from mismatch.config import paths
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


INLINE = "hydra.launcher.executor=inline"
"""A sweep is trained by the process that asks for it."""


def here(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in this process, which knows TensorFlow and its programs already: for what it says and leaves.

    As `mismatch`, which is for what processes do.
    """
    from mismatch import cli

    back, terminate, out, err = Path.cwd(), signal.getsignal(signal.SIGTERM), io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.callback(os.chdir, back)
        stack.callback(signal.signal, signal.SIGTERM, terminate)
        os.chdir(cwd)
        stack.enter_context(mock.patch.object(paths, "START", cwd))
        stack.enter_context(mock.patch.object(sys, "argv", ["mismatch", *words]))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("default")
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        try:
            cli.main()
        except SystemExit as end:
            return subprocess.CompletedProcess(words, int(end.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("the command ends with an exit code")


def mismatch(*words: str, cwd: Path, timeout: float = 300, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command; the caller looks at returncode, stdout and stderr."""
    env = os.environ | environment
    return subprocess.run([*COMMAND, *words], cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout)
