"""TensorFlow lives here, and nowhere else: backend, layers, model, weights, programs, and the engines that train.

In: an arm, its adapted data, its streams and its batch order. Out: an `Outcome`: trace, logits, what the model was.
"""

import numpy as np

from mismatch.adapt import Adapted
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.engine import fit
from mismatch.engine.outcome import Outcome
from mismatch.engine.trace import Trace

__all__ = ["Outcome", "Trace", "train"]


def train(
    arm: Arm, parts: dict[str, Adapted], streams: Streams, order: np.ndarray, time_limit: float = float("inf")
) -> Outcome:
    """Train on `parts["train"]` in the order (updates, batch) of indices, then predict the test part.

    A run that diverges or exceeds `time_limit` seconds ends early: its trace carries the problem and
    the logits are those of that moment.
    """
    if arm.train.engine != "compiled":
        return fit.train(arm, parts, streams, order, time_limit)
    from mismatch.engine import compiled  # needs TensorFlow, whatever Keras runs on

    return compiled.train(arm, parts, streams, order, time_limit)
