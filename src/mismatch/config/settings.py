"""From Hydra's composed config to typed `Settings`, and the groups Hydra is told of."""

from dataclasses import fields
from typing import Any, cast

from mismatch.config.fields import ConfigError, check
from mismatch.config.groups import GROUPS, Reduction, Settings
from mismatch.config.registry import ADAPTERS, DATASETS, MEASUREMENTS, METRICS, REDUCTIONS
from mismatch.config.unknown import refuse


def register() -> None:
    """Put every group, and every part that is an option of one, into Hydra's config store."""
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(name="schema", node=Settings)
    for group, node in GROUPS.items():
        store.store(group=group, name="default", node=node)
    for name, dataset in DATASETS.all().items():
        store.store(group="data", name=name, node=dataset)
    for name in REDUCTIONS.names:
        store.store(group="reduction", name=name, node=Reduction(name))


def parts() -> str:
    """The parts that are no config group of their own, by name, for the help."""
    lines = [f"{registry.key}: {', '.join(registry.names)}" for registry in (ADAPTERS, MEASUREMENTS)]
    return "\n".join([*lines, f"families of metrics: {', '.join(METRICS.names)}"])


def settings(config: Any) -> Settings:
    """The typed settings of a composed config.

    Raises:
        ConfigError: for a key that no group knows, a value of the wrong kind or out of range.
    """
    from omegaconf import OmegaConf

    def typed(value: Any) -> Any:
        return OmegaConf.to_object(value) if OmegaConf.is_config(value) else value

    data = OmegaConf.get_type(config, "data")
    refuse(cast("dict[str, Any]", OmegaConf.to_container(config, resolve=False)), data)
    node = Settings(**{item.name: typed(config[item.name]) for item in fields(Settings)})
    check("", node)
    if node.measure is not None and node.measure not in MEASUREMENTS.names:
        raise ConfigError("measure", node.measure, "must be one of " + ", ".join(MEASUREMENTS.names))
    return node
