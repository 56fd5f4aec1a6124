"""M236: labels and output that a loss of one's own broadcasts to (N, N)."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.guard import as_numpy
from mismatch.check.rule import Rule
from mismatch.check.shapes import named
from mismatch.check.subject import Subject
from mismatch.check.targets import Target


class OwnLoss(Rule):
    """A loss that is called without Keras's alignment of ranks: in a training loop of one's own."""

    code = "M236"
    name = "own_loss"
    severity = "error"
    meaning = "Labels (N,) meet an output (N, 1) in arithmetic of one's own, which makes (N, N) of them."
    why = "compile and fit align the ranks; (y - model(x))**2 compares every label with every output, without a word."
    example = "tf.reduce_mean((y - model(x)) ** 2) with y of shape (N,)."
    instead = "y = y[:, None], or give the loss to compile and use fit."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for target in subject.targets:
            labels, out = target.some, target.predicted
            if labels is None or out is None or len(labels) < 2 or labels.ndim != 1 or out.shape != (len(labels), 1):
                continue
            sizes = f"labels {named((None,))} and output {named((None, 1))}"
            if target.own and _broadcasts(target, labels):
                yield self.found(f"{sizes}: your loss makes (N, N) of them", where=target.where)
            elif not target.own and not target.compiled and target.loss is None:
                what = f"{sizes}, and the model is not compiled: arithmetic on both makes (N, N) without a word"
                yield self.found(what, where=target.where, severity="warning")


def _broadcasts(target: Target, labels: np.ndarray) -> bool:
    """Whether the loss gives something else, or of another shape, than for labels of the output's shape."""
    import keras

    value, refused = target.apply()
    if refused or value is None:
        return False
    try:
        column = keras.ops.convert_to_tensor(labels.astype("float32")[:, None])
        aligned = np.asarray(as_numpy(target.loss(column, keras.ops.convert_to_tensor(target.predicted))))
    except Exception:  # then the loss wants (N,), and is right as it is
        return False
    return bool(np.size(value) > np.size(aligned) or not np.allclose(np.mean(value), np.mean(aligned), rtol=1e-4))
