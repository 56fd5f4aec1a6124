"""The verb `mismatch advise`: a file of sequences, minutes; out come the way to go, what others cost, and a script.

In: the words of the command line. Out: an exit code, and in the results folder a page, JSON, Markdown and the script
beside the records, which make the same command go on where it was stopped.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.check import verb as reading
from mismatch.config.fields import ConfigError, plain
from mismatch.config.paths import absolute, shown

if TYPE_CHECKING:
    from mismatch.check.outcome import Checked

EXAMPLES = """examples:
  mismatch advise reviews.csv --text review --label stars --minutes 5
  mismatch advise steps.csv --id recording --time t --label state --group patient
  mismatch advise train.ts --minutes 15 --units 64
  mismatch advise train.ts --minutes 30 --model my_model.py:build
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
    parser.add_argument(
        "--model",
        metavar="FILE.py:FUNCTION",
        help="a function of T, D (texts: the size of the vocabulary) and K that returns a Keras model, to be raced by "
        "fit in the place of the GRU; slower",
    )
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")
    parser.add_argument(
        "--fit", action="store_true", help="also fit the advised model on all sequences: model.keras and prepare.py"
    )
    parser.add_argument("--out", metavar="FOLDER", help="results folder (default: results/advise-FILE)")
    return parser


def run(given: argparse.Namespace) -> int:
    """Race, test, tell, write; returns the exit code.

    Raises:
        ConfigError: for what cannot be read, asked for or written.
    """
    from mismatch.advise.asking import Limits, ask
    from mismatch.advise.terminal import brief

    try:
        asked = Limits(given.minutes, given.margin, given.units, given.seed).asked()
    except ConfigError as error:
        raise ConfigError(f"--{error.key}", error.value, error.accepted) from None
    asked = replace(asked, model=given.model, fit=given.fit)
    folder = absolute(given.out or f"results/advise-{_name(given.file)}")
    try:
        advice, written = ask(lambda _: _read(given), asked, folder)
    except ConfigError as error:
        raise _said(error) from error
    width = min(max(shutil.get_terminal_size().columns, 60), 100) if sys.stdout.isatty() else 80
    print(brief(advice, width))
    print(f"\nin {plain(shown(folder))}: {', '.join(written.names)}")
    if written.why:
        print(f"no script: {plain(written.why)}")
    return 0


def _read(given: argparse.Namespace) -> tuple[Any, Checked]:
    """The dataset of the file, as ``data=text`` or ``data=series`` has it, and what the check finds in it."""
    from mismatch.check.items import check_items
    from mismatch.data.series import Series
    from mismatch.data.text import YourText

    items = reading.read_items(given)
    checked = check_items(items)
    shared = {name: getattr(given, name) for name in ("split", "group", "separator", "encoding")}
    shared |= {"path": given.file, "test_path": given.other, "label": given.label or "label"}
    if items.texts is not None:
        return YourText(text=given.text or "text", **shared), checked
    time = "time" if given.time is None else None if given.time in ("", reading.NULL) else given.time
    columns = {"id": given.id or "id", "time": time, "features": given.features}
    return Series(**columns, missing=given.missing, **shared), checked


def _said(error: ConfigError) -> ConfigError:
    """The error in the words of this command's options."""
    key = {"out": "--out", "model.build": "--model"}.get(error.key, error.key)
    return reading.said(ConfigError(key, error.value, error.accepted.replace("name=...", "--out")))


def _name(path: str) -> str:
    """What the results folder is called after: the file's name without its ending."""
    stem = Path(path).name.split(".")[0]
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in stem)[:60] or "data"
