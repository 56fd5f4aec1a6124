"""The verb `mismatch advise`: a file of sequences, minutes; out come the way to go, what others cost, and a script.

In: the words of the command line. Out: an exit code, and in the results folder `advice.json`, `advice.md`, `model.py`
beside the records, which make the same command go on where it was stopped.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.check import verb as reading
from mismatch.config import files
from mismatch.config.fields import ConfigError, require
from mismatch.config.paths import absolute, shown

if TYPE_CHECKING:
    from mismatch.data.sources.base import Items

EXAMPLES = """examples:
  mismatch advise reviews.csv --text review --label stars --minutes 5
  mismatch advise steps.csv --id recording --time t --label state --group patient
  mismatch advise train.ts --minutes 15 --units 64
"""


def add(verbs: Any) -> argparse.ArgumentParser:
    """Add the verb and its options to the parsers of the command."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "advise",
        help="what to do with the sequences of a file: which length, side, mask and reduction, measured on them",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", help="a table, a folder per class of texts or numbers, .ts, .npz")
    parser.add_argument("other", nargs="?", metavar="test_file", help="file of the test part")
    reading.add_reading(parser)
    parser.add_argument("--missing", default="refuse", help="numbers: refuse | previous | linear | zero")
    parser.add_argument("--minutes", type=float, default=5.0, metavar="M", help="time it may take (default: 5)")
    parser.add_argument(
        "--margin", type=float, default=0.01, metavar="A", help="accuracy that is nothing (default: .01)"
    )
    parser.add_argument("--units", type=int, default=16, metavar="H", help="units of the GRU (default: 16)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")
    parser.add_argument("--out", metavar="FOLDER", help="results folder (default: results/advise-FILE)")
    return parser


def run(given: argparse.Namespace) -> int:
    """Race, test, tell, write; returns the exit code.

    Raises:
        ConfigError: for what cannot be read, asked for or written.
    """
    require(0.2 <= given.minutes <= 1440, "--minutes", given.minutes, "must be from 0.2 to 1440")
    require(0 < given.margin < 1, "--margin", given.margin, "must be between 0 and 1")
    require(1 <= given.units <= 4096, "--units", given.units, "must be from 1 to 4096")
    require(given.seed >= 0, "--seed", given.seed, "must be at least 0")
    from mismatch.advise.advising import Advising, Asked
    from mismatch.advise.words import written
    from mismatch.check.items import check_items
    from mismatch.config.registry import EXECUTORS
    from mismatch.sweep import lock

    executor = EXECUTORS.get("local")(-1)
    executor.warm()
    try:
        items = reading.read_items(given)
        dataset = _dataset(given, items)
        checked = check_items(items)
        dataset_folder = files.guard(absolute(given.out or f"results/advise-{_name(given.file)}"))
        asked = Asked(given.minutes, given.margin, given.units, given.seed)
        with lock.hold(dataset_folder, shown(dataset_folder)):
            advising = Advising(dataset, checked, asked, dataset_folder, executor, _say)
            advice = advising.advice()
        print(written(advice))
    except ConfigError as error:
        raise reading.said(error) from error
    finally:
        executor.stop()
    return 0


def _dataset(given: argparse.Namespace, items: Items) -> Any:
    """The dataset of the file, as ``data=text`` or ``data=series`` has it."""
    from mismatch.data.series import Series
    from mismatch.data.text import YourText

    shared = {name: getattr(given, name) for name in ("split", "group", "separator", "encoding")}
    shared |= {"path": given.file, "test_path": given.other, "label": given.label or "label"}
    if items.texts is not None:
        return YourText(text=given.text or "text", **shared)
    time = "time" if given.time is None else None if given.time in ("", reading.NULL) else given.time
    return Series(id=given.id or "id", time=time, features=given.features, missing=given.missing, **shared)


def _name(path: str) -> str:
    """What the results folder is called after: the file's name without its ending."""
    stem = Path(path).name.split(".")[0]
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in stem)[:60] or "data"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
