"""The nodes of a cluster that workers can be on: which are there, which were refused, how many workers each gets.

In: what Ray lists, looked at every other second. Out: `Node`s, and lines on those that joined late or were lost.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mismatch.sweep.cluster.asked import Asked

LOOK_S = 2.0
STUMBLES = 3
"""A node on which so many workers in a row died before they could train gets no more."""


@dataclass
class Node:
    """One machine. refused: why it gets no work, if it gets none. stumbles: workers in a row that never were ready."""

    id: str
    name: str
    slots: int
    refused: str = ""
    stumbles: int = 0


@dataclass
class Nodes:
    """All nodes that were ever seen alive, by Ray's id; `alive` are those of the last look."""

    asked: Asked
    known: dict[str, Node] = field(default_factory=dict)
    alive: set[str] = field(default_factory=set)
    _looked: float = float("-inf")
    _all_new: bool = True

    def look(self, now: bool = False) -> list[str]:
        """See who is there, if the last look is old or it must be `now`; lines on who has come and gone since."""
        if not now and time.monotonic() - self._looked < LOOK_S:
            return []
        import ray

        said = self.update(ray.nodes())
        self._looked = time.monotonic()
        return said

    def update(self, listed: Iterable[Mapping[str, Any]]) -> list[str]:
        """Take note of Ray's list of nodes."""
        before, self.alive, said = self.alive, set(), []
        for each in listed:
            slots = self.asked.workers_on(float(each["Resources"].get("CPU", 0.0))) if each["Alive"] else 0
            if not slots:
                continue
            node = self.known.get(each["NodeID"])
            if node is None:
                node = Node(each["NodeID"], _name(each), slots)
                self.known[node.id] = node
                said += [] if self._all_new else [f"node {node.name} joined: {_more(slots)}"]
            self.alive.add(node.id)
        said += [f"node {self.known[gone].name} was lost" for gone in sorted(before - self.alive)]
        self._all_new = False
        return said

    @property
    def usable(self) -> list[Node]:
        """Nodes that are there and were not refused, in the order they came."""
        return [node for node in self.known.values() if node.id in self.alive and not node.refused]

    @property
    def refused(self) -> list[Node]:
        """Nodes that are there and get no work."""
        return [node for node in self.known.values() if node.id in self.alive and node.refused]

    @property
    def workers(self) -> int:
        """How many workers there can be now."""
        return sum(node.slots for node in self.usable)


def _more(slots: int) -> str:
    return "one more worker" if slots == 1 else f"{slots} more workers"


def _name(listed: Mapping[str, Any]) -> str:
    """``host (address)``: several nodes may be on one host."""
    return f"{listed['NodeManagerHostname']} ({listed['NodeManagerAddress']})"
