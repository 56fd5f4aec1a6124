"""The record store: one file per run, written whole or not at all, and the tables rebuilt from these files.

In: records. Out: ``<out>/records/<run>.json``, ``plan.json`` and ``runs.csv``, ``runs.parquet``.
A damaged file is named and left out, never believed.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.config import files
from mismatch.config.fields import reason
from mismatch.run import metrics
from mismatch.run.record import Record
from mismatch.run.sections import IDENTITY, PROVENANCE, ordered

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Loaded:
    """records: the sound ones, by name of their files; damaged: one line for each file that is not."""

    records: list[Record]
    damaged: list[str]


@dataclass(frozen=True)
class Asked:
    """What was last asked for: the sweep's name, replicates by arm, and the measurement of its own, if any.

    runs: ids of all its runs, made by the code that planned it; empty where a plan does not say. looks: numbers of
    replicates after which it was looked at whether more are needed; () where they were fixed.
    """

    name: str
    arms: dict[str, int]
    measure: str | None = None
    runs: frozenset[str] = frozenset()
    looks: tuple[int, ...] = ()


def write(out: Path, record: Record) -> Path:
    """Write the file of a run, replacing an earlier one, and return its path."""
    body = _canonical(record.to_json())
    text = f'{{"sha256":"{_sha256(body)}","payload":{body}}}\n'
    return files.write(out / "records" / f"{record.run}.json", text)


def load(out: Path) -> Loaded:
    """Every sound record below `out`, ordered by name. Drafts of writers that died are removed."""
    sound, damaged = [], []
    for path in sorted((out / "records").glob("*.json")):
        if path.name.startswith("."):  # a draft of `files.write`
            _clear(path)
            continue
        try:
            sound.append(_read(path))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            damaged.append(f"{path}: damaged record left out; its run counts as not trained ({reason(error)})")
    return Loaded(sound, damaged)


def _read(path: Path) -> Record:
    content = json.loads(path.read_text())
    record = Record.from_json(content["payload"])
    if _sha256(_canonical(content["payload"])) != content["sha256"] or record.run != path.stem:
        raise ValueError("content does not match its checksum")
    return record


def finished(records: Iterable[Record]) -> set[str]:
    """Ids of the runs that need no training."""
    return {record.run for record in records if record.finished}


def newest(records: Iterable[Record], arms: Collection[str] | None = None, asked: Collection[str] = ()) -> list[Record]:
    """One record per arm and replicate: that of a run `asked` for, else the one started last; of `arms` only, if given.

    Who goes back to earlier code has its runs already; those of later code must not stand in their place.
    """
    latest: dict[tuple[str, int], Record] = {}
    for record in sorted(records, key=lambda r: (r.run in asked, str(r.provenance["started"]))):
        latest[record.arm, record.replicate] = record
    return [record for record in latest.values() if arms is None or record.arm in arms]


def write_plan(
    out: Path,
    name: str,
    arms: dict[str, int],
    measure: str | None = None,
    runs: Iterable[str] = (),
    looks: Iterable[int] = (),
) -> None:
    """Note the arms and runs last asked for: tables and figures show these, whatever else lies in the folder."""
    asked = {"name": name, "arms": arms, "measure": measure, "runs": sorted(runs), "looks": list(looks)}
    files.write(out / "plan.json", json.dumps(asked) + "\n")


def read_plan(out: Path) -> Asked | None:
    """What was last asked for, or None where no plan is (a folder that holds records alone)."""
    try:
        content = json.loads((out / "plan.json").read_text())
        arms = {str(arm): int(n) for arm, n in content["arms"].items()}
        runs, looks = frozenset(map(str, content.get("runs", ()))), tuple(map(int, content.get("looks", ())))
        return Asked(str(content["name"]), arms, content.get("measure"), runs, looks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def table(records: Iterable[Record]) -> "pd.DataFrame":
    """The runs table: identity, parameters, metrics, provenance; sorted by parameters and replicate."""
    import pandas as pd

    records = list(records)
    runs = pd.DataFrame([record.row() for record in records])
    if runs.empty:
        return runs
    parameters = ordered({name for record in records for name in record.parameters})
    measured = dict.fromkeys([*metrics.columns(), *(name for record in records for name in record.metrics)])
    runs = runs.reindex(columns=[*IDENTITY, *parameters, *measured, *PROVENANCE])
    return runs.sort_values([*parameters, "replicate"], kind="stable", key=_uniform).reset_index(drop=True)


def write_tables(out: Path, runs: "pd.DataFrame") -> None:
    """Write runs.csv and runs.parquet: both of them or none."""
    contents: dict[str, files.Content] = {
        "runs.csv": lambda draft: runs.to_csv(draft, index=False),
        "runs.parquet": lambda draft: runs.apply(_uniform).to_parquet(draft, index=False),
    }
    files.write_set(out, contents)


def _uniform(column: "pd.Series") -> "pd.Series":
    """The column as text where it holds values of several types, which have no order and no type in Parquet.

    Two datasets may give one key to a number and to a word.
    """
    mixed = column.dtype == object and column.dropna().map(type).nunique() > 1
    return column.map(str, na_action="ignore") if mixed else column


def write_csv(path: Path, table: "pd.DataFrame", float_format: str | None = None) -> None:
    """Write a table whole or not at all; numbers in full unless `float_format` says how."""
    files.write(path, lambda draft: table.to_csv(draft, index=False, float_format=float_format))


def read_csv(path: Path) -> "pd.DataFrame":
    """Read a table of ours: a blank is missing, the word none is a word."""
    import pandas as pd

    return pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)


def read_runs(folder: Path) -> "pd.DataFrame | None":
    """The runs table of a results folder, from runs.csv or, as in the committed reference, runs.parquet alone."""
    import pandas as pd

    if (folder / "runs.csv").is_file():
        return read_csv(folder / "runs.csv")
    return pd.read_parquet(folder / "runs.parquet") if (folder / "runs.parquet").is_file() else None


def _clear(draft: Path) -> None:
    """Remove the draft of a writer that died."""
    writer = draft.stem.rpartition(".")[2]
    if writer.isdecimal() and not files.alive(int(writer)):
        draft.unlink(missing_ok=True)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
