"""TensorFlow, started the way every run needs it: on one thread, on the CPU, with its flags set, silently.

Import `keras` and `tf` from here, so that the flags are there before TensorFlow is.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

# XLA's older loop emitters compile these small recurrences a third faster and run them a third faster.
os.environ["XLA_FLAGS"] = (os.environ.get("XLA_FLAGS", "") + " --xla_cpu_use_fusion_emitters=false").strip()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


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


with _quiet():
    import keras
    import tensorflow as tf

    try:
        tf.config.set_visible_devices([], "GPU")
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:  # someone else started TensorFlow in this process: the same results, other times
        pass
    tf.zeros(1)

__all__ = ["keras", "tf"]
