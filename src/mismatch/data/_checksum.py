"""The identity of files: a checksum that changes when a byte of one does, computed once while they stay as they are."""

import hashlib
from functools import lru_cache
from itertools import islice
from pathlib import Path

from mismatch.config.fields import ConfigError
from mismatch.config.paths import shown

MOST = 500_000
"""Files of a folder at most: more of them are the folder of something else."""


def of(*named: tuple[str, str | None]) -> str:
    """First 16 hex digits of the sha256 over these files or folders, each with the setting that names it; None: none.

    Raises:
        ConfigError: for one that is not there or cannot be read.
    """
    digests = [_one(key, path) for key, path in named if path is not None]
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()[:16]


def _one(key: str, path: str) -> str:
    try:
        return _digest(path, _stamps(Path(path)))
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ConfigError(key, shown(path), f"must be a file that can be read ({reason})") from None


def _stamps(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, size and time of change of every file in question: what tells that nothing changed."""
    inside = (each for each in path.rglob("*") if each.is_file())
    files = sorted(islice(inside, MOST + 1)) if path.is_dir() else [path]
    if len(files) > MOST:
        raise OSError(0, f"it holds more than {MOST:,} files")
    if not path.is_dir() and path.exists() and not path.is_file():
        raise OSError(0, "it is a device or a pipe")
    found = [(each, each.stat()) for each in files]
    return tuple((str(each.relative_to(path)), stat.st_size, stat.st_mtime_ns) for each, stat in found)


@lru_cache(maxsize=16)
def _digest(path: str, stamps: tuple[tuple[str, int, int], ...]) -> str:
    sha, folder = hashlib.sha256(), Path(path).is_dir()
    for name, _, _ in stamps:
        if folder:
            sha.update(f"{name}\0".encode(errors="surrogateescape"))
        with (Path(path) / name if folder else Path(path)).open("rb") as file:
            while block := file.read(1 << 20):
                sha.update(block)
    return sha.hexdigest()[:16]
