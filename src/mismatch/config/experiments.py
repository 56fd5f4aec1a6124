"""Where experiments are: in our own folder, and in the packages of others.

A package offers a folder of experiments as an entry point, whose value is a package beside its ``<name>/sweep.yaml``:

    [project.entry-points."mismatch.experiments"]
    mine = "my_package.experiments"
"""

from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from mismatch.config import paths
from mismatch.config.fields import ConfigError

GROUP = "mismatch.experiments"


def roots() -> list[Path]:
    """Folders that hold one folder for each experiment, ours first.

    Raises:
        ConfigError: for an entry point whose package is not there.
    """
    return [paths.EXPERIMENTS, *(root for point in entry_points(group=GROUP) for root in _folders(point.value))]


def folder(name: str) -> Path | None:
    """The folder of the experiment `name`, or None for a sweep that is none of them."""
    found = (root / name for root in roots() if (root / name / "sweep.yaml").is_file())
    return next(found, None) if name else None


def has_cut(name: str) -> bool:
    """Whether the experiment has a first cut, ``<name>/first``, which takes less time than the whole."""
    found = folder(name)
    return found is not None and (found / "first.yaml").is_file()


def names() -> list[str]:
    """Every experiment that can be named."""
    return sorted({path.parent.name for root in roots() for path in root.glob("*/sweep.yaml")})


def findings() -> list[Path]:
    """What experiments say of their results, for the page over all of them: the files ``<name>/findings.yaml``."""
    return sorted(path for root in roots() for path in root.glob("*/findings.yaml"))


def _folders(package: str) -> list[Path]:
    try:
        spec = find_spec(package)
    except ImportError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(GROUP, package, "must be an installed package that holds <name>/sweep.yaml")
    return [Path(place) for place in spec.submodule_search_locations]
