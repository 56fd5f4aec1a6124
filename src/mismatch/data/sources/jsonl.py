"""JSON as a table: one object a line (JSONL, NDJSON), or one list of objects.

In: decoded text. Out: `Objects`: columns of values as JSON has them, None where a key is missing or null, and the line
or item every row stands in.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from mismatch.config.fields import plain, reason
from mismatch.data.sources.records import Malformed
from mismatch.data.sources.words import WIDTH, listed, quoted

HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""A surrogate, which is half of a character."""


@dataclass(frozen=True)
class Objects:
    """columns: a list of N values under each key. places: ``line 3`` or ``item 3`` of each row."""

    columns: dict[str, list[Any]]
    places: list[str]
    kind: str


def looks_like(text: str) -> bool:
    """Whether the first line is an object or starts a list of objects."""
    start = text.lstrip()
    if start.startswith("["):
        return start[1:].lstrip().startswith("{")
    first = start.split("\n", 1)[0]
    try:
        return start.startswith("{") and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def parse(text: str) -> Objects:
    """The objects of `text`.

    Raises:
        Malformed: naming the first line or item that is no object.
    """
    if text.lstrip().startswith("["):
        return _array(text)
    rows, places = [], []
    _refuse_one_object(text)
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"line {number}"
            rows.append(_object(_value(line, place), place))
            places.append(place)
    return Objects(_columns(rows), places, "JSONL")


def _refuse_one_object(text: str) -> None:
    """One object that holds a whole table, or lies over several lines, is no table, though a line of it can be JSON."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(whole, dict):
        return
    other = _in_another_form(whole)
    if other or "\n" in text.strip():
        said = f"is one object of JSON ({listed(whole, 6)}); a table is a list of objects, or one object a line"
        raise Malformed(f"{said}{other}")


def _in_another_form(whole: dict[str, Any]) -> str:
    """What makes a list of objects of an object that holds a table in another form; nothing where it holds none."""
    values = list(whole.values())
    if {"columns", "data"} <= set(whole):
        return ": pd.read_json('old.json', orient='split').to_json('new.json', orient='records') writes one"
    inside = [
        key for key, value in whole.items() if isinstance(value, list) and any(isinstance(v, dict) for v in value)
    ]
    if inside:
        taken = f"json.load(open('old.json'))['{plain(inside[0], WIDTH)}']"
        return f": the list under {quoted(inside[0])} alone is one: json.dump({taken}, open('new.json', 'w'))"
    if len(values) > 1 and all(isinstance(value, dict) and value.keys() == values[0].keys() for value in values):
        return ", as to_json('new.json', orient='records') of pandas writes it; to_json() alone writes this"
    if values and all(isinstance(value, list) and len(value) == len(values[0]) for value in values):
        return ": pd.DataFrame(json.load(open('old.json'))).to_json('new.json', orient='records') writes one"
    return ""


def _array(text: str) -> Objects:
    items = _value(text, "its list")
    places = [f"item {number}" for number in range(1, len(items) + 1)]
    rows = [_object(item, place) for item, place in zip(items, places, strict=True)]
    return Objects(_columns(rows), places, "JSON list")


def _value(text: str, place: str) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if place == "its list" else f"column {error.colno}"
        raise Malformed(f"{place} is no JSON ({error.msg}, {where}): {quoted(text.strip())}") from None
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{place} cannot be read ({reason(error)}): {quoted(text.strip())}") from None
    if HALF.search(text) and not _whole(value):
        raise Malformed(f"{place} holds half a character (a surrogate of UTF-16 on its own)")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {quoted(next(key for key in keys if keys.count(key) > 1))} stands there twice")
    return found


def _whole(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(f"{place} must be an object of JSON, {{...}}: {quoted(json.dumps(value, ensure_ascii=False))}")
    return value


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
