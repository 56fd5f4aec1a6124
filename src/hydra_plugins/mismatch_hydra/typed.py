"""The settings of very many jobs: each choice and each value is composed and typed once, not in every combination.

In: jobs as lists of overrides. Out: the composed config of the first, typed settings of all others. Hydra takes a tenth
of a second for a combination of choices, and 4 ms for each job that has it. A job with anything that may depend on
something else is left to Hydra, and so are all where the last one does not come out as Hydra has it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any

FEW = 6
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
    made = _Made(typed, is_group)
    found = []
    for job in jobs:
        values = {word: match[1] for word in job if word not in common and (match := PLAIN.fullmatch(word))}
        values = {word: key for word, key in values.items() if not key.startswith("hydra")}
        base = tuple(word for word in job if word not in values)
        settings = made.of(base, values) if len(set(values.values())) == len(values) else None
        found.append(typed(job) if settings is None else settings)
    last = typed(jobs[-1])
    return found if _equal(dict(_flat(found[-1])), dict(_flat(last))) else [*(typed(job) for job in jobs[:-1]), last]


class _Made:
    """Settings of bases, which are jobs without what they choose and set, and what each choice and value makes of them.

    A choice decides its group and nothing else; a value is that of a base with the choice of its own group.
    """

    def __init__(self, typed: Typed, is_group: Callable[[str], bool]) -> None:
        self.typed, self.is_group = typed, is_group
        self._settings: dict[tuple[str, ...], Any] = {}
        self._values: dict[tuple[tuple[str, ...], str], tuple[Any] | None] = {}

    def of(self, base: tuple[str, ...], values: dict[str, str]) -> Any:
        """Settings of a base with these choices and values (word -> key); None where that must be left to Hydra."""
        known = self._of(base)
        if known is None:
            return None
        settings = copy(known)
        fresh: dict[str, tuple[str, ...]] = {}
        for word, key in sorted(values.items(), key=lambda item: not self.is_group(item[1])):
            group, _, name = key.rpartition(".")
            value = self._value(fresh.get(group, base), word, key)
            if value is None:
                return None
            if self.is_group(key):
                fresh[key] = (*base, word)
                setattr(settings, key, copy(value[0]))
                continue
            if group and group not in fresh:
                setattr(settings, group, copy(getattr(settings, group)))
                fresh[group] = base
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
        """What `word` makes of `key`, a group's choice or a value, if it changes that and nothing else of the base."""
        if (base, word) not in self._values:
            self._values[base, word] = self._alone(base, word, key)
        return self._values[base, word]

    def _alone(self, base: tuple[str, ...], word: str, key: str) -> tuple[Any] | None:
        if self._of(base) is None or self._of((*base, word)) is None:
            return None
        before, after = (dict(_flat(self._of(words))) for words in (base, (*base, word)))
        rest = [
            {n: value for n, value in made.items() if not f"{n}.".startswith(f"{key}.")} for made in (before, after)
        ]
        if not _equal(*rest) or not {key} <= before.keys() & after.keys():
            return None
        return (getattr(self._of((*base, word)), key) if self.is_group(key) else after[key],)


def _flat(settings: Any) -> Iterable[tuple[str, Any]]:
    """Every key and its value; a group's class stands for its choice."""
    for item in fields(settings):
        value = getattr(settings, item.name)
        if is_dataclass(value) and not isinstance(value, type):
            yield item.name, type(value)
            yield from ((f"{item.name}.{inner.name}", getattr(value, inner.name)) for inner in fields(value))
        else:
            yield item.name, value


def _equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)
