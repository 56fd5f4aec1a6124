"""Hydra's view of the local launcher (`hydra/launcher=local`): compose all jobs, hand over to `mismatch.sweep`."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_store import ConfigStore
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict


@dataclass
class LocalConfig:
    """n_jobs: workers; -1 is one per core."""

    _target_: str = "hydra_plugins.mismatch_local.launcher.LocalLauncher"
    n_jobs: int = -1


@dataclass
class LocalSweeperConfig:
    """params: axes of an experiment, as for Hydra's basic sweeper. blocks: several such grids, one sweep."""

    _target_: str = "hydra_plugins.mismatch_local.launcher.LocalSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] | None = None
    blocks: dict[str, Any] | None = None


ConfigStore.instance().store(group="hydra/sweeper", name="local", node=LocalSweeperConfig, provider="mismatch")
ConfigStore.instance().store(group="hydra/launcher", name="local", node=LocalConfig, provider="mismatch")


class LocalSweeper(BasicSweeper):
    """Hydra's basic sweeper over several grids, which checks all jobs as arms before any is launched.

    Every block has its own axes on top of `params`; an override on the command line goes for all of them. A block
    set to null is left out.
    """

    def __init__(
        self,
        max_batch_size: int | None = None,
        params: dict[str, str] | None = None,
        blocks: dict[str, dict[str, str] | None] | None = None,
    ) -> None:
        super().__init__(max_batch_size, params)
        self.blocks = [dict(block) for block in (blocks or {}).values() if block is not None] or [{}]

    def _parse_config(self) -> list[str]:
        return []  # `split_arguments` adds the parameters, block by block

    def split_arguments(self, overrides: list[Override], max_batch_size: int | None) -> list[list[list[str]]]:
        assert self.hydra_context is not None
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        jobs = []
        for block in self.blocks:
            axes = [f"{key}={value}" for key, value in (dict(self.params or {}) | block).items()]
            jobs += BasicSweeper.split_arguments(parser.parse_overrides(axes) + overrides, None)[0]
        size = max_batch_size or len(jobs)
        return [jobs[start : start + size] for start in range(0, len(jobs), size)]

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        from mismatch.sweep.session import plan_sweep

        if isinstance(self.launcher, LocalLauncher):  # checks the jobs itself, composing them only once
            return
        assert self.hydra_context is not None and self.config is not None
        load = self.hydra_context.config_loader.load_sweep_config
        plan_sweep([load(self.config, list(job)) for job in batch])


def compose(loader: ConfigLoader, master: DictConfig, jobs: Sequence[Sequence[str]]) -> list[DictConfig]:
    """The config of every job, without Hydra's own settings.

    Hydra takes a tenth of a second to compose one; jobs that choose the same groups are composed once, and their
    values set in copies, by the function that Hydra itself uses for it.
    """
    parser = OverridesParser.create(config_loader=loader)
    is_group = cache(lambda key: bool(loader.get_group_options(key)))
    composed: dict[tuple[str, ...], DictConfig] = {}
    configs = []
    for job in jobs:
        overrides = parser.parse_overrides(list(job))
        groups = [is_group(override.key_or_group) for override in overrides]
        chosen = tuple(word for word, group in zip(job, groups, strict=True) if group)
        if chosen not in composed:
            base = loader.load_sweep_config(master, list(chosen))
            with open_dict(base):
                del base["hydra"]
            composed[chosen] = base
        config = deepcopy(composed[chosen])
        values = [override for override, group in zip(overrides, groups, strict=True) if not group]
        ConfigLoaderImpl._apply_overrides_to_config(
            [override for override in values if not override.key_or_group.startswith("hydra.")], config
        )
        configs.append(config)
    return configs


class LocalLauncher(Launcher):
    """Plans all arms of a sweep; `sweep.run_pending` then trains them on warm workers on this machine."""

    def __init__(self, n_jobs: int = -1) -> None:
        self.n_jobs = n_jobs
        self.context: HydraContext | None = None
        self.config: DictConfig | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.context, self.config = hydra_context, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from mismatch.sweep import pool
        from mismatch.sweep import session as sweep

        assert self.context is not None and self.config is not None
        with sweep.usage_errors():
            pool.warm(pool.workers(self.n_jobs))  # TensorFlow starts while the jobs are composed
        sweep.postpone(compose(self.context.config_loader, self.config, job_overrides), self.n_jobs)
        returns: list[Any] = [
            JobReturn(overrides=list(job), status=JobStatus.COMPLETED, _return_value=None) for job in job_overrides
        ]
        return returns
