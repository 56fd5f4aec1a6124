"""What an experiment brings along in its folder: a measurement, figures and claims of its own, found by name.

`experiments/<name>/measure.py` has ``measure(out, smoke)``, which writes tables into the results folder, ``TABLES``
(file name -> meaning) and ``SECONDS`` (what it takes: in full, in a smoke run). It runs in a fresh process, after the
training and on an idle machine. `figure.py` has ``figures(out)``, name -> figure, without TensorFlow.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from mismatch.config import files
from mismatch.config.paths import EXPERIMENTS
from mismatch.sweep import store
from mismatch.sweep.parent import die_with

if TYPE_CHECKING:
    import pandas as pd

STAMP = "measured.json"


@cache
def module(experiment: str, name: str) -> ModuleType | None:
    """`experiments/<experiment>/<name>.py`, or None where there is none. Its folder can be imported from."""
    path = EXPERIMENTS / experiment / f"{name}.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location(f"mismatch_{experiment}_{name}", path)
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found  # dataclasses look their module up
    spec.loader.exec_module(found)
    return found


def seconds(experiment: str, smoke: bool) -> float:
    """What the experiment's own measurement should take; 0 without one."""
    found = module(experiment, "measure")
    return float(found.SECONDS[smoke]) if found else 0.0


def measured(experiment: str, out: Path, smoke: bool) -> bool:
    """Whether the measurement need not be made (again): there is none, or its tables are there and its code the same.

    A measurement with ``AGAIN = True`` is made every time.
    """
    found = module(experiment, "measure")
    if found is None:
        return True
    if getattr(found, "AGAIN", False) or not all((out / name).is_file() for name in found.TABLES):
        return False
    try:
        stamp: dict[str, str] = json.loads((out / STAMP).read_text())
    except (OSError, ValueError):
        return False
    return stamp == _identity(experiment, smoke)


def measure(experiment: str, out: Path, smoke: bool) -> None:
    """Make the experiment's own measurement in a fresh process.

    Raises:
        RuntimeError: with the last line of what the process said, if it fails.
    """
    out.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "mismatch.sweep.own", experiment, str(out), "smoke" if smoke else "full"]
    # A session of its own: Ctrl-C reaches this process alone, which then ends the other.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "3")},
    )  # fmt: skip
    try:
        output, _ = process.communicate()
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        (out / "measure.log").write_text(output)
        last = (output.strip().splitlines() or ["no output"])[-1]
        raise RuntimeError(f"the measurement of {experiment} failed: {last} (all of it in {out / 'measure.log'})")
    files.write(out / STAMP, json.dumps(_identity(experiment, smoke)) + "\n")


def tables(experiment: str, out: Path) -> dict[str, "pd.DataFrame"]:
    """The experiment's own tables by file name, those that are there."""
    found = module(experiment, "measure")
    names = [name for name in (found.TABLES if found else {}) if name.endswith(".csv") and (out / name).is_file()]
    return {name: store.read_csv(out / name) for name in names}


def _identity(experiment: str, smoke: bool) -> dict[str, str]:
    """What the tables depend on: all Python files of the experiment, versions, and how much was measured."""
    from importlib.metadata import version

    sha = hashlib.sha256()
    for path in sorted((EXPERIMENTS / experiment).glob("*.py")):
        if path.name != "figure.py":
            sha.update(path.name.encode() + path.read_bytes())
    versions = {name: version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"code": sha.hexdigest()[:12], "size": "smoke" if smoke else "full"} | versions


def main() -> None:
    """``python -m mismatch.sweep.own <experiment> <out> full|smoke``: measure in this process."""
    experiment, out, size = sys.argv[1:]
    found = module(experiment, "measure")
    assert found is not None
    die_with(os.getppid())
    found.measure(Path(out), smoke=size == "smoke")


if __name__ == "__main__":
    main()
