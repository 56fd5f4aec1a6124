"""What is read of the file of records: what planning needs, a row, a trace, each with whether it is as it was written.

In: tuples as SQLite gives them. Out: named tuples.
"""

import json
import zlib
from typing import Any, NamedTuple

from mismatch.sweep.records.cells import Row, checksum
from mismatch.sweep.records.schema import OWN


class Brief(NamedTuple):
    """What planning needs of a run."""

    id: int
    run: str
    arm: str
    replicate: int
    status: str
    started: str | None
    claims_hash: str | None
    data_hash: str | None


class Raw(NamedTuple):
    """A row as it was read. sound: whether its checksum is right."""

    id: int
    row: Row
    sound: bool


class Trace(NamedTuple):
    """What was noted during a run, and by which packages; both empty where `sound` says that it is damaged."""

    trace: dict[str, Any]
    versions: dict[str, str]
    sound: bool


def raw_of(found: tuple[Any, ...]) -> Raw:
    """A row of `runs`: its own columns, then those of the records."""
    row = Row(found[len(OWN) :], found[2], found[3])
    try:
        return Raw(found[0], row, checksum(row.cells, row.present, row.beyond) == found[1])
    except (ValueError, TypeError, AttributeError):  # a cell of a type that is not written here
        return Raw(found[0], row, False)


def trace_of(run: str, versions: str, expected: int, packed: bytes) -> Trace:
    """A row of `traces` without its id."""
    try:
        if trace_sum(run, versions, packed) == expected:
            return Trace(json.loads(zlib.decompress(packed)), json.loads(versions), True)
    except (ValueError, TypeError, AttributeError, zlib.error):
        pass
    return Trace({}, {}, False)


def versions_of(text: str) -> dict[str, str]:
    """Versions by package; none where the text is damaged."""
    try:
        return {str(package): str(version) for package, version in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def trace_sum(run: str, versions: str, packed: bytes) -> int:
    """CRC-32 of a row of `traces`."""
    return zlib.crc32(packed, zlib.crc32(f"{run}\n{versions}".encode()))


def text_of(content: Any) -> str:
    """JSON, always the same for the same content."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
