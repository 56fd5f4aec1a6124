"""`hydra/launcher=ray`: says which cluster trains, and has us join it while Hydra composes the jobs.

As `hydra/launcher=local` it launches nothing; Ray itself is imported when the cluster is joined.
"""

from dataclasses import dataclass

from hydra.core.config_store import ConfigStore

from hydra_plugins.mismatch_hydra.launcher import LocalLauncher


@dataclass
class RayConfig:
    """address: auto | local | host:port | ray://host:port. workers_per_node: -1 is as many as its CPUs allow."""

    _target_: str = "hydra_plugins.mismatch_hydra.ray_launcher.RayLauncher"
    address: str = "auto"
    workers_per_node: int = -1
    cpus_per_worker: float = 1.0


ConfigStore.instance().store(group="hydra/launcher", name="ray", node=RayConfig, provider="mismatch")


class RayLauncher(LocalLauncher):
    """Names the executor on a Ray cluster."""

    label = "ray"

    def __init__(self, address: str = "auto", workers_per_node: int = -1, cpus_per_worker: float = 1.0) -> None:
        from mismatch.sweep.cluster.asked import Asked

        self.executor = ("ray", Asked(str(address), workers_per_node, cpus_per_worker))
