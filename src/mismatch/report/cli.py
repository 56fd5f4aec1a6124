"""The command `mismatch-report`: tables and figures of results folders again, from their records alone."""

import argparse
from pathlib import Path

from mismatch.checks import ConfigError
from mismatch.sweep import fail, report


def main() -> None:
    parser = argparse.ArgumentParser(prog="mismatch-report", description=__doc__)
    parser.add_argument("folder", nargs="+", type=Path, help="results folder holding records/, such as results/padding")
    for folder in parser.parse_args().folder:
        try:
            runs = report(folder)
        except ConfigError as error:
            fail(str(error))
        print(f"{folder}: {len(runs)} runs in runs.csv, summary.csv, report.html, figures/")
