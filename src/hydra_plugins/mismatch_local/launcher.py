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
    """Hydra's basic sweeper without its trial composition of every job: the local launcher checks all jobs itself."""

    def validate_batch_is_legal(self, batch: Sequence[Sequence[str]]) -> None:
        if not isinstance(self.launcher, LocalLauncher):
            super().validate_batch_is_legal(batch)


class LocalLauncher(Launcher):
    """Trains all arms of a sweep on warm workers on this machine."""

    def __init__(self, n_jobs: int = -1) -> None:
        self.n_jobs = n_jobs
        self.context: HydraContext | None = None
        self.config: DictConfig | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.context, self.config = hydra_context, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from mismatch import pool
        from mismatch.sweep import run_sweep

        assert self.context is not None and self.config is not None
        pool.warm(pool.workers(self.n_jobs))  # TensorFlow starts while the jobs are composed
        configs = [self.context.config_loader.load_sweep_config(self.config, list(job)) for job in job_overrides]
        run_sweep(configs, self.n_jobs)
        returns: list[Any] = [
            JobReturn(overrides=list(job), status=JobStatus.COMPLETED, _return_value=None) for job in job_overrides
        ]
        return returns
