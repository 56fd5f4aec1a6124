"""Names of columns: as a person types them, several in one word; and those that a file lacks, refused with a hint.

In: a word, a list, a frame. Out: names, or the words of a message. A name with a comma stands in double quotes.
"""

import csv
import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from mismatch.config.fields import ConfigError, plain, require
from mismatch.config.paths import shown
from mismatch.data.sources.words import listed, quoted

if TYPE_CHECKING:
    import pandas as pd

PLAIN = re.compile(r"[\w.][\w. /%-]*")
FIRST = 50
"""Cells of a column that are looked at to see whether it holds objects."""


def names_of(features: Any) -> tuple[str, ...]:
    """``a,b``, ``[a,b]``, a list or None as names.

    Raises:
        ConfigError: for what holds no names.
    """
    if features is None:
        return ()
    if isinstance(features, str):
        text = features.strip()
        text = text[1:-1] if text.startswith("[") and text.endswith("]") else text
        return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []) if name.strip())
    listed = isinstance(features, list | tuple) and all(isinstance(name, str | int | float) for name in features)
    require(listed, "data.features", features, "must be names of columns: [a,b]")
    return tuple(str(name) for name in features)


def line_of(names: Sequence[str]) -> str:
    """Names with commas between them, as `names_of` reads them."""
    return ",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' if {",", '"'} & set(name) else name for name in names)


def typed(key: str, names: Sequence[str]) -> str:
    """``'data.features=[a,b]'``: a setting as a shell and Hydra take it, and the command check."""
    inner = ",".join(name if PLAIN.fullmatch(name) else f'"{name}"' for name in names)
    word = f"{key}=[{inner}]"
    return word if re.fullmatch(r"[\w.=\[\],/%-]+", word) else f"'{word}'"


def column_of(frame: "pd.DataFrame", path: str) -> str:
    """``must be a column of my.csv: a, b``, and what to do where columns hold objects of JSON."""
    holds = lambda name: any(isinstance(cell, dict) for cell in islice(frame[name], FIRST))  # noqa: E731
    objects = [str(name) for name in frame.columns if holds(name)]
    nested = f"; {listed(objects, 3)} holds objects, {FLATTEN}" if objects else ""
    return f"must be a column of {shown(path)}: {listed(frame.columns)}{nested}"


def absent(frame: "pd.DataFrame", key: str, column: str, path: str, file: str, hint: str = "") -> ConfigError:
    """The refusal of a column, named by the setting `key`, that the file named by the setting `file` lacks."""
    if file == "data.test_path":
        accepted = f"must have the columns of the training part; {quoted(column)} ({key}) is none of"
        return ConfigError(file, shown(path), f"{accepted} {listed(frame.columns)}")
    return ConfigError(key, column, f"{column_of(frame, path)}{hint}")


FLATTEN = "whose fields must be columns of their own: pandas.json_normalize flattens them"


def with_comma(names: Sequence[str]) -> str:
    """How to type the first name that has a comma in it, if any has."""
    name = next((name for name in names if "," in name), None)
    return "" if name is None else f"; a name with a comma stands in double quotes: '\"{plain(name, 40)}\"'"
