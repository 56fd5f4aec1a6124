"""Ray clusters of a test's own: a head, and nodes that are other machines as far as Ray can tell.

A node has a network namespace of its own where this machine allows that, and else the address of the head. Processes
are ended by their ids: other clusters on this machine are not ours.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

RAY = (sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--disable-usage-stats")
STORE = "--object-store-memory=80000000"
HASTY = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "4000",
    "RAY_health_check_failure_threshold": "3",
}
"""A lost node is noticed in 3 s, not in 20, unless this machine is so busy that none is healthy."""


@dataclass
class Node:
    """A raylet and its workers."""

    process: subprocess.Popen[bytes]
    namespace: str | None = None

    def pids(self) -> list[int]:
        """All processes of the node, the first one apart."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listed.splitlines()]
        found = [self.process.pid]
        for parent in found:
            found += [pid for pid, its in pairs if its == parent]
        return found[1:]

    def training(self) -> list[int]:
        """Workers that train a run now: Ray names them by what they are at."""
        return [pid for pid in self.pids() if "Trainer.train" in _command(pid)]

    def kill(self) -> None:
        """As if the machine had lost its power."""
        for pid in [self.process.pid, *self.pids()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Cluster:
    """A head on an address of its own, as long as the test module runs."""

    host: str
    namespace: str | None
    folder: Path
    port: int = field(default_factory=lambda: _free_port())
    client_port: int = field(default_factory=lambda: _free_port())
    nodes: list[Node] = field(default_factory=list)
    variables: dict[str, str] = field(
        default_factory=lambda: HASTY | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    )

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def head(self, cpus: int) -> Node:
        """Start the head, and wait until it answers."""
        ports = [f"--port={self.port}", f"--ray-client-server-port={self.client_port}", "--include-dashboard=false"]
        made = self._start(["--head", *ports, f"--temp-dir={self.folder}"], cpus, None)
        for port in (self.port, self.client_port):
            _wait_for(self.host, port)
        return made

    def node(self, cpus: int, **variables: str) -> Node:
        """Start another node; it joins when it is ready."""
        return self._start([f"--address={self.address}"], cpus, self.namespace, **variables)

    def _start(self, words: list[str], cpus: int, namespace: str | None, **variables: str) -> Node:
        inside = ["ip", "netns", "exec", namespace] if namespace else []
        address = f"--node-ip-address={self.host[: self.host.rindex('.')]}.2" if namespace else ""
        at = address or f"--node-ip-address={self.host}"
        with (self.folder / "out").open("ab") as out:
            process = subprocess.Popen(
                [*inside, *RAY, STORE, f"--num-cpus={cpus}", at, *words],
                env=os.environ | self.variables | variables,
                cwd=self.folder,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.nodes.append(Node(process, namespace))
        return self.nodes[-1]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster whose nodes are all killed in the end."""
    name = f"mm{os.getpid() % 10**6}"
    folder = Path(tempfile.mkdtemp(prefix="mm", dir="/tmp"))  # paths of sockets must be short
    with _namespace(name) as made:
        host = f"10.213.{os.getpid() % 250}.1" if made else _own_address()
        found = Cluster(host, made, folder)
        try:
            yield found
        finally:
            for node in reversed(found.nodes):
                node.kill()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _namespace(name: str) -> Iterator[str | None]:
    """A network namespace with a line to it, None where there can be none."""
    net = f"10.213.{os.getpid() % 250}"
    steps = [
        f"ip netns add {name}",
        f"ip link add {name}a type veth peer name {name}b netns {name}",
        f"ip addr add {net}.1/30 dev {name}a",
        f"ip link set {name}a up",
        f"ip -n {name} addr add {net}.2/30 dev {name}b",
        f"ip -n {name} link set {name}b up",
        f"ip -n {name} link set lo up",
    ]
    try:
        made = bool(shutil.which("ip")) and all(_ok(step) for step in steps)
        if not made:
            print("no network namespace can be made here: both nodes have one address")
        yield name if made else None
    finally:
        if shutil.which("ip"):
            _ok(f"ip netns del {name}")
            _ok(f"ip link del {name}a")


def _ok(command: str) -> bool:
    return subprocess.run(command.split(), capture_output=True).returncode == 0


def _own_address() -> str:
    """The address Ray takes for this machine's; it swaps 127.0.0.1 for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def _wait_for(host: str, port: int) -> None:
    end = time.time() + 60
    while time.time() < end:
        try:
            socket.create_connection((host, port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {host}:{port}")


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""
