"""From a trained run to its row: accuracy against its ceiling, stability, step time, what reached the GRU.

In: the arm, its adapted data and a `train.Outcome`. Out: a flat dict, one entry per metric column.
`COLUMNS` says what each column means and in which unit; it is written beside every table.
"""

import resource
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from mismatch.adapt import Adapted, view
from mismatch.config import Arm
from mismatch.data.base import View
from mismatch.streams import Streams

if TYPE_CHECKING:
    from mismatch.train import Outcome, Trace

COLUMNS: dict[str, tuple[str, str]] = {
    "experiment": ("", "name of the sweep the run belongs to"),
    "arm": ("", "hash of the resolved parameters; equal for all replicates of an arm"),
    "replicate": (
        "",
        "number of the paired repetition: same data, split, batch order and initial-weight streams in every arm",
    ),
    "run": ("", "hash of arm, replicate and the code that can change its numbers; name of its record file"),
    "status": ("", "ok | diverged (loss NaN or infinite) | failed (raised) | killed (worker died) | timeout"),
    "error": ("", "what went wrong, empty when status is ok"),
    "accuracy": ("share", "test accuracy on the drawn labels"),
    "exact_accuracy": (
        "share",
        "mean exact posterior of the predicted class: accuracy without the noise of the drawn labels",
    ),
    "chance": ("share", "accuracy of guessing"),
    "ceiling": ("share", "Bayes accuracy given what the arm lets the model see; empty where unknown (text)"),
    "ceiling_full": ("share", "Bayes accuracy given the raw sequence"),
    "skill": ("share", "(exact_accuracy - chance) / (ceiling - chance); empty without a ceiling above chance"),
    "information_loss": ("share", "ceiling_full - ceiling: what the adaptation destroyed"),
    "learnability_loss": ("share", "ceiling - exact_accuracy: what optimisation and estimation left unused"),
    "loss_first": ("nats", "cross-entropy on the fixed probe before the first update"),
    "loss_final": ("nats", "cross-entropy on the fixed probe after the last update"),
    "roughness": (
        "nats",
        "1.4826 MAD of probe loss minus its trailing moving average (0.9 per block), last half of training",
    ),
    "drawup": ("nats", "largest rise of the probe loss above its minimum so far, after the first 10% of training"),
    "spikes_per_1000": (
        "1/1000 updates",
        "probe losses more than 6 robust sd above the trailing average, after the first 10%",
    ),
    "path_ratio": ("", "length of the probe-loss path / its largest fall; 1 is monotone"),
    "grad_norm_cv": ("", "sd / mean of the batch gradient norm, last half of training"),
    "steps_to_90": (
        "updates",
        "updates until two probe accuracies in a row reach 90% skill; empty if never (right-censored)",
    ),
    "step_ms": ("ms", "median wall time of an update over blocks, the first left out"),
    "step_ms_iqr": ("ms", "interquartile range of the same"),
    "step_cpu_ms": ("ms", "median CPU time of an update over the same blocks"),
    "compile_s": ("s", "building and compiling the program; 0 when an earlier run had compiled it"),
    "train_s": ("s", "training with its probes, after compiling"),
    "run_s": ("s", "the whole run: drawing and adapting data, compiling, training, testing"),
    "peak_mib": ("MiB", "largest resident memory of the process so far"),
    "parameters": ("", "trainable parameters"),
    "flops_per_sample": ("FLOP", "multiply-adds x 2 of a forward pass through convolution and GRU, per sequence"),
    "useful_fraction": ("share", "share of the work on the model's input spent on real steps and real features"),
    "padded_fraction": ("share", "share of the T steps that are padding"),
    "truncated_fraction": ("share", "share of raw steps that were cut"),
    "masked_fraction": ("share", "share of its steps the mask tells the GRU to skip; 0 if no mask reaches it"),
    "mask_reached_gru": ("", "whether a mask reaches the GRU layer"),
    "data_hash": ("", "hash of the raw sequences of the replicate"),
    "init_hash": ("", "hash of the initial weights"),
    "order_hash": ("", "hash of the batch order"),
    "code_hash": ("", "hash of the source and package versions that can change the numbers"),
    "commit": ("", "git commit of the working tree"),
    "dirty": ("", "whether that tree had uncommitted changes"),
    "started": ("UTC", "when the run started"),
    "host": ("", "machine name"),
    "cpu": ("", "processor model"),
    "threads": ("", "threads TensorFlow used for one operation"),
    "timing_valid": ("", "whether times may be claimed: False for runs side by side, which share caches and memory"),
}
PARAMETERS = {
    "data": "dataset",
    "features.width": "D, features the model is given",
    "length.steps": "T, timesteps the model is given",
    "length.ratio": "T / L_max",
    "mask": "none | masking (Keras's own) | explicit (from the lengths)",
}


def metrics(arm: Arm, parts: dict[str, Adapted], outcome: "Outcome", streams: Streams) -> dict[str, Any]:
    """Every metric column of the row."""
    return (
        _accuracy(arm, parts["test"], outcome, streams)
        | stability(outcome.trace, arm.train.updates)
        | _times(outcome.trace, arm.train.block)
        | _work(arm, parts["train"], outcome)
    )


def _accuracy(arm: Arm, test: Adapted, outcome: "Outcome", streams: Streams) -> dict[str, Any]:
    predicted = outcome.logits.argmax(1)
    accuracy = float((predicted == test.labels).mean())
    nan = float("nan")
    exact = (
        nan
        if test.posterior is None
        else float(test.posterior[np.arange(len(predicted)), predicted].mean(dtype=np.float64))
    )
    chance, ceiling = arm.data.chance, arm.data.ceiling(view(arm, streams))
    full = arm.data.ceiling(View(arm.data.longest, "pre", arm.data.feature_count))
    reach = ceiling - chance
    reached = outcome.trace.probe_accuracy >= chance + 0.9 * reach
    # Twice in a row, and with more to reach than a probe's sampling error: one noisy point is no skill.
    skilled = np.flatnonzero(reached[:-1] & reached[1:]) if reach > 0.1 else np.array([])
    return {
        "accuracy": accuracy,
        "exact_accuracy": exact,
        "chance": chance,
        "ceiling": ceiling,
        "ceiling_full": full,
        "skill": (exact - chance) / reach if reach > 1e-9 else nan,
        "information_loss": full - ceiling,
        "learnability_loss": ceiling - exact,
        "steps_to_90": float(skilled[0]) * arm.train.block if len(skilled) else nan,
    }


def stability(trace: "Trace", updates: int) -> dict[str, float]:
    """Stability of the probe loss, one value per block of updates (definitions: `COLUMNS`)."""
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
    convolution = 2 * reduction.kernel * arm.width * (reduction.filters or 0) * arm.steps if reduction.kernel else 0
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
        "threads": outcome.threads,
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
