"""What comes of trying a model of a person's own before anything is trained: what it is, and what it takes.

In: arms of the lengths that might be raced, and seconds. Out: a `Tried`, or why the model cannot be used. Its file is
run in a process of its own, which is killed where it does not come back.
"""

import signal
from collections.abc import Sequence
from dataclasses import dataclass

from mismatch.check.finding import Finding
from mismatch.config.arm import Arm
from mismatch.sweep import child


@dataclass(frozen=True)
class Cost:
    """Seconds of a run with T = `steps`: `once`, and for each update."""

    steps: int
    once: float
    update: float


@dataclass(frozen=True)
class Tried:
    """masked: whether the function can make a model that is given the mask. rate: that it compiles with, None where it
    does not compile. probabilities: whether the model gives these, and not logits. costs: at one T or two, the shorter
    first. built_in: seconds of an update of the built-in model, probes included, at the last of these T. findings: the
    errors that the check of models sees in it, by its own initial weights and sequences that are made up.
    """

    masked: bool
    rate: float | None
    probabilities: bool
    costs: tuple[Cost, ...]
    built_in: float
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Errand:
    """arms: by T, the shortest first, without a mask; masked: the same with one. units: of the built-in model."""

    arms: Sequence[Arm]
    masked: Sequence[Arm]
    units: int
    seconds: float


def tried(errand: Errand) -> Tried | str:
    """What comes of it; a text: why the model cannot be used.

    Raises:
        KeyboardInterrupt: the process is then gone, too.
    """
    return outcome(child.ask("mismatch.advise.trying", [], errand, limit=errand.seconds), errand.seconds)


def outcome(answer: child.Answer, seconds: float) -> Tried | str:
    """What the process answered, or why it did not."""
    if answer.made is not None:
        return answer.made
    if answer.status == -signal.SIGKILL:
        return f"was not made and tried within {seconds:.0f} s"
    return f"ended the process that tried it, exit status {answer.status}: {answer.last}"


def probes(arm: Arm) -> float:
    """What a block's look at the probe takes beside its updates, as a share: it goes forward, they go back as well."""
    return float(arm.data.probe / (3 * arm.train.batch * arm.train.block))
