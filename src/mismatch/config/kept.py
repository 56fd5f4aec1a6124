"""Programs that XLA compiled are kept on disk, for the next worker on this machine: TensorFlow's persistent cache.

In: the processor and the versions here, which name the folder. Out: the variable that TensorFlow reads when it starts.
XLA itself compares the whole program with the one that an entry was made from, so that a changed one is compiled anew.
It would fail, or run whatever is there, where an entry is damaged: each has its sum beside it, and what does not fit
its sum is removed before TensorFlow starts. No TensorFlow here.
"""

import hashlib
import os
import platform
import shutil
import sys
import time
from pathlib import Path

from mismatch.config import files
from mismatch.config.identity import installed

CHOICE = "MISMATCH_CACHE"
"""Variable that names another folder than the user's own cache, or none where it is empty."""
FLAGS = "TF_XLA_FLAGS"
CPUINFO = Path("/proc/cpuinfo")
LARGEST, FREE = 512 * 2**20, 256 * 2**20
"""Bytes that are kept at most, and that must be free on the disk, as XLA fails where it cannot write an entry."""
UNSEALED_S, OLD_S = 600, 86_400
"""An entry without a sum is left alone for so long, as its maker may be about to note it; one so old can make room."""

_used: Path | None = None


def use() -> None:
    """Let TensorFlow keep its programs, unless it was imported before; where it cannot, it compiles them."""
    global _used
    if "tensorflow" in sys.modules:
        return
    _used = _ready()
    if _used is not None:
        os.environ[FLAGS] = f"--tf_xla_persistent_cache_directory={_used}"


def seal() -> None:
    """Note the sums of what this process, or another one just now, has put there."""
    if _used is None:
        return
    try:
        for entry in _used.glob("*.pb"):
            if not _sum(entry).exists():
                files.write(_sum(entry), files.digest(entry))
    except OSError:  # nothing that a run should fail for
        return


def folder() -> Path | None:
    """Where programs for this processor and these versions are kept; None where nothing is to be kept."""
    chosen = os.environ.get(CHOICE)
    if chosen == "":
        return None
    own = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "mismatch"
    return (Path(chosen).absolute() if chosen else own) / "programs" / _here()


def _here() -> str:
    """A name for all that a compiled program depends on beside itself."""
    lines = [platform.machine(), os.environ.get("XLA_FLAGS", "")]
    if CPUINFO.is_file():
        told = CPUINFO.read_text(errors="replace").splitlines()
        for key in ("vendor_id", "cpu family", "model", "model name", "stepping", "flags", "Features"):
            lines += [line for line in told if line.split(":")[0].strip() == key][:1]
    for package in ("tensorflow", "keras"):
        lines.append(f"{package}=={installed(package)}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _ready() -> Path | None:
    """The folder, ours alone and sound; None where it cannot be had."""
    try:
        made = folder()
        if made is None or any(character.isspace() for character in str(made)):  # the flags are split at spaces
            return None
        made.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = made.stat()
        if told.st_mode & 0o022 or (hasattr(os, "getuid") and told.st_uid != os.getuid()):
            return None  # what is there is run as code, and others could have put it there
        if shutil.disk_usage(made).free < FREE or not os.access(made, os.W_OK):
            return None
        _tidy(made)
    except OSError:
        return None
    return made


def _tidy(made: Path) -> None:
    """Remove what is damaged, what nobody sealed, and the oldest where there is too much."""
    now, size = time.time(), 0
    for entry in sorted(made.glob("*.pb"), key=lambda each: -each.stat().st_mtime):
        told = entry.stat()
        size += told.st_size
        noted = _sum(entry).read_text() if _sum(entry).exists() else None
        sound = now - told.st_mtime < UNSEALED_S if noted is None else noted == files.digest(entry)
        if not sound or (size > LARGEST and now - told.st_mtime > OLD_S):
            entry.unlink(missing_ok=True)
            _sum(entry).unlink(missing_ok=True)


def _sum(entry: Path) -> Path:
    return entry.with_suffix(".sha256")
