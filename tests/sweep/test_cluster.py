"""What the executor on a cluster decides, against a Ray made up for the test: who gets work, who is lost or refused."""

import pickle
import sys
from dataclasses import dataclass, replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest

from mismatch.config import ownmodel
from mismatch.config.fields import ConfigError
from mismatch.run import pipeline
from mismatch.sweep.cluster import link, nodes, parcel, sameness
from mismatch.sweep.cluster.actor import Trainer
from mismatch.sweep.cluster.asked import Asked
from mismatch.sweep.executors import ray as executors
from mismatch.sweep.executors.base import Died, Done, Said, Task
from tests.helpers import make_arm, make_settings

WRONG = [
    (Asked("here"), "hydra.launcher.address=here: must be auto, local, host:port or ray://host:port"),
    (Asked("ray://host"), "hydra.launcher.address=ray://host: must be auto"),
    (Asked("host:70000"), "hydra.launcher.address=host:70000: must be auto"),
    (Asked("http://host:1"), "hydra.launcher.address=http://host:1: must be auto"),
    (Asked(workers_per_node=0), "hydra.launcher.workers_per_node=0: must be at least 1, or -1"),
    (Asked(workers_per_node=1.5), "hydra.launcher.workers_per_node=1.5: must be a whole number"),
    (Asked(cpus_per_worker=0.0), "hydra.launcher.cpus_per_worker=0.0: must be a number greater than 0"),
    (Asked(cpus_per_worker=float("nan")), "hydra.launcher.cpus_per_worker=nan: must be a number greater than 0"),
]


@pytest.mark.parametrize(("asked", "message"), WRONG, ids=[message.split(":")[0] for _, message in WRONG])
def test_what_cannot_be_asked_of_a_cluster_is_refused_in_one_line(asked, message):
    with pytest.raises(ConfigError) as refused:
        asked.check()
    assert str(refused.value).startswith(message)


def test_places_are_read_from_the_address():
    assert Asked("ray://head.example:10001").place == ("head.example", 10001)
    assert Asked("[fd00::1]:6379").place == ("fd00::1", 6379) and Asked("auto").place is None


def test_a_node_gets_as_many_workers_as_its_cpus_allow_and_were_asked_for():
    assert Asked().workers_on(8.0) == 8 and Asked(cpus_per_worker=3).workers_on(8.0) == 2
    assert Asked(workers_per_node=3).workers_on(8.0) == 3 and Asked(workers_per_node=3).workers_on(2.0) == 2
    assert Asked(cpus_per_worker=0.1).workers_on(0.3) == 3


