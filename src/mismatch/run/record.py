"""What is kept of a run: one `Record`, which becomes one file of the store and one row of the table.

The pipeline fills it in sections, so that a column's kind is known from where it stands and never guessed from its
name. `to_json` and `from_json` are the only code that knows how a record looks in a file; files of earlier schemas
are read too.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from mismatch.run.sections import IDENTITY, PROVENANCE, is_parameter

SCHEMA = 2
SECTIONS = ("identity", "parameters", "metrics", "provenance", "trace", "versions")
FINISHED = ("ok", "diverged")  # outcomes that another try would only repeat


@dataclass(frozen=True)
class Record:
    """One run.

    identity: experiment, arm, replicate, run, status, error
    parameters: the arm's, flat and dotted (`Arm.parameters`)
    metrics: the columns of `run.metrics`; empty but for the time spent where the run did not end ok
    provenance: hashes of what was drawn, code, machine, start
    trace: what was noted during training, by name, arrays over blocks or updates, and where all replicates have one
    test part, `test_correct`: which of it is predicted right, in its order; versions: package -> version
    """

    identity: Mapping[str, Any]
    parameters: Mapping[str, Any]
    metrics: Mapping[str, Any]
    provenance: Mapping[str, Any]
    trace: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def run(self) -> str:
        """Id of the run, which names its file."""
        return str(self.identity["run"])

    @property
    def arm(self) -> str:
        """Id of the arm."""
        return str(self.identity["arm"])

    @property
    def replicate(self) -> int:
        """Number of the paired repetition."""
        return int(self.identity["replicate"])

    @property
    def status(self) -> str:
        """ok | diverged | failed | killed | timeout."""
        return str(self.identity["status"])

    @property
    def finished(self) -> bool:
        """Whether training the run again would only repeat its outcome."""
        return self.status in FINISHED

    def ended(
        self,
        status: str,
        error: str | None = None,
        metrics: Mapping[str, Any] | None = None,
        provenance: Mapping[str, Any] | None = None,
        trace: Mapping[str, Any] | None = None,
    ) -> "Record":
        """This record with its outcome; `provenance` adds to what was known before the run."""
        return replace(
            self,
            identity={**self.identity, "status": status, "error": error},
            metrics=dict(metrics or {}),
            provenance={**self.provenance, **(provenance or {})},
            trace=dict(trace or {}),
        )

    def noting(self, **provenance: Any) -> "Record":
        """This record with more of its provenance, which another than the worker knows."""
        return replace(self, provenance={**self.provenance, **provenance})

    def row(self) -> dict[str, Any]:
        """The run's row of the table: identity, parameters, metrics, provenance."""
        return {**self.identity, **self.parameters, **self.metrics, **self.provenance}

    def to_json(self) -> dict[str, Any]:
        """The record in JSON's own types; NaN and infinities become null."""
        return {"schema": self.schema} | {name: plain(getattr(self, name)) for name in SECTIONS}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """The record that `to_json`, of this or an earlier schema, made `content` of.

        Raises:
            ValueError: for the schema of a later version, or content that is no record.
        """
        schema = content.get("schema", 1)
        if schema == 1:
            sections = _split(content)
        elif schema == SCHEMA:
            sections = {name: content[name] for name in SECTIONS}
        else:
            raise ValueError(f"schema {schema} is unknown here; this version reads up to {SCHEMA}")
        if not all(isinstance(section, Mapping) for section in sections.values()):
            raise ValueError("a section of the record is no mapping")
        return cls(**sections)


def _split(content: Mapping[str, Any]) -> dict[str, Any]:
    """Sections of a schema-1 record: its row was flat, its parameters were repeated under ``config``."""
    row = dict(content["row"])
    names = set(content["config"]) or {name for name in row if is_parameter(name)}
    provenance = {name: row.pop(name) for name in PROVENANCE if name in row}
    identity = {name: row.pop(name) for name in IDENTITY if name in row}
    parameters = {name: row.pop(name) for name in sorted(names & set(row))}
    rest = {"trace": content["trace"], "versions": content["versions"]}
    return {"identity": identity, "parameters": parameters, "metrics": row, "provenance": provenance, **rest}


def plain(value: Any) -> Any:
    """`value` in JSON's own types: arrays as lists, NaN and infinities as null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
