"""What a person asks of a cluster: `hydra.launcher.address`, workers per node, CPUs per worker; checked without Ray.

In: values as Hydra gives them. Out: `Asked`, or one line that says what is accepted. Whether anything answers at the
address is found out by `link`.
"""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from math import isfinite

from mismatch.config.fields import ConfigError, require

GROUP = "hydra.launcher"
NAMED = ("auto", "local")
PLACE = re.compile(r"(?P<client>ray://)?(?P<host>\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})")


@dataclass(frozen=True)
class Asked:
    """Where the cluster is, and how many workers it gets.

    address: auto, a cluster this machine belongs to; local, one of its own; host:port of a head; ray://host:port of a
    head for a machine outside of the cluster. workers_per_node: at most; -1, as many as its CPUs allow.
    """

    address: str = "auto"
    workers_per_node: int = -1
    cpus_per_worker: float = 1.0

    def check(self) -> None:
        """Refuse what cannot be.

        Raises:
            ConfigError: naming the setting; also where Ray is not installed.
        """
        place, accepted = PLACE.fullmatch(str(self.address)), "must be auto, local, host:port or ray://host:port"
        possible = self.address in NAMED or (place is not None and 0 < int(place["port"]) < 2**16)
        require(possible, f"{GROUP}.address", self.address, accepted)
        key, wanted = f"{GROUP}.workers_per_node", self.workers_per_node
        require(whole(wanted), key, wanted, "must be a whole number")
        require(wanted >= 1 or wanted == -1, key, wanted, "must be at least 1, or -1 for as many as the CPUs allow")
        key, cpus = f"{GROUP}.cpus_per_worker", self.cpus_per_worker
        number = isinstance(cpus, int | float) and not isinstance(cpus, bool) and isfinite(cpus) and cpus > 0
        require(number, key, cpus, "must be a number greater than 0")
        if find_spec("ray") is None:
            raise ConfigError("hydra/launcher", "ray", "needs Ray, which is not installed: pip install 'mismatch[ray]'")

    @property
    def place(self) -> tuple[str, int] | None:
        """Host and port of the head, where the address names them."""
        found = PLACE.fullmatch(self.address)
        return (found["host"].strip("[]"), int(found["port"])) if found else None

    def workers_on(self, cpus: float) -> int:
        """How many workers a node with so many CPUs gets."""
        most = int(cpus / self.cpus_per_worker + 1e-9)
        return most if self.workers_per_node == -1 else min(most, self.workers_per_node)


def whole(value: object) -> bool:
    """Whether `value` is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)
