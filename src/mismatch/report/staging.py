"""A report that is written whole or not at all: drafts in a hidden folder first, then renamed into place.

In: the folder a report belongs to. Out: a folder for drafts; what the block leaves there takes its place when the
block ends well, and vanishes when it fails, so that an earlier report stays as it was.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".report-"


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder for drafts on the file system of `folder`, which need not exist yet.

    Raises:
        OSError: when there is no room, or no right, to write; `folder` is then as it was.
    """
    place = next(parent for parent in (folder, *folder.absolute().parents) if parent.is_dir())
    _sweep(place)
    draft = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place))
    try:
        yield draft
        _publish(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _publish(draft: Path, folder: Path) -> None:
    """Rename every draft to its place; the folders are made first, so that the renames alone remain to be done."""
    files = sorted(path for path in draft.rglob("*") if path.is_file())
    places = [folder / path.relative_to(draft) for path in files]
    for parent in dict.fromkeys(place.parent for place in places):
        parent.mkdir(parents=True, exist_ok=True)
    for path, place in zip(files, places, strict=True):
        path.replace(place)


def _sweep(place: Path) -> None:
    """Remove the drafts of processes that were killed."""
    for draft in place.glob(f"{PREFIX}*"):
        writer = draft.name.removeprefix(PREFIX).partition("-")[0]
        if writer.isdecimal() and not Path(f"/proc/{writer}").exists() and Path("/proc").is_dir():
            shutil.rmtree(draft, ignore_errors=True)
