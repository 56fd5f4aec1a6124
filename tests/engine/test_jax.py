"""A second implementation: Keras on JAX trains the same arms from the same draws to the same numbers, nearly."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from mismatch.config.arm import Arm
from mismatch.run.pipeline import run
from tests.helpers import make_arm, mismatch

needs_jax = pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed")

ARMS = {
    "padded": {"length__padding": "post", "length__ratio": 2.0},
    "masked": {"length__padding": "post", "length__ratio": 2.0, "mask": "explicit"},
    "reduced": {"reduction": "conv_pool", "mask": "masking", "reduction__mask": "rebuilt"},
    "bidirectional": {"model__bidirectional": True},
}
CLOSE = 2e-3
"""Both sum in float32, in orders of their own: 1e-6 after one update, some hundred times that after thirty."""


def made(name: str, engine: str) -> Arm:
    return make_arm(**ARMS[name], train__engine=engine)


def rows() -> dict[str, dict]:
    """What the arms come to in this process, which runs on JAX."""
    found = {"again": run(made("padded", "fit"), 0, "x").to_json()}
    found |= {"modules": {"tensorflow": "tensorflow" in sys.modules}}  # Keras's Bidirectional imports it anyway
    return found | {name: run(made(name, "fit"), 0, "x").to_json() for name in ARMS}


@pytest.fixture(scope="module")
def on_jax() -> dict[str, dict]:
    code = "import json; from tests.engine.test_jax import rows; print(json.dumps(rows()))"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"MISMATCH_BACKEND": "jax"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@needs_jax
@pytest.mark.slow
@pytest.mark.parametrize("name", ARMS)
def test_jax_and_the_compiled_engine_agree_from_the_same_draws(on_jax: dict[str, dict], name: str) -> None:
    here, there = run(made(name, "compiled"), 0, "x"), on_jax[name]
    assert there["identity"]["status"] == "ok", there["identity"]["error"]
    for hashed in ("data_hash", "init_hash", "order_hash"):
        assert here.provenance[hashed] == there["provenance"][hashed]
    assert here.trace["batch_loss"] == pytest.approx(there["trace"]["batch_loss"], abs=CLOSE)
    assert here.trace["probe_loss"] == pytest.approx(there["trace"]["probe_loss"], abs=CLOSE)
    assert here.metrics["accuracy"] == pytest.approx(there["metrics"]["accuracy"], abs=0.01)


@needs_jax
@pytest.mark.slow
def test_a_run_on_jax_repeats_to_the_last_digit_and_needs_no_tensorflow(on_jax: dict[str, dict]) -> None:
    times = {"block_s", "block_cpu_s", "compile_s", "train_s"}
    first, second = (
        {name: value for name, value in on_jax[which]["trace"].items() if name not in times}
        for which in ("padded", "again")
    )
    assert first == second and not on_jax["modules"]["tensorflow"]


@needs_jax
@pytest.mark.slow
def test_a_record_says_its_backend_and_is_no_run_of_tensorflow(on_jax: dict[str, dict]) -> None:
    here, there = run(made("padded", "fit"), 0, "x"), on_jax["padded"]
    assert (here.provenance["backend"], there["provenance"]["backend"]) == ("tensorflow", "jax")
    assert here.arm == there["identity"]["arm"] and here.run != there["identity"]["run"]
    assert "jax" in there["versions"] and "jax" not in here.versions


@needs_jax
def test_blocks_compiled_by_tensorflow_are_refused_on_jax(tmp_path) -> None:
    done = mismatch("data=early", "train.updates=10", cwd=tmp_path, MISMATCH_BACKEND="jax")
    assert done.returncode == 2
    said = done.stderr.strip().splitlines()[-1]  # behind what this process, on TensorFlow, leaves around that one
    assert said == "mismatch: error: train.engine=compiled: must be fit where MISMATCH_BACKEND=jax"


def test_a_backend_that_there_is_not_is_one_line(tmp_path) -> None:
    done = mismatch("data=early", "train.updates=10", cwd=tmp_path, MISMATCH_BACKEND="torch")
    assert done.returncode == 2 and not (tmp_path / "results").exists()
    assert done.stderr.strip() == "mismatch: error: MISMATCH_BACKEND=torch: must be one of tensorflow, jax"


def test_without_jax_installed_it_is_one_line_too(tmp_path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nreal = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'jax' else real(name, *more)\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = mismatch("data=early", "train.engine=fit", cwd=tmp_path, MISMATCH_BACKEND="jax", PYTHONPATH=path)
    assert done.returncode == 2 and not (tmp_path / "results").exists()
    assert "MISMATCH_BACKEND=jax: needs JAX, which is not installed: pip install 'mismatch[jax]'" in done.stderr


@needs_jax
def test_tensorflow_starts_without_jax_which_can_still_be_imported_afterwards():
    code = "import sys, mismatch.engine; first = 'jax' in sys.modules; import jax; print(first, hasattr(jax, 'jit'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
