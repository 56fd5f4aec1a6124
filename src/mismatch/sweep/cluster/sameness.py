"""What a worker elsewhere must have in common with the driver, as its runs are to be ours: code and versions.

In: nothing. Out: values by name on this machine; and, beside those of another, what differs, with both values.
"""

import platform
from collections.abc import Mapping

from mismatch.config.environment import backend
from mismatch.config.fields import plain
from mismatch.config.identity import PACKAGES, code_hash, installed
from mismatch.config.registry import ADAPTERS, DATASETS, REDUCTIONS

NONE = "none"


def here() -> dict[str, str]:
    """By name: the hash of our code, those of parts of other packages, the backend, versions."""
    found = {"mismatch (code)": code_hash("early"), "backend": backend()}
    found |= {f"data={name} (code)": code_hash(name) for name in DATASETS.foreign}
    found |= {f"features.adapter={name} (code)": code_hash("early", adapter=name) for name in ADAPTERS.foreign}
    found |= {f"reduction={name} (code)": code_hash("early", reduction=name) for name in REDUCTIONS.foreign}
    python = ".".join(platform.python_version_tuple()[:2])
    return found | {"python": python} | {name: installed(name) or NONE for name in (*PACKAGES, "ray")}


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """``numpy 2.1.0 there, 2.2.0 here; ...``; empty where everything of ours is the same there.

    The hash of the code covers versions: it is named where no version differs, and where nothing else would be.
    """
    names = [name for name in ours if theirs.get(name, NONE) != ours[name]]
    versions = [name for name in names if not name.endswith("(code)")]
    return "; ".join(f"{name} {plain(theirs.get(name, NONE))} there, {ours[name]} here" for name in versions or names)
