"""One thing that `mismatch check` says: what, where, how bad, on what evidence, and what to do about it.

In: what a rule saw. Out: a `Finding`, whose lines are printable whatever stood in the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mismatch.config.fields import plain

SEVERITIES = ("error", "warning", "note")
"""From the worst: error: numbers will be wrong or lost; warning: they may mislead; note: worth knowing."""


@dataclass(frozen=True)
class Finding:
    """What a rule found.

    code, name: of the rule, such as D104 and `pad_collision`. severity: error | warning | note. where: the class,
    feature, layer or lines it is about; empty for all. what: one line with its numbers. evidence: those numbers by
    name, for machines. advice: one line on what to do. settings: overrides of this command that do it. keras: lines
    of Python that do it.
    """

    code: str
    name: str
    severity: str
    where: str
    what: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    advice: str = ""
    settings: str = ""
    keras: str = ""

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity={self.severity}: must be one of {', '.join(SEVERITIES)}")
        for name in ("where", "what", "advice", "settings"):
            object.__setattr__(self, name, plain(getattr(self, name)))
        object.__setattr__(self, "keras", "\n".join(plain(line) for line in self.keras.splitlines()))


def by_severity(finding: Finding) -> tuple[int, str, str]:
    """Key that sorts the worst first."""
    return SEVERITIES.index(finding.severity), finding.code, finding.where
