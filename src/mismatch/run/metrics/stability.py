"""How steadily the probe loss falls: roughness, rises, spikes, and the spread of the gradient norm."""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mismatch.run.metrics.base import Column, Finished, Metric

if TYPE_CHECKING:
    from mismatch.engine.trace import Trace


class Stability(Metric):
    """The trace of the probe loss, one value per block of updates, in a few numbers."""

    name = "stability"
    columns: ClassVar = {
        "loss_first": Column("nats", "cross-entropy on the fixed probe before the first update"),
        "loss_final": Column("nats", "cross-entropy on the fixed probe after the last update"),
        "roughness": Column(
            "nats",
            "1.4826 MAD of probe loss minus its trailing moving average (0.9 per block), last half of training",
        ),
        "drawup": Column(
            "nats", "largest rise of the probe loss above its minimum so far, after the first 10% of training"
        ),
        "spikes_per_1000": Column(
            "1/1000 updates", "probe losses more than 6 robust sd above the trailing average, after the first 10%"
        ),
        "path_ratio": Column("", "length of the probe-loss path / its largest fall; 1 is monotone"),
        "grad_norm_cv": Column("", "sd / mean of the batch gradient norm, last half of training"),
    }

    def measure(self, run: Finished) -> dict[str, float | bool]:
        return stability(run.outcome.trace, run.arm.train.updates)


def stability(trace: "Trace", updates: int) -> dict[str, float | bool]:
    """The columns of `Stability` from a trace of `updates` updates."""
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
