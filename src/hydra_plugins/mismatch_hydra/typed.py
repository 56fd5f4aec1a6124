"""The settings of very many jobs: each value is composed and typed once, not once for every job that has it.

In: jobs as lists of overrides. Out: the composed config of the first, typed settings of all others. Hydra and OmegaConf
take 4 ms for a job, which is 40 s for 10,000. A job with anything that may depend on something else is left to them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any

FEW = 50
"""So many jobs are composed one by one."""
PLAIN = re.compile(r"([a-z_]+(?:\.[a-z_]+)?)=([\w.-]+)")
"""An override that sets one key to a number or a word."""

Typed = Callable[[Sequence[str]], Any]
"""The settings of one job, by way of Hydra."""


def settings_of(jobs: Sequence[Sequence[str]], typed: Typed, is_group: Callable[[str], bool]) -> list[Any]:
    """Settings of all jobs.

    Raises:
        ConfigError: as `typed`, for the first job that has none.
    """
    if len(jobs) <= FEW:
        return [typed(job) for job in jobs]
    common = set(jobs[0]).intersection(*jobs[1:])
    made = _Made(typed)
    found = []
    for job in jobs:
        values = {word: match[1] for word in job if word not in common and (match := PLAIN.fullmatch(word))}
        values = {word: key for word, key in values.items() if not is_group(key) and not key.startswith("hydra")}
        base = tuple(word for word in job if word not in values)
        settings = made.of(base, values) if len(set(values.values())) == len(values) else None
        found.append(typed(job) if settings is None else settings)
    return found


class _Made:
    """Settings of bases, which are jobs without the values that set one key, and what each value makes of each."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed
        self._settings: dict[tuple[str, ...], Any] = {}
        self._values: dict[tuple[tuple[str, ...], str], tuple[Any] | None] = {}

    def of(self, base: tuple[str, ...], values: dict[str, str]) -> Any:
        """Settings of a base with these values (word -> key); None where that must be left to Hydra."""
        known = self._of(base)
        if known is None:
            return None
        settings = copy(known)
        fresh: set[str] = set()
        for word, key in values.items():
            value = self._value(base, word, key)
            if value is None:
                return None
            group, _, name = key.rpartition(".")
            if group and group not in fresh:
                setattr(settings, group, copy(getattr(settings, group)))
                fresh.add(group)
            setattr(getattr(settings, group) if group else settings, name, value[0])
        return settings

    def _of(self, words: tuple[str, ...]) -> Any:
        if words not in self._settings:
            try:
                self._settings[words] = self.typed(words)
            except Exception:  # impossible without its values: Hydra says what of the whole job
                self._settings[words] = None
        return self._settings[words]

    def _value(self, base: tuple[str, ...], word: str, key: str) -> tuple[Any] | None:
        """What `word` sets `key` to, if it changes that and nothing else of the base."""
        if (base, word) not in self._values:
            try:
                with_it = dict(_flat(self.typed((*base, word))))
            except Exception:
                with_it = {}
            without = dict(_flat(self._of(base)))
            same = with_it.keys() == without.keys() and key in without
            alone = same and all(_alike(with_it[name], without[name]) for name in without if name != key)
            self._values[base, word] = (with_it[key],) if alone else None
        return self._values[base, word]


def _flat(settings: Any) -> Iterable[tuple[str, Any]]:
    """Every key and its value; a group's class stands for its choice."""
    for item in fields(settings):
        value = getattr(settings, item.name)
        if is_dataclass(value) and not isinstance(value, type):
            yield item.name, type(value)
            yield from ((f"{item.name}.{inner.name}", getattr(value, inner.name)) for inner in fields(value))
        else:
            yield item.name, value


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)
