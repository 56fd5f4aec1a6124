"""TensorFlow, started the way every run needs it: on one thread, on the CPU, in float32, silently.

Import `keras` and `tf` from here. The variables both read were set by ``import mismatch``; what a process that had
imported Keras before may have changed is set again. In a process that was told to use JAX, `tf` is None, and only
what is written in Keras alone can be used: `model`, `fit` and what they stand on.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mismatch.config import environment
from mismatch.config.fields import ConfigError


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence file descriptor 2: TensorFlow greets there before it reads its log level."""
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


@contextmanager
def _hidden(*packages: str) -> Iterator[None]:
    """Have packages seem absent that are not imported already: what Keras and TensorFlow want them for no run uses."""
    absent = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for package in absent:
            del sys.modules[package]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage among the million objects that are only being made."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


if (_wrong := environment.problem()) is not None:
    raise ConfigError(*_wrong)

BACKEND = environment.backend()

tf: Any = None
UNUSED = ("sklearn", "matplotlib", *(["jax"] if BACKEND == "tensorflow" else []))
"""A third of the time that the imports take: Keras's wrappers and plots, and TensorFlow Lite."""
with _quiet(), _uncollected(), _hidden(*UNUSED):
    import keras

    if BACKEND == "tensorflow":
        import tensorflow as tf  # type: ignore[no-redef]

        try:
            tf.config.set_visible_devices([], "GPU")
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        except RuntimeError:  # someone else started TensorFlow in this process: the same results, other times
            pass

keras.config.set_floatx("float32")
keras.config.set_epsilon(1e-7)
keras.config.set_image_data_format("channels_last")
keras.config.set_dtype_policy("float32")

__all__ = ["BACKEND", "keras", "tf", "threads"]


def threads() -> int:
    """Threads of one operation; under JAX its pool has one (`environment.FORCED_JAX`)."""
    return int(tf.config.threading.get_intra_op_parallelism_threads()) if tf else 1
