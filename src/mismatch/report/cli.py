"""The command `mismatch-report`, until `mismatch report` and `mismatch explain` take its place."""

import argparse
from pathlib import Path

from mismatch.config.fields import ConfigError
from mismatch.sweep.session import fail


def main() -> None:
    parser = argparse.ArgumentParser(prog="mismatch-report", description=__doc__)
    parser.add_argument("folder", nargs="*", type=Path, help="results folders, such as results/padding")
    parser.add_argument("--explain", metavar="CLAIM", help="what the verdict on a claim rests on, such as C18")
    parser.add_argument("--results", type=Path, help="where --explain looks (results)")
    parser.add_argument("--out", type=Path, help="where the reports go (back into the folders)")
    words = parser.parse_args()
    if not words.explain and not words.folder:
        parser.error("give a results folder, or --explain and a claim")
    from mismatch.report import verbs

    try:
        for line in verbs.report(words.folder, words.out) if words.folder else ():
            print(line)
        if words.explain:
            print(verbs.explain(words.explain, words.results))
    except ConfigError as error:
        fail(str(error))


if __name__ == "__main__":
    main()
