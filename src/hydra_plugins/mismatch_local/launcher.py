"""Hydra's view of the local launcher (`hydra/launcher=local`): compose all jobs, hand over to `mismatch.sweep`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class LocalConfig:
    """n_jobs: workers; -1 is one per core."""

    _target_: str = "hydra_plugins.mismatch_local.launcher.LocalLauncher"
    n_jobs: int = -1


@dataclass
class LocalSweeperConfig:
    """params: axes of an experiment, as for Hydra's basic sweeper."""

    _target_: str = "hydra_plugins.mismatch_local.launcher.LocalSweeper"
    max_batch_size: int | None = None
    params: dict[str, str] | None = None


ConfigStore.instance().store(group="hydra/sweeper", name="local", node=LocalSweeperConfig, provider="mismatch")
ConfigStore.instance().store(group="hydra/launcher", name="local", node=LocalConfig, provider="mismatch")


class LocalSweeper(BasicSweeper):
    """Hydra's basic sweeper that checks all jobs as arms before any is launched, whatever the launcher."""

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        from mismatch.sweep import plan_sweep

        if isinstance(self.launcher, LocalLauncher):  # checks the jobs itself, composing them only once
            return
        assert self.hydra_context is not None and self.config is not None
        load = self.hydra_context.config_loader.load_sweep_config
        plan_sweep([load(self.config, list(job)) for job in batch])


class LocalLauncher(Launcher):
    """Plans all arms of a sweep; `sweep.run_pending` then trains them on warm workers on this machine."""

    def __init__(self, n_jobs: int = -1) -> None:
        self.n_jobs = n_jobs
        self.context: HydraContext | None = None
        self.config: DictConfig | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.context, self.config = hydra_context, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from mismatch import pool, sweep

        assert self.context is not None and self.config is not None
        with sweep.usage_errors():
            pool.warm(pool.workers(self.n_jobs))  # TensorFlow starts while the jobs are composed
        configs = [self.context.config_loader.load_sweep_config(self.config, list(job)) for job in job_overrides]
        sweep.postpone(configs, self.n_jobs)
        returns: list[Any] = [
            JobReturn(overrides=list(job), status=JobStatus.COMPLETED, _return_value=None) for job in job_overrides
        ]
        return returns