def test_without_ray_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("mismatch.sweep.cluster.asked.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"hydra/launcher=ray: needs Ray, .* pip install 'mismatch\[ray\]'"):
        executors.Ray()


def test_where_nobody_answers_the_address_is_named():
    with pytest.raises(ConfigError, match=r"hydra.launcher.address=127.0.0.1:1: .*nobody answers there"):
        try:
            joined = link.Link(Asked("127.0.0.1:1"))
            joined.wait()
        finally:
            joined.close()


@pytest.mark.parametrize(("failures", "tries"), [(0, 1), (2, 3)])
def test_a_head_whose_server_for_clients_did_not_start_is_asked_again(failures, tries, monkeypatch):
    monkeypatch.setattr(link, "PAUSE_S", 0.0)
    asked: list[str] = []

    def init(address: str) -> None:
        asked.append(address)
        if len(asked) <= failures:
            raise ConnectionAbortedError(f"Initialization failure from server:\n{link.SERVERLESS}. See its log.")

    link._enter(init, {"address": "ray://head"})
    assert asked == ["ray://head"] * tries


@pytest.mark.parametrize(("words", "tries"), [(link.SERVERLESS, link.ATTEMPTS), ("no such namespace", 1)])
def test_what_does_not_help_is_not_tried_for_ever(words, tries, monkeypatch):
    monkeypatch.setattr(link, "PAUSE_S", 0.0)
    init = mock.Mock(side_effect=ConnectionAbortedError(words))
    with pytest.raises(ConnectionAbortedError, match=words):
        link._enter(init, {})
    assert init.call_count == tries


def test_differences_name_versions_with_both_values_and_the_code_only_where_no_version_differs():
    ours = {"mismatch (code)": "a", "numpy": "2", "ray": "2.60"}
    assert sameness.differences(ours, ours) == ""
    assert sameness.differences(ours, ours | {"mismatch (code)": "b"}) == "mismatch (code) b there, a here"
    found = sameness.differences(ours, {"mismatch (code)": "b", "numpy": "1"})
    assert found == "numpy 1 there, 2 here; ray none there, 2.60 here"


def test_this_machine_is_the_same_as_itself_and_knows_its_versions():
    here = sameness.here()
    assert sameness.differences(here, sameness.here()) == ""
    assert {"mismatch (code)", "python", "tensorflow", "numpy", "backend"} < here.keys()


def table(shift: int) -> str:
    """Sixty sequences of a person's own, of three lengths and two classes."""
    steps = [(case, step) for case in range(60) for step in range(4 + case % 3)]
    return "id,step,x,label\n" + "".join(f"{c},{s},{shift + c + s / 8},{'ab'[c % 2]}\n" for c, s in steps)


def own(path: Path, test_path: Path | None = None):
    """An arm on a person's own numbers."""
    from mismatch.config.registry import DATASETS
    from mismatch.config.rules import resolve

    settings = make_settings()
    data = DATASETS.get("series")(path=str(path), id="id", time="step", features=["x"])
    data.test_path = test_path and str(test_path)
    settings.data = data
    return resolve(settings)


def test_own_data_from_bytes_are_the_run_of_the_file_which_may_be_gone(tmp_path, monkeypatch):
    """Same ids, parameters and hashes; the temporary folder is named nowhere, also not in what went wrong."""
    file, test = tmp_path / "mine.csv", tmp_path / "test.csv"
    file.write_text(table(0))
    test.write_text(table(100))
    arm = own(file, test)
    near = pipeline.run(arm, 0, "test")
    sent = pickle.loads(pickle.dumps(parcel.pack(arm)))
    file.unlink()
    test.unlink()
    fake = ModuleType("ray")
    fake.get = lambda reference: reference
    monkeypatch.setitem(sys.modules, "ray", fake)
    pipeline._draw.cache_clear()
    far, _ = Trainer().train(Task(arm, 0, "test", 600.0), [sent])
    assert far.status == "ok", far.identity["error"]
    assert far.identity == near.identity and far.parameters == near.parameters
    assert far.metrics["accuracy"] == near.metrics["accuracy"]
    hashes = ("data_hash", "init_hash", "order_hash", "code_hash")
    assert [far.provenance[name] for name in hashes] == [near.provenance[name] for name in hashes]


def test_files_that_changed_on_the_way_are_a_row_that_names_the_persons_file(tmp_path, monkeypatch):
    file = tmp_path / "mine.csv"
    file.write_text(table(0))
    arm = own(file)
    file.write_text(table(100))
    sent = parcel.pack(arm)
    places = parcel.unpack(sent, tmp_path / "there")
    from mismatch.data import _own

    _own._items.cache_clear()
    _own._pool.cache_clear()
    pipeline._draw.cache_clear()
    record = parcel.home(pipeline.run(parcel.moved(arm, places), 0, "test"), arm, places)
    assert record.status == "failed" and "has changed since the sweep was planned" in record.identity["error"]
    assert str(file) in record.identity["error"] and "there" not in record.identity["error"]


def test_a_folder_travels_with_its_empty_folders(tmp_path):
    for label in ("a", "b", "empty"):
        (tmp_path / "mine" / label).mkdir(parents=True)
    (tmp_path / "mine" / "a" / "1.txt").write_bytes(b"\x00one")
    arm = make_arm()
    arm = replace(arm, data=_Folder(str(tmp_path / "mine")))
    places = parcel.unpack(parcel.pack(arm), tmp_path / "there")
    there = Path(places["path"])
    assert there.name == "mine" and (there / "a" / "1.txt").read_bytes() == b"\x00one"
    assert sorted(each.name for each in there.iterdir()) == ["a", "b", "empty"]


@dataclass(frozen=True)
class _Folder:
    path: str
    sha256: str = "0"


def test_a_model_of_ones_own_travels_with_what_it_imports(tmp_path):
    (tmp_path / "mine.py").write_text("import sizes\n")
    (tmp_path / "sizes.py").write_text("A = 1\n")
    (tmp_path / "other.py").write_text("B = 1\n")
    arm = make_arm(model__build=f"{tmp_path / 'mine.py'}:build", train__engine="fit")
    places = parcel.unpack(parcel.pack(arm), tmp_path / "there")
    far = parcel.moved(arm, places)
    assert parcel.key(arm) == arm.model.sha256 and far.model.build == places["build"] != arm.model.build
    assert ownmodel.Source.of(far.model.build).sha256() == arm.model.sha256
    assert not list((tmp_path / "there").rglob("other.py"))
    record = parcel.home(pipeline.run(far, 0, "test"), arm, places)
    assert "mine.py:build: has no function build" in record.identity["error"] and record.arm == arm.id
    assert "there" not in record.identity["error"] and record.parameters == arm.parameters()


def test_generated_data_are_not_sent():
    assert parcel.key(make_arm()) is None


def listed(name: str, cpus: float = 1.0, alive: bool = True) -> dict:
    """A node as Ray lists it."""
    where = {"NodeManagerHostname": name, "NodeManagerAddress": "10.0.0.1"}
    return {"NodeID": name, "Alive": alive, "Resources": {"CPU": cpus} if cpus else {}, **where}


def test_nodes_that_come_and_go_are_said_and_the_first_ones_are_not():
    seen = nodes.Nodes(Asked())
    assert seen.update([listed("a", 2), listed("b"), listed("head", 0)]) == [] and seen.workers == 3
    assert seen.update([listed("a", 2), listed("b", alive=False), listed("c", 4)]) == [
        "node c (10.0.0.1) joined: 4 more workers",
        "node b (10.0.0.1) was lost",
    ]
    assert seen.workers == 6


class Fake(ModuleType):
    """A Ray whose calls end when the test says so. answers: what each node's workers say of themselves."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.__spec__ = ModuleSpec("ray", None)
        self.up, self.answers, self.killed, self.waits = [listed("a")], {}, [], []
        self.trained = lambda task: (pipeline.lost(task.arm, task.replicate, task.experiment, "ok", ""), 1.0)

    def nodes(self):
        return self.up

    def remote(self, **options):
        node = options["scheduling_strategy"].node_id
        return lambda kind: type("Kind", (), {"remote": lambda: _Actor(self, node)})

    def put(self, value):
        return value

    def wait(self, calls, timeout):
        ended = [call for call in calls if call.ended]
        return ended[:1], []

    def get(self, call):
        if call.error is not None:
            raise call.error
        return call.value

    def kill(self, actor, no_restart):
        self.killed.append(actor)


class _Call:
    def __init__(self, value=None, error=None, ended=True) -> None:
        self.value, self.error, self.ended = value, error, ended


class _Actor:
    def __init__(self, fake: Fake, node: str) -> None:
        self.node = node
        answer = fake.answers.get(node, sameness.here())
        self.hello = self._method(lambda: _Call(error=answer) if isinstance(answer, Exception) else _Call(answer))
        self.warm = self._method(_Call)
        self.train = self._method(lambda task, parcels: _trained(fake, task))

    @staticmethod
    def _method(call):
        return type("Method", (), {"remote": staticmethod(call)})


def _trained(fake: Fake, task: Task) -> _Call:
    value = fake.trained(task)
    return value if isinstance(value, _Call) else _Call(value)


@pytest.fixture
def fake(monkeypatch):
    made = Fake()
    strategies = ModuleType("ray.util.scheduling_strategies")
    strategies.NodeAffinitySchedulingStrategy = lambda node, soft: type("At", (), {"node_id": node})
    monkeypatch.setitem(sys.modules, "ray", made)
    monkeypatch.setitem(sys.modules, "ray.util.scheduling_strategies", strategies)
    monkeypatch.setattr(nodes, "LOOK_S", 0.0)
    monkeypatch.setattr(executors, "Link", lambda asked: type("Up", (), {"wait": lambda: None, "close": lambda: None}))
    return made


def task(replicate: int = 0) -> Task:
    return Task(make_arm(), replicate, "test", 600.0)


def started(count: int = 9) -> executors.Ray:
    """An executor whose workers are as ready as they will be."""
    executor = executors.Ray()
    executor.start(count)
    for _ in range(2 * count):
        assert executor.wait(0) is None
        executor.start(count)
    return executor


def test_a_worker_that_is_the_same_gets_runs_and_sends_records(fake):
    executor = started()
    assert executor.workers == 1 and list(executor.ready(1)) == [0]
    executor.submit(0, task())
    done = executor.wait(0)
    assert isinstance(done, Done) and done.record.status == "ok" and list(executor.ready(1)) == [0]


def test_no_more_workers_are_made_than_there_are_runs(fake):
    fake.up = [listed("a", 8)]
    assert len(started(3).ready(3)) == 3


def test_a_worker_that_has_grown_is_replaced_under_a_new_number(fake):
    fake.trained = lambda task: (pipeline.lost(task.arm, 0, "test", "ok", ""), 5000.0)
    executor = started()
    executor.submit(0, task())
    assert isinstance(executor.wait(0), Done) and len(fake.killed) == 1 and not executor.ready(1)
    executor.start(1)
    assert executor.wait(0) is None and executor.wait(0) is None and list(executor.ready(1)) == [1]


def test_a_run_beyond_its_limit_is_killed_with_its_actor(fake, monkeypatch):
    fake.trained = lambda task: _Call(ended=False)
    executor = started()
    executor.submit(0, task())
    assert executor.wait(0) is None
    monkeypatch.setattr("mismatch.sweep.executors.ray.time.monotonic", lambda: 1e12)
    died = executor.wait(0)
    assert isinstance(died, Died) and died.status == "timeout" and len(fake.killed) == 1


def test_a_lost_node_costs_its_run_and_says_so(fake):
    fake.up = [listed("a"), listed("b")]
    executor = started(2)
    fake.trained = lambda task: _Call(error=RuntimeError("The actor died."))
    executor.submit(1, task())
    fake.up = [listed("a"), listed("b", alive=False)]
    assert executor.wait(0) == Said("node b (10.0.0.1) was lost")
    assert executor.wait(0) == Died(1, "killed", "its node b (10.0.0.1) was lost")
    assert list(executor.ready(2)) == [0] and executor.workers == 1


def test_an_idle_worker_of_a_lost_node_is_given_no_run(fake):
    fake.up = [listed("a"), listed("b")]
    executor = started(2)
    fake.up = [listed("b")]
    executor.start(2)
    assert list(executor.ready(2)) == [1]


def test_a_worker_that_dies_on_a_living_node_is_replaced(fake):
    executor = started()
    fake.trained = lambda task: _Call(error=RuntimeError("The actor died.\n  Long story."))
    executor.submit(0, task())
    died = executor.wait(0)
    assert died == Died(0, "killed", "its worker on a (10.0.0.1) died (The actor died. Long story.)")
    executor.start(1)
    assert executor.wait(0) is None and executor.wait(0) is None and list(executor.ready(1)) == [1]


def test_a_stranger_is_refused_and_the_others_go_on(fake):
    fake.up = [listed("a"), listed("b", 2)]
    fake.answers["b"] = sameness.here() | {"numpy": "0.1"}
    executor = executors.Ray()
    executor.start(3)
    said = [found.line for _ in range(6) if isinstance(found := executor.wait(0), Said)]
    assert len(said) == 1 and said[0].startswith("node b (10.0.0.1) is refused: numpy 0.1 there, ")
    executor.start(3)
    assert list(executor.ready(3)) == [0] and executor.workers == 1


def test_a_sweep_without_any_node_left_ends_with_one_line(fake):
    fake.answers["a"] = sameness.here() | {"numpy": "0.1"}
    executor = executors.Ray()
    executor.start(1)
    assert executor.wait(0) is None and isinstance(executor.wait(0), Said)
    with pytest.raises(ConnectionError, match=r"no node is left to train on: a .* was refused"):
        executor.wait(0)


def test_a_node_on_which_no_worker_starts_is_given_up(fake):
    fake.up = [listed("a"), listed("b")]
    fake.answers["b"] = ModuleNotFoundError("No module named 'mismatch'")
    executor, said = executors.Ray(), []
    for _ in range(20):
        executor.start(2)
        found = executor.wait(0)
        said += [found.line] if isinstance(found, Said) else []
    assert said == ["node b (10.0.0.1) is refused: 3 workers in a row did not start there (No module named 'mismatch')"]
    assert list(executor.ready(2)) == [0]


def test_a_cluster_without_free_cpus_is_waited_for_and_that_is_said_once(fake, monkeypatch):
    monkeypatch.setattr(executors, "PATIENCE_S", -1.0)
    executor = executors.Ray()
    executor.start(1)
    for worker in executor._team.values():
        worker.call.ended = False
    assert executor.wait(0) is None
    assert executor.wait(0) == Said("waiting for 1 workers to start: no node has free CPUs for them yet")
    assert executor.wait(0) is None


def test_own_data_are_put_into_the_cluster_once(fake, tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text(table(0))
    arm, packed = own(tmp_path / "mine.csv"), []
    monkeypatch.setattr(parcel, "pack", lambda arm: packed.append(arm) or "bytes")
    executor = started()
    for replicate in range(2):
        executor.submit(0, Task(arm, replicate, "test", 600.0))
        assert isinstance(executor.wait(0), Done)
    assert len(packed) == 1


def test_stop_kills_all_workers_and_may_be_called_twice(fake):
    executor = started()
    executor.stop()
    executor.stop()
    assert len(fake.killed) == 1
