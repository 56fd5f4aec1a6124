"""The command `mismatch-report`: tables and figures of results folders again, or the chain behind a verdict."""

import argparse
from pathlib import Path

from mismatch.config.fields import ConfigError
from mismatch.sweep.session import fail


def main() -> None:
    parser = argparse.ArgumentParser(prog="mismatch-report", description=__doc__)
    parser.add_argument("folder", nargs="*", type=Path, help="results folders, such as results/padding")
    parser.add_argument("--explain", metavar="CLAIM", help="what the verdict on a claim rests on, such as C18")
    parser.add_argument("--results", type=Path, default=Path("results"), help="where --explain looks (results)")
    words = parser.parse_args()
    if not words.explain and not words.folder:
        parser.error("give a results folder, or --explain and a claim")
    try:
        for folder in words.folder:
            _rebuild(folder)
        _verdicts(words.folder)
        if words.explain:
            from mismatch.report.explain import explain

            print(explain(words.results, words.explain))
    except ConfigError as error:
        fail(str(error))


def _rebuild(folder: Path) -> None:
    from mismatch.report.results import rebuild

    runs, notes = rebuild(folder)
    for note in notes:
        print(note)
    print(f"{folder}: tables, figures and report.html from {len(runs)} runs")


def _verdicts(folders: list[Path]) -> None:
    """The table of verdicts above the folders that have claims, written once."""
    from mismatch.report import verdicts

    claimed = [folder for folder in folders if (folder / "claims.csv").is_file() and "smoke" not in folder.parts]
    for parent in dict.fromkeys(folder.parent for folder in claimed):
        verdicts.write(verdicts.collect(parent), parent)


if __name__ == "__main__":
    main()
