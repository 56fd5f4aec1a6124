"""The command `mismatch`: Hydra, after the command line has been put into the form Hydra needs.

Hydra cannot read an experiment's sweep when several experiments are swept at once, so each becomes a
multirun of its own; and every sweep without a name gets one from its overrides, so that the same command
finds its own results again. An experiment with overrides of its own is another question: it gets a folder of its own
and no verdicts.
"""

import hashlib
import sys

from mismatch.config.paths import CONF, EXPERIMENTS
from mismatch.sweep import pool
from mismatch.sweep import session as sweep

CONTROLS = {
    "replicates",
    "time_limit",
    "impossible",
    "figures",
    "hydra",
    "debug",
    "experiment",
}  # do not change what is asked
COMPLETION = {"-sc", "--shell-completion", "--shell_completion"}


def main() -> None:
    """Entry point. Exit codes: 0 all runs ok, 1 Hydra's own errors, 2 usage, 3 some runs failed, 130 interrupted."""
    try:
        for words in expand(sys.argv[1:]):
            _hydra(words)
        sweep.run_pending()
        code = sweep.exit_code()
    except KeyboardInterrupt:
        print("interrupted: finished runs are kept; run the same command to go on", file=sys.stderr)
        code = sweep.EXIT_INTERRUPTED
    except OSError as error:  # a full disk, say; everything else is a bug and shows itself
        print(f"mismatch: error: {error}; finished runs are kept", file=sys.stderr)
        code = sweep.EXIT_BROKEN
    finally:
        pool.stop()
    raise SystemExit(code)


def _hydra(words: list[str]) -> None:
    import hydra

    from mismatch.config.settings import register

    register()
    sys.argv = [sys.argv[0], *words]
    hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(sweep.run_one)()


def expand(words: list[str]) -> list[list[str]]:
    """One argument list per experiment asked for; one if none is. Ends the program on an unknown experiment."""
    if COMPLETION & set(words):
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
    return [_named([*before, f"+experiment={name}", *after], name) for name in dict.fromkeys(names)]


def _named(words: list[str], experiment: str = "") -> list[str]:
    """Add name=<experiment or adhoc>-<hash of what is asked> to the overrides, unless a name or a folder is given.

    An experiment as it stands keeps its own name.
    """
    places = [place for place, word in enumerate(words) if "=" in word and not word.startswith("-")]
    keys = {place: words[place].split("=", 1)[0].lstrip("+") for place in places}
    asked = sorted(words[place] for place, key in keys.items() if key.split(".")[0].split("/")[0] not in CONTROLS)
    if {"name", "out"} & set(keys.values()) or (experiment and not asked):
        return words
    prefix = experiment.partition("/")[0] or "adhoc"
    name = f"name={prefix}-{hashlib.sha256(' '.join(asked).encode()).hexdigest()[:8]}"
    first = places[0] if places else 0
    return [*words[:first], name, *words[first:]]
