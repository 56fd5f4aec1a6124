"""Warm workers on the nodes of a Ray cluster: as many machines as there are, joined late or early, lost or kept.

Each worker is an actor that trains one run at a time and sends its record home; nothing is shared but the network. A
worker is asked what it is before it gets work: one of other code or other versions is refused with its node. Ray
restarts none: who died, grew too large or overstayed is replaced here, under a new number.
"""

import time
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from mismatch.config.fields import reason
from mismatch.sweep.cluster import parcel, sameness
from mismatch.sweep.cluster.asked import GROUP, Asked
from mismatch.sweep.cluster.link import Link
from mismatch.sweep.cluster.nodes import STUMBLES, Node, Nodes
from mismatch.sweep.executors.base import Died, Done, Executor, Outcome, Said, Task
from mismatch.sweep.executors.local import GRACE_S, WORKER_MIB

PATIENCE_S = 60.0
"""How long a sweep waits for a node when there is none, and for a free CPU until it says what it waits for."""


@dataclass
class _Worker:
    """An actor on a node. call: what it is at, a reference of Ray's; task: the run, once it trains one."""

    number: int
    node: Node
    actor: Any
    call: Any
    state: str = "greeted"  # greeted, warming, idle, busy
    task: Task | None = None
    late: float = float("inf")  # when it is killed


