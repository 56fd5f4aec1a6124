"""What a check of models says about a case, in the run of the case itself.

In: cases, and a check that is asked about everything a case hands to a model before the model acts on it. Out: an
`Inspected` each: what the case came to, as without the check, and what the check had found by then.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from mismatch.config.fields import ConfigError
from mismatch.trials.handed import Use, Watcher
from mismatch.trials.runner import Case, Line, run

COUNTED = ("error", "warning")
"""Severities of the findings that count; a note warns of nothing."""
REFUSED = "refused"
"""The code of what the check says where it takes no such input."""


class Said(Protocol):
    """What is asked of a finding."""

    @property
    def code(self) -> str: ...

    @property
    def severity(self) -> str: ...

    @property
    def what(self) -> str: ...


Check = Callable[[Use], Iterable[Said]]


@dataclass(frozen=True)
class Look:
    """What the check said of one use: its findings as (code, what), or the error that it failed with."""

    stage: str
    right: bool
    findings: tuple[tuple[str, str], ...]
    failed: str = ""


@dataclass(frozen=True)
class Inspected:
    """A case with every look at what it handed to a model, in order."""

    line: Line
    looks: tuple[Look, ...]

    @property
    def found(self) -> list[Look]:
        """Looks at a mismatch that found something. What is said of the correct parts of the same case is no find."""
        if self.line.legal:
            return []
        usual = {code for look in self.looks if look.right for code, _ in look.findings}
        wrong = [look for look in self.looks if not look.right]
        kept = [Look(w.stage, w.right, tuple(each for each in w.findings if each[0] not in usual)) for w in wrong]
        return [look for look in kept if look.findings]

    @property
    def alarms(self) -> list[Look]:
        """Looks at something correct that found something all the same."""
        return [look for look in self.looks if look.right and look.findings]


class Inspector:
    """Runs cases under a check."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._stage = ""
        self._looks: list[Look] = []
        self._watcher = Watcher(self._look)

    def inspect(self, case: Case) -> Inspected:
        """Run the case and look on."""
        self._looks, self._stage = [], case.stage
        line = run(case, self._watcher)
        return Inspected(line, tuple(self._looks))

    def _look(self, use: Use) -> None:
        right = use.right or (self._stage == "validation" and use.stage == "fit")
        try:
            said = [(each.code, each.what) for each in self._check(use) if each.severity in COUNTED]
            self._looks.append(Look(use.stage, right, tuple(said)))
        except ConfigError as error:  # it refuses what it is given, and says why: sequences that are no array, say
            self._looks.append(Look(use.stage, right, ((REFUSED, str(error)),)))
        except Exception as error:  # a check that fails is a fault of the check, not of the case
            self._looks.append(Look(use.stage, right, (), f"{type(error).__name__}: {error}"))


def inspected(cases: Sequence[Case], check: Check) -> list[Inspected]:
    """Every case under `check`, in the order given.

    Correct set-ups are run first: trainings that several cases compare with are then theirs, and no find of others.
    """
    inspector = Inspector(check)
    found = {case.row: inspector.inspect(case) for case in sorted(cases, key=lambda case: case.mismatch)}
    return [found[case.row] for case in cases]
