"""Whether a report is what would be made again: then it need not be, and nothing takes no time.

In: a folder, what its files are made from. Out: a stamp beside them. It names the content of everything that enters
(records, tables, plan, the experiment's folder, our code, parts and packages of others) and that of the files that were
made, so that one that was changed or deleted is made again.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from mismatch.config import experiments, files, registry
from mismatch.config.identity import installed
from mismatch.report import experiment
from mismatch.report.fit import Grid
from mismatch.sweep import store

REPORT, VERDICTS = "report.json", "verdicts.json"
PACKAGES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "scikit-learn",
    "matplotlib",
    "jinja2",
    "markdown-it-py",
    "pyarrow",
    "pillow",
    "pyyaml",
)
"""What numbers, figures and pages are made with."""
NAMED = ("*.parquet", "*.md", "report.html")
"""What the page over all results links to."""
SHOWN = ("*.csv", "runs.parquet", "plan.json", "figures/*.png")
"""What the verdicts and the page over all results are made from."""
READ = ("plan.json", "measured.json", "baselines.csv")
CODE = ("*.py", "*.j2", "*.css", "*.js", "*.yaml", "*.mplstyle")


def of_report(out: Path, figures: bool, vector: bool) -> str:
    """What the report of the results folder `out` would be made from."""
    planned = store.read_plan(out)
    name = planned.name if planned else out.resolve().name
    folder = experiments.folder(name)
    own = list(experiment.measured(out).values())
    beside = [path for path in sorted(out.resolve().parent.glob("*/robustness.csv")) if path.parent != out.resolve()]
    brought = sorted(path for path in folder.glob("*") if path.is_file()) if folder else []
    return hashed(
        [store.fingerprint(out), str(figures), str(vector), name, code()],
        [out / file for file in READ] + own + beside + brought,
    )


def of_verdicts(folder: Path) -> str:
    """What the verdicts and the page over the results folders in `folder` would be made from."""
    read = sorted(path for kind in SHOWN for path in folder.glob(f"*/{kind}"))
    names = sorted(path.relative_to(folder).as_posix() for kind in NAMED for path in folder.glob(f"*/{kind}"))
    return hashed([code(), *names], [*read, *experiments.findings()])


def published(folder: Path) -> str | None:
    """The verdicts over the results folders in `folder` as text, None without claims; their files are there then."""
    made_from = of_verdicts(folder)
    noted = kept(folder, VERDICTS, made_from)
    if noted is not None:
        return said(noted)
    from mismatch.report import publishing

    grid = publishing.publish(folder)
    if grid is None:
        return None
    keep(folder, VERDICTS, made_from, publishing.FILES, {"grid": asdict(grid)})
    return grid.text()


def said(noted: Mapping[str, Any]) -> str:
    """The verdicts that were noted, as text."""
    return Grid.of(noted["grid"]).text()


def kept(folder: Path, file: str, made_from: str) -> Mapping[str, Any] | None:
    """What was noted with the stamp, if everything is as it was when it was made."""
    try:
        stamp = json.loads((folder / file).read_text())
        if stamp["from"] != made_from or any(
            files.digest(folder / name) != found for name, found in stamp["made"].items()
        ):
            return None
        return stamp["noted"] if isinstance(stamp["noted"], dict) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(folder: Path, file: str, made_from: str, made: Iterable[str], noted: Mapping[str, Any]) -> None:
    """Note that the files `made`, by their paths below `folder`, are what `made_from` gives."""
    found = {name: files.digest(folder / name) for name in sorted(made)}
    files.write(folder / file, json.dumps({"from": made_from, "noted": dict(noted), "made": found}) + "\n")


@cache
def code() -> str:
    """The hash of our code, of parts of other packages, and of the packages that a report is made with."""
    here = Path(__file__).parents[1]
    sha = hashlib.sha256()
    for path in sorted(path for kind in CODE for path in here.rglob(kind)):
        sha.update(str(path.relative_to(here)).encode() + path.read_bytes())
    for package in PACKAGES:
        sha.update(f"{package}=={installed(package) or ''}".encode())
    for part in vars(registry).values():
        for name in sorted(part.foreign) if isinstance(part, registry.Registry) else ():
            source = part.source(name)
            sha.update(f"{part.key}={name}".encode() + (source.read_bytes() if source else b""))
    return sha.hexdigest()


def hashed(words: Iterable[str], paths: Iterable[Path]) -> str:
    """One hash of words and of the content of files, as far as these are there."""
    sha = hashlib.sha256("\n".join(words).encode())
    for path in paths:
        if path.is_file():
            content = path.read_bytes()
            sha.update(f"\n{path.parent.name}/{path.name} {len(content)}\n".encode() + content)
    return sha.hexdigest()
