"""Errors at the border: one line that names the key, the value and what would be accepted."""

import re
from dataclasses import field, fields
from math import isfinite
from numbers import Integral, Real
from typing import Any

LARGEST = 2**63
"""Whole numbers stay below it: tables hold 64 bits."""


def plain(text: object, width: int | None = None) -> str:
    """`text` as one printable line, cut to `width` characters: what stands in a file must not steer a terminal.

    Control characters, escapes of terminals, line ends and marks that turn the direction of writing become ``\\x1b``
    and the like; letters of any script stay.
    """
    line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
    return line if width is None or len(line) <= width else line[: max(width - 3, 1)] + "..."


def reason(error: Exception, width: int = 160) -> str:
    """What a library said of a file, for the inside of a message: one printable line, cut to `width` characters.

    It may quote as much of the file as it likes. An error without words gives its type.
    """
    return plain(" ".join(str(error).split()), width) or type(error).__name__


def first_line(error: BaseException) -> str:
    """The words of an error, without the frame Keras puts around them."""
    text = getattr(error, "message", None) or str(error)
    lines = [line.strip() for line in uncoloured(str(text)).splitlines() if line.strip()]
    found = [line for line in lines if not re.match(r"Exception encountered when calling|\{\{function_node", line)]
    line = (found or lines or [type(error).__name__])[0]
    return re.sub(r"^\{\{.*?\}\}\s*", "", re.sub(r"\s*\[Op:.*", "", line))


def uncoloured(text: str) -> str:
    """A text without the codes that colour it on a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class ConfigError(ValueError):
    """A setting that cannot be used. Its text is one line, ready to print, whatever was put into it."""

    def __init__(self, key: str, value: object, accepted: str) -> None:
        super().__init__(plain(f"{key}={value}: {accepted}"))
        self.key, self.value, self.accepted = key, plain(value), plain(accepted)


def ranged(
    default: Any, low: float | None = None, high: float | None = None, above: float | None = None, meaning: str = ""
) -> Any:
    """Field with `default` that must lie in [low, high], or strictly above `above`; `meaning` for the dictionary."""
    return field(default=default, metadata={"low": low, "high": high, "above": above, "meaning": meaning})


def choice(default: str, *choices: str, meaning: str = "") -> Any:
    """Field whose value must be one of `choices`; `meaning` for the data dictionary."""
    return field(default=default, metadata={"choices": choices, "meaning": meaning})


def free(default: Any, meaning: str) -> Any:
    """Field that takes anything; `meaning` for the data dictionary."""
    return field(default=default, metadata={"meaning": meaning})


def _number(key: str, value: object, whole: bool) -> None:
    """Raise ConfigError for what is no finite number: True is none, and 2.5 is no whole one."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ConfigError(key, value, "must be a whole number" if whole else "must be a number")
    if not isfinite(value):
        raise ConfigError(key, value, "must be a finite number")
    if whole and not isinstance(value, Integral):
        raise ConfigError(key, value, "must be a whole number")
    if isinstance(value, Integral) and int(value) >= LARGEST:
        raise ConfigError(key, value, "must be a whole number below 2**63")


def check(group: str, node: Any) -> None:
    """Check every field of the dataclass `node` against its metadata.

    Raises:
        ConfigError: naming `group.field`, the value and the accepted range or choices.
    """
    for item in fields(node):
        value, limits = getattr(node, item.name), item.metadata
        key = f"{group}.{item.name}" if group else item.name
        if value is None or not limits:
            continue
        if "choices" in limits:
            if value not in limits["choices"]:
                raise ConfigError(key, value, "must be one of " + ", ".join(limits["choices"]))
            continue
        if "low" not in limits:
            continue
        _number(key, value, whole="int" in str(item.type))
        low, high, above = (limits[name] for name in ("low", "high", "above"))
        wrong = (low is not None and not value >= low) or (high is not None and not value <= high)
        if wrong or (above is not None and not value > above):
            bounds = [f"greater than {above}"] if above is not None else []
            bounds += [f"at least {low}"] if low is not None else []
            bounds += [f"at most {high}"] if high is not None else []
            raise ConfigError(key, value, "must be " + " and ".join(bounds))


def require(condition: bool, key: str, value: object, accepted: str) -> None:
    """Raise ConfigError unless `condition` holds."""
    if not condition:
        raise ConfigError(key, value, accepted)
