"""The question of ``mismatch -m +experiment=advise data=text data.path=my.csv``: the same as that of the verb.

In: settings as Hydra composed them. Out: an `Asking`. What an advice chooses itself, or has no use for, must be left as
it is.
"""

from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from mismatch.advise.asking import Asking, Limits
from mismatch.advise.terminal import show
from mismatch.check.items import check_items
from mismatch.check.outcome import Checked
from mismatch.config.fields import ConfigError, require
from mismatch.config.groups import Settings
from mismatch.config.paths import absolute
from mismatch.data._own import Own

TAKEN = ("data", "seed", "name", "out", "advise")
"""Settings that a question depends on."""
OWN = ("hold", "probe")
"""Settings of data that the advice gives."""


def question(node: Settings, executor: tuple[str, Any], out: str | None) -> Asking:
    """The question, in the folder `out`, or that of the verb.

    Raises:
        ConfigError: naming a setting that must be another, or be left out.
    """
    data = node.data
    accepted = "must be text or series, with data.path=FILE: an advice is on sequences of one's own"
    require(isinstance(data, Own), "data", getattr(data, "name", data), accepted)
    require(data.path not in ("", None), "data.path", data.path, "must name a file of your sequences")
    for key, value in _superfluous(node):
        said = {"model.units": "say advise.units", "model.build": "say advise.model"}
        hint = said.get(key, "the advice finds it, or has no use for it")
        raise ConfigError(key, value, f"must be left out: {hint}")
    assert node.advise is not None
    asked = Limits(**asdict(node.advise), seed=node.seed).asked()
    folder = folder_of(data.path) if out is None else absolute(out)
    return Asking(lambda _: _read(data), asked, folder, executor, show)


def folder_of(path: str) -> Path:
    """The results folder of an advice on a file: called after its name, without the ending."""
    name = Path(path)
    stem = Path(name.stem if name.suffix.lower() in (".gz", ".gzip") else name.name).stem
    return absolute(f"results/advise-{''.join(c if c.isalnum() or c in '-_' else '-' for c in stem)[:60] or 'data'}")


def _superfluous(node: Settings) -> Iterator[tuple[str, Any]]:
    """Settings that are not as they are unless somebody gives them, with their values."""
    plain, fresh = Settings(), type(node.data)()
    yield from ((f"data.{name}", getattr(node.data, name)) for name in OWN if _differ(node.data, fresh, name))
    for item in fields(Settings):
        if item.name in TAKEN or not _differ(node, plain, item.name):
            continue
        value = getattr(node, item.name)
        if not is_dataclass(value):
            yield item.name, value
            continue
        usual = getattr(plain, item.name)
        for inner in (each.name for each in fields(value) if _differ(value, usual, each.name)):
            yield f"{item.name}.{inner}".removesuffix(".kind"), getattr(value, inner)


def _differ(one: Any, other: Any, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _read(data: Own) -> tuple[Own, Checked]:
    """The dataset, and what the check finds in its file; missing numbers are for the check to tell."""
    looked = replace(data)
    looked.settle()
    if hasattr(looked, "missing"):
        looked.missing = "keep"
    return data, check_items(looked.items())
