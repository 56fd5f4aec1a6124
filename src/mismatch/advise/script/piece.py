"""Pieces of a script, and values as literals: what a person's file or command line says can be nothing but a value.

In: imports, constants and lines of code. Out: their text. Names of columns, paths and labels enter a script through
`literal` alone, which escapes all that could end a line or a string.
"""

import json
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

WIDTH = 120
"""Characters of a line; a constant that would be longer stands in the file beside the script."""
PATHS = ("FILE", "TEST_FILE", "FOLDER", "MODEL")
"""Constants that stay in the script, however long they are: a person who moves a file looks for them there."""


@dataclass(frozen=True)
class Piece:
    """imports: whole lines. given: names of constants with their values, ``"T, D"`` with a tuple of two.

    made: constants that are computed, as lines. lines: code below the constants.
    """

    imports: tuple[str, ...] = ()
    given: tuple[tuple[str, object], ...] = ()
    made: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def __add__(self, other: "Piece") -> "Piece":
        return Piece(
            self.imports + other.imports, self.given + other.given, self.made + other.made, self.lines + other.lines
        )


def literal(value: object) -> str:
    """Source text that evaluates to `value`: None, truth values, numbers, texts, bytes, and lists and tuples of them.

    Raises:
        TypeError: for anything else, whose text could be code.
    """
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, str):
        return _quoted(str.__repr__(value))
    if value is None or isinstance(value, bool | int | bytes):
        return repr(value)
    if isinstance(value, float) and isfinite(value):
        return float.__repr__(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    raise TypeError(f"no literal of {type(value).__name__}")


def _quoted(text: str) -> str:
    """A string as `repr` writes it, in double quotes where nothing inside needs to be written differently."""
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text


@dataclass
class Beside:
    """What stands in the file beside a script: the rows of each part, and constants too long for a line of code."""

    kept: dict[str, Any] = field(default_factory=dict)

    def constant(self, names: str, value: object) -> str:
        """The line that gives `names` their value, or values, perhaps from the file beside the script."""
        line = assigned(names, value)
        if len(line) <= WIDTH or names in PATHS:
            return line
        self.kept[names.lower()] = value
        return f"{names} = BESIDE[{literal(names.lower())}]"

    def text(self) -> str:
        """As JSON, a line for each list of rows and each constant; ASCII alone."""
        lines = [f"{json.dumps(key)}: {_json(value)}" for key, value in self.kept.items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"


def assigned(names: str, value: object) -> str:
    """The line that gives `names` their value, or values."""
    return f"{names} = {_values(names, value)}"


def _values(names: str, value: object) -> str:
    """What stands behind the equals sign."""
    return ", ".join(map(literal, value)) if "," in names and isinstance(value, tuple) else literal(value)


def merged(given: tuple[tuple[str, object], ...]) -> tuple[tuple[str, object], ...]:
    """Constants given in as few lines as hold them, in their order."""
    found: list[tuple[str, object]] = []
    for names, value in given:
        values = value if "," in names and isinstance(value, tuple) else (value,)
        if found:
            before, held = found[-1]
            several = held if "," in before and isinstance(held, tuple) else (held,)
            together = f"{before}, {names}", (*several, *values)
            if len(f"{together[0]} = {_values(*together)}") <= WIDTH:
                found[-1] = together
                continue
        found.append((names, value))
    return tuple(found)


def _json(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value, default=lambda each: each.item())
    inside = ",\n  ".join(f"{json.dumps(key)}: {_json(each)}" for key, each in value.items())
    return "{\n  " + inside + "\n}"


def indented(lines: tuple[str, ...], levels: int = 1) -> tuple[str, ...]:
    """`lines` below a line that ends with a colon."""
    return tuple("    " * levels + line for line in lines)
