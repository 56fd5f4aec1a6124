"""``python -m mismatch.replicate [EXPERIMENT...]``: `make replicate`, a process for each backend and the table.

Out: records and `replicate.csv` in ``results/replicate``, the table as text, and an exit code as of a sweep: 2 where
JAX is missing, 3 where runs failed.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from mismatch.config import environment, experiments, paths
from mismatch.config.fields import ConfigError
from mismatch.replicate.arms import contrasts, registered
from mismatch.sweep import store
from mismatch.sweep.session import EXIT_USAGE, say

REPLICATES = 5


def main(words: Sequence[str] | None = None) -> int:
    """Train under both backends, write and print the table."""
    parser = argparse.ArgumentParser(prog="python -m mismatch.replicate", description=__doc__)
    parser.add_argument("experiment", nargs="*", help="default: all with a primary contrast on accuracy or loss")
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--out", type=Path, default=Path("results/replicate"))
    asked = parser.parse_args(words)
    try:
        return _replicate(asked.experiment or experiments.names(), asked.replicates, paths.absolute(str(asked.out)))
    except ConfigError as error:
        say(f"mismatch: error: {error}")
        return EXIT_USAGE


def _replicate(names: Sequence[str], replicates: int, out: Path) -> int:
    from mismatch.replicate.table import BACKENDS, table

    if find_spec("jax") is None:
        raise ConfigError("jax", "not installed", "make replicate needs it: pip install 'mismatch[jax]'")
    if replicates < 2:
        raise ConfigError("--replicates", replicates, "must be at least 2: an interval needs two pairs")
    chosen = [name for name in names if contrasts(registered(name))]
    if not chosen:
        raise ConfigError("experiment", ",".join(names), "has no primary contrast of two arms on accuracy or loss")
    codes = []
    for backend in BACKENDS:
        command = [sys.executable, "-m", "mismatch.replicate.train", str(out), str(replicates), *chosen]
        codes.append(subprocess.run(command, env=environment.of_child(backend)).returncode)
        if codes[-1] not in (0, 3):
            return codes[-1]
    found = table(out, chosen)
    store.write_csv(out / "replicate.csv", found)
    print(found.to_string(index=False, float_format=lambda value: f"{value:+.4f}"))
    say(f"{paths.shown(out)}: replicate.csv")
    return max(codes)


if __name__ == "__main__":
    raise SystemExit(main())
