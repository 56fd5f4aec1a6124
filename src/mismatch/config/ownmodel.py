"""A model of a person's own as the settings name it: a function in a Python file, and the checksum of what it uses.

In: ``my_model.py:build``. Out: a `Source`, and the settings of the model it makes. Nothing of the file is run here.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from mismatch.config.fields import ConfigError, require
from mismatch.config.groups import Model
from mismatch.config.paths import absolute, shown

KEY = "model.build"
ACCEPTED = "must be a Python file and a function in it, such as my_model.py:build"
MASK = "mask"
"""The argument of a function that can make a model which is given the mask, too."""


@dataclass(frozen=True)
class Source:
    """A function in a Python file, which may import others from beside it."""

    path: Path
    function: str

    @classmethod
    def of(cls, name: str) -> "Source":
        """What ``my_model.py:build`` names.

        Raises:
            ConfigError: for what names no file, or no function.
        """
        path, _, function = str(name).rpartition(":")
        require(path.endswith(".py") and function.isidentifier(), KEY, name, ACCEPTED)
        return cls(absolute(path), function)

    def __str__(self) -> str:
        return f"{self.path}:{self.function}"

    @property
    def shown(self) -> str:
        """The same for a message."""
        return f"{shown(self.path)}:{self.function}"

    def refused(self, why: str) -> ConfigError:
        """The error that says why this cannot be used."""
        return ConfigError(KEY, self.shown, why)

    def contents(self) -> dict[str, bytes]:
        """What is in the file and in the modules beside it that it imports, and these, by path from its folder.

        Raises:
            ConfigError: for a file that cannot be read, or is no Python.
        """
        found: dict[str, bytes] = {}
        waiting = [self.path]
        while waiting:
            path = waiting.pop()
            name = path.relative_to(self.path.parent).as_posix()
            if name not in found:
                found[name], tree = self._read(path)
                waiting += self._beside(tree)
        return dict(sorted(found.items()))

    def sha256(self) -> str:
        """First 16 hex digits of the checksum over `contents`."""
        sha = hashlib.sha256()
        for name, content in self.contents().items():
            sha.update(f"{name}\0{len(content)}\0".encode() + content)
        return sha.hexdigest()[:16]

    def _read(self, path: Path) -> tuple[bytes, ast.Module]:
        try:
            raw = path.read_bytes() if path.is_file() else None
        except OSError as error:
            raise self.refused(f"{path.name} cannot be read ({error.strerror})") from None
        if raw is None:
            raise self.refused("there is no such file")
        try:
            return raw, ast.parse(raw)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            where = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
            raise self.refused(f"{path.name} is no Python that can be read ({where})") from None

    def _beside(self, tree: ast.Module) -> Iterator[Path]:
        """Modules in its folder that a file imports; of a package, all."""
        for top in {name.split(".")[0] for name in _imported(tree)}:
            place = self.path.parent / top
            if place.is_dir():
                yield from sorted(place.rglob("*.py"))
            elif place.with_suffix(".py").is_file():
                yield place.with_suffix(".py")


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def settled(arm: Any) -> Model:
    """The settings of the own model of an `Arm`: absolute, with its checksum, and None for all that it decides itself.

    Raises:
        ConfigError: for a file that cannot be used or has changed, and for what would stand in front of the model.
    """
    model: Model = arm.model
    source = Source.of(str(model.build))
    found = source.sha256()
    if model.sha256 not in (None, found):
        raise source.refused(f"has changed since it had model.sha256={model.sha256}: {found} now")
    masked, accepted = arm.mask.kind != "masking", "must be none or explicit with model.build, which may mask by itself"
    require(masked, "mask", arm.mask.kind, accepted)
    require(arm.reduction.kind == "none", "reduction", arm.reduction.kind, "must be none with model.build")
    accepted = "makes arrays without a layer with model.build: dense stands in the model"
    require(not arm.adapter.learned, "features.adapter", arm.features.adapter, accepted)
    require(not arm.bucketed, "length.padding", "none", "must pad to one length with model.build: pre, post or mid")
    accepted = "must be fit or xla with model.build, which is trained by Keras's own fit"
    require(arm.train.engine != "compiled", "train.engine", arm.train.engine, accepted)
    kept: dict[str, Any] = dict.fromkeys(item.name for item in fields(model)) | {"build": str(source), "sha256": found}
    return replace(model, **kept)


def refuse_open(model: Model) -> None:
    """Raise ConfigError for a setting that is left open, as only those of a model of one's own may be."""
    require(model.sha256 is None, "model.sha256", model.sha256, "needs model.build, whose checksum it is")
    for item in fields(model):
        open_, free = getattr(model, item.name) is None, item.name in ("build", "sha256")
        require(free or not open_, f"model.{item.name}", None, "must be given without model.build")
