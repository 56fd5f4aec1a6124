"""What a training step of stock Keras layers costs: in T, in D, under masking, behind convolution and pooling.

In: nothing but seeds. Out: `steps.csv`, one row per arm x round; `ratios.csv`, every arm against the arm that
differs from it in one factor; `fits.csv`, milliseconds as a line in T. Arms take turns in one process, in fresh
random order every round, between two timings of a fixed kernel that tell a slower arm from a slower machine.
"""

import gc
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

TABLES: dict[str, str] = {
    "steps.csv": "ms per training step of stock Keras layers, one row per arm and round, arms interleaved",
    "ratios.csv": "each arm over the arm that differs in one factor, paired by round, beside what FLOPs predict",
    "fits.csv": "a + b T fitted to ms per step, for each engine, D and mask, with bootstrap intervals over rounds",
}
SECONDS = (270.0, 20.0)
LENGTHS, WIDTHS = (16, 64, 256), (8, 64, 512)
BATCH, UNITS, FILTERS, KERNEL, CLASSES = 32, 32, 16, 3, 4
REAL_FEATURES = 8
"""Features that carry data; the other D - 8 are zero columns, as after widening an input that is too narrow."""
DELAY_MS = 2.0
SEED = 0
DRAWS = 2000
"""Bootstrap draws of an interval."""
DRIFT = 0.15
"""A block is void if a reference timing is further than this share from its partner or from the median of all."""
BUSY = 0.9
"""A block is void if the process had a core for less than this share of its wall time."""
FEWEST_VALID = 5
"""Void blocks enter a ratio or a line only where fewer rounds than this would be left without them."""


