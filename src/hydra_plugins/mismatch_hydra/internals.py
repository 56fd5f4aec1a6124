"""Everything of Hydra that is not public, in one place, known to work with hydra-core 1.3.8 and 1.4.0rc3.

A test calls each of these and fails, naming the version, when Hydra has changed them.
"""

import argparse
from collections.abc import Sequence
from copy import copy, deepcopy
from functools import cache, partial
from typing import Any, NoReturn

import hydra
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.plugins.config_source import ConfigResult
from omegaconf import DictConfig, open_dict

try:
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra._internal.config_repository import IConfigRepository
    from hydra._internal.core_plugins.file_config_source import FileConfigSource
    from hydra._internal.utils import get_args_parser

    _apply = ConfigLoaderImpl._apply_overrides_to_config
except (ImportError, AttributeError) as error:
    what = f"hydra-core {hydra.__version__} has changed what {__name__} uses; install hydra-core 1.3.8 or mend it"
    raise ImportError(what) from error

__all__ = ["VERSION_BASE", "Composer", "FileConfigSource", "apply", "parse"]

VERSION_BASE: dict[str, Any] = {"version_base": "1.3"} if hydra.__version__.startswith("1.3.") else {}
"""For hydra.main and initialize: 1.3 warns without it, 1.4 with it."""


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line as Hydra's own parser reads it.

    Raises:
        ValueError: for an option that Hydra does not know; one line.
    """
    parser = get_args_parser()

    def fail(message: str) -> NoReturn:
        raise ValueError(message)

    parser.error = fail
    return parser.parse_args(list(words))


def apply(overrides: Sequence[Override], config: DictConfig) -> None:
    """Set the values of `overrides` in `config`, as Hydra does while it composes."""
    _apply(list(overrides), config)


class _Remembering:
    """Hydra's repository of configs, with what it has read; Hydra itself copies it, and reads all again, for each job.

    What a composition is given is its own: Hydra merges schemas into it.
    """

    def __init__(self, repository: IConfigRepository) -> None:
        self.repository = repository
        self._known: dict[tuple[str, tuple[tuple[str, Any], ...]], Any] = {}

    def __deepcopy__(self, _: object) -> "_Remembering":
        return self

    def load_config(self, config_path: str) -> ConfigResult | None:
        """A copy of the config, or None where there is none."""
        return deepcopy(self._remembered("load_config", config_path=config_path))

    def initialize_sources(self, config_search_path: ConfigSearchPath) -> None:
        """Look in other places, unless they are the same."""
        there = [source.full_path() for source in self.repository.get_sources()]
        if there != [place.path for place in config_search_path.get_path()]:
            self.repository.initialize_sources(config_search_path)
            self._known.clear()

    def __getattr__(self, name: str) -> Any:
        return partial(self._remembered, name)

    def _remembered(self, name: str, **asked: Any) -> Any:
        key = name, tuple(asked.items())
        if key not in self._known:
            self._known[key] = getattr(self.repository, name)(**asked)
        return self._known[key]


class Composer:
    """Composes the configs of jobs, without Hydra's own settings.

    Hydra takes a tenth of a second to compose one; jobs that choose the same groups are composed once, and their
    values set in copies, by the function that Hydra itself uses for it.
    """

    def __init__(self, loader: ConfigLoader, master: DictConfig) -> None:
        self.loader, self.master = copy(loader), master
        self.loader.repository = _Remembering(loader.repository)
        self.parser = OverridesParser.create(config_loader=loader)
        self.is_group = cache(lambda key: bool(loader.get_group_options(key)))
        self._composed: dict[tuple[str, ...], DictConfig] = {}

    def config(self, job: Sequence[str]) -> DictConfig:
        """The config of a job."""
        overrides = self.parser.parse_overrides(list(job))
        groups = [self.is_group(override.key_or_group) for override in overrides]
        chosen = tuple(word for word, group in zip(job, groups, strict=True) if group)
        if chosen not in self._composed:
            base = self.loader.load_sweep_config(self.master, list(chosen))
            with open_dict(base):
                del base["hydra"]
            self._composed[chosen] = base
        config = deepcopy(self._composed[chosen])
        values = [override for override, group in zip(overrides, groups, strict=True) if not group]
        apply([override for override in values if not override.key_or_group.startswith("hydra.")], config)
        return config
