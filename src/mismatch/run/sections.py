"""Which section of a record a column belongs to, and in which order the columns of the runs table stand.

In: names of columns. Out: identity, parameters, metrics, provenance. Identity and provenance are listed here,
parameters are known from the groups of the config; all else is a metric, and no metric may take one of their names.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

from mismatch.config.groups import GROUPS


@dataclass(frozen=True)
class Column:
    """One column of a table: its unit (empty for words, counts and ratios of one kind) and what it means.

    averaged: for a metric, whether the summary gives its mean over the replicates of an arm.
    lower_is_better: for a metric, whether a rise of it is a loss.
    within: for a metric, the least and the greatest value it can have.
    """

    unit: str
    meaning: str
    averaged: bool = True
    lower_is_better: bool = False
    within: tuple[float, float] = (-math.inf, math.inf)

    @property
    def told(self) -> str:
        """What it means, and which way is better where that is not up."""
        return self.meaning + ("; lower is better" if self.lower_is_better else "")


IDENTITY = {
    "experiment": Column("", "name of the sweep the run belongs to"),
    "arm": Column("", "hash of the resolved parameters; equal for all replicates of an arm"),
    "replicate": Column(
        "",
        "number of the paired repetition: same data, split, batch order and initial-weight streams in every arm",
    ),
    "run": Column("", "hash of arm, replicate and the code that can change its numbers; name of its record file"),
    "status": Column("", "ok | diverged (loss NaN or infinite) | failed (raised) | killed (worker died) | timeout"),
    "error": Column("", "what went wrong, empty when status is ok"),
}
PROVENANCE = {
    "data_hash": Column("", "hash of the raw sequences of the replicate"),
    "init_hash": Column("", "hash of the initial weights"),
    "order_hash": Column("", "hash of the batch order"),
    "code_hash": Column("", "hash of the source and package versions that can change the numbers"),
    "claims_hash": Column("", "hash of the claims that were registered with the experiment when the run was trained"),
    "backend": Column("", "what Keras ran on: tensorflow | jax"),
    "commit": Column("", "git commit of the working tree"),
    "dirty": Column("", "whether that tree had uncommitted changes"),
    "started": Column("UTC", "when the run started"),
    "host": Column("", "machine name"),
    "cpu": Column("", "processor, as it names itself"),
    "cpu_family": Column("", "processor family; two processors of one name may differ in it, and in the last digits"),
    "cpu_model": Column("", "processor model within the family"),
    "cpu_extensions": Column("", "vector extensions of the processor: which kernels compute the numbers"),
    "threads": Column("", "threads TensorFlow, or JAX, used for one operation"),
    "timing_valid": Column(
        "", "whether times may be claimed: False for runs side by side, which share caches and memory"
    ),
}

ROOTS = ("data", *GROUPS)
CHOICES = ("data", *(group for group, node in GROUPS.items() if any(item.name == "kind" for item in fields(node))))
"""Groups whose choice is a column by the group's own name."""


def is_parameter(name: str) -> bool:
    """Whether a column of that name is a parameter: the choice of a group, a key of one, or the seed."""
    root, dot, _ = name.partition(".")
    return root in ROOTS if dot else root in (*CHOICES, "seed")


def is_metric(name: str) -> bool:
    """Whether a column of that name is a metric, known here or not."""
    return name not in IDENTITY and name not in PROVENANCE and not is_parameter(name)


def ordered(parameters: Iterable[str]) -> list[str]:
    """Parameters in the order of the table: groups by name, the choice of a group before its keys, the seed last."""
    return sorted(parameters, key=lambda name: (name == "seed", name.partition(".")[0], "." in name, name))
