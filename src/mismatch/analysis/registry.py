"""Claims as registered: `experiments/<name>/claims.yaml`, read and checked.

In: a file a person writes before the run. Out: a `Registry`. The file's hash goes with every verdict.
"""

import hashlib
import math
from collections.abc import Collection
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from mismatch.config.fields import ConfigError

NEEDS: dict[str, tuple[str, ...]] = {
    "paired": (),
    "outcome": ("rows", "expect"),
    "variance": ("factors", "at_least"),
    "share": ("against", "at_least"),
}
"""The tests, and what a contrast must give for each."""
CHOICES: dict[str, tuple[str, ...]] = {
    "test": tuple(NEEDS),
    "predicts": ("less", "greater", "different", "equal"),
    "scale": ("difference", "ratio"),
}
STREAMS = ("data", "order", "init")
YAML: dict[Any, tuple[Any, str]] = {
    str: (str, "text"),
    bool: (bool, "true or false"),
    float: ((int, float), "a number"),
    dict[str, Any]: (dict, "a mapping"),
    tuple[str, ...]: (list, "a list"),
}
"""What each type of field is in the file."""


@dataclass(frozen=True)
class Contrast:
    """One prediction of a claim. Which fields count depends on `test`.

    paired: `arm` minus `against` in `metric`, both written as what differs from the registry's base. scale:
        difference | ratio (of logarithms). predicts: less | greater | different | equal. margin: smallest
        difference that matters. shares: streams the pair shares.
    outcome: `rows` of `table` must have one of the outcomes `expect`; with `unchanged`, and no weight may have been
        changed. A row with * stands for all mismatches whose names fit.
    variance: share of the variance of `metric` due to `factors`, within the runs of `where`, at least `at_least`.
    share: share of the arms of `where` that lose more than `margin` against `against`, at least `at_least`;
        `factors` are the columns, such as data, in which both are the same.

    family: contrasts that are corrected together (Holm); primary: the one that gives the claim its verdict.
    """

    name: str
    test: str = "paired"
    primary: bool = False
    arm: dict[str, Any] = field(default_factory=dict)
    against: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)
    metric: str = "exact_accuracy"
    scale: str = "difference"
    predicts: str = "less"
    margin: float = 0.0
    shares: tuple[str, ...] = ("data", "order")
    family: str = ""
    table: str = "runs.csv"
    rows: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    unchanged: bool = False
    factors: tuple[str, ...] = ()
    at_least: float = 0.0


@dataclass(frozen=True)
class Claim:
    """A statement of the article in our words, where it stands there, and its contrasts.

    untestable: why no experiment here can test it, if none can.
    """

    id: str
    claim: str
    source: str
    contrasts: tuple[Contrast, ...] = ()
    untestable: str = ""


@dataclass(frozen=True)
class Registry:
    """The claims of one experiment. base: parameters every arm has unless a contrast says otherwise.

    controls: parameters of the arm whose sham, noisy, shuffled and delayed copies ride in the sweep.
    show: levels the generic figures show; a parameter not named here is drawn at its base alone.
    factorials: full grids at two levels, each a name, a metric and where it stands in the table.
    """

    experiment: str
    base: dict[str, Any]
    controls: dict[str, Any]
    show: dict[str, Any]
    factorials: tuple[dict[str, Any], ...]
    claims: tuple[Claim, ...]
    hash: str


def load(path: Path) -> Registry:
    """Read a claims file.

    Raises:
        ConfigError: naming the file, the claim and the key that is wrong.
    """
    import yaml

    text = path.read_bytes()
    try:
        content = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ConfigError(str(path), "?", f"must be YAML ({' '.join(str(error).split())})") from None
    content = _typed(str(path), content, dict, "a mapping")
    # `grid` is a place for YAML anchors; the text experiment names its levels there once.
    kinds: dict[str, type] = {"base": dict, "controls": dict, "show": dict, "grid": dict}
    kinds |= {"factorials": list, "claims": list}
    _refuse_unknown(str(path), content, kinds)
    parts = {
        key: _typed(f"{path}: {key}", content.get(key, kind()), kind, f"a {'list' if kind is list else 'mapping'}")
        for key, kind in kinds.items()
    }
    for grid in parts["factorials"]:
        if not isinstance(grid, dict) or set(grid) != {"name", "where", "metric"}:
            raise ConfigError(f"{path}: factorials", grid, "must be mappings of name, where and metric")
    claims = tuple(_claim(str(path), item) for item in parts["claims"])
    _refuse_twins(f"{path}: id", [claim.id for claim in claims])
    sha = hashlib.sha256(text).hexdigest()[:12]
    return Registry(
        path.parent.name, parts["base"], parts["controls"], parts["show"], tuple(parts["factorials"]), claims, sha
    )


def _claim(path: str, item: Any) -> Claim:
    where = f"{path}: {_typed(path, item, dict, 'a mapping, one for each claim').get('id', '?')}"
    parts = _typed(f"{where}: contrasts", item.get("contrasts", []), list, "a list")
    contrasts = tuple(_contrast(where, part) for part in parts)
    _refuse_twins(f"{where}: name", [contrast.name for contrast in contrasts])
    claim: Claim = _build(where, Claim, item | {"contrasts": contrasts})
    if bool(claim.untestable) == bool(contrasts):
        raise ConfigError(f"{where}: contrasts", len(contrasts), "must be given, or a reason why it is untestable")
    primary = sum(contrast.primary for contrast in contrasts)
    if primary > 1:
        raise ConfigError(f"{where}: primary", primary, "must be true of one contrast at most")
    return claim


def _contrast(where: str, item: Any) -> Contrast:
    where = f"{where}: {_typed(where, item, dict, 'a mapping, one for each contrast').get('name', '?')}"
    contrast: Contrast = _build(where, Contrast, item)

    def check(key: str, right: bool, accepted: str) -> None:
        if not right:
            raise ConfigError(f"{where}: {key}", getattr(contrast, key), accepted)

    for key, choices in CHOICES.items():
        check(key, getattr(contrast, key) in choices, "must be one of " + ", ".join(choices))
    for key in NEEDS[contrast.test]:
        check(key, bool(getattr(contrast, key)), f"must be given for test {contrast.test}")
    check("shares", set(contrast.shares) <= set(STREAMS), "must be some of " + ", ".join(STREAMS))
    check("margin", 0 <= contrast.margin < math.inf, "must be 0 or more")
    check("margin", contrast.margin > 0 or contrast.predicts != "equal", "must be above 0 where equal is predicted")
    check("at_least", 0 <= contrast.at_least <= 1, "must be a share")
    return contrast


def _build(where: str, kind: type, item: dict[str, Any]) -> Any:
    known = {entry.name: entry for entry in fields(kind)}
    _refuse_unknown(where, item, known)
    for name, entry in known.items():
        if entry.default is MISSING and entry.default_factory is MISSING and name not in item:
            raise ConfigError(f"{where}: {name}", None, "must be given")
        if name in item and entry.type in YAML:
            _typed(f"{where}: {name}", item[name], *YAML[entry.type])
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in item.items()})


def _typed(where: str, value: Any, kind: Any, accepted: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(where, value, f"must be {accepted}")
    return value


def _refuse_unknown(where: str, item: dict[str, Any], known: Collection[str]) -> None:
    for key in item:
        if key not in known:
            raise ConfigError(f"{where}: {key}", item[key], "must be one of " + ", ".join(known))


def _refuse_twins(where: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(where, name, "must occur once")
