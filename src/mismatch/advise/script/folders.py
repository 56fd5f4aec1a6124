"""Where the files of a folder per class lie, as a script names them: relative to one folder, their class in the way.

In: the folder of a dataset, and that of its test part. Out: `Folder`.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from mismatch.config.fields import ConfigError
from mismatch.config.paths import absolute, shown
from mismatch.data.sources import tree


@dataclass(frozen=True)
class Folder:
    """root: the folder that all names are relative to. names: of all files, with slashes. label: of the file ``n``."""

    root: str
    names: tuple[str, ...]
    label: str


def folder(path: str, test_path: str | None, two: bool) -> Folder:
    """The files below `path`, and with `two` those below `test_path`, in the order in which they are read.

    Raises:
        ConfigError: for two folders whose classes lie at different depths below the folder that holds both.
    """
    roots = [absolute(path), *([absolute(str(test_path))] if two else [])]
    base = Path(os.path.commonpath(roots))
    names: list[str] = []
    depths = set[int]()
    for root in roots:
        found = tree.walk(str(root), "data.path", "train" if test_path else "").files
        names += [one.file.relative_to(base).as_posix() for one in found]
        named = not test_path and any(one.part for one in found)
        depths.add(len(root.relative_to(base).parts) + named)
    if len(depths) > 1:
        raise ConfigError("data.test_path", shown(str(test_path)), "must lie beside data.path, for a script")
    return Folder(str(base), tuple(names), f"Path(n).parts[{depths.pop()}]")
