"""The connection to a Ray cluster, held by a thread of its own from the first need of it to the end of the session.

In: what was asked. Out: a cluster that can be used from any thread, or one line that says why there is none. A thread
that lives as long as the connection, as Ray has the processes of a cluster it starts die with the thread that started
them, and as the main thread's signal handlers stay ours.
"""

import logging
import os
import socket
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mismatch.config import environment
from mismatch.config.fields import ConfigError, reason
from mismatch.sweep.cluster.asked import GROUP, Asked

ANSWER_S = 10.0
"""How long the head of a cluster may take to accept a connection."""
LEAVE_S = 20.0
"""How long it may take to leave it: whoever wants to stop is not kept longer by a cluster that does not answer."""
ATTEMPTS, PAUSE_S = 3, 2.0
"""A head starts a server of its own for each client, which may end at its start where the head is busy."""
SERVERLESS = "Starting Ray client server failed"
NAMESPACE = "mismatch"
TOKEN = "is it Ray's port, and is its token here (RAY_AUTH_MODE=token, ~/.ray/auth_token or RAY_AUTH_TOKEN)?"


class Link:
    """Begins to connect when it is made."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._up, self._down = threading.Event(), threading.Event()
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return when the cluster can be used.

        Raises:
            ConfigError: when it cannot.
        """
        self._up.wait()
        if self._problem is not None:
            raise ConfigError(f"{GROUP}.address", self.asked.address, _said(self._problem)) from self._problem

    def close(self) -> None:
        """Leave the cluster; one of our own ends with that."""
        self._down.set()
        self._thread.join(LEAVE_S)

    def _hold(self) -> None:
        with tempfile.TemporaryDirectory(prefix="mismatch-ray-") as empty:
            try:
                _connect(self.asked, empty)
            except Exception as error:  # whatever it is, the one who waits is told
                self._problem = error
            self._up.set()
            self._down.wait()
        import ray

        ray.shutdown()


def _connect(asked: Asked, empty: str) -> None:
    """Join the cluster. empty: a folder in which workers start, as Ray would have them import from ours."""
    if asked.address == "auto" and os.environ.get("RAY_ADDRESS"):  # Ray's own variable
        asked = replace(asked, address=os.environ["RAY_ADDRESS"])
    if asked.place is not None:
        _knock(*asked.place)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a cluster of our own tells nobody
    import ray

    logging.getLogger("ray").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"ray\.")
    shared: dict[str, Any] = {"address": asked.address, "namespace": NAMESPACE, "runtime_env": _surroundings(empty)}
    shared |= {"log_to_driver": False, "logging_level": "ERROR"}
    if asked.address.startswith("ray://"):
        _enter(ray.init, shared)
        return
    own = {"include_dashboard": False} if asked.address == "local" else {}
    ray.init(**shared, **own)
    from ray._private import worker

    # Ray prints what it hears of lost nodes on our standard output; `nodes` says it, once and in a line.
    worker.print_to_stdstream = lambda *_, **__: None


def _enter(init: Callable[..., object], shared: Mapping[str, Any]) -> None:
    """Join by way of the head's server for clients, again where that did not start."""
    for left in reversed(range(ATTEMPTS)):
        try:
            init(**shared)
            return
        except ConnectionAbortedError as error:
            if not left or SERVERLESS not in str(error):
                raise
        time.sleep(PAUSE_S)


def _surroundings(empty: str) -> dict[str, Any]:
    """What Ray is to set for workers; Ray's own worker may import NumPy before `mismatch` settles the rest."""
    forced = environment.FORCED | (environment.FORCED_JAX if environment.backend() == "jax" else {})
    return {"working_dir": empty, "env_vars": forced | {environment.CHOICE: environment.backend()}}


def _knock(host: str, port: int) -> None:
    """Ray itself would wait for minutes, or end this process, where nobody answers."""
    try:
        socket.create_connection((host, port), ANSWER_S).close()
    except OSError as error:
        raise ConnectionError(f"nobody answers there ({error.strerror or error})") from None


def _said(error: Exception) -> str:
    """Why there is no cluster, in words of ours where the case is known."""
    text = reason(error, 300)
    if "Could not find any running Ray instance" in text:
        return "no cluster runs on this machine; start one with `ray start --head`, or say hydra.launcher.address=local"
    if "Failed to connect to Ray cluster" in text or "client connection timeout" in text:
        return f"lets nobody in: {TOKEN}"
    return f"cannot be used: {text}"
