"""Imported by the process that others are forked from (`sweep.origin`): all that a run needs.

TensorFlow is imported, but not started: no forked process could use the threads that it starts at its first operation.
"""

from mismatch.run import pipeline

pipeline.warm()

import mismatch.engine.compiled  # noqa: E402, F401  TensorFlow reads when it is imported where programs are kept