class Ray(Executor):
    """Workers on a cluster.

    Raises:
        ConfigError: for settings that cannot be, and where Ray is not installed.
    """

    name = "ray"

    def __init__(self, asked: Asked | int = -1) -> None:
        self.asked = asked if isinstance(asked, Asked) else Asked(workers_per_node=asked)
        self.asked.check()
        self._link: Link | None = None
        self._forget()

    def _forget(self) -> None:
        self._nodes, self._team, self._born = Nodes(self.asked), dict[int, _Worker](), 0
        self._said, self._parcels = deque[str](), dict[str, Any]()
        self._active, self._waiting = time.monotonic(), False
        self.made.clear()

    @property
    def workers(self) -> int:
        """How many there can be on the nodes that are there now; waits for the cluster."""
        self._look()
        return self._nodes.workers

    def warm(self) -> None:
        """Begin to connect."""
        self._link = self._link or Link(self.asked)

    def start(self, count: int) -> None:
        """Have workers made where some are missing; each says what it is before it is ready."""
        self._look()
        for node in self._nodes.usable:
            here = sum(worker.node is node for worker in self._team.values())
            for _ in range(min(node.slots - here, count - len(self._team))):
                self._make(node)

    def ready(self, count: int) -> Collection[int]:
        """Those that were found to be the same as we are, and have TensorFlow."""
        return [worker.number for worker in self._team.values() if worker.state in ("idle", "busy")]

    def submit(self, worker: int, task: Task) -> None:
        """Send the run, and a reference to the arm's own data if it has any."""
        chosen, key = self._team[worker], parcel.key(task.arm)
        if key is not None and key not in self._parcels:
            import ray

            self._parcels[key] = ray.put(parcel.pack(task.arm))
        parcels = [self._parcels[key]] if key is not None else []
        chosen.call = chosen.actor.train.remote(task, parcels)
        chosen.state, chosen.task = "busy", task
        chosen.late = time.monotonic() + task.time_limit + GRACE_S

    def wait(self, seconds: float) -> Outcome | None:
        """The next record, death or line."""
        import ray

        self._look()
        if self._said:
            return Said(self._said.popleft())
        for worker in self._team.values():
            if time.monotonic() > worker.late and worker.task is not None:
                self._dismiss(worker)
                limit = worker.task.time_limit
                return Died(worker.number, "timeout", f"exceeded time_limit={limit:g} s and did not stop by itself")
        self._be_patient()
        calls = {worker.call: worker for worker in self._team.values() if worker.state != "idle"}
        if not calls:
            time.sleep(seconds)
            return None
        ended, _ = ray.wait(list(calls), timeout=seconds)
        return self._next(calls[ended[0]]) if ended else None

    def stop(self) -> None:
        """Kill all workers and leave the cluster."""
        link, self._link = self._link, None
        if link is not None:
            for worker in list(self._team.values()):
                self._dismiss(worker)
            link.close()
        self._forget()

    def _look(self) -> None:
        self.warm()
        assert self._link is not None
        self._link.wait()
        self._said += self._nodes.look()
        # Those that train are found by the end of their call; an idle one would cost its next run a try.
        for worker in [each for each in self._team.values() if each.state == "idle"]:
            if worker.node.id not in self._nodes.alive:
                self._dismiss(worker)

    def _make(self, node: Node) -> None:
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        from mismatch.sweep.cluster.actor import Trainer

        there = NodeAffinitySchedulingStrategy(node.id, soft=False)
        options = {"num_cpus": self.asked.cpus_per_worker, "max_restarts": 0, "scheduling_strategy": there}
        actor = ray.remote(**options)(Trainer).remote()
        self._team[self._born] = _Worker(self._born, node, actor, actor.hello.remote())
        self._born += 1

    def _next(self, worker: _Worker) -> Outcome | None:
        """What the end of a worker's call means."""
        import ray

        try:
            answer = ray.get(worker.call)
        except Exception as error:  # the death of the actor, or what its code raised outside of a run
            return self._lost(worker, error)
        if worker.state == "greeted":
            different = sameness.differences(sameness.here(), answer)
            if different:
                self._refuse(worker.node, different)
                return None
            worker.state, worker.call = "warming", worker.actor.warm.remote()
            return None
        train = worker.state == "busy"
        worker.state, worker.task, worker.late, worker.node.stumbles = "idle", None, float("inf"), 0
        if not train:
            return None
        record, mib = answer
        if mib > WORKER_MIB:  # another takes its place
            self._dismiss(worker)
        return Done(worker.number, record)

    def _lost(self, worker: _Worker, error: Exception) -> Died | None:
        """Take a worker off the list, whose run, if it had one, was lost."""
        self._dismiss(worker)
        self._said += self._nodes.look(now=True)
        why = _why(error)
        there = worker.node.id in self._nodes.alive
        if worker.task is None:
            worker.node.stumbles += 1
            if there and worker.node.stumbles >= STUMBLES:
                self._refuse(worker.node, f"{STUMBLES} workers in a row did not start there ({why})")
            return None
        place = f"its worker on {worker.node.name} died ({why})" if there else f"its node {worker.node.name} was lost"
        return Died(worker.number, "killed", place)

    def _refuse(self, node: Node, why: str) -> None:
        """Give a node no work, and say so. None of its workers has a run: all of them have the same code."""
        node.refused = why
        self._said.append(f"node {node.name} is refused: {why}")
        for worker in [each for each in self._team.values() if each.node is node and each.task is None]:
            self._dismiss(worker)

    def _dismiss(self, worker: _Worker) -> None:
        """End an actor, if it still lives."""
        import ray

        del self._team[worker.number]
        with suppress(Exception):  # it may be gone, and its node or the cluster with it
            ray.kill(worker.actor, no_restart=True)

    def _be_patient(self) -> None:
        """Say what is waited for, once; give up where nobody can be left to train.

        Raises:
            ConnectionError: where no node is left.
        """
        if any(worker.state != "greeted" for worker in self._team.values()):
            self._active, self._waiting = time.monotonic(), False
        waited = time.monotonic() - self._active
        refused = self._nodes.refused
        if not self._team and not self._nodes.usable and (refused or waited > PATIENCE_S):
            names = ", ".join(f"{node.name} was refused" for node in refused) or "none with a free CPU is there"
            raise ConnectionError(f"{GROUP}.address={self.asked.address}: no node is left to train on: {names}")
        if self._team and waited > PATIENCE_S and not self._waiting:
            self._waiting = True
            self._said.append(f"waiting for {len(self._team)} workers to start: no node has free CPUs for them yet")


def _why(error: Exception) -> str:
    """What Ray says of a death, cut short; of an exception in our code, the exception."""
    cause = getattr(error, "cause", None) or error
    return f"{type(cause).__name__}: {reason(cause, 120)}" if cause is not error else reason(error, 120)
