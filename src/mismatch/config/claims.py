"""The claims file of an experiment as text: its content, and the hash of what is judged by it.

In: ``<experiment>/claims.yaml``. Out: plain values, and 12 hex digits that every record of a sweep of that experiment
carries. Words for people (the claim's sentence, where the article says it, names) are not part of the hash, so that a
better wording does not undo a registration; what is compared, in which runs, by which margin, quantifier and scope, is.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from mismatch.config import experiments
from mismatch.config.fields import ConfigError, reason

FILE = "claims.yaml"
JUDGED = ("base", "controls", "claims")
"""Keys at the top of the file on which verdicts rest; not what figures show, nor the seed, which is chosen later."""
PROSE = ("claim", "source", "untestable")
"""Of a claim."""
NAMES = ("name",)
"""Of a contrast."""


def read(path: Path) -> Any:
    """The content of a claims file, anchors resolved; read once as long as it stays the same, and not to be changed.

    Raises:
        ConfigError: for a file that is no YAML.
    """
    return _parsed(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _parsed(path: Path, content: str) -> Any:
    try:
        return OmegaConf.to_container(OmegaConf.load(StringIO(content)), resolve=True)
    except (YAMLError, OmegaConfBaseException) as error:
        raise ConfigError(str(path), "?", f"must be YAML ({reason(error, 300)})") from None


def hash_of(content: Any) -> str:
    """12 hex digits over what is judged."""
    text = json.dumps(_judged(content), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def registered(experiment: str) -> str | None:
    """The hash of the claims registered with an experiment; None where it has none, or is no experiment.

    Raises:
        ConfigError: for a claims file that is no YAML.
    """
    content = _of(experiment)
    return None if content is None else hash_of(content)


def confirming(experiment: str) -> int | None:
    """The seed of the run that decides, where the claims of an experiment name one.

    Raises:
        ConfigError: for a claims file that is no YAML.
    """
    content = _of(experiment)
    seed = content.get("confirming") if isinstance(content, Mapping) else None
    return seed if isinstance(seed, int) else None


def experiments_of(claim: str) -> list[str]:
    """The experiments that register a claim, by its id in upper or lower case; those that look from aside come last.

    Raises:
        ConfigError: for a claims file that is no YAML.
    """
    return homes().get(claim.lower(), [])


def homes() -> dict[str, list[str]]:
    """By the id of every registered claim, in lower case: what `experiments_of` says of it.

    Raises:
        ConfigError: for a claims file that is no YAML.
    """
    found: dict[str, dict[str, bool]] = {}
    for name in experiments.names():
        content = _of(name)
        for each in _list(content.get("claims")) if isinstance(content, Mapping) else []:
            if isinstance(each, Mapping):
                found.setdefault(str(each.get("id")).lower(), {}).setdefault(name, not _decides(each))
    return {claim: sorted(aside, key=lambda name: (aside[name], name)) for claim, aside in found.items()}


def _decides(claim: Mapping[str, Any]) -> bool:
    contrasts = [each for each in _list(claim.get("contrasts")) if isinstance(each, Mapping)]
    return "untestable" in claim or any(each.get("primary") for each in contrasts)


def _of(experiment: str) -> Any:
    folder = experiments.folder(experiment)
    path = folder / FILE if folder else None
    return read(path) if path and path.is_file() else None


def _judged(content: Any) -> Any:
    if not isinstance(content, Mapping):
        return content
    kept = {key: content[key] for key in JUDGED if key in content}
    return kept | {"claims": [_without(claim, PROSE) for claim in _list(content.get("claims"))]}


def _without(item: Any, words: tuple[str, ...]) -> Any:
    """A claim or a contrast without its `words`."""
    if not isinstance(item, Mapping):
        return item
    kept = {key: value for key, value in item.items() if key not in words}
    if "contrasts" in kept:
        kept["contrasts"] = [_without(contrast, NAMES) for contrast in _list(kept["contrasts"])]
    return kept


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
