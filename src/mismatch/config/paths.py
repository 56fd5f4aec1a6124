"""Where things are: the config tree, the experiments and the committed reference, and what a relative path means.

A path that a person types means what it meant in the directory the command was started in. `absolute` settles it
once, before anything (Hydra's ``hydra.job.chdir``, say) can change the working directory; from there on, in every
process, only absolute paths are passed on.
"""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_ROOT = _PACKAGE.parents[1] if (_PACKAGE.parents[1] / "conf" / "config.yaml").is_file() else _PACKAGE
CONF = _ROOT / "conf"
EXPERIMENTS = _ROOT / "experiments"
REFERENCE = _ROOT / "results" / "reference"


def _start() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it has been deleted: what is written there will fail, with a line that says so
        return Path(os.environ.get("PWD", "/"))


START = _start()
"""The directory this process was started in; the command imports this module before anything else."""


def absolute(path: str | Path) -> Path:
    """`path` as typed where the command was started, ``~`` included, as an absolute path; links stay."""
    return Path(os.path.normpath(START / Path(path).expanduser()))


def shown(path: str | Path) -> str:
    """`path` for a message: relative to the starting directory where it lies below it."""
    full = absolute(path)
    return str(full.relative_to(START)) if full.is_relative_to(START) else str(full)
