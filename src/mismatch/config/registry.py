"""Registries: what can be chosen by name, one module for each choice.

A built-in part is a module of its package (``mismatch/reductions/pool.py`` is ``reduction=pool``) that defines one
concrete class, whose ``name`` is the module's. A part of another package is an entry point of the registry's group:

    [project.entry-points."mismatch.reductions"]
    mean = "my_package.mean"                  # a module with one such class, or my_package.mean:Mean

Names are known without importing anything; a part is imported when it is first asked for, and one that lacks a
method its base class demands is refused there. This room imports no other, so a part is free to import this one.
"""

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from mismatch.config.fields import ConfigError


@dataclass(frozen=True)
class Registry:
    """All parts of one kind.

    key: the setting that chooses one, as error messages name it. base: ``module:Class`` that every part extends.
    package: its public modules are the built-in parts; or modules: name -> module, where they stand in several rooms.
    group: entry points of other packages. besides: public modules of the package that are no parts.
    """

    key: str
    base: str
    group: str
    package: str = ""
    modules: tuple[tuple[str, str], ...] = ()
    besides: tuple[str, ...] = ("base",)

    @cached_property
    def builtin(self) -> dict[str, str]:
        """Module of each built-in part, by name."""
        if not self.package:
            return dict(self.modules)
        folder = importlib.import_module(self.package).__path__
        names = [m.name for m in pkgutil.iter_modules(folder) if not m.name.startswith("_")]
        return {name: f"{self.package}.{name}" for name in sorted(names) if name not in self.besides}

    @cached_property
    def foreign(self) -> dict[str, EntryPoint]:
        """Entry points of other packages, by name.

        Raises:
            ConfigError: when one takes the name of another part.
        """
        found: dict[str, EntryPoint] = {}
        for point in entry_points(group=self.group):
            if point.name in self.builtin or (point.name in found and found[point.name].value != point.value):
                raise ConfigError(self.key, point.name, f"is there twice: {point.value} must take another name")
            found[point.name] = point
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that can be chosen, built-in parts first."""
        return (*self.builtin, *self.foreign)

    def get(self, name: str) -> Any:
        """The class of the part `name`.

        Raises:
            ConfigError: for an unknown name, or a part of another package that cannot be used.
        """
        if name not in self.names:
            raise ConfigError(self.key, name, "must be one of " + ", ".join(self.names))
        if name in self.builtin:
            return self._only(name, importlib.import_module(self.builtin[name]))
        try:
            loaded = self.foreign[name].load()
        except Exception as error:  # code of others may fail in any way; its user should hear whose it is
            what = f"comes from {self.foreign[name].value}, which does not load ({type(error).__name__}: {error})"
            raise ConfigError(self.key, name, what) from error
        return self._checked(name, loaded) if inspect.isclass(loaded) else self._only(name, loaded)

    def all(self) -> dict[str, Any]:
        """Every part by name."""
        return {name: self.get(name) for name in self.names}

    def made(self, value: object) -> bool:
        """Whether `value` is an instance of one of its parts."""
        return isinstance(value, self._base())

    def source(self, name: str) -> Path | None:
        """The file of a part of another package, None for a built-in one: it belongs to the identity of a run."""
        if name not in self.foreign:
            return None
        path = inspect.getsourcefile(self.get(name))
        return Path(path) if path else None

    def _only(self, name: str, module: Any) -> Any:
        """The one class of `module` that is named like the part."""
        kind = self._base()
        own = [value for value in vars(module).values() if inspect.isclass(value) and issubclass(value, kind)]
        named = [value for value in own if getattr(value, "name", None) == name]
        if len(named) != 1:
            what = f"needs one class in {module.__name__} that extends {self.base} and has name = {name!r}"
            raise ConfigError(self.key, name, what)
        return self._checked(name, named[0])

    def _checked(self, name: str, part: Any) -> Any:
        missing = sorted(getattr(part, "__abstractmethods__", ()))
        if not issubclass(part, self._base()) or missing or getattr(part, "name", None) != name:
            what = f"lacks {', '.join(missing)}" if missing else f"must extend {self.base} and have name = {name!r}"
            raise ConfigError(self.key, name, f"{part.__module__}.{part.__qualname__} {what}")
        return part

    def _base(self) -> type:
        module, _, name = self.base.partition(":")
        found: type = getattr(importlib.import_module(module), name)
        return found


DATASETS = Registry(
    "data",
    "mismatch.data.base:Dataset",
    "mismatch.datasets",
    "mismatch.data",
    besides=("base", "laws", "sources", "streams"),
)
ADAPTERS = Registry(
    "features.adapter", "mismatch.adapt.features.base:Adapter", "mismatch.adapters", "mismatch.adapt.features"
)
REDUCTIONS = Registry("reduction", "mismatch.reductions.base:Reduction", "mismatch.reductions", "mismatch.reductions")
METRICS = Registry("metric", "mismatch.run.metrics.base:Metric", "mismatch.metrics", "mismatch.run.metrics")
EXECUTORS = Registry(
    "executor", "mismatch.sweep.executors.base:Executor", "mismatch.executors", "mismatch.sweep.executors"
)
MEASUREMENTS = Registry(
    "measure",
    "mismatch.sweep.measurement:Measurement",
    "mismatch.measurements",
    modules=(
        ("timing", "mismatch.timing.measurement"),
        ("trials", "mismatch.trials.measurement"),
        ("linter", "mismatch.trials.linter"),
        ("gradient", "mismatch.mechanism.measurement"),
    ),
)
CLAIM_TESTS = Registry(
    "test", "mismatch.analysis.tests.base:ClaimTest", "mismatch.claim_tests", "mismatch.analysis.tests"
)
DATA_RULES = Registry("rule", "mismatch.check.rule:Rule", "mismatch.data_rules", "mismatch.check.data")
MODEL_RULES = Registry("rule", "mismatch.check.rule:Rule", "mismatch.model_rules", "mismatch.check.model")
