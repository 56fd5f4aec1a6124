"""The jobs of a multirun, as the sweeper makes and composes them, without a command in between."""

from types import SimpleNamespace

from hydra_plugins.mismatch_hydra import internals
from mismatch.config.groups import Settings
from mismatch.config.paths import CONF
from mismatch.config.settings import register, settings


def swept(*words: str, composed: bool = True) -> tuple[list[list[str]], list[Settings]]:
    """The overrides of every job, and their settings, unless these are not asked for."""
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    from hydra_plugins.mismatch_hydra import internals, sweeper

    register()
    with initialize_config_dir(str(CONF), **internals.VERSION_BASE):
        config = compose("config", list(words), return_hydra_config=True)
        loader = GlobalHydra.instance().config_loader()
        asked = config.hydra.sweeper
        ours = sweeper.LocalSweeper(None, asked.params, asked.blocks, asked.variants)
        ours.hydra_context = SimpleNamespace(config_loader=loader)
        jobs = ours.jobs(words)
        if not composed:
            return jobs, []
        ours.config = config
        first, *rest = ours.configs(jobs)
        return jobs, [settings(first), *rest]


def compose_jobs(*words: str) -> list[Settings]:
    """The settings of every job."""
    return swept(*words)[1]


def compose_configs(*words: str) -> list[object]:
    """The composed config of a single arm, as Hydra hands it to the task function."""
    from hydra import compose, initialize_config_dir

    register()
    with initialize_config_dir(str(CONF), **internals.VERSION_BASE):
        return [compose("config", list(words))]
