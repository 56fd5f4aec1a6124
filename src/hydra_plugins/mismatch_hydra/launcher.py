"""`hydra/launcher=local`: says which of our executors trains, and has its workers start while Hydra composes the jobs.

It launches nothing: the sweeper hands the whole sweep to the session, which trains it when all is accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class LocalConfig:
    """n_jobs: workers; -1 is one per core. executor: where they are."""

    _target_: str = "hydra_plugins.mismatch_hydra.launcher.LocalLauncher"
    n_jobs: int = -1
    executor: str = "local"


ConfigStore.instance().store(group="hydra/launcher", name="local", node=LocalConfig, provider="mismatch")


class LocalLauncher(Launcher):
    """Names an executor of ours, and what it is asked for."""

    label = "local"

    def __init__(self, n_jobs: int = -1, executor: str = "local") -> None:
        self.executor: tuple[str, Any] = (executor, n_jobs)

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        from mismatch.config.fields import ConfigError
        from mismatch.sweep.job import Job

        if not isinstance(task_function, Job) or task_function.session is None:
            raise ConfigError("hydra/launcher", self.label, "trains arms of mismatch, not jobs of another program")
        task_function.session.warm(*self.executor, config.out)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        from mismatch.config.fields import ConfigError
        from mismatch.sweep.job import NOT_OURS

        raise ConfigError("hydra/sweeper", "another", NOT_OURS)
