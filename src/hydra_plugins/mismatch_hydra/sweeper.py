"""`hydra/sweeper=local`: all jobs of a multirun, over several grids, handed to the session at once.

In: the axes of an experiment and the overrides of the command line. Out: a sweep in `mismatch.sweep.session`, whatever
the launcher is; a launcher of others is called when the session trains, for the jobs that still miss runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.plugins import Plugins
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from hydra_plugins.mismatch_hydra import internals
from hydra_plugins.mismatch_hydra.launcher import LocalLauncher
from hydra_plugins.mismatch_hydra.typed import settings_of


@dataclass
class LocalSweeperConfig:
    """params: axes of an experiment, as for Hydra's basic sweeper. blocks: several such grids, one sweep. variants:
    settings under which every block is run as well, unless it sets one of their keys itself."""

    _target_: str = "hydra_plugins.mismatch_hydra.sweeper.LocalSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] | None = None
    blocks: dict[str, Any] | None = None
    variants: dict[str, Any] | None = None


ConfigStore.instance().store(group="hydra/sweeper", name="local", node=LocalSweeperConfig, provider="mismatch")


class LocalSweeper(Sweeper):
    """Every block has its own axes on top of `params`; an override on the command line goes for all of them. A block
    set to null is left out, and so is a variant. max_batch_size: jobs given at once to a launcher of others."""

    def __init__(
        self,
        max_batch_size: int | None = None,
        params: Mapping[str, Any] | None = None,
        blocks: Mapping[str, Any] | None = None,
        variants: Mapping[str, Any] | None = None,
    ) -> None:
        self.max_batch_size = max_batch_size
        self.params = dict(params or {})
        plain = [dict(block) for block in (blocks or {}).values() if block is not None] or [{}]
        others = [dict(variant) for variant in (variants or {}).values() if variant is not None]
        varied = [block | variant for variant in others for block in plain if not block.keys() & variant.keys()]
        self.blocks = plain + varied

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.hydra_context, self.task_function, self.config = hydra_context, task_function, config
        self.launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> list[Any]:
        """Compose every job and add them to the session; what it refuses has left no trace."""
        from mismatch.sweep.job import Job

        assert isinstance(self.task_function, Job) and self.task_function.session is not None
        job, session, hydra = self.task_function, self.task_function.session, self.config.hydra
        jobs = self.jobs(arguments)
        configs = self.configs(jobs, session.typed)

        def launch(errand: Any, places: list[int]) -> None:
            job.errand = errand
            size = self.max_batch_size or len(places)
            for start in range(0, len(places), size):
                for ended in self.launcher.launch([jobs[place] for place in places[start : start + size]], start):
                    _ = ended.return_value  # raises what the job raised

        asked = (configs, list(hydra.overrides.task), hydra.runtime.choices.get("experiment"))
        note = OmegaConf.to_yaml(self.config)
        if isinstance(self.launcher, LocalLauncher):
            session.add(*asked, executor=self.launcher.executor, note=note)
        else:
            session.add(*asked, launch=launch, note=note)
        return []

    def configs(self, jobs: Sequence[Sequence[str]], typed: bool = True) -> list[Any]:
        """The composed config of the first job, and the settings of all others, or their configs unless `typed`."""
        from mismatch.config.settings import settings

        composer = internals.Composer(self.hydra_context.config_loader, self.config)
        if not typed:
            return [composer.config(job) for job in jobs]
        rest = settings_of(jobs[1:], lambda job: settings(composer.config(job)), composer.is_group)
        return [composer.config(jobs[0]), *rest]

    def jobs(self, arguments: Sequence[str]) -> list[list[str]]:
        """The overrides of every job: the grids of all blocks, one after another."""
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        typed = parser.parse_overrides(list(arguments))
        jobs = []
        for block in self.blocks:
            axes = [f"{key}={value}" for key, value in (self.params | block).items()]
            jobs += grid(parser.parse_overrides(axes) + typed)
        return jobs


def grid(overrides: Sequence[Override]) -> list[list[str]]:
    """Every combination of the values of all overrides; a later override replaces an earlier one of the same key.

    Raises:
        ConfigError: for a sweep over an interval.
    """
    from mismatch.config.fields import ConfigError

    axes: dict[str, list[str]] = {}
    for override in overrides:
        key = override.get_key_element()
        if not override.is_sweep_override():
            axes[key] = [f"{key}={override.get_value_element_as_str()}"]
        elif override.is_discrete_sweep():
            axes[key] = [f"{key}={value}" for value in override.sweep_string_iterator()]
        else:
            raise ConfigError(
                key, str(override.input_line).partition("=")[2], "must be values, such as 1,2,3 or range(1,4)"
            )
    return [list(job) for job in product(*axes.values())]
