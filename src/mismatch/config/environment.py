"""Nothing around a process may change its numbers: variables and files that TensorFlow, Keras and BLAS read are forced.

In: the environment as it was found. Out: the one every number was made in, set on ``import mismatch``, before Keras
or NumPy can be imported, and inherited by every process we start; and the list of what was overruled. Imports neither
Keras nor TensorFlow. The locale needs no forcing: files are read and written as UTF-8, numbers by Python alone.
One thing can be chosen, for a process and those it starts: the backend of Keras (`CHOICE`). It is no setting of an arm.
"""

import json
import os
import re
import sys
from collections.abc import MutableMapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FORCED = {
    "KERAS_BACKEND": "tensorflow",
    # A folder that cannot exist: Keras finds no keras.json there, and writes none.
    "KERAS_HOME": os.path.join(os.devnull, "keras"),
    # XLA's older loop emitters compile these small recurrences a third faster and run them a third faster.
    "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false",
    # At these sizes two threads are slower than one, and numbers then do not depend on a count of cores.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
"""Variables that get this value, whatever it was."""

CHOICE = "MISMATCH_BACKEND"
"""Variable that chooses the backend of Keras; TensorFlow without it."""
BACKENDS = ("tensorflow", "jax")
"""The first is that of every experiment, the second that of `mismatch.replicate`."""

FORCED_JAX = {
    "KERAS_BACKEND": "jax",
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false --xla_cpu_multi_thread_eigen=false",
    "NPROC": "1",  # how many threads XLA's own pool has
}
"""As FORCED, where JAX was chosen."""

CLEARED = ("TF_", "XLA_", "KERAS_", "DNNL_", "ONEDNN_", "MKL_", "OMP_", "OPENBLAS_", "NPY_", "NVIDIA_TF32_OVERRIDE")
"""How the names of variables begin that are taken out, but those of FORCED and HARMLESS."""
TERRAFORM = (
    *("TF_VAR_", "TF_CLI_", "TF_TOKEN_", "TF_LOG", "TF_INPUT", "TF_WORKSPACE", "TF_DATA_DIR", "TF_IN_AUTOMATION"),
    *("TF_PLUGIN_CACHE_DIR", "TF_REGISTRY_", "TF_IGNORE", "TF_STATE_PERSIST_INTERVAL", "TF_APPEND_USER_AGENT"),
    *("TF_HTTP_", "TF_CLOUD_", "TF_ENCRYPTION", "TF_REATTACH_PROVIDERS"),
)
"""Another program's, and often secret: neither taken out nor named."""
HARMLESS = ("TF_CPP_", "TF_FORCE_GPU_ALLOW_GROWTH", *TERRAFORM)
"""What among them only logs, is set by TensorFlow and Keras themselves, or is not theirs at all."""

OWN = re.compile(r"TF_XLA_FLAGS=--tf_xla_persistent_cache_directory=\S*/programs/[0-9a-f]{16}")
"""What `mismatch.config.kept` sets for TensorFlow: found by a process that another one of ours started."""

SECRET = ("TOKEN", "PASS", "SECRET", "KEY", "CREDENTIAL")
"""What the names of variables hold whose values are never shown, whoever's they are."""

KERAS_JSON = {"floatx": "float32", "epsilon": 1e-7, "backend": "tensorflow", "image_data_format": "channels_last"}
"""What Keras does without a keras.json."""

_overruled: list[str] = []


def enforce(environment: MutableMapping[str, str] = os.environ) -> list[str]:
    """Bring `environment` into the one state numbers are made in; return what that overruled, as ``NAME=value``."""
    jax = environment.get(CHOICE) == "jax"
    forced, cleared = FORCED | (FORCED_JAX if jax else {}), (*CLEARED, *(["JAX_"] if jax else []))
    found = _keras_json(environment)
    for name in sorted(environment):
        if name in forced:
            if environment[name] != forced[name] and name not in ("KERAS_HOME", "NPROC", *_THREADS):
                found.append(f"{name}={environment[name]}")
        elif name.startswith(cleared) and not name.startswith(HARMLESS):
            value = environment.pop(name)
            if OWN.fullmatch(f"{name}={value}"):
                continue
            found.append(f"{name}={'(not shown)' if any(word in name for word in SECRET) else value}")
    environment.update(forced)
    environment.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return found


_THREADS = tuple(name for name in FORCED if name.endswith("_NUM_THREADS"))  # set on most servers, for good reasons


def setup() -> None:
    """Enforce the environment of this process, once; `overruled` then says what that changed."""
    found = enforce()
    _overruled.extend(item for item in found if item not in _overruled)


def overruled() -> list[str]:
    """What this process found around it that could have changed numbers, and does not."""
    return list(_overruled)


def announce() -> None:
    """Say on stderr, in one line, what was overruled; nothing if nothing was. For the process a person started."""
    if _overruled:
        print(f"mismatch: no effect on these runs: {', '.join(_overruled)}", file=sys.stderr, flush=True)


def of_child(backend: str) -> dict[str, str]:
    """The variables for a process of ours on another backend than this one: what this one forced is left out."""
    kept = {name: value for name, value in os.environ.items() if name not in (*FORCED, *FORCED_JAX)}
    return kept | {CHOICE: backend}


def backend() -> str:
    """The backend of Keras in this process, ``tensorflow`` or ``jax``."""
    return "jax" if os.environ.get(CHOICE) == "jax" else "tensorflow"


def problem() -> tuple[str, str, str] | None:
    """Why Keras cannot be used in this process, as name, value and what is accepted; None where it can."""
    chosen = os.environ.get(CHOICE, "tensorflow")
    if chosen not in BACKENDS:
        return CHOICE, chosen, "must be one of " + ", ".join(BACKENDS)
    if chosen == "jax" and find_spec("jax") is None:
        return CHOICE, chosen, "needs JAX, which is not installed: pip install 'mismatch[jax]'"
    config: Any = getattr(sys.modules.get("keras"), "config", None)
    if config is None or config.backend() == chosen:
        return None
    running = "Keras runs in this process already"
    return "KERAS_BACKEND", config.backend(), f"{running}; it must be {chosen} (import mismatch first)"


def _keras_json(environment: MutableMapping[str, str]) -> list[str]:
    """Settings of the user's keras.json that differ from Keras's own, as ``keras.json name=value``."""
    home = environment.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    try:
        settings = json.loads(Path(home, "keras.json").expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    if not isinstance(settings, dict):
        return []
    return [f"keras.json {key}={value}" for key, value in settings.items() if KERAS_JSON.get(key) != value]
