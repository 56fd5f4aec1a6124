"""Keys that no group knows are refused, with the nearest ones that are known: a typing error must not be a no-op.

In: a composed config. Out: nothing, or a `ConfigError` that names the first unknown key. Hydra itself refuses unknown
keys without a plus; ``+data.foo=3`` and keys in a person's own YAML files are found here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any

from mismatch.config.fields import ConfigError
from mismatch.config.groups import GROUPS, Advise, Settings

HYDRAS = ("hydra", "experiment", "debug")  # at the top level of a config, but no settings of an arm
SHOWN = 3


def refuse(config: Mapping[str, Any], data: type | None) -> None:
    """Raise ConfigError for the first key of `config` that neither the groups nor the dataset `data` know."""
    known = known_keys(data)
    groups = {key.partition(".")[0] for key in known if "." in key}
    for key in _keys(config, "", groups):
        if key not in known:
            raise ConfigError(key, _value(config, key), f"is not a setting; {nearest(key, known)}")


def known_keys(data: type | None) -> list[str]:
    """Every dotted key a config can hold, those of the dataset `data` included."""
    nodes = dict(GROUPS) | {"advise": Advise} | ({"data": data} if data is not None and is_dataclass(data) else {})
    top = [item.name for item in fields(Settings) if item.name not in nodes or item.name == "advise"]
    return [*top, *(f"{group}.{item.name}" for group, node in nodes.items() for item in fields(node))]


def nearest(key: str, known: list[str]) -> str:
    """The known keys that look most like `key`, in words; those of its group where none does."""
    group = key.partition(".")[0]
    near = get_close_matches(key, known, SHOWN, 0.6)
    last = {name.rpartition(".")[2]: name for name in known}
    near += [last[name] for name in get_close_matches(key.rpartition(".")[2], last, SHOWN, 0.75)]
    near = near or [name for name in known if name.startswith(f"{group}.")] or [n for n in known if "." not in n]
    return "the nearest known are " + ", ".join(list(dict.fromkeys(near))[:SHOWN])


def _keys(node: Mapping[str, Any], prefix: str, groups: set[str]) -> Iterator[str]:
    """Dotted keys of `node`; the inside of an unknown group is not walked, the group itself is unknown."""
    for name in node:
        key = f"{prefix}{name}"
        if not prefix and name in HYDRAS:
            continue
        inside = node[name]
        if not prefix and name in groups and isinstance(inside, Mapping):
            yield from _keys(inside, f"{key}.", groups)
        else:
            yield key


def _value(config: Mapping[str, Any], key: str) -> Any:
    value: Any = config
    for name in key.split("."):
        value = value[name]
    return value
