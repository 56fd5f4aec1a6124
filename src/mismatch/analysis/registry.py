"""Claims as registered: `experiments/<name>/claims.yaml`, read and checked.

In: a file a person writes before the run, whose structure is the dataclasses below and those of the kinds of claim
test (`analysis/tests/`). Out: a `Registry`. The hash of what is judged goes with every verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from omegaconf import OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from mismatch.analysis.quantifiers import QUANTIFIERS
from mismatch.analysis.tests.base import Contrast
from mismatch.config import claims as text
from mismatch.config.fields import ConfigError
from mismatch.config.registry import CLAIM_TESTS

Node = TypeVar("Node")
ACCEPTED: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    int | None: "a whole number",
    float: "a number",
    dict[str, Any]: "a mapping",
}
"""The words for a type; all others that a field may have are lists."""


@dataclass(frozen=True)
class Claim:
    """A statement of the article in our words, where it stands there, and its contrasts.

    untestable: why no experiment here can test it, if none can. quantifier: how much it says (`quantifiers`), empty
    where its primary contrast alone gives it its verdict. scope: what it is about, in words.
    """

    id: str
    claim: str
    source: str
    contrasts: tuple[Contrast, ...] = ()
    untestable: str = ""
    quantifier: str = ""
    scope: str = ""

    @property
    def family(self) -> tuple[Contrast, ...]:
        """The contrasts on which its verdict rests; empty in a file that looks at the claim from aside."""
        asked = any(contrast.primary for contrast in self.contrasts)
        return tuple(each for each in self.contrasts if asked and (each.primary or each.member))


@dataclass(frozen=True)
class Factorial:
    """A full grid at two levels: its name, the runs of it, and the metric its effects are in."""

    name: str
    where: dict[str, Any]
    metric: str


@dataclass(frozen=True)
class Registry:
    """The claims of one experiment. base: parameters every arm has unless a contrast says otherwise.

    controls: parameters of the arm whose sham, noisy, shuffled and delayed copies ride in the sweep.
    show: levels the generic figures show; a parameter not named here is drawn at its base alone.
    hash: of what is judged. confirming: the seed of the run that decides, chosen after the claims were committed.
    """

    experiment: str
    base: dict[str, Any] = field(default_factory=dict)
    controls: dict[str, Any] = field(default_factory=dict)
    show: dict[str, Any] = field(default_factory=dict)
    factorials: tuple[Factorial, ...] = ()
    claims: tuple[Claim, ...] = ()
    hash: str = ""
    confirming: int | None = None


@dataclass(frozen=True)
class _File:
    """The top of a claims file; `grid` is a place for YAML anchors, where an experiment names its levels once."""

    base: dict[str, Any] = field(default_factory=dict)
    controls: dict[str, Any] = field(default_factory=dict)
    show: dict[str, Any] = field(default_factory=dict)
    grid: dict[str, Any] = field(default_factory=dict)
    factorials: list[Any] = field(default_factory=list)
    claims: list[Any] = field(default_factory=list)
    confirming: int | None = None


@dataclass(frozen=True)
class _Claim:
    """A claim as it stands in the file."""

    id: str
    claim: str
    source: str
    contrasts: list[Any] = field(default_factory=list)
    untestable: str = ""
    quantifier: str = ""
    scope: str = ""


def load(path: Path) -> Registry:
    """Read a claims file; once as long as it stays the same.

    Raises:
        ConfigError: naming the file, the claim, the key that is wrong, its value and what is accepted.
    """
    return _checked(path, path.read_bytes())


@lru_cache(maxsize=64)
def _checked(path: Path, _: bytes) -> Registry:
    content = text.read(path)
    top = _read(str(path), _File, content, "a mapping")
    grids = tuple(_read(f"{path}: factorials", Factorial, item, "a mapping") for item in top.factorials)
    claims = tuple(_claim(str(path), item) for item in top.claims)
    _refuse_twins(f"{path}: id", [claim.id for claim in claims])
    head = (top.base, top.controls, top.show, grids)
    return Registry(path.parent.name, *head, claims, text.hash_of(content), top.confirming)


def _claim(path: str, item: Any) -> Claim:
    where = f"{path}: {item.get('id', '?')}" if isinstance(item, dict) else path
    read = _read(where, _Claim, item, "a mapping, one for each claim")
    contrasts = tuple(_contrast(where, part) for part in read.contrasts)
    _refuse_twins(f"{where}: name", [contrast.name for contrast in contrasts])
    if bool(read.untestable) == bool(contrasts):
        raise ConfigError(f"{where}: contrasts", len(contrasts), "must be given, or a reason why it is untestable")
    primary = sum(contrast.primary for contrast in contrasts)
    if primary > 1:
        raise ConfigError(f"{where}: primary", primary, "must be true of one contrast at most")
    _check_family(where, read.quantifier, contrasts)
    return Claim(read.id, read.claim, read.source, contrasts, read.untestable, read.quantifier, read.scope)


def _check_family(where: str, quantifier: str, contrasts: tuple[Contrast, ...]) -> None:
    """A family needs a quantifier, which says what it comes to, and a primary contrast, which shows it."""
    if quantifier not in ("", *QUANTIFIERS):
        raise ConfigError(f"{where}: quantifier", quantifier, "must be one of " + ", ".join(QUANTIFIERS))
    if not any(contrast.member for contrast in contrasts):
        return
    if not quantifier:
        raise ConfigError(
            f"{where}: quantifier", "", f"must be one of {', '.join(QUANTIFIERS)} where there are members"
        )
    if not any(contrast.primary for contrast in contrasts):
        raise ConfigError(f"{where}: member", True, "must stand in a claim with a primary contrast")


def _contrast(where: str, item: Any) -> Contrast:
    """One contrast, as the dataclass of its kind of test."""
    known = item if isinstance(item, dict) else {}
    where = f"{where}: {known.get('name', '?')}"
    name = str(known.get("test", Contrast.test))
    if name not in CLAIM_TESTS.names:
        raise ConfigError(f"{where}: test", name, "must be one of " + ", ".join(CLAIM_TESTS.names))
    test = CLAIM_TESTS.get(name)()
    contrast: Contrast = _read(where, test.contrast, item, "a mapping, one for each contrast")
    for key, accepted in test.wrong(contrast):
        raise ConfigError(f"{where}: {key}", getattr(contrast, key), accepted)
    return contrast


def _read(where: str, kind: type[Node], content: Any, accepted: str) -> Node:
    """`content` as the dataclass `kind`: OmegaConf merges it into the schema and so checks keys and types."""
    if not isinstance(content, Mapping):
        raise ConfigError(where, content, f"must be {accepted}")
    known = {item.name: item.type for item in fields(kind)}  # type: ignore[arg-type]
    for key in content:
        if key not in known:
            raise ConfigError(f"{where}: {key}", content[key], "must be one of " + ", ".join(known))
    try:
        merged = OmegaConf.merge(_schema(kind), content)  # type: ignore[arg-type]
        values: Any = OmegaConf.to_container(merged, throw_on_missing=True)
    except MissingMandatoryValue as error:
        raise ConfigError(f"{where}: {error.full_key}", None, "must be given") from None
    except (OmegaConfBaseException, TypeError):  # OmegaConf 2.4 raises the latter for a list in a mapping's place
        key = next(key for key in content if not _fits(kind, key, content[key]))
        raise ConfigError(f"{where}: {key}", content[key], f"must be {ACCEPTED.get(known[key], 'a list')}") from None
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()})


@cache
def _schema(kind: type) -> Any:
    """`kind` as OmegaConf knows it, to be merged into, which leaves it as it is."""
    return OmegaConf.structured(kind)


def _fits(kind: type, key: str, value: Any) -> bool:
    """Whether the field `key` of `kind` takes `value`; not all errors of a merge say which it was."""
    try:
        OmegaConf.merge(_schema(kind), {key: value})
    except (OmegaConfBaseException, TypeError):
        return False
    return True


def _refuse_twins(where: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(where, name, "must occur once")
