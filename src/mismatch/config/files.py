"""Results are written whole or not at all: one file, or a set of files that belong together.

In: contents, or functions that write them into a draft. Out: files in place. The committed reference is guarded here:
nothing writes into it unless its caller says so.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

from mismatch.config.fields import ConfigError
from mismatch.config.paths import REFERENCE

DRAFTS = ".draft-"
"""How the folders of drafts begin; the process that writes them follows."""
Content = str | bytes | Callable[[Path], object]
"""What a file is to hold, or a function that writes it to the path it is given."""


def guard(folder: Path, explicit: bool = False) -> Path:
    """`folder`, if it may be written to: the committed reference only where that was asked for explicitly.

    Raises:
        ConfigError: for a folder inside ``results/reference``.
    """
    real = folder.resolve()
    names = real.parts
    inside = real.is_relative_to(REFERENCE) or ("results", "reference") in pairwise(names)
    if inside and not explicit:
        raise ConfigError("out", folder, "is the committed reference, which only an explicit --out may change")
    return folder


def digest(path: Path) -> str:
    """The SHA-256 of a file's content, as hexadecimal digits.

    Raises:
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(path: Path, content: Content) -> Path:
    """Write one file, replacing an earlier one; a crash or a full disk leaves the earlier one as it was.

    Behind a link, the file that it leads to is replaced. A device or a pipe is never made a file.

    Raises:
        OSError: when it cannot be written.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")  # libraries tell the format by the suffix
    try:
        _fill(draft, content)
        _keep(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def write_set(folder: Path, contents: Mapping[str, Content], obsolete: Collection[str] = ()) -> None:
    """Write files that belong together, by their paths below `folder`; none is changed unless all can be written.

    obsolete: paths below `folder`, files or folders, that go in the same step.

    Raises:
        OSError: when one cannot be written; the folder is then as it was.
    """
    with staged(folder, obsolete) as draft:
        for name, content in contents.items():
            (draft / name).parent.mkdir(parents=True, exist_ok=True)
            _fill(draft / name, content)


@contextmanager
def staged(folder: Path, obsolete: Collection[str] = ()) -> Iterator[Path]:
    """A folder for drafts, on the file system of `folder`, which need not exist yet.

    What the block leaves there takes its place in `folder` when the block ends well, all of it or, on an error, none;
    `obsolete` as in `write_set`.

    Raises:
        OSError: when there is no room, or no right, to write; `folder` is then as it was.
    """
    fresh = not folder.exists()
    place = next(parent for parent in (folder, *folder.absolute().parents) if parent.is_dir())
    _sweep(place)
    staging = Path(tempfile.mkdtemp(prefix=f"{DRAFTS}{os.getpid()}-", dir=place))
    try:
        (staging / "new").mkdir()
        yield staging / "new"
        written = [path for path in sorted((staging / "new").rglob("*")) if path.is_file()]
        for path in written:
            _keep(path)
        names = [str(path.relative_to(staging / "new")) for path in written]
        _swap(folder, staging, names, [name for name in obsolete if name not in names])
    except BaseException:
        if fresh and not any(path.is_file() for path in folder.rglob("*")):
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove the drafts of processes that were killed."""
    for draft in place.glob(f"{DRAFTS}*"):
        writer = draft.name.removeprefix(DRAFTS).partition("-")[0]
        if writer.isdecimal() and not alive(int(writer)):
            shutil.rmtree(draft, ignore_errors=True)


def alive(process: int) -> bool:
    """Whether there is a process of that number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _fill(draft: Path, content: Content) -> None:
    if callable(content):
        content(draft)
    elif isinstance(content, bytes):
        draft.write_bytes(content)
    else:
        draft.write_text(content, encoding="utf-8")


def _keep(draft: Path) -> None:
    """Have it on the disk before its name is: a power cut must not leave an empty file."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())


def _swap(folder: Path, staging: Path, written: list[str], obsolete: list[str]) -> None:
    """Set the old files aside, move the new ones in; on any error put everything back."""
    moved: list[tuple[Path, Path]] = []

    def move(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
        moved.append((source, target))

    try:
        for name in [*obsolete, *written]:
            if (folder / name).exists():
                move(folder / name, staging / "old" / name)
        for name in written:
            move(staging / "new" / name, folder / name)
    except BaseException:
        for source, target in reversed(moved):
            source.parent.mkdir(parents=True, exist_ok=True)
            target.replace(source)
        raise
