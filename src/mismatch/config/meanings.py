"""What every key of the config means, and its unit: for the help and for the data dictionary.

A dataset of its own kind says what its own keys mean, in the metadata of their fields; all others are here.
"""

from dataclasses import Field
from typing import Any

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
"""Keys that are columns of the runs table; the choice of a group stands under the group's own name."""
OTHERS = {
    "replicates": "paired repetitions of every arm, each with data, split, batch order and initial weights of its own; "
    "auto: 10, then up to 80 for arms whose claims are still open",
    "name": "of the sweep, and of its folder in results/; adhoc gets a hash of what was asked behind it, so that the "
    "same question finds its results again",
    "out": "folder of the results",
    "time_limit": "after which a run is given up, with status timeout",
    "impossible": "cells of a sweep that cannot be, such as a mask with padding=none: refuse the sweep | skip them",
    "measure": "another measurement that goes with the sweep",
    "advise": "a question on data of your own instead of a sweep; +experiment=advise asks it",
    "advise.minutes": "time that an advice may take",
    "advise.margin": "difference in accuracy that does not matter to you",
    "advise.units": "H, units of the GRU",
    "advise.model": "a function of your own that makes the model, FILE.py:FUNCTION, in place of the GRU",
    "advise.fit": "whether the advised model is fitted on all sequences, too",
    "figures": "whether to draw figures and write report.html; tables are always made",
    "smoke": "a trial run: it is no evidence, so that no verdicts or contrasts are printed",
}
"""Keys that change what is done with the runs, not their numbers."""
UNITS = {
    **dict.fromkeys(("data.train", "data.probe", "data.test", "train.batch"), "sequences"),
    **dict.fromkeys(("data.steps", "data.min_length", "data.max_length", "length.steps"), "timesteps"),
    **dict.fromkeys(("reduction.kernel", "reduction.pool"), "timesteps"),
    **dict.fromkeys(("data.features", "features.width", "reduction.filters"), "features"),
    **dict.fromkeys(("train.updates", "train.block"), "updates"),
    **dict.fromkeys(("data.noise", "control.rate", "model.dropout"), "share"),
    "control.delay_ms": "ms",
    "time_limit": "s",
    "advise.minutes": "min",
    "advise.margin": "share",
}
"""Units of keys; words, counts of another kind and ratios have none."""


def own(item: Field[Any]) -> str:
    """What the field of a dataset says of itself; empty where its key means the same in all of them."""
    return str(item.metadata.get("meaning") or "")
