"""One file per run: how jobs on other launchers hand in their records, and how all records were kept before.

In: a record. Out: ``<out>/records/<run>.json``, whole or not at all, with a checksum. The driver takes these in.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mismatch.config import files
from mismatch.run.record import SCHEMA, Record

FOLDER = "records"


class LaterVersion(ValueError):
    """A record of a later version: not damaged, and not for us to touch."""


def write(out: Path, record: Record) -> Path:
    """Write the file of a run, replacing an earlier one, and return its path."""
    body = _canonical(record.to_json())
    text = f'{{"sha256":"{_sha256(body)}","payload":{body}}}\n'
    return files.write(out / FOLDER / f"{record.run}.json", text)


def read(path: Path) -> Record:
    """The record in a file.

    Raises:
        OSError, ValueError, KeyError, TypeError, AttributeError: for a damaged one; LaterVersion.
    """
    content = json.loads(path.read_text())
    payload = content["payload"]
    if _sha256(_canonical(payload)) != content["sha256"]:
        raise ValueError("content does not match its checksum")
    schema = payload.get("schema", 1)
    if isinstance(schema, int) and schema > SCHEMA:
        raise LaterVersion(f"schema {schema} is of a later version; this one reads up to {SCHEMA}")
    record = Record.from_json(payload)
    if record.run != path.stem:
        raise ValueError("it is the record of another run")
    return record


def paths(out: Path) -> list[Path]:
    """The files of runs, by name; drafts are none."""
    return sorted(path for path in (out / FOLDER).glob("*.json") if not path.name.startswith("."))


def clear(out: Path) -> None:
    """Remove the drafts of writers that died, and the folder once it is empty."""
    for draft in _drafts(out):
        writer = draft.stem.rpartition(".")[2]
        if writer.isdecimal() and not files.alive(int(writer)):
            draft.unlink(missing_ok=True)
    try:
        (out / FOLDER).rmdir()
    except OSError:  # something is in it, or it is not there
        pass


def _drafts(out: Path) -> Iterator[Path]:
    return (path for path in (out / FOLDER).glob(".*.json"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
