"""Prose of the page, as files hold it: findings of experiments, the decision guide, the answer, words explained.

In: `told.yaml` beside this module and ``findings.yaml`` of experiments, and `Numbers`. Out: frozen texts with numbers.
A text whose numbers are not in the tables is left out; one whose verdicts have changed since it was written says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mismatch.config import experiments
from mismatch.config.fields import ConfigError, reason
from mismatch.report.overview.numbers import Missing, Numbers, claims_in

OWN = Path(__file__).with_name("told.yaml")
FILE = "findings.yaml"
PROSE = ("rule", "says", "mechanism", "limit")
"""What a finding must have."""


@dataclass(frozen=True)
class Finding:
    """A rule with what it rests on. figure: its name in the results of `experiment`. changed: what no longer holds."""

    experiment: str
    key: str
    rule: str
    says: str
    mechanism: str
    limit: str
    figure: str
    claims: tuple[str, ...]
    changed: str


@dataclass(frozen=True)
class Answer:
    """An answer to a question of the guide, and what follows: the rule, what it costs otherwise, the evidence."""

    text: str
    rule: str
    cost: str
    claims: tuple[str, ...]
    changed: str


@dataclass(frozen=True)
class Question:
    """A question of the guide, why it is asked, and its answers; the first is what is usually so."""

    key: str
    text: str
    why: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Lead:
    """The figure at the top."""

    experiment: str
    name: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Told:
    """All prose. missing: what could not be said, as results it needs are not there."""

    question: str
    answer: tuple[str, ...]
    figure: Lead
    guide: tuple[Question, ...]
    findings: tuple[Finding, ...]
    methods: tuple[str, ...]
    limits: tuple[str, ...]
    glossary: Mapping[str, str]
    missing: tuple[str, ...]


def tell(numbers: Numbers) -> Told:
    """All prose, with its numbers."""
    told: dict[str, Any] = _read(OWN)
    missing: list[str] = []
    return Told(
        question=" ".join(told["question"].split()),
        answer=tuple(_filled(told["answer"], numbers, missing)),
        figure=Lead(**told["figure"]),
        guide=tuple(_question(each, numbers, missing) for each in told["guide"]),
        findings=tuple(_findings(numbers, missing)),
        methods=tuple(_filled(told["methods"], numbers, missing)),
        limits=tuple(_filled(told["limits"], numbers, missing)),
        glossary={word: " ".join(text.split()) for word, text in told["glossary"].items()},
        missing=tuple(dict.fromkeys(missing)),
    )


def sections(name: str) -> Mapping[str, Any]:
    """``findings.yaml`` of an experiment; empty without one.

    Raises:
        ConfigError: for a file that is no YAML, or has other keys than it must.
    """
    folder = experiments.folder(name)
    if folder is None or not (folder / FILE).is_file():
        return {}
    path, found = folder / FILE, _read(folder / FILE)
    _must(path, FILE, found, (), ("findings", "mechanism"))
    for place, each in enumerate(found.get("findings", ()), start=1):
        _must(path, f"findings, the {place}.", each, PROSE, ("figure", "holds"))
    if "mechanism" in found:
        _must(path, "mechanism", found["mechanism"], ("text", "table", "series", "delays"), ())
    return found


def _must(path: Path, where: str, found: Any, needed: tuple[str, ...], may: tuple[str, ...]) -> None:
    """Refuse a part of a file that has other keys than it must and may have."""
    has = set(found) if isinstance(found, Mapping) else set()
    if not isinstance(found, Mapping) or not set(needed) <= has <= {*needed, *may}:
        words = ", ".join(sorted(map(str, has))) if isinstance(found, Mapping) else type(found).__name__
        accepted = [f"must have {', '.join(needed)}"] if needed else []
        accepted += [f"may have {', '.join(may)}"] if may else []
        raise ConfigError(str(path), f"{where} has {words or 'nothing'}", " and ".join(accepted))


def _filled(texts: list[str], numbers: Numbers, missing: list[str]) -> Iterator[str]:
    for text in texts:
        try:
            yield numbers.fill(text)
        except Missing as error:
            missing.append(str(error))


def _question(found: Mapping[str, Any], numbers: Numbers, missing: list[str]) -> Question:
    answers = []
    for each in found["answers"]:
        cost = " ".join(_filled([each["cost"]], numbers, missing))
        claims = _claims(each.get("holds", {}), each["cost"])
        changed = _changed(each.get("holds", {}), numbers)
        answers.append(Answer(each["answer"], " ".join(each["rule"].split()), cost, claims, changed))
    return Question(found["key"], found["question"], " ".join(found["why"].split()), tuple(answers))


def _findings(numbers: Numbers, missing: list[str]) -> Iterator[Finding]:
    first = _read(OWN)["order"]
    for name in sorted(
        experiments.names(), key=lambda name: (name not in first, first.index(name) if name in first else 0)
    ):
        for place, found in enumerate(sections(name).get("findings", ()), start=1):
            texts = list(_filled([found["says"], found["mechanism"], found["limit"]], numbers, missing))
            if len(texts) == 3:
                says, mechanism, limit = texts
                holds = found.get("holds", {})
                claims = _claims(holds, found["says"], found["mechanism"], found["limit"])
                changed = _changed(holds, numbers)
                rule = " ".join(found["rule"].split())
                figure = str(found.get("figure", ""))
                yield Finding(name, f"{name}-{place}", rule, says, mechanism, limit, figure, claims, changed)


def _claims(holds: Mapping[str, str], *texts: str) -> tuple[str, ...]:
    """The claims that a text rests on: those it says so of, then those whose numbers it has."""
    return tuple(dict.fromkeys([*holds, *sorted(set().union(*map(claims_in, texts)))]))


def _changed(holds: Mapping[str, str], numbers: Numbers) -> str:
    """Which verdicts are others here than when a text was written; empty where all are the same."""
    found = []
    for claim, verdict in holds.items():
        try:
            here = str(numbers.row(claim)["verdict"])
        except Missing:
            continue
        if here != verdict:
            found.append(f"{claim} is {here} here, and was {verdict} when this was written")
    return "; ".join(found)


def _read(path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(str(path), "?", f"must be YAML ({reason(error, 300)})") from None
