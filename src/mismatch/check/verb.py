"""The verb `mismatch check`: a file of data, or a model with a batch, looked at with every rule; printed and saved.

In: the words of the command line. Out: an exit code: 0 looked at, whatever was found, 3 under ``--strict`` where a
finding is an error. What cannot be read is a ConfigError of one line, in the words of the options.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.config.fields import ConfigError, plain, require
from mismatch.config.files import guard, write
from mismatch.config.paths import absolute

if TYPE_CHECKING:
    from mismatch.check.npzbatch import Batch
    from mismatch.check.outcome import Checked, Section
    from mismatch.data.sources.base import Items

EXIT_FOUND = 3
NULL = "null"
"""What stands for nothing, as in the settings of Hydra: ``--time=null``."""
MODELS = (".keras", ".h5", ".hdf5")
EXAMPLES = """examples:
  mismatch check reviews.csv --text review --label stars
  mismatch check steps.csv --id recording --time t --label state --group patient
  mismatch check train.ts test.ts --html page.html
  mismatch check x.npz --pad-value -1
  mismatch check model.keras batch.npz
"""


def add(verbs: Any) -> argparse.ArgumentParser:
    """Add the verb and its options to the parsers of the command."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "check",
        help="what is in a file of sequences, and what will go wrong with it; or in a model and its batch",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", help="a table, a folder per class of texts or numbers, .ts, .npz; or a .keras model")
    parser.add_argument("other", nargs="?", metavar="test_file", help="file of the test part; or the model's batch.npz")
    add_reading(parser)
    parser.add_argument("--steps", type=int, metavar="T", help="length you would pad and cut to (default: the longest)")
    parser.add_argument("--pad-value", type=float, default=0.0, metavar="V", help="what pads would hold (default: 0)")
    parser.add_argument("--json", metavar="FILE", help="write the findings as JSON; - prints it and nothing else")
    parser.add_argument("--html", metavar="FILE", help="write a page")
    parser.add_argument("--strict", action="store_true", help=f"exit with {EXIT_FOUND} if a finding is an error")
    return parser


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a file is read."""
    parser.add_argument("--text", metavar="COLUMN", help="column of texts (a table without it holds numbers)")
    parser.add_argument("--label", metavar="COLUMN", help="column or array of labels (default: label)")
    parser.add_argument("--id", metavar="COLUMN", help="numbers: column that names the sequence (default: id)")
    parser.add_argument("--time", metavar="COLUMN", help="numbers: column that orders its steps; null: as they stand")
    parser.add_argument("--features", metavar="A,B", help="numbers: columns of the features (default: all others)")
    parser.add_argument("--split", metavar="COLUMN", help="column of train, probe and test")
    parser.add_argument("--group", metavar="COLUMN", help="column of what stays on one side: a speaker, a film")
    parser.add_argument("--separator", help="what stands between columns (default: found out)")
    parser.add_argument("--encoding", help="how characters are written (default: found out)")


def run(given: argparse.Namespace) -> int:
    """Look, print, save; returns the exit code.

    Raises:
        ConfigError: for what cannot be read or written.
    """
    for option in ("json", "html"):
        _free(option, getattr(given, option), given)
    one, other = ("" if path in (None, "-") else absolute(path).resolve() for path in (given.json, given.html))
    require(not one or one != other, "--json", given.json, "must name another file than --html")
    try:
        checked = _model(given) if given.file.lower().endswith(MODELS) else _data(given)
    except ConfigError as error:
        raise said(error) from error
    if given.json != "-":
        width = min(max(shutil.get_terminal_size().columns, 60), 100) if sys.stdout.isatty() else 80
        print(checked.text(width))
    _save("html", given.html, checked)
    _save("json", given.json, checked)
    return EXIT_FOUND if given.strict and checked.count("error") else 0


def said(error: ConfigError) -> ConfigError:
    """The error of a reader in the words of this command's options."""
    return _Said(f"{_as_options(error.key)}={error.value}: {_as_options(error.accepted)}")


class _Said(ConfigError):
    """A line that is made already."""

    def __init__(self, line: str) -> None:
        ValueError.__init__(self, plain(line))


def _model(given: argparse.Namespace) -> Checked:
    from mismatch.check import models

    for name in ("text", "label", "id", "time", "features", "split", "group", "separator", "encoding", "steps"):
        require(getattr(given, name) is None, f"--{name}", getattr(given, name), "is for data, not for a model")
    require(given.pad_value == 0, "--pad-value", given.pad_value, "is for data, not for a model")
    model = models.load(given.file)
    if given.other is None:
        return replace(models.check_model(model), subject=given.file)
    held = models.batch(given.other)
    found = models.check_model(model, held.x, held.y, held.mask)
    return replace(found, subject=f"{given.file} with {given.other}", profile=(*_unused(held), *found.profile))


def _unused(held: Batch) -> tuple[Section, ...]:
    """What the file of a batch holds beside it."""
    from mismatch.check.outcome import Section
    from mismatch.data.sources.words import listed

    said = f"arrays that were not used: {listed(held.unused)}"
    return (Section("Read", (said,)),) if held.unused else ()


def _data(given: argparse.Namespace) -> Checked:
    from mismatch.check.items import check_items

    items = read_items(given)
    accepted = "is for numbers: texts are padded with the id 0"
    require(items.texts is None or given.pad_value == 0, "--pad-value", given.pad_value, accepted)
    return check_items(items, given.pad_value, given.steps)