@dataclass(frozen=True)
class Setting:
    """One arm; its defaults are the control arm. padded: share of the T steps that are zeros at the end."""

    engine: str = "graph"
    steps: int = 64
    width: int = REAL_FEATURES
    mask: str = "none"
    padded: float = 0.0
    reduction: str = "none"
    pool: int | None = None
    control: str = "none"

    @property
    def name(self) -> str:
        """Readable and unique: what differs from an unmasked, unpadded, unreduced GRU is said."""
        reduction = "" if self.reduction == "none" else f"{self.reduction}{self.pool or ''}"
        parts = [self.engine, f"T{self.steps}", f"D{self.width}", self.mask, reduction, self.control]
        padded = [f"padded{self.padded:g}"] if self.padded else []
        return "-".join(part for part in [*parts, *padded] if part not in ("", "none"))

    @property
    def kernel(self) -> int | None:
        return KERNEL if self.reduction.startswith("conv") else None

    @property
    def lengths(self) -> np.ndarray:
        """Real steps of each sequence, (N,): spread evenly about their mean, so that the share is exact."""
        mean = round(self.steps * (1 - self.padded))
        half = np.linspace(0, min(mean - 1, self.steps - mean), BATCH // 2).round().astype(int)
        return np.concatenate([mean - half, mean + half])

    def flops(self, real: bool = False) -> float:
        """Forward FLOPs per sample: convolution 2 k D F T and GRU 6 H (T / p) (D' + H), D' its input width.

        real: count real steps (in the GRU, windows with one) and real features only; a filter counts as real.
        """
        features, steps, windows = self.width, float(self.steps), float(self.steps // (self.pool or 1))
        if real:
            features = min(features, REAL_FEATURES)
            steps, windows = float(self.lengths.mean()), float(np.ceil(self.lengths / (self.pool or 1)).mean())
        convolution = 2 * self.kernel * features * FILTERS * steps if self.kernel else 0.0
        return convolution + 6 * UNITS * windows * ((FILTERS if self.kernel else features) + UNITS)

    def columns(self) -> dict[str, Any]:
        """What the tables say about the arm, under the names of the runs table."""
        return {
            "engine": self.engine,
            "length.steps": self.steps,
            "features.width": self.width,
            "mask": self.mask,
            "padded_fraction": 1 - self.lengths.mean() / self.steps,
            "reduction": self.reduction,
            "reduction.pool": self.pool,
            "reduction.kernel": self.kernel,
            "control": self.control,
            "control.delay_ms": DELAY_MS if self.control == "delayed" else None,
        }


@dataclass(frozen=True)
class Protocol:
    """How long to measure. Blocks aim at `block_ms` within `least`..`most` steps; no round starts after `budget_s`."""

    rounds: int
    fewest: int
    block_ms: float
    least: int
    most: int
    budget_s: float
    warm_up: int = 10


FULL = Protocol(rounds=20, fewest=10, block_ms=100, least=5, most=25, budget_s=230)
SMOKE = Protocol(rounds=6, fewest=4, block_ms=20, least=3, most=7, budget_s=13, warm_up=5)


@dataclass
class Program:
    """A traced training step. run: one forced step; block: timed steps per round."""

    setting: Setting
    run: Callable[[], object]
    first_call_s: float
    estimate_ms: float = 0.0
    block: int = 1


def measure(out: Path, smoke: bool = False) -> None:
    """Time every arm and write `TABLES` into `out`: within 4.5 minutes, or 20 s for a smoke cut of arms and rounds."""
    begin = time.perf_counter()
    protocol = SMOKE if smoke else FULL
    with threadpool_limits(1):
        programs = _programs(settings(smoke), protocol)
        end = begin + protocol.budget_s
        _plan_blocks(programs, protocol, end - time.perf_counter())
        blocks = list(_blocks(programs, protocol, end))
    steps = _steps_table(programs, pd.DataFrame(blocks))
    tables = (steps, ratio_table([program.setting for program in programs], steps), fit_lines(steps))
    out.mkdir(parents=True, exist_ok=True)
    for name, table in zip(TABLES, tables, strict=True):
        table.to_csv(out / name, index=False, float_format="%.7g")


def settings(smoke: bool = False) -> list[Setting]:
    """The arms. Every engine has a control arm, its sham, built apart, and one with a planted delay."""
    masks = ("none", "masking")
    lengths, widths = ((16, 64), (REAL_FEATURES,)) if smoke else (LENGTHS, WIDTHS)
    xla_lengths, xla_widths = ((64,), (REAL_FEATURES,)) if smoke else (LENGTHS, (REAL_FEATURES, 512))
    arms = [Setting("graph", *cell) for cell in product(lengths, widths, masks)]
    arms += [Setting("xla", *cell) for cell in product(xla_lengths, xla_widths, masks)]
    shares = {"graph": (0.75,) if smoke else (0.5, 0.75), "xla": () if smoke else (0.75,)}
    arms += [Setting(engine, mask=mask, padded=s) for engine in shares for s in shares[engine] for mask in masks]
    if smoke:
        arms += [Setting(width=64), Setting(width=64, reduction="conv_pool", pool=2)]
    else:
        kinds = (("conv", None), ("pool", 2), ("conv_pool", 2), ("conv_pool", 4))
        arms += [Setting(width=width, reduction=kind, pool=pool) for width in (64, 512) for kind, pool in kinds]
        arms += [Setting("xla", width=64)]
        arms += [Setting("xla", width=width, reduction="conv_pool", pool=4) for width in (64, 512)]
    controls = product(("graph",) if smoke else ("graph", "xla"), ("sham", "delayed"))
    return arms + [Setting(engine, control=control) for engine, control in controls]


def _programs(arms: list[Setting], protocol: Protocol) -> list[Program]:
    """Build, trace and warm up. Two programs thrown away pay for the start of TensorFlow and of XLA."""
    from mismatch.engine.backend import keras

    keras.utils.set_random_seed(SEED)
    tensors: dict[tuple[int, int, float], Any] = {}
    for engine in dict.fromkeys(arm.engine for arm in arms):
        _training_step(Setting(engine, steps=4), {})()
    programs = []
    for arm in arms:
        run = _training_step(arm, tensors)
        program = Program(arm, run, first_call_s=_milliseconds(run) / 1000)
        warm = [_milliseconds(run) for _ in range(protocol.warm_up)]
        program.estimate_ms = float(np.median(warm[len(warm) // 2 :]))
        programs.append(program)
    return programs


def _training_step(arm: Setting, tensors: dict[tuple[int, int, float], Any]) -> Callable[[], object]:
    """Forward, backward and Adam on one fixed batch, forced; the rate is small so that the work never changes."""
    from mismatch.engine.backend import keras, tf

    key = (arm.steps, arm.width, arm.padded)
    if key not in tensors:
        tensors[key] = tuple(tf.constant(array) for array in _batch(arm))
    inputs, labels = tensors[key]
    model = _model(arm)
    optimizer = keras.optimizers.Adam(1e-6)
    optimizer.build(model.trainable_variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function(jit_compile=arm.engine == "xla", autograph=False)
    def update() -> Any:
        with tf.GradientTape() as tape:
            loss = loss_of(labels, model(inputs, training=True))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    def delayed() -> None:
        update().numpy()
        end = time.perf_counter() + DELAY_MS / 1000
        while time.perf_counter() < end:
            pass

    return delayed if arm.control == "delayed" else lambda: update().numpy()


def _model(arm: Setting) -> Any:
    """Stock layers from (N, T, D) to logits (N, K)."""
    from mismatch.engine.backend import keras

    layers = keras.layers
    x = inputs = keras.Input((arm.steps, arm.width))
    if arm.mask == "masking":
        x = layers.Masking()(x)
    if arm.kernel:
        x = layers.Conv1D(FILTERS, arm.kernel, padding="same", activation="relu")(x)
    if arm.pool:
        x = layers.MaxPooling1D(arm.pool)(x)
    return keras.Model(inputs, layers.Dense(CLASSES)(layers.GRU(UNITS, use_cudnn=False)(x)))


def _batch(arm: Setting) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (N, T, D) float32, zero past each length and past the real features, and labels (N,)."""
    rng = np.random.default_rng([SEED, arm.steps, arm.width, round(100 * arm.padded)])
    inputs = np.zeros((BATCH, arm.steps, arm.width), np.float32)
    inputs[..., :REAL_FEATURES] = rng.standard_normal((BATCH, arm.steps, REAL_FEATURES))
    inputs[np.arange(arm.steps) >= arm.lengths[:, None]] = 0
    return inputs, rng.integers(CLASSES, size=BATCH)


def _milliseconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - begin)


def _plan_blocks(programs: list[Program], protocol: Protocol, left_s: float) -> None:
    """Set the steps per block: equal time for every arm within bounds, less if `left_s` would not hold all rounds.

    Of a block's cost, 12 ms are the reference kernel's.
    """
    for program in programs:
        program.block = int(np.clip(round(protocol.block_ms / program.estimate_ms), protocol.least, protocol.most))
    cost_s = protocol.rounds * sum((program.block + 1) * program.estimate_ms + 12 for program in programs) / 1000
    scale = min(1.0, max(0.0, left_s) / cost_s)
    for program in programs:
        program.block = max(3, int(scale * program.block))


def _blocks(programs: list[Program], protocol: Protocol, end: float) -> Iterator[dict[str, Any]]:
    """Rounds of all programs in fresh random order; after `fewest` rounds none starts later than `end`."""
    rng = np.random.default_rng(SEED)
    side = rng.standard_normal((384, 384)).astype(np.float32)
    product_of = np.empty_like(side)

    def reference_ms() -> float:
        return _milliseconds(lambda: [np.matmul(side, side, out=product_of) for _ in range(5)]) / 5

    gc.collect()
    gc.disable()
    try:
        reference_ms()
        begin = time.perf_counter()
        for number in range(protocol.rounds):
            if number >= protocol.fewest and time.perf_counter() > end:
                return
            for index in rng.permutation(len(programs)):
                start = {"arm": programs[index].setting.name, "replicate": number}
                yield start | {"started_s": time.perf_counter() - begin} | _block(programs[index], reference_ms)
    finally:
        gc.enable()


def _block(program: Program, reference_ms: Callable[[], float]) -> dict[str, Any]:
    """Median of the steps of one block. A step goes before it, untimed, to bring the arm's data into the caches."""
    before = reference_ms()
    program.run()
    begin = time.process_time()
    times = [_milliseconds(program.run) for _ in range(program.block)]
    cpu_ms = 1000 * (time.process_time() - begin)
    return {
        "block_steps": program.block,
        "step_ms": float(np.median(times)),
        "step_cpu_ms": cpu_ms / program.block,
        "busy_fraction": cpu_ms / sum(times),
        "reference_before_ms": before,
        "reference_after_ms": reference_ms(),
        "loadavg": os.getloadavg()[0],
    }


def _steps_table(programs: list[Program], blocks: pd.DataFrame) -> pd.DataFrame:
    """One row per arm x round: the arm, its block, and the ratio to the control arm of its engine in that round."""
    from mismatch.engine.backend import tf

    arms = pd.DataFrame([{"arm": p.setting.name, **p.setting.columns()} | _work(p) for p in programs])
    table = blocks.merge(arms, on="arm", validate="many_to_one")
    wide = table.pivot(index="replicate", columns="arm", values="step_ms")
    own = {p.setting.name: Setting(p.setting.engine).name for p in programs}
    table["ratio"] = [ms / wide.at[r, own[a]] for ms, r, a in table[["step_ms", "replicate", "arm"]].to_numpy()]
    table["timing_valid"] = quiet(table)
    table = table.assign(
        experiment="timing",
        status="ok",
        threads=tf.config.threading.get_intra_op_parallelism_threads(),
        cpu=_cpu(),
    )
    first = ["experiment", "arm", "replicate", "status", *programs[0].setting.columns(), "step_ms", "ratio"]
    return table[[*first, *table.columns.difference(first, sort=False)]]


def _work(program: Program) -> dict[str, float]:
    flops = program.setting.flops()
    return {
        "first_call_s": program.first_call_s,
        "flops_per_sample": flops,
        "useful_fraction": program.setting.flops(real=True) / flops,
    }


def quiet(table: pd.DataFrame) -> pd.Series:
    """Whether each block may be believed: a core to itself, and a reference that held still.

    The load average is reported, not judged: it remembers a minute, and so what ran before.
    """
    references = table[["reference_before_ms", "reference_after_ms"]]
    from_median = (references / np.median(references) - 1).abs().max(axis=1)
    drift = references.max(axis=1) / references.min(axis=1) - 1
    alone: pd.Series = table["busy_fraction"] >= BUSY
    return alone & (drift < DRIFT) & (from_median < DRIFT)


def _cpu() -> str:
    """Model of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration, IndexError):
        return platform.processor() or platform.machine()


PLAIN: dict[str, dict[str, Any]] = {
    "length": {"steps": 64},
    "features": {"width": REAL_FEATURES},
    "mask": {"mask": "none"},
    "reduction": {"reduction": "none", "pool": None},
    "engine": {"engine": "graph"},
    "control": {"control": "none"},
}
"""Factor: what to set an arm to, to get the arm it is compared with."""


def ratio_table(arms: list[Setting], steps: pd.DataFrame) -> pd.DataFrame:
    """Every arm over its control of every factor it differs in, where that control is an arm too.

    Columns: `factor`, `arm`, `control_arm`, the arm's columns, `ratio` and `difference_ms` (median over rounds of the
    paired ratio and difference, with bootstrapped 95% bounds `_low`, `_high`), `rounds` used and `valid_rounds`,
    `flops_ratio`, and `useful_fraction` and `control_useful_fraction`.
    """
    wide = steps.pivot(index="replicate", columns="arm", values="step_ms")
    valid = steps.pivot(index="replicate", columns="arm", values="timing_valid").astype(bool)
    rows = []
    for factor, arm in product(PLAIN, arms):
        control = replace(arm, **PLAIN[factor])
        if control == arm or control not in arms or (arm.control != "none" and factor != "control"):
            continue
        pair = [arm.name, control.name]
        both = valid[pair].all(axis=1)
        treated, plain = wide.loc[_used(both), pair].to_numpy().T
        row = {"factor": factor, "arm": arm.name, "control_arm": control.name, **arm.columns()}
        row |= _median("ratio", treated / plain) | _median("difference_ms", treated - plain)
        row |= {"rounds": len(plain), "valid_rounds": both.sum(), "flops_ratio": arm.flops() / control.flops()}
        shares = {"useful_fraction": arm, "control_useful_fraction": control}
        rows.append(row | {name: who.flops(real=True) / who.flops() for name, who in shares.items()})
    return pd.DataFrame(rows)


def _used(valid: pd.Series) -> pd.Series:
    """Which rounds enter: the valid ones, or all where those are too few."""
    return valid if valid.sum() >= FEWEST_VALID else pd.Series(True, index=valid.index)


def _median(name: str, values: np.ndarray) -> dict[str, float]:
    """Median of `values` (R,) and its percentile-bootstrap bounds."""
    draws = np.random.default_rng(SEED).integers(len(values), size=(DRAWS, len(values)))
    low, high = np.percentile(np.median(values[draws], axis=1), [2.5, 97.5])
    return {name: float(np.median(values)), f"{name}_low": float(low), f"{name}_high": float(high)}


def fit_lines(steps: pd.DataFrame) -> pd.DataFrame:
    """Least squares step_ms = a + b T over valid rounds, for each engine, D and mask with two lengths or more.

    Columns: `a_ms` (ms per step of training whatever T), `b_ms` (ms per timestep), 95% bounds of both from resampled
    rounds, `n` rows, `rounds` used, `lengths`, `r2`, `valid_rounds`.
    """
    plain = steps[(steps["reduction"] == "none") & (steps["control"] == "none") & (steps["padded_fraction"] == 0)]
    rows = []
    for (engine, width, mask), group in plain.groupby(["engine", "features.width", "mask"], sort=False):
        wide = group.pivot(index="replicate", columns="length.steps", values="step_ms")
        if wide.shape[1] > 1:
            valid = group.groupby("replicate")["timing_valid"].all()
            row = {"engine": engine, "features.width": width, "mask": mask}
            row |= _fit(wide.columns.to_numpy(float), wide[_used(valid)].to_numpy())
            rows.append(row | {"valid_rounds": valid.sum()})
    return pd.DataFrame(rows)


def _fit(lengths: np.ndarray, ms: np.ndarray) -> dict[str, float]:
    """The line through `ms` (R, K) at `lengths` (K,): with every length in every round, that of the column means."""
    centred = lengths - lengths.mean()

    def line(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slope = means @ centred / (centred @ centred)
        return means.mean(-1) - slope * lengths.mean(), slope

    a, b = line(ms.mean(0))
    draws = np.random.default_rng(SEED).integers(len(ms), size=(DRAWS, len(ms)))
    resampled = line(ms[draws].mean(1))
    result: dict[str, float] = {}
    for name, value, drawn in (("a_ms", a, resampled[0]), ("b_ms", b, resampled[1])):
        low, high = np.percentile(drawn, [2.5, 97.5])
        result |= {name: float(value), f"{name}_low": float(low), f"{name}_high": float(high)}
    unexplained, total = ((ms - a - b * lengths) ** 2).sum(), ((ms - ms.mean()) ** 2).sum()
    return result | {"n": ms.size, "rounds": len(ms), "lengths": len(lengths), "r2": float(1 - unexplained / total)}
