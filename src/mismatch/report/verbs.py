"""The verbs of the command that read results: report, explain and export.

In: folders and claims as typed. Out: lines to print; errors of the user are ConfigErrors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mismatch.config.counting import counted
from mismatch.config.fields import ConfigError
from mismatch.config.files import guard
from mismatch.config.paths import REFERENCE


def report(folders: Sequence[Path], out: Path | None = None) -> Iterator[str]:
    """Make the report of every folder anew, verdicts and page above them; yields a line for each thing done.

    Args:
        folders: results folders, such as results/padding.
        out: where the reports go, each into a folder named like its own, to be published. Default: back into them.

    Raises:
        ConfigError: for a folder without records, the shipped results, or a place that cannot be written.
    """
    from mismatch.report import publishing
    from mismatch.report.build import rebuild

    if not folders:
        raise ConfigError("report", "", "needs one results folder or more, such as results/padding")
    targets = [folder if out is None else out / folder.resolve().name for folder in folders]
    if len(set(targets)) < len(targets) and out is not None:
        raise ConfigError("--out", out, "needs folders with different names")
    for target in targets:
        guard(target, explicit=out is not None)
    for folder, target in zip(folders, targets, strict=True):
        try:
            rebuilt = rebuild(folder, to=None if out is None else target)
        except OSError as error:
            raise ConfigError("report", target, f"cannot be written ({error.strerror}), it is as it was") from error
        yield from rebuilt.notes
        yield f"{target}: tables, figures and report.html from {counted(rebuilt.runs, 'run')}"
    claimed = [target for target in targets if (target / "claims.csv").is_file() and "smoke" not in target.parts]
    for parent in dict.fromkeys(target.parent for target in claimed):
        if publishing.publish(parent, vector=out is None):
            told = "report.html (everything on one page), verdicts.md, .csv, .png"
            yield f"{parent}: {told}; mismatch explain C18 shows what one rests on"


def export(folders: Sequence[Path], to: str, out: Path | None = None) -> Iterator[str]:
    """As `mismatch.report.export.export`."""
    from mismatch.report import export as exporting

    return exporting.export(folders, to, out)


def explain(claim: str, results: Path | None = None) -> str:
    """What the verdict on `claim` rests on, from `results`, or from the shipped results where one's own know it not.

    Raises:
        ConfigError: for a claim that nobody knows.
    """
    from mismatch.report import explain as chain

    if results is not None:
        return chain.explain(results, claim)
    own = Path("results")
    places = [own, own / "reference", REFERENCE]
    found = next((place for place in places if chain.knows(place, claim)), None)
    if found is None:  # the error names the claims there are
        found = next((place for place in places if any(place.glob("*/claims.csv"))), own)
    return chain.explain(found, claim)