def read_items(given: argparse.Namespace) -> Items:
    """The sequences of a file as the options say, and what reading it came to in their words.

    Raises:
        ConfigError: for a file that cannot be read so.
    """
    for name in ("label", "id", "separator", "encoding", "features", "text", "split", "group"):
        require(getattr(given, name) != "", f"--{name}", "", "must not be empty")
    for name in ("separator", "encoding", "features", "split", "group"):
        if getattr(given, name) == NULL:
            setattr(given, name, None)
    items = _items(given)
    notes, warnings = (tuple(map(_as_options, lines)) for lines in (items.reading.notes, items.reading.warnings))
    return replace(items, reading=replace(items.reading, notes=notes, warnings=warnings))


def _items(given: argparse.Namespace) -> Items:
    """What the reader of this kind of file makes of it."""
    shared = {"split": given.split, "group": given.group, "separator": given.separator, "encoding": given.encoding}
    path, other = given.file, given.other
    require(absolute(given.file).exists(), "data.path", given.file, "must be a file or a folder")
    numeric = [name for name in ("id", "time", "features") if getattr(given, name) is not None]
    from mismatch.data.sources import numbers, recordings

    folder = absolute(given.file).is_dir()
    if given.text is not None or (folder and not recordings.holds(path)):
        for name in numeric:
            raise ConfigError(f"--{name}", getattr(given, name), "is for numbers, not for texts")
        from mismatch.data.sources import table

        return table.texts(path, given.text or "text", given.label or "label", test_path=other, **shared)
    if not folder:
        _told(given, numeric)
    from mismatch.data.sources.named import names_of

    columns: dict[str, Any] = {
        "id": given.id or "id",
        "time": "time" if given.time is None else None if given.time in ("", NULL) else given.time,
        "features": names_of(given.features) or None,
    }
    accepted = "must name columns, with commas between them"
    require(given.features is None or columns["features"], "--features", given.features, accepted)
    label = given.label or "label"
    return numbers.numbers(path, label=label, test_path=other, missing="keep", **columns, **shared)


def _told(given: argparse.Namespace, numeric: list[str]) -> None:
    """Refuse a table of which nobody says whether it holds texts or numbers, with the names of its columns."""
    from mismatch.data.sources import numbers, wide

    if numeric or numbers.kind(given.file) != "table":
        return
    from mismatch.data.sources.named import column_of
    from mismatch.data.sources.nested import refuse_series
    from mismatch.data.sources.rows import read_rows

    rows = read_rows(given.file, given.separator, given.encoding)
    refuse_series(rows, given.file, "data.path", given.label or "label")
    columns = [str(column) for column in rows.frame]
    if given.label is not None and given.label not in columns:
        raise ConfigError("data.label", given.label, column_of(rows.frame, given.file))
    if {"id", given.label or "label"} <= set(columns):
        return
    wide.refuse(rows, {"data.id": "id", "data.label": given.label or "label"}, (), given.file, "data.path")
    there = f"its columns are {', '.join(plain(each, 40) for each in columns[:12])}{', ...' if columns[12:] else ''}"
    label = "" if given.label or "label" in columns else ", and --label COLUMN"
    accepted = f"say --text COLUMN for texts, or --id COLUMN (and --time COLUMN) for numbers, one row per step{label}"
    raise ConfigError("data.path", given.file, f"{accepted}; {there}")


def _as_options(line: str) -> str:
    """A line of a reader in the words of this command: ``data.text=review`` is ``--text=review``.

    Names of columns that look like settings stay: they stand between commas, and nothing is said of them.
    """
    files = {"path": "FILE", "test_path": "TEST_FILE"}
    names = "text|label|id|time|features|split|group|separator|encoding|missing"
    line = re.sub(r"\bdata\.test_path=(\S+) tests on it", r"given as TEST_FILE, it is the test part: \1", line)
    line = re.sub(r"\bdata\.(path|test_path)\b", lambda found: files[found[1]], line)
    line = re.sub(rf"(?<![,:] )\bdata\.({names})\b|\bdata\.({names})(?==)", lambda at: f"--{at[1] or at[2]}", line)
    return line.replace("length.pad_value", "--pad-value").replace("length.steps", "--steps")


def _free(option: str, path: str | None, given: argparse.Namespace) -> None:
    """Refuse to write over what is looked at, or into the committed reference."""
    if path is None or (path == "-" and option == "json"):
        return
    require(path not in ("", "-"), f"--{option}", path, "must name a file")
    guard(absolute(path).parent, explicit=True)
    looked = [absolute(name).resolve() for name in (given.file, given.other) if name]
    require(absolute(path).resolve() not in looked, f"--{option}", path, "is what is looked at: give another file")
    target = absolute(path).resolve()
    require(not target.is_dir(), f"--{option}", path, "must name a file, not a folder")
    require(not target.exists() or target.is_file(), f"--{option}", path, "must name a plain file")


def _save(option: str, path: str | None, checked: Checked) -> None:
    if path is None:
        return
    text = checked.html() if option == "html" else checked.to_json() + "\n"
    if path == "-":
        sys.stdout.write(text)
        return
    try:
        write(Path(absolute(path)), text)
    except OSError as error:
        raise ConfigError(f"--{option}", path, f"cannot be written ({error.strerror})") from error
