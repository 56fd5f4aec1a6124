"""The data dictionary: what every column of the runs table means, and its unit. Written beside every table."""

from collections.abc import Iterable

from mismatch.config.groups import GROUPS

IDENTITY: dict[str, tuple[str, str]] = {
    "experiment": ("", "name of the sweep the run belongs to"),
    "arm": ("", "hash of the resolved parameters; equal for all replicates of an arm"),
    "replicate": (
        "",
        "number of the paired repetition: same data, split, batch order and initial-weight streams in every arm",
    ),
    "run": ("", "hash of arm, replicate and the code that can change its numbers; name of its record file"),
    "status": ("", "ok | diverged (loss NaN or infinite) | failed (raised) | killed (worker died) | timeout"),
    "error": ("", "what went wrong, empty when status is ok"),
}
MEASURED: dict[str, tuple[str, str]] = {
    "accuracy": ("share", "test accuracy on the drawn labels"),
    "exact_accuracy": (
        "share",
        "mean exact posterior of the predicted class: accuracy without the noise of the drawn labels",
    ),
    "exact_accuracy_se": ("share", "standard error of exact_accuracy from the size of the test set"),
    "bayes_accuracy": ("share", "accuracy of the Bayes rule of the raw sequences on the same drawn labels"),
    "chance": ("share", "accuracy of guessing"),
    "ceiling": ("share", "Bayes accuracy given what the arm lets the model see; empty where unknown (text)"),
    "ceiling_full": ("share", "Bayes accuracy given the raw sequence"),
    "skill": ("share", "(exact_accuracy - chance) / (ceiling - chance); empty without a ceiling above chance"),
    "information_loss": ("share", "ceiling_full - ceiling: what the adaptation destroyed"),
    "learnability_loss": ("share", "ceiling - exact_accuracy: what optimisation and estimation left unused"),
    "train_accuracy": ("share", "accuracy on the training sequences, the first 1024 of them"),
    "generalisation_gap": ("share", "train_accuracy - accuracy"),
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
}
PROVENANCE: dict[str, tuple[str, str]] = {
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
    "data.train": "training sequences",
    "data.probe": "sequences of the fixed probe batch",
    "data.test": "test sequences",
    "data.coding": "how real steps are written: signs (-1/+1), bits (0/1, a real step may look like padding), flag",
    "features.width": "D, features the model is given",
    "features.adapter": "how d features become D",
    "features.scale": "none | standard (mean 0, sd 1 over the training steps)",
    "length.steps": "T, timesteps the model is given",
    "length.ratio": "T / L_max",
    "length.padding": "where pads go: pre | post | mid | none (batches of one length)",
    "length.truncating": "what is cut: pre | post | head_tail keeps both ends | crop a random window | stride evenly",
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
    "control": "none, or what checks the instrument: sham | noisy | shuffled | delayed",
    "control.rate": "share of labels changed",
    "control.delay_ms": "planted delay of every update, ms",
    "model.units": "H, GRU units",
    "model.bias_init": "zeros | chrono (Tallec & Ollivier 2018)",
    "model.bidirectional": "whether a second GRU reads backwards",
    "model.kernel_init": "glorot | matched (the Glorot limit of the raw d)",
    "train.updates": "optimizer updates",
    "train.batch": "sequences per update",
    "train.block": "updates between two probes",
    "train.engine": "compiled | fit (plain Keras)",
    "seed": "seed of all streams",
}


def is_parameter(name: str) -> bool:
    """Whether a column of that name is a parameter: the choice of a group, a key of one, or the seed."""
    return name.partition(".")[0] in (*GROUPS, "data") or name == "seed"


def ordered(parameters: Iterable[str]) -> list[str]:
    """Parameters in the order of the table: groups by name, the choice of a group before its keys, the seed last."""
    return sorted(parameters, key=lambda name: (name == "seed", name.partition(".")[0], "." in name, name))


def metrics() -> list[str]:
    """Every metric column, in the order of the table."""
    return list(MEASURED)


def explain(name: str) -> tuple[str, str]:
    """Unit and meaning of a column."""
    known = IDENTITY | MEASURED | PROVENANCE
    if name in known:
        return known[name]
    if is_parameter(name):
        return "", PARAMETERS.get(name, "setting of that name; empty where it could not act")
    return "", "metric of another version or package; its meaning is not known here"
