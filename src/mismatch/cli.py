"""The command `mismatch`: Hydra, after the command line has been put into the form Hydra needs.

Hydra cannot read an experiment's sweep when several experiments are swept at once, so each becomes a
multirun of its own; and every sweep without a name gets one from its overrides, so that the same command
finds its own results again.
"""

import hashlib
import sys

from mismatch import pool, sweep
from mismatch.paths import CONF, EXPERIMENTS

CONTROLS = ("replicates", "time_limit", "impossible", "hydra", "+hydra", "name", "out")  # do not change what is asked


def main() -> None:
    """Entry point. Exit codes: 0 all runs ok, 1 Hydra's own errors, 2 usage, 3 some runs failed, 130 interrupted."""
    try:
        for words in expand(sys.argv[1:]):
            _hydra(words)
    finally:
        pool.stop()
    raise SystemExit(sweep.exit_code)


def _hydra(words: list[str]) -> None:
    import hydra

    from mismatch.config import register

    register()
    sys.argv = [sys.argv[0], *words]
    hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(sweep.run_one)()


def expand(words: list[str]) -> list[list[str]]:
    """One argument list per experiment asked for; one if none is. Ends the program on an unknown experiment."""
    if {"-sc", "--shell-completion", "--shell_completion"} & set(words):
        return [words]
    chosen = [word for word in words if word.lstrip("+").startswith("experiment=")]
    if not chosen:
        return [_named(words)]
    names = [name for word in chosen for name in word.split("=", 1)[1].split(",")]
    known = sorted(path.parent.name for path in EXPERIMENTS.glob("*/sweep.yaml"))
    for name in names:
        if name.removesuffix("/smoke") not in known:
            sweep.fail(f"experiment={name}: must be one or more of {','.join(known)}")
    place = words.index(chosen[0])
    before, after = words[:place], [word for word in words[place:] if word not in chosen]
    return [[*before, f"+experiment={name}", *after] for name in dict.fromkeys(names)]


def _named(words: list[str]) -> list[str]:
    """Add name=adhoc-<hash of what is asked> unless a name or a folder is given."""
    overrides = [word for word in words if "=" in word and not word.startswith("-")]
    keys = [word.split("=", 1)[0] for word in overrides]
    if "name" in keys or "out" in keys:
        return words
    asked = sorted(
        word for word, key in zip(overrides, keys, strict=True) if key.split(".")[0].split("/")[0] not in CONTROLS
    )
    return [*words, f"name=adhoc-{hashlib.sha256(' '.join(asked).encode()).hexdigest()[:8]}"]
