"""M241: a trained model predicts the labels much better when the axes of the batch are put in another order."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mismatch.check import layout
from mismatch.check.finding import Finding
from mismatch.check.guard import as_numpy
from mismatch.check.rule import Rule
from mismatch.check.subject import Subject
from mismatch.check.targets import Target

ROWS, VALUES = 512, 400_000
GAIN, SURE = 0.1, 4.0
"""Gain in accuracy, and standard errors it must reach (McNemar)."""


class BetterReordered(Rule):
    """Accuracy on the batch as given, and on the same values in other orders."""

    code = "M241"
    name = "better_reordered"
    severity = "error"
    meaning = "Accuracy rises clearly when steps and features are swapped, sorted anew in memory, or reversed."
    why = "The model was trained on another order of axes than it is given; shapes are right, so Keras runs it."
    example = "(N, 12, 12) transposed for predict, not in training."
    instead = "Prepare data for prediction by the code that prepared them for training."

    def look(self, subject: Subject) -> Iterator[Finding]:
        main = subject.main
        if not subject.given or subject.labels is None or main is None or main.values.ndim != 3:
            return
        target = subject.targets[0] if subject.targets else None
        ready = subject.trace.error is None and len(subject.inputs) == 1 and target is not None
        if not ready or target is None or len(subject.labels) != len(main.values) or subject.mask_fits:
            return
        count = min(len(main.values), ROWS, max(VALUES // max(main.values[:1].size, 1), 1))
        if count < 16 or subject.runnable[0] is not subject.model or not _trained(subject.model):
            return
        yield from self._compare(subject, main.values[:count], subject.labels[:count], target)

    def _compare(self, subject: Subject, values: np.ndarray, labels: np.ndarray, target: Target) -> Iterator[Finding]:
        given = _right(subject, values, labels, target)
        if given is None:
            return
        best, chance = None, _majority(labels)
        for name, keras, other in _orders(values):
            right = _right(subject, other, labels, target)
            if right is None:
                continue
            won, lost = int((right & ~given).sum()), int((given & ~right).sum())
            sure = (won - lost) / max(won + lost, 1) ** 0.5
            gain, over = right.mean() - given.mean(), right.mean() - chance
            if sure > SURE and min(gain, over) > GAIN and (best is None or sure > best[0]):
                best = sure, name, keras, float(right.mean())
        if best is not None:
            what = f"accuracy is {given.mean():.2f} as given and {best[3]:.2f} with {best[1]} ({len(given)} rows)"
            yield self.found(what, where="x", keras=best[2], given=float(given.mean()), reordered=best[3])


def _trained(model: Any) -> bool:
    """Whether any bias has moved from where it starts, at 0 or (the forget gate of an LSTM) 1."""

    biases = [variable for variable in getattr(model, "weights", ()) if variable.path.endswith("bias")]
    return not biases or any(not np.isin(as_numpy(bias), (0, 1)).all() for bias in biases)


def _majority(labels: np.ndarray) -> float:
    """Share of the most common class."""
    classes = layout.class_numbers(labels)
    return 0.0 if classes is None else float(np.bincount(classes).max() / len(classes))


def _orders(values: np.ndarray) -> Iterator[tuple[str, str, np.ndarray]]:
    """(name, code, values) of other orders the same values could have had."""
    steps, features = values.shape[1:]
    if steps == features:
        yield "time and features swapped", "x = x.swapaxes(1, 2)", values.swapaxes(1, 2)
    elif features > 1 and steps > 1:
        yield (
            "the values sorted as (N, D, T) in memory",
            f"x = x.reshape(-1, {features}, {steps}).swapaxes(1, 2)",
            layout.unscrambled(values),
        )
    yield "time reversed", "x = x[:, ::-1]", values[:, ::-1]


def _right(subject: Subject, values: np.ndarray, labels: np.ndarray, target: Target) -> np.ndarray | None:
    """(N,) whether each row is predicted right; None where labels are no classes."""
    import keras

    trace = subject.forward([np.ascontiguousarray(values).astype(keras.config.floatx())])
    if trace.error is not None or not trace.outputs:
        return None
    out = as_numpy(trace.outputs[0])
    if out.ndim != 2 or labels.dtype.kind not in "biuf":
        return None
    if out.shape[1] == 1:
        flat = labels.reshape(len(labels), -1)
        bits = flat.shape[1] == 1 and np.isin(flat, (0, 1)).all()
        right = (out[:, 0] > (0 if target.logits else 0.5)) == (flat[:, 0] > 0.5) if bits else None
        return right
    codes = labels.argmax(1) if labels.ndim == 2 and labels.shape[1] == out.shape[1] else labels.reshape(-1)
    usable = len(codes) == len(out) and np.all(codes == np.floor(codes)) and codes.min() >= 0
    return out.argmax(1) == codes if usable and codes.max() < out.shape[1] else None
