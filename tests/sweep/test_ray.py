"""A Ray cluster with real nodes: the table of one machine, whoever joins, dies, or is a stranger."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

import mismatch as package
from tests.helpers import INLINE, TIMES, here, mismatch
from tests.sweep.clusters import Cluster, cluster
from tests.sweep.commands import AXES, PLAIN, SMALL, records, start, wait_for_records

pytest.importorskip("ray")
pytestmark = pytest.mark.slow

SWEEP = [*AXES, "control=delayed", "control.delay_ms=40", "replicates=4", *PLAIN]
"""Four arms in two programs; every update waits, so that it lasts half a minute and takes little of this machine."""
ONE_ARM = ["-m", "length.steps=8", *SMALL, *PLAIN]


def table(folder: Path) -> pd.DataFrame:
    """What does not depend on who trained it."""
    runs = pd.read_csv(folder / "results" / "small" / "runs.csv")
    return runs.sort_values(["arm", "replicate"]).drop(columns=[*TIMES, "host"]).reset_index(drop=True)


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The table of a sweep in this process, without waiting: a planted delay changes nothing but times."""
    folder = tmp_path_factory.mktemp("local")
    with mock.patch("mismatch.engine.compiled.wait"):
        done = here(*SWEEP, INLINE, cwd=folder)
    assert done.returncode == 0, done.stderr
    return table(folder)


@pytest.fixture(scope="module")
def head():
    """A cluster of one node with one CPU; tests add nodes, and take them away again."""
    with cluster() as made:
        made.head(cpus=1)
        yield made


@pytest.fixture(autouse=True)
def token(head, monkeypatch):
    """What a driver needs to be let in."""
    for name, value in head.variables.items():
        monkeypatch.setenv(name, value)


def on(head: Cluster, **more: object) -> list[str]:
    settings = {"address": head.address, **more}
    return ["hydra/launcher=ray", *(f"hydra.launcher.{name}={value}" for name, value in settings.items())]


def until(condition, what: str, seconds: float = 120) -> None:
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, what
        time.sleep(0.02)


def test_a_node_that_joins_late_trains_and_its_loss_changes_no_number(head, local, tmp_path):
    words = [*SWEEP, *on(head)]
    sweep = start(*words, cwd=tmp_path)
    wait_for_records(tmp_path, 1)
    second = head.node(cpus=1)
    until(lambda: sweep.poll() is not None or second.training(), "the second node trains nothing")
    second.kill()
    _, said = sweep.communicate(timeout=200)
    assert sweep.returncode == 0, said
    assert "joined: one more worker" in said and "was lost" in said, said
    pd.testing.assert_frame_equal(table(tmp_path), local)


def started(folder: Path) -> dict[str, str]:
    """When each kept run began, by its id."""
    with closing(sqlite3.connect(next(folder.glob("results/*/records.sqlite")))) as file:
        return dict(file.execute("SELECT run, started FROM runs"))


def test_after_the_death_of_the_driver_only_what_is_missing_is_trained(head, local, tmp_path):
    words = [*SWEEP, "replicates=2", *on(head)]
    sweep = start(*words, cwd=tmp_path)
    wait_for_records(tmp_path, 3)
    os.kill(sweep.pid, signal.SIGKILL)
    sweep.communicate()
    until(lambda: not head.nodes[0].training(), "the workers of a dead driver go on", 60)
    kept = started(tmp_path)
    again = mismatch(*words, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert f"{len(kept)} done already, {8 - len(kept)} to train" in again.stderr and 3 <= len(kept) < 8
    assert kept.items() <= started(tmp_path).items()
    pd.testing.assert_frame_equal(table(tmp_path), local[local["replicate"] < 2].reset_index(drop=True))


def test_a_node_with_other_code_is_refused_by_name_and_the_others_go_on(head, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(Path(package.__file__).parents[1], other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "mismatch" / "engine" / "fit.py").open("a") as file:
        file.write("# another version\n")
    stranger = head.node(cpus=2, PYTHONPATH=str(other))
    try:
        # Two CPUs for each worker: the head has one, so that none but the stranger is left.
        alone = mismatch(*ONE_ARM, *on(head, cpus_per_worker=2), cwd=tmp_path)
        assert alone.returncode == 1 and "Traceback" not in alone.stderr, alone.stderr
        line = next(line for line in alone.stderr.splitlines() if "is refused" in line)
        assert "mismatch (code)" in line and " there, " in line and line.endswith(" here")
        assert "no node is left to train on" in alone.stderr.splitlines()[-1]
        done = mismatch(*ONE_ARM, *on(head), cwd=tmp_path)
        assert done.returncode == 0 and line.partition(": ")[0] in done.stderr, done.stderr
        assert len(records(tmp_path)) == 2
    finally:
        stranger.kill()


LABELS = "abc"
OWN = ["data=text", "name=small", "train.updates=20"]


def write_texts(folder: Path) -> None:
    """A folder per class: several files, as no single one can stand for them."""
    for label in LABELS:
        (folder / label).mkdir(parents=True)
        for number in range(40):
            words = " ".join(f"{label if place % 3 else 'x'}{(number * place) % 7}" for place in range(3 + number % 9))
            (folder / label / f"{number}.txt").write_text(words)


def hidden(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a mount namespace: what stands in `folder`/own is seen by it alone."""
    script = f'mount -t tmpfs none own && cp -r seen/. own/ && exec "{sys.executable}" -m mismatch "$@"'
    command = ["unshare", "--mount", "--propagation=private", "sh", "-c", script, "sh", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


def test_own_data_that_only_the_driver_can_see_travel_as_bytes(head, tmp_path):
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--mount", "true"]).returncode:
        pytest.skip("no mount namespace can be made here: nothing can be hidden from the node")
    (tmp_path / "own").mkdir()
    write_texts(tmp_path / "seen")
    words = ["-m", *OWN, "data.path=own", "replicates=1", *PLAIN]
    far = hidden(tmp_path, *words, "mask=none,masking", *on(head))
    assert far.returncode == 0, far.stderr
    assert not list((tmp_path / "own").iterdir())
    there = table(tmp_path)
    shutil.rmtree(tmp_path / "results")
    near = hidden(tmp_path, *words, "mask=none,masking", "hydra.launcher.n_jobs=1")
    assert near.returncode == 0, near.stderr
    pd.testing.assert_frame_equal(there, table(tmp_path))
    assert set(there["data.path"]) == {str(tmp_path / "own")}


IMPATIENT = """
from mismatch.sweep.executors import ray
ray.GRACE_S = 0.0
from mismatch.cli import main
main()
"""


def test_a_run_that_overstays_is_killed_with_its_worker_and_the_next_one_is_trained(head, tmp_path):
    words = [*ONE_ARM, "replicates=1", "train.updates=20000", "train.block=20000", "time_limit=1", *on(head)]
    command = [sys.executable, "-c", IMPATIENT, *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert done.returncode == 3, done.stderr
    assert "timeout: arm" in done.stderr and "exceeded time_limit=1 s and did not stop by itself" in done.stderr
    assert not head.nodes[0].training()


def test_a_driver_outside_of_the_cluster_trains_through_the_client(head, tmp_path):
    client = f"ray://{head.host}:{head.client_port}"
    done = mismatch(*ONE_ARM, "replicates=1", *on(head, address=client), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(records(tmp_path)) == 1
