"""Values that Hydra's grammar cannot read as they are typed: names of files and columns in any language.

In: a word of the command line. Out: the same override with its value in quotes, where that makes it readable.
"""

import re

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException

FREE = ("data.", "out", "name")
"""Keys, or how they begin, whose values a person names."""
OWN = ("'", '"', "[", "{", "$")
"""What a value begins with that is written in Hydra's own way; it is left alone."""


def quoted(word: str) -> str:
    """`word`, its value between quotes if Hydra can read it so and not without: ``data.path=a (1)``.

    Commas go on separating the values of a sweep.
    """
    key, _, value = word.partition("=")
    free = key.lstrip("+").startswith(FREE) and value and not value.startswith(OWN)
    if not free or (_readable(word) and value.strip()):
        return word
    pieces = value.split(",") if all(piece.strip() for piece in value.split(",")) else [value]
    other = f"{key}={','.join(map(_quote, pieces))}"
    return other if _readable(other) else word


def _quote(value: str) -> str:
    # A backslash counts before a quote alone, and has to be doubled there.
    return "'" + re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + ("\\'" if m[2] else ""), value) + "'"


def _readable(word: str) -> bool:
    try:
        OverridesParser.create().parse_override(word)
    except HydraException:
        return False
    return True
