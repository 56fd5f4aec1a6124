"""The second implementation trains the arms that verdicts rest on, and is held against the first run by run."""

import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest

from mismatch import cli
from mismatch.analysis.pairs import PairingError
from mismatch.config import environment
from mismatch.replicate import __main__ as command
from mismatch.replicate import table as tables
from mismatch.replicate.arms import contrasts, registered, sides
from mismatch.replicate.train import Chosen
from mismatch.sweep import store

needs_jax = pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")


NAMES = ("padding", "features", "truncation")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Chosen:
    """The sweeps of `NAMES`, composed: that takes seconds, and would start workers, which nothing here needs."""
    made = Chosen(tmp_path_factory.mktemp("chosen"), 3)
    with mock.patch("mismatch.sweep.executors.local.Local.start"):
        cli.gather(["--multirun", f"+experiment={','.join(NAMES)}"], made)
    return made


def test_every_primary_contrast_on_accuracy_finds_both_its_arms_in_the_sweep(session: Chosen) -> None:
    for name, sweep in zip(NAMES, session.sweeps, strict=True):
        asked = contrasts(registered(name))
        runs = pd.DataFrame([{"arm": arm.id, **arm.parameters()} for arm in sweep.request.arms])
        pairs = [sides(registered(name), contrast, runs) for _, contrast in asked]
        assert asked and all(None not in pair for pair in pairs)
        assert set(runs["arm"]) == {side for pair in pairs for side in pair}
        assert {each.replicates for each in sweep.request.wanted} == {3}
        assert sweep.folder == session.folder / "tensorflow" / name and sweep.request.measure is None


def test_arms_are_those_of_the_sweep_itself(session: Chosen) -> None:
    """Ids do not change with the backend, and on TensorFlow the engine is that of the verdicts."""
    sweep = session.sweeps[-1]
    assert {arm.train.engine for arm in sweep.request.arms} == {"compiled"}


def test_an_experiment_without_such_a_contrast_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    if find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    assert command.main(["linter"]) == 2
    assert capsys.readouterr().err == (
        "mismatch: error: experiment=linter: has no primary contrast of two arms on accuracy or loss\n"
    )


def test_without_jax_it_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert command.main(["padding"]) == 2
    assert capsys.readouterr().err == (
        "mismatch: error: jax=not installed: make replicate needs it: pip install 'mismatch[jax]'\n"
    )


def test_one_replicate_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    if find_spec("jax") is None:
        pytest.skip("JAX is not installed")
    assert command.main(["padding", "--replicates", "1"]) == 2
    assert "--replicates=1: must be at least 2" in capsys.readouterr().err


@pytest.fixture(scope="module")
def replicated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replicate")
    words = ["-m", "mismatch.replicate", "truncation", "--replicates", "2", "--out", str(folder)]
    done = subprocess.run(
        [sys.executable, *words], env=environment.of_child("tensorflow"), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


@needs_jax
@pytest.mark.slow
def test_both_backends_say_the_same_of_a_contrast_and_its_runs_hardly_differ(replicated: Path) -> None:
    found = pd.read_csv(replicated / "replicate.csv")
    assert list(found.columns) == list(tables.COLUMNS) and len(found) == len(contrasts(registered("truncation")))
    assert found["n"].eq(2).all() and found["runs"].eq(4).all() and found["same_sign"].all()
    # float32 sums in other orders, through 400 updates: a few of thousands of test sequences change sides.
    assert found["largest_run_difference"].max() <= 0.02
    assert (found["tensorflow_effect"] - found["jax_effect"]).abs().max() <= 0.02


@needs_jax
@pytest.mark.slow
def test_records_of_each_backend_lie_apart_and_say_which_it_was(replicated: Path) -> None:
    for backend in tables.BACKENDS:
        records = store.load(replicated / backend / "truncation").records
        assert {record.provenance["backend"] for record in records} == {backend} and len(records) == 4


@needs_jax
@pytest.mark.slow
def test_runs_of_other_draws_are_not_compared(replicated: Path, tmp_path: Path) -> None:
    for backend in tables.BACKENDS:
        source = replicated / backend / "truncation"
        (tmp_path / backend / "truncation").mkdir(parents=True)
        (tmp_path / backend / "truncation" / "plan.json").write_text((source / "plan.json").read_text())
        for record in store.load(source).records:
            init = {"init_hash": "another"} if backend == "jax" else {}
            changed = replace(record, provenance={**record.provenance, **init})
            store.write(tmp_path / backend / "truncation", changed)
    with pytest.raises(PairingError, match="replicate 0: init_hash differs between the backends"):
        tables.table(tmp_path, ["truncation"])
