"""What a rule is: a stable code, how bad what it finds is, why, an example, what to use instead; and how it looks.

In: a subject (data, or a model with a batch). Out: its findings, none where all is well. The documents are made from
the texts of the classes, so that code and documents cannot disagree.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

from mismatch.check.finding import Finding, by_severity
from mismatch.config.registry import Registry


class Rule(ABC):
    """One rule. A module of `check.data` or `check.model` holds one, named like the module.

    code: D1xx on data, M2xx on models; never given twice, never changed. severity: the worst that it finds. meaning:
    what it finds, one sentence. why: why that is bad. example: where it happens. instead: what to do.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[str]
    meaning: ClassVar[str]
    why: ClassVar[str]
    example: ClassVar[str]
    instead: ClassVar[str]

    @abstractmethod
    def look(self, subject: Any) -> Iterable[Finding]:
        """What it finds in `subject`; nothing where all is well, or where it does not apply."""

    def found(
        self,
        what: str,
        *,
        where: str = "",
        severity: str | None = None,
        advice: str | None = None,
        settings: str = "",
        keras: str = "",
        **evidence: Any,
    ) -> Finding:
        """A finding of this rule; severity and advice are the rule's own where nothing else is said."""
        grade = severity or self.severity
        todo = self.instead if advice is None else advice
        return Finding(self.code, self.name, grade, where, what, evidence, todo, settings, keras)


def apply(rules: Registry, subject: Any) -> tuple[Finding, ...]:
    """The findings of all `rules` on `subject`, the worst first."""
    found = [finding for rule in rules.all().values() for finding in rule().look(subject)]
    return tuple(sorted(found, key=by_severity))
