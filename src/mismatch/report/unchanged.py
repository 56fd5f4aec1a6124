"""Whether a command that had nothing to do would have nothing to do again: known without composing what it asks for.

In: the words of a command. Out: the lines that it said, where all that decides them is as it was: words and directory,
configs and experiments, code and packages, records, tables, figures and pages. To compose the thousand jobs of all
experiments takes Hydra twenty seconds. What may depend on anything else (files of one's own, variables in configs,
options of Hydra) is not remembered.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mismatch.config import experiments, files, paths
from mismatch.config.identity import installed
from mismatch.report import fresh

if TYPE_CHECKING:
    from mismatch.sweep.session import Idle

FILE = ".unchanged.json"
FOLDERS = ("results", "results/smoke")
"""Where results of commands are that say nothing else."""
PACKAGES = ("hydra-core", "omegaconf")
ELSEWHERE = ("-", "hydra", "+hydra", "out=", "name=")
"""How words begin of which nothing is remembered."""
AROUND = ("HYDRA_", "MISMATCH_", "KERAS_")
"""How the names of variables begin that a command may depend on."""

OURS = "HYDRA_FULL_ERROR"
"""Which the command itself sets on its way."""


def told(words: Sequence[str]) -> tuple[list[str], str | None] | None:
    """The lines of a command, and the verdicts if it has any, where it had nothing to do and nothing changed since."""
    there = [folder for folder in map(paths.absolute, FOLDERS) if (folder / FILE).is_file()]
    key = _key(words) if there else None
    for folder in there:
        try:
            noted = json.loads((folder / FILE).read_text())
            if key is None or noted["key"] != key:
                continue
            if any(found != _of(Path(out), *how) for out, how, found in noted["sweeps"]):
                continue
            verdicts = fresh.kept(folder, fresh.VERDICTS, fresh.of_verdicts(folder)) if noted["verdicts"] else {}
            if verdicts is not None:
                return [str(line) for line in noted["lines"]], fresh.said(verdicts) if verdicts else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return None


def note(words: Sequence[str], idle: Idle) -> None:
    """Remember that a command had nothing to do."""
    key, folder = _key(words), idle.sweeps[0].folder.parent
    own = any(hasattr(arm.data, "sha256") for sweep in idle.sweeps for arm in sweep.request.arms)
    elsewhere = any(sweep.folder.parent != folder for sweep in idle.sweeps)
    if key is None or own or elsewhere or folder not in map(paths.absolute, FOLDERS):
        return
    sweeps = [(str(each.folder), [each.request.figures, not each.request.smoke]) for each in idle.sweeps]
    found = [(out, how, _of(Path(out), *how)) for out, how in sweeps]
    published = not any(sweep.request.smoke for sweep in idle.sweeps) and (folder / fresh.VERDICTS).is_file()
    if all(state for _, _, state in found):
        noted = {"key": key, "sweeps": found, "verdicts": published, "lines": list(idle.lines)}
        files.write(folder / FILE, json.dumps(noted) + "\n")


def _of(out: Path, figures: bool, vector: bool) -> str:
    """The state of a results folder whose report is what would be made again; empty where it is not."""
    made_from = fresh.of_report(out, figures, vector)
    return "" if fresh.kept(out, fresh.REPORT, made_from) is None else made_from


def _key(words: Iterable[str]) -> str | None:
    """A hash of all that decides what a command asks for; None where that cannot be told."""
    words = list(words)
    if any(word.startswith(ELSEWHERE) and word not in ("-m", "--multirun") for word in words):
        return None
    configs = _configs()
    if any(b"${oc." in path.read_bytes() for path in configs):
        return None
    return fresh.hashed([json.dumps(words), str(paths.START), fresh.code(), *_around()], configs)


def _around() -> list[str]:
    around = {name: value for name, value in os.environ.items() if name.startswith(AROUND) and name != OURS}
    variables = sorted(f"{name}={value}" for name, value in around.items())
    return [*variables, *(f"{package}=={installed(package)}" for package in PACKAGES)]


def _configs() -> list[Path]:
    roots = [paths.CONF, *experiments.roots()]
    return sorted(path for root in roots for kind in ("*.yaml", "*.yml") for path in root.rglob(kind))
