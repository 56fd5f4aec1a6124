"""The data dictionary: what every column of the runs table means, and its unit. Written beside every table.

Identity and provenance are explained by `sections`, metrics by their families, settings here or in the part that has
them: a dataset, adapter or reduction tells its own meaning, the field of a dataset one under ``meaning``.
"""

import sys
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mismatch.config.fields import ConfigError
from mismatch.config.registry import ADAPTERS, DATASETS, REDUCTIONS, Registry
from mismatch.run import metrics
from mismatch.run.sections import IDENTITY, PROVENANCE, Column, is_parameter

if TYPE_CHECKING:
    import pandas as pd

PARAMETERS = {
    "data": "dataset",
    "data.train": "training sequences",
    "data.probe": "sequences of the fixed probe batch",
    "data.test": "test sequences",
    "data.min_length": "shortest raw sequence",
    "data.max_length": "longest raw sequence",
    "data.steps": "raw timesteps of every sequence",
    "data.features": "d, raw features of a timestep",
    "data.classes": "number of classes",
    "data.noise": "share of labels drawn from the other classes, or flipped",
    "data.coding": "how real steps are written: signs (-1/+1), bits (0/1, a real step may look like padding), flag",
    "features.width": "D, features the model is given",
    "features.adapter": "how d features become D",
    "features.scale": "none | standard (mean 0, sd 1 over the training steps)",
    "length.steps": "T, timesteps the model is given",
    "length.ratio": "T / L_max",
    "length.padding": "where pads go: pre | post | mid | none (batches of one length)",
    "length.truncating": "what is cut: pre | post | head_tail keeps both ends | crop a random window | stride evenly; "
    "or interpolate: every sequence, short or long, is resampled linearly to T steps",
    "length.fill": "what a pad holds: constant | last (the nearest real step) | noise",
    "length.pad_value": "the constant",
    "mask": "none | masking (Keras's own) | explicit (from the lengths)",
    "mask.value": "a step that holds this in every feature is masked",
    "reduction": "what stands before the GRU",
    "reduction.kernel": "steps a convolution sees",
    "reduction.filters": "its output features",
    "reduction.pool": "steps that become one",
    "reduction.mask": "destroyed (as Keras does) | rebuilt",
    "layout": "correct | transpose | scramble | time_major: a wrong order of axes that passes in silence",
    "layout.at": "both | test alone",
    "control": "none, or what checks the instrument: sham | noisy | shuffled | delayed | slow (a tenth "
    "of the learning rate) | short (half of the updates)",
    "control.rate": "share of labels changed",
    "control.delay_ms": "planted delay of every update, ms",
    "model.units": "H, units of the recurrent layer",
    "model.bias_init": "zeros (as Keras: an LSTM's forget gate has 1) | chrono (Tallec & Ollivier 2018)",
    "model.bidirectional": "whether a second recurrent layer reads backwards",
    "model.cell": "gru | lstm: the recurrent layer",
    "model.dropout": "share of the features of a sequence, the same at all steps, that each update withholds from it",
    "model.build": "a function of one's own that makes the model, FILE.py:FUNCTION, and decides the other settings",
    "model.sha256": "checksum of its file, and of the modules beside it that this imports",
    "model.kernel_init": "glorot | matched (the Glorot limit of the raw d)",
    "train.updates": "optimizer updates",
    "train.batch": "sequences per update",
    "train.block": "updates between two probes",
    "train.learning_rate": "of the optimizer",
    "train.optimizer": "adam | sgd | rmsprop, as in Keras",
    "train.keep": "weights that are tested: last | best (those at the lowest probe loss, a choice the test never sees)",
    "train.engine": "compiled | fit (plain Keras, graph mode) | xla (plain Keras with jit_compile=True)",
    "seed": "seed of all streams",
}
RETIRED = {
    "steps_to_90": Column(
        "updates",
        "until version 0.1: updates until two probe accuracies in a row reach 90% skill, empty if never; now `delay`",
        lower_is_better=True,
    )
}
"""Metrics that results of earlier versions have."""
PARTS: dict[str, Registry] = {"data": DATASETS, "features.adapter": ADAPTERS, "reduction": REDUCTIONS}


def dictionary(runs: "pd.DataFrame") -> list[tuple[str, str, str]]:
    """Name, unit and meaning of every column of `runs`; for a choice of parts, also of those that occur in it."""
    datasets = _parts(DATASETS, runs["data"].dropna().unique()) if "data" in runs else {}
    known = IDENTITY | RETIRED | metrics.columns() | PROVENANCE
    rows = []
    for name in map(str, runs.columns):
        if name in known:
            column = known[name]
        elif not is_parameter(name):
            column = Column("", "metric of another version or package; its meaning is not known here")
        elif name in PARTS:
            column = Column("", PARAMETERS[name] + _meanings(_parts(PARTS[name], runs[name].dropna().unique())))
        else:
            column = Column("", PARAMETERS.get(name) or _own(name, datasets.values()))
        rows.append((name, column.unit, column.told))
    return rows


def _parts(registry: Registry, names: Iterable[Any]) -> dict[str, Any]:
    """The classes of the parts `names`, without those that are not there any more."""
    found = {}
    for name in names:
        try:
            found[str(name)] = registry.get(str(name))
        except ConfigError:
            continue
    return found


def _meanings(parts: dict[str, Any]) -> str:
    """What the parts say of themselves, as the end of a sentence."""
    told = [f"{name} ({meaning})" for name, part in parts.items() if (meaning := _meaning(part))]
    return "".join((": ", ", ".join(told))) if told else ""


def _meaning(part: Any) -> str:
    """A part's own ``meaning``, else the first line of its module."""
    found = getattr(part, "meaning", None)
    if not isinstance(found, str):
        found = (getattr(sys.modules.get(part.__module__), "__doc__", None) or "").partition("\n")[0]
    return found.strip().rstrip(".")


def _own(name: str, datasets: Iterable[Any]) -> str:
    """The meaning that the datasets which have the setting ``data.<key>`` give it."""
    items = [item for dataset in datasets for item in fields(dataset) if f"data.{item.name}" == name]
    told = dict.fromkeys(str(item.metadata["meaning"]) for item in items if item.metadata.get("meaning"))
    return "; or ".join(told) or "setting of that name; empty where it could not act"
