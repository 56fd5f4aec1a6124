"""Where a run's numbers come from, beside its settings: versions, commit, machine and processor.

In: nothing. Out: plain values for the section ``provenance`` of a record, also used by the table of step times. The
name of a processor does not tell its kernels (several generations call themselves AMD EPYC), so family, model and
vector extensions are noted with it: runs may differ in their last digits between processors that differ in these.
"""

import platform
import subprocess
from functools import cache
from pathlib import Path

from mismatch.config import environment

PACKAGES = ("tensorflow", "keras", "numpy", "scipy")
CPUINFO = Path("/proc/cpuinfo")
VECTOR = ("sse", "ssse", "avx", "fma", "f16c", "amx", "neon", "asimd", "sve")
"""How the names of vector extensions begin, on x86 and on ARM."""


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages the numbers stand on."""
    from importlib.metadata import version

    packages = (*PACKAGES, *(("jax", "jaxlib") if environment.backend() == "jax" else ()))
    return {"python": platform.python_version()} | {name: version(name) for name in packages}


@cache
def commit() -> dict[str, str | bool | None]:
    """``commit`` of the working tree and whether it was ``dirty``; None for both outside of one."""

    def git(*words: str) -> str:
        command, here = ["git", *words], Path(__file__).parent
        done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=True, timeout=10)
        return done.stdout.strip()

    try:
        return {"commit": git("rev-parse", "--short=12", "HEAD"), "dirty": bool(git("status", "--porcelain"))}
    except (OSError, subprocess.SubprocessError):
        return {"commit": None, "dirty": None}


@cache
def machine() -> dict[str, str | None]:
    """``host`` and processor: ``cpu``, ``cpu_family``, ``cpu_model``, ``cpu_extensions``; None for what is not told."""
    told = _told()
    flags = told.get("flags") or told.get("Features")
    vector = sorted(flag for flag in flags.split() if flag.startswith(VECTOR)) if flags else []
    return {
        "host": platform.node(),
        "cpu": told.get("model name") or platform.processor() or platform.machine(),
        "cpu_family": told.get("cpu family") or told.get("CPU implementer"),
        "cpu_model": told.get("model") or told.get("CPU part"),
        "cpu_extensions": " ".join(vector) or None,
    }


def _told() -> dict[str, str]:
    """What the system says of its first processor, by the names Linux uses."""
    try:
        first = CPUINFO.read_text().split("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
