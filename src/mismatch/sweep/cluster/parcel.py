"""A person's own data, and model, as bytes under their hash, for workers on machines that do not have the files.

In: an arm whose data, or model, are files or folders. Out: a `Parcel`, which goes over the network once for each
worker; there, files of the same content and the arm that reads them. What the arm is called, and what its record says,
stay as they are at the driver: parameters name the file that the person named.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mismatch.config.arm import Arm
from mismatch.config.ownmodel import Source
from mismatch.run.record import Record

KEYS = ("path", "test_path")
"""Settings of own data that name a file or a folder."""
BUILD = "build"
"""The setting that names the file of an own model, and a function in it."""
PREFIX = "mismatch-own-"


@dataclass(frozen=True)
class Parcel:
    """files: of each setting, what it holds by its path below a folder of that setting's own. bare: empty folders.

    root: what the setting names in there.
    """

    files: Mapping[str, Mapping[str, bytes]]
    bare: Mapping[str, tuple[str, ...]]
    root: Mapping[str, str]


def key(arm: Arm) -> str | None:
    """The hash of the arm's own data and model; None where they are generated or shipped."""
    data = getattr(arm.data, "sha256", None) if getattr(arm.data, "path", None) else None
    return " ".join(filter(None, (data, arm.model.sha256))) or None


def pack(arm: Arm) -> Parcel:
    """Read all files of the arm's data.

    Raises:
        OSError: where one of them can no longer be read.
    """
    files, bare, root = {}, {}, {}
    for name, path in _places(arm).items():
        root[name] = path.name
        inside = sorted(path.rglob("*")) if path.is_dir() else []
        plain = [each for each in inside if each.is_file()] if path.is_dir() else [path]
        files[name] = {str(each.relative_to(path.parent)): each.read_bytes() for each in plain}
        folders = [each for each in [path, *inside] if each.is_dir()]
        bare[name] = tuple(str(each.relative_to(path.parent)) for each in folders)
    if arm.model.build is not None:
        source = Source.of(arm.model.build)
        files[BUILD], bare[BUILD], root[BUILD] = source.contents(), (), f"{source.path.name}:{source.function}"
    return Parcel(files, bare, root)


def unpack(parcel: Parcel, folder: Path) -> dict[str, str]:
    """Write the files below `folder`; the path that each setting has there."""
    for name, held in parcel.files.items():
        for inside in parcel.bare[name]:
            (folder / name / inside).mkdir(parents=True, exist_ok=True)
        for inside, content in held.items():
            path = folder / name / inside
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return {name: str(folder / name / root) for name, root in parcel.root.items()}


def moved(arm: Arm, places: Mapping[str, str]) -> Arm:
    """The arm that reads its data from `places`, the same in everything else."""
    data = {name: place for name, place in places.items() if name != BUILD}
    model = replace(arm.model, build=places.get(BUILD, arm.model.build))
    return replace(arm, data=replace(arm.data, **data), model=model)


def home(record: Record, arm: Arm, places: Mapping[str, str]) -> Record:
    """The record of a run of `arm` from one of the arm that was `moved` to `places`."""
    error = record.identity["error"]
    for name, place in places.items():
        error = error and error.replace(place, str(getattr(arm.model if name == BUILD else arm.data, name)))
    named = {"arm": arm.id, "run": arm.run_id(record.replicate), "error": error}
    return replace(record, identity={**record.identity, **named}, parameters=arm.parameters())


def shelter() -> Path:
    """A private temporary folder of this process; those that killed processes of ours left behind are removed."""
    try:
        prefix = f"{PREFIX}{os.stat('/proc/self/ns/pid').st_ino}-"  # a process of another container is none of ours
    except OSError:  # only Linux tells which processes live
        return Path(tempfile.mkdtemp(prefix=PREFIX))
    for old in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        pid = old.name.removeprefix(prefix).partition("-")[0]
        with suppress(OSError):
            if not Path("/proc", pid).exists() and old.lstat().st_uid == os.getuid():
                shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))


def _places(arm: Arm) -> dict[str, Path]:
    """The files and folders that the arm's data are read from, by setting."""
    given = asdict(arm.data)
    return {name: Path(given[name]) for name in KEYS if given.get(name)}
