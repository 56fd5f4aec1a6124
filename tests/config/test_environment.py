"""Nothing around a process changes its numbers; what was overruled is said once."""

import json
import os
import subprocess
import sys

import pytest

from mismatch.config import environment
from tests.helpers import make_arm

AMBIENT = {
    "invalid": ({"floatx": "float8", "nnx_enabled": True}, {}),
    "valid": ({"image_data_format": "channels_first", "floatx": "float16", "epsilon": 1e-3, "backend": "torch"},
              {"KERAS_BACKEND": "jax", "TF_XLA_FLAGS": "--tf_xla_auto_jit=2", "TF_ENABLE_ONEDNN_OPTS": "0",
               "XLA_FLAGS": "--xla_cpu_enable_fast_math=true", "OMP_NUM_THREADS": "4", "LC_ALL": "C"}),
}  # fmt: skip


def told(tmp_path, keras_json: dict, variables: dict, code: str) -> list[str]:
    """Lines a fresh interpreter prints, whose home and variables are these."""
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(json.dumps(keras_json))
    clean = {k: v for k, v in os.environ.items() if not k.startswith(environment.CLEARED)}
    env = clean | {"HOME": str(tmp_path)} | variables
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()


RUN = """
from tests.config.test_environment import row
print(*row())
"""


def row() -> list[str]:
    """Id and numbers of a run in this process."""
    from mismatch.run.pipeline import run

    found = run(make_arm(reduction="pool", length__steps=12), 0, "x").row()
    return [str(found[name]) for name in ("status", "run", "accuracy", "loss_final")]


@pytest.mark.slow
@pytest.mark.parametrize("case", AMBIENT)
def test_a_run_has_the_same_id_and_numbers_whatever_is_set_around_it(case, tmp_path):
    (line,) = told(tmp_path, *AMBIENT[case], RUN)
    assert line.startswith("ok ") and line.split() == row()


OVERRULED = "import mismatch; from mismatch.config import environment as e; print(*e.overruled(), sep='\\n'); "


def test_what_was_overruled_is_known_without_importing_keras(tmp_path):
    code = OVERRULED + "import sys; assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)"
    keras_json = {"image_data_format": "channels_first", "floatx": "float32"}
    lines = told(
        tmp_path, keras_json, {"KERAS_BACKEND": "jax", "TF_XLA_FLAGS": "--x", "TF_CPP_MIN_LOG_LEVEL": "1"}, code
    )
    assert lines == ["keras.json image_data_format=channels_first", "KERAS_BACKEND=jax", "TF_XLA_FLAGS=--x"]


def test_one_line_says_it_and_child_processes_have_nothing_to_say(tmp_path):
    code = OVERRULED + (
        "import subprocess, sys; e.announce(); "
        "subprocess.run([sys.executable, '-c', 'import mismatch.config.environment as e; print(e.overruled())'])"
    )
    assert told(tmp_path, {}, {"KERAS_BACKEND": "jax"}, code) == ["KERAS_BACKEND=jax", "[]"]


def test_the_line_is_one_and_nothing_is_said_of_nothing(capsys, monkeypatch):
    monkeypatch.setattr(environment, "_overruled", ["A=1", "B=2"])
    environment.announce()
    assert capsys.readouterr().err == "mismatch: no effect on these runs: A=1, B=2\n"
    monkeypatch.setattr(environment, "_overruled", [])
    environment.announce()
    assert capsys.readouterr().err == ""


def test_variables_that_only_log_stay():
    found = {"TF_CPP_MAX_VLOG_LEVEL": "1", "TF_DETERMINISTIC_OPS": "1", "PATH": "/bin", "OMP_NUM_THREADS": "8"}
    assert environment.enforce(found) == ["TF_DETERMINISTIC_OPS=1"]
    assert found == environment.FORCED | {"TF_CPP_MAX_VLOG_LEVEL": "1", "PATH": "/bin", "TF_CPP_MIN_LOG_LEVEL": "3"}


def test_a_process_in_which_keras_runs_on_another_backend_is_refused_in_one_line(tmp_path):
    code = """
import sys, types
keras = types.ModuleType("keras"); keras.config = types.SimpleNamespace(backend=lambda: "jax")
sys.modules["keras"] = keras
try:
    import mismatch.engine
except ValueError as error:
    print(error)
"""
    (line,) = told(tmp_path, {}, {}, code)
    assert line.startswith("KERAS_BACKEND=jax: Keras runs in this process already; it must be tensorflow")


def test_variables_of_terraform_are_left_alone_and_not_shown():
    """They begin with TF_, too, and may hold passwords."""
    theirs = {"TF_VAR_password": "secret", "TF_CLI_CONFIG_FILE": "/etc/terraformrc", "TF_LOG": "trace"}
    theirs |= {"TF_HTTP_PASSWORD": "secret", "TF_ENCRYPTION": "passphrase = secret", "TF_CLOUD_HOSTNAME": "here"}
    found = theirs | {"KERAS_HOME": "/nowhere"}
    assert environment.enforce(found) == [] and theirs.items() <= found.items()


def test_the_value_of_what_is_called_a_secret_is_not_shown():
    assert environment.enforce({"TF_API_TOKEN": "hidden", "TF_CUDNN": "1"}) == [
        "TF_API_TOKEN=(not shown)",
        "TF_CUDNN=1",
    ]


def test_numpys_choice_of_instructions_cannot_be_overruled_from_outside(tmp_path):
    """Without AVX, its exponential rounds otherwise."""
    assert told(tmp_path, {}, {"NPY_DISABLE_CPU_FEATURES": "AVX2"}, OVERRULED) == ["NPY_DISABLE_CPU_FEATURES=AVX2"]


def test_what_a_run_set_for_tensorflow_is_nothing_to_tell_a_process_that_is_started_after_it(tmp_path):
    code = (
        "import os, subprocess, sys; from mismatch.config import kept; kept.use(); assert os.environ[kept.FLAGS]; "
        "subprocess.run([sys.executable, '-c', 'import mismatch.config.environment as e; print(e.overruled())'])"
    )
    assert told(tmp_path, {}, {"MISMATCH_CACHE": str(tmp_path / "kept")}, code) == ["[]"]
