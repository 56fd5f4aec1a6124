"""Every key that a person may set: what it means, its unit, what it accepts, what it is where nothing is said.

In: the typed groups, and the parts that can be chosen by name. Out: `Key`s, for the help and for the data dictionary.
Imports no TensorFlow and no pandas.
"""

import re
import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any

import yaml

from mismatch.config import meanings
from mismatch.config.groups import AUTO, GROUPS, Advise, Settings
from mismatch.config.paths import CONF
from mismatch.config.registry import ADAPTERS, DATASETS, MEASUREMENTS, METRICS, REDUCTIONS, Registry

PARTS: dict[str, Registry] = {
    "data": DATASETS,
    "features.adapter": ADAPTERS,
    "reduction": REDUCTIONS,
    "measure": MEASUREMENTS,
}
"""Keys whose choices are parts, found by name."""
MIXED = {
    "length.steps": "whole number of at least 1, or max: the longest sequence",
    "replicates": f"whole number of at least 0, or {AUTO}",
    "data.features": "list of names",
}
"""What keys without a type of their own accept."""
FILLED = ("data.name", "data.sha256", "model.sha256")
"""Set by us: a person has no use for them."""
DEFAULT, OTHER = "early", "text"
"""The dataset where none is chosen, and an example of another."""
INDENT, MINIMUM, MAXIMUM = 28, 60, 120
"""Columns of the help: before what is said of a key, and in all."""


@dataclass(frozen=True)
class Key:
    """A setting: its dotted name, what it means, its unit, what it accepts, its default as one would type it."""

    name: str
    meaning: str
    unit: str
    accepts: str
    default: str

    def told(self) -> str:
        """All but the name in a sentence; choices that the meaning lists are not said again."""
        words = self.accepts.split(" | ")
        listed = len(words) > 1 and all(word in self.meaning for word in words)
        named = not self.unit or re.search(rf"\b{self.unit}\b", self.meaning)
        unit = "" if named else f" ({self.unit})"
        return self.meaning + unit + ("" if listed or not self.accepts else f"; {self.accepts}")


def of_dataset(name: str) -> list[Key]:
    """The keys of the group ``data`` where the dataset `name` is chosen.

    Raises:
        ConfigError: for an unknown dataset.
    """
    return [key for key in _of("data", DATASETS.get(name)) if key.name not in FILLED]


def of_groups() -> list[Key]:
    """The keys of all groups but ``data``, and those that stand in none."""
    grouped = [key for group, node in GROUPS.items() for key in _of(group, node)]
    rest = [key for key in _of("", Settings) if key.name not in ("data", "advise", *GROUPS)]
    asked = list(_of("advise", Advise))
    return [key for key in (*grouped, *rest, *asked) if key.name not in FILLED]


def choice_of_data(default: str) -> Key:
    """The key that chooses a dataset."""
    return Key("data", meanings.PARAMETERS["data"], "", _named("data"), default)


def everything(datasets: Mapping[str, Any] | None = None) -> list[Key]:
    """All keys, those of the group ``data`` as any of the `datasets` has them (default: of all)."""
    found: dict[str, Key] = {}
    for name in DATASETS.names if datasets is None else datasets:
        for key in of_dataset(name):
            found[key.name] = _joined(found[key.name], key) if key.name in found else key
    return [choice_of_data(""), *found.values(), *of_groups()]


def help_text(words: Sequence[str]) -> str:
    """What is said of all keys, a line or two for each, as wide as the terminal. words: of the command."""
    width = max(MINIMUM, min(shutil.get_terminal_size().columns, MAXIMUM))
    chosen = [word.partition("=")[2] for word in words if word.startswith("data=")]
    name = _dataset(chosen[-1] if chosen else DEFAULT)
    head = f"== Keys: key=value, with their defaults; those of other data: mismatch data={OTHER} --help =="
    keys = [choice_of_data(chosen[-1] if chosen else DEFAULT), *of_dataset(name), *of_groups()]
    metrics = f"families of metrics: {', '.join(METRICS.names)}"
    return "\n".join(
        [textwrap.fill(head, width), "", *(_line(key, width) for key in keys), "", textwrap.fill(metrics, width)]
    )


def _dataset(choice: str) -> str:
    """The dataset that `choice` stands for: itself, or what a file of ``conf/data`` starts from."""
    path = CONF / "data" / f"{choice}.yaml"
    if choice not in DATASETS.names and path.is_file():
        return str(yaml.safe_load(path.read_text())["defaults"][0])
    return choice if choice in DATASETS.names else DEFAULT


def _line(key: Key, width: int) -> str:
    head = f"{key.name}={key.default}"
    if len(head) >= INDENT:
        return textwrap.fill(key.told(), width, initial_indent=f"{head}\n{'':{INDENT}}", subsequent_indent=" " * INDENT)
    return textwrap.fill(key.told(), width, initial_indent=f"{head:{INDENT}}", subsequent_indent=" " * INDENT)


def _of(group: str, node: Any) -> Iterator[Key]:
    """The keys of a group, its choice under the name of the group; of the settings themselves for the group ''."""
    for item in fields(node):
        name = f"{group}.{item.name}" if group else item.name
        if item.name == "kind":
            name = group
        told = meanings.own(item) or meanings.PARAMETERS.get(name) or meanings.OTHERS.get(name, "")
        yield Key(name, told, meanings.UNITS.get(name, ""), _accepts(name, item), _typed(item))


def _accepts(name: str, item: "Field[Any]") -> str:
    """``none | standard``, ``whole number, at least 1``."""
    limits, kind = item.metadata, str(item.type)
    if name in PARTS:
        return _named(name)
    if "choices" in limits:
        return " | ".join(limits["choices"])
    if name in MIXED:
        return MIXED[name]
    if "bool" in kind:
        return "true | false"
    empty = ", or null" if "None" in kind else ""
    if "int" in kind or "float" in kind:
        return ("whole number" if "int" in kind else "number") + _bounds(limits) + empty
    return "text" + empty


def _named(name: str) -> str:
    return " | ".join(PARTS[name].names)


def _bounds(limits: Mapping[str, Any]) -> str:
    words = {"above": "above", "low": "at least", "high": "at most"}
    return "".join(f", {said} {limits[end]:g}" for end, said in words.items() if limits.get(end) is not None)


def _typed(item: "Field[Any]") -> str:
    """The default as one would type it."""
    value = item.default if item.default is not MISSING else None
    if value is None or value == "":
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(first: Key, other: Key) -> Key:
    """What two datasets say of one key."""
    parts = zip((first.meaning, first.accepts), (other.meaning, other.accepts), strict=True)
    meaning, accepts = (a if b in a.split("; or ") else f"{a}; or {b}" for a, b in parts)
    return Key(first.name, meaning, first.unit if first.unit == other.unit else "", accepts, "")
