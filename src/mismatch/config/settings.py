"""From Hydra's composed config to typed `Settings`, and the groups Hydra is told of."""

from dataclasses import fields
from functools import cache
from numbers import Integral
from typing import Any, cast

from mismatch.config.fields import LARGEST, ConfigError, check, require
from mismatch.config.groups import AUTO, GROUPS, Reduction, Settings
from mismatch.config.registry import DATASETS, MEASUREMENTS, REDUCTIONS
from mismatch.config.unknown import refuse

LONGEST_NAME = 200  # bytes of one part of a name; file systems take 255


@cache
def register() -> None:
    """Put every group, and every part that is an option of one, into Hydra's config store; once, as 1.4 asks for."""
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(name="schema", node=Settings)
    for group, node in GROUPS.items():
        store.store(group=group, name="default", node=node)
    for name, dataset in DATASETS.all().items():
        store.store(group="data", name=name, node=dataset)
    for name in REDUCTIONS.names:
        store.store(group="reduction", name=name, node=Reduction(name))


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
    if node.advise is not None:
        check("advise", node.advise)
    _replicates(node.replicates)
    if node.measure is not None and node.measure not in MEASUREMENTS.names:
        raise ConfigError("measure", node.measure, "must be one of " + ", ".join(MEASUREMENTS.names))
    _folder("name", node.name)
    require(bool(node.out.strip()), "out", node.out, "must be a folder, such as results/mine")
    return node


def _replicates(value: object) -> None:
    """Refuse what is neither a number of replicates nor `AUTO`."""
    whole = isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) < LARGEST
    require(whole or value == AUTO, "replicates", value, f"must be a whole number of at least 0, or {AUTO}")


def _folder(key: str, name: str) -> None:
    """Refuse a name that is no folder below ``results/``, a message of more than a line, or results/ itself."""
    parts = name.split("/")
    plain = name.isprintable() and all(part.strip() and part not in {".", ".."} for part in parts)
    short = all(len(part.encode()) <= LONGEST_NAME for part in parts)
    accepted = f"must be a plain name of a folder, at most {LONGEST_NAME} bytes, such as mine or mine/first"
    require(plain and short, key, repr(name) if not name.isprintable() else name, accepted)
