"""From a trained run to its row: accuracy against its ceiling, stability, step time, what reached the GRU.

In: the arm, its adapted data and a `train.Outcome`. Out: a flat dict, one entry per metric column.
What each column means, and its unit, is in `columns.py`.
"""

import resource
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from mismatch import adapt
from mismatch.adapt import Adapted
from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.run import control

if TYPE_CHECKING:
    from mismatch.engine.train import Outcome, Trace


def metrics(arm: Arm, parts: dict[str, Adapted], outcome: "Outcome", streams: Streams) -> dict[str, Any]:
    """Every metric column of the row."""
    return (
        _accuracy(arm, parts["test"], outcome, streams)
        | _generalisation(parts, outcome)
        | stability(outcome.trace, arm.train.updates)
        | _times(outcome.trace, arm.train.block)
        | _work(arm, parts["train"], outcome)
    )


def _accuracy(arm: Arm, test: Adapted, outcome: "Outcome", streams: Streams) -> dict[str, Any]:
    predicted = outcome.logits.argmax(1)
    accuracy = float((predicted == test.labels).mean())
    nan = float("nan")
    exact = error = bayes = nan
    if test.posterior is not None:
        right = test.posterior[np.arange(len(predicted)), predicted].astype(np.float64)
        exact, error = float(right.mean()), float(right.std() / np.sqrt(len(right)))
        bayes = float((test.posterior.argmax(1) == test.labels).mean())
    chance = arm.data.chance
    ceiling = control.ceiling(arm, adapt.ceiling(arm, streams))
    full = control.ceiling(arm, arm.data.full_ceiling)
    reach = ceiling - chance
    reached = outcome.trace.probe_accuracy >= chance + 0.9 * reach
    # Twice in a row, and with more to reach than a probe's sampling error: one noisy point is no skill.
    skilled = np.flatnonzero(reached[:-1] & reached[1:]) if reach > 0.1 else np.array([])
    return {
        "accuracy": accuracy,
        "exact_accuracy": exact,
        "exact_accuracy_se": error,
        "bayes_accuracy": bayes,
        "chance": chance,
        "ceiling": ceiling,
        "ceiling_full": full,
        "skill": (exact - chance) / reach if reach > 1e-9 else nan,
        "information_loss": full - ceiling,
        "learnability_loss": ceiling - exact,
        "steps_to_90": float(skilled[0]) * arm.train.block if len(skilled) else nan,
    }


def _generalisation(parts: dict[str, Adapted], outcome: "Outcome") -> dict[str, Any]:
    """Accuracy on training sequences, and how far the test falls short of it."""
    labels = parts["train"].labels[: len(outcome.train_logits)]
    train = float((outcome.train_logits.argmax(1) == labels).mean())
    test = float((outcome.logits.argmax(1) == parts["test"].labels).mean())
    return {"train_accuracy": train, "generalisation_gap": train - test}


def stability(trace: "Trace", updates: int) -> dict[str, float]:
    """Stability of the probe loss, one value per block of updates (definitions: columns.py)."""
    loss = trace.probe_loss.astype(np.float64)
    norms = trace.grad_norm[len(trace.grad_norm) // 2 :].astype(np.float64)
    residual = loss[1:] - moving_average(loss)[:-1]
    warm = len(residual) // 10
    half = residual[len(residual) // 2 :]
    spread = 1.4826 * _mad(half)
    late = loss[warm:]
    centred = residual[warm:] - np.median(half) if len(half) else residual
    fall = loss[0] - loss.min()
    return {
        "loss_first": float(loss[0]),
        "loss_final": float(loss[-1]),
        "roughness": spread,
        "drawup": float((late - np.minimum.accumulate(late)).max()),
        "spikes_per_1000": 1000 * float((centred > 6 * spread).sum()) / updates if spread > 0 else float("nan"),
        "path_ratio": float(np.abs(np.diff(loss)).sum() / fall) if fall > 0 else float("nan"),
        "grad_norm_cv": float(norms.std() / norms.mean()) if len(norms) and norms.mean() > 0 else float("nan"),
    }


def moving_average(values: np.ndarray, decay: float = 0.9) -> np.ndarray:
    """Exponential moving average that starts at the first value, same shape."""
    averages = np.empty_like(values)
    current = values[0]
    for position, value in enumerate(values):
        current = decay * current + (1 - decay) * value
        averages[position] = current
    return averages


def _mad(values: np.ndarray) -> float:
    return float(np.median(np.abs(values - np.median(values)))) if len(values) else float("nan")


def _times(trace: "Trace", block: int) -> dict[str, float]:
    later = slice(1, None) if len(trace.block_s) > 1 else slice(None)
    wall, cpu = trace.block_s[later] * 1000 / block, trace.block_cpu_s[later] * 1000 / block
    low, middle, high = np.percentile(wall, [25, 50, 75]) if len(wall) else (np.nan,) * 3
    return {
        "step_ms": float(middle),
        "step_ms_iqr": float(high - low),
        "step_cpu_ms": float(np.median(cpu)) if len(cpu) else float("nan"),
        "compile_s": trace.compile_s,
        "train_s": trace.train_s,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1024 if sys.platform != "darwin" else 1024**2),
    }


def flops_per_sample(arm: Arm) -> int:
    """Forward FLOPs per sequence: convolution 2 k D F T, GRU 6 H T' (D' + H), twice if bidirectional."""
    reduction, units = arm.reduction, arm.model.units
    positions = arm.gru_steps if reduction.kind == "strided" else arm.steps
    convolution = 2 * (reduction.kernel or 0) * arm.width * (reduction.filters or 0) * positions
    return convolution + 6 * units * arm.gru_steps * (arm.gru_width + units) * (2 if arm.model.bidirectional else 1)


def _work(arm: Arm, train: Adapted, outcome: "Outcome") -> dict[str, Any]:
    kept = np.minimum(train.lengths, arm.steps).sum()
    slots = train.mask.size
    real = min(arm.data.feature_count, arm.width)
    units = arm.model.units
    return {
        "parameters": outcome.parameters,
        "flops_per_sample": flops_per_sample(arm),
        "useful_fraction": float(kept * (real + units) / (slots * (arm.width + units))),
        "padded_fraction": float(1 - kept / slots),
        "truncated_fraction": float(1 - kept / train.lengths.sum()),
        "masked_fraction": _masked(arm, train) if outcome.mask_reached_gru else 0.0,
        "mask_reached_gru": outcome.mask_reached_gru,
    }


def _masked(arm: Arm, train: Adapted) -> float:
    """Share of the GRU's steps that its mask skips: a pooled step is real if any step of its window is."""
    if arm.mask.kind == "explicit":
        real = train.mask
    elif arm.data.vocabulary_size:
        real = train.inputs != 0
    else:
        real = (train.inputs != np.float32(arm.mask.value)).any(-1)
    return float(1 - real.reshape(len(real), arm.gru_steps, -1).any(-1).mean())
