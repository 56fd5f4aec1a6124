"""The verb `mismatch advise`: a file of sequences, minutes; out come the way to go, what others cost, and a script.

In: the words of the command line. Out: an exit code, and in the results folder a page, JSON, Markdown and the script
beside the records, which make the same command go on where it was stopped.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mismatch.check import verb as reading
from mismatch.config.fields import ConfigError, require
from mismatch.config.paths import absolute
from mismatch.sweep.cluster.asked import GROUP
from mismatch.sweep.cluster.asked import Asked as Cluster

if TYPE_CHECKING:
    from mismatch.check.outcome import Checked
    from mismatch.sweep.session import Session

EXAMPLES = """examples:
  mismatch advise reviews.csv --text review --label stars --minutes 5
  mismatch advise steps.csv --id recording --time t --label state --group patient
  mismatch advise train.ts --minutes 15 --units 64 --ray auto
  mismatch advise train.ts --minutes 30 --model my_model.py:build --fit
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
        "--ray", metavar="ADDRESS", help="train on a Ray cluster: auto, local, host:port, ray://host:port"
    )
    parser.add_argument(
        "--fit", action="store_true", help="also fit the advised model on all sequences: model.keras and prepare.py"
    )
    parser.add_argument("--out", metavar="FOLDER", help="results folder (default: results/advise-FILE)")
    return parser


def run(given: argparse.Namespace, session: Session) -> int:
    """Race, test, tell, write; returns the exit code.

    Raises:
        ConfigError: for what cannot be read, asked for or written.
    """
    from mismatch.advise.asking import Asking, Limits
    from mismatch.advise.configured import folder_of
    from mismatch.advise.terminal import show

    try:
        names = ("minutes", "margin", "units", "model", "fit", "seed")
        asked = Limits(**{name: getattr(given, name) for name in names}).asked()
    except ConfigError as error:
        raise ConfigError(f"--{error.key}", error.value, error.accepted) from None
    folder = absolute(given.out) if given.out else folder_of(given.file)
    try:
        session.ask(Asking(lambda _: _read(given), asked, folder, _executor(given), show))
        return session.run()
    except ConfigError as error:
        raise _said(error) from error


def _executor(given: argparse.Namespace) -> tuple[str, Any]:
    """Where is trained."""
    from mismatch.advise.asking import LOCAL

    return LOCAL if given.ray is None else ("ray", Cluster(given.ray))


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
        require(given.missing == "refuse", "--missing", given.missing, "is for numbers, not for texts")
        return YourText(text=given.text or "text", **shared), checked
    time = "time" if given.time is None else None if given.time in ("", reading.NULL) else given.time
    columns = {"id": given.id or "id", "time": time, "features": given.features}
    return Series(**columns, missing=given.missing, **shared), checked


def _said(error: ConfigError) -> ConfigError:
    """The error in the words of this command's options."""
    keys = {"out": "--out", "advise.minutes": "--minutes", "model.build": "--model"}
    keys |= {f"{GROUP}.address": "--ray", "hydra/launcher": "--ray"}
    accepted = error.accepted.replace("name=...", "--out").replace(f"{GROUP}.address", "--ray")
    return reading.said(ConfigError(keys.get(error.key, error.key), error.value, accepted))
