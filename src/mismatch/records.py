"""One atomic file per run, and the tables rebuilt from them.

In: payloads (row, config, provenance, loss trace). Out: ``<out>/records/<run>.json`` and
``runs.csv``, ``runs.parquet``, ``columns.csv``. A damaged file is named and left out, never believed.
"""

import hashlib
import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

FINISHED = ("ok", "diverged")  # outcomes that another try would only repeat


class Loaded(NamedTuple):
    """payloads: the sound records; damaged: one line for each that is not."""

    payloads: list[dict[str, Any]]
    damaged: list[str]


def write(out: Path, payload: dict[str, Any]) -> Path:
    """Write the record of a run whole or not at all, replacing an earlier one."""
    folder = out / "records"
    folder.mkdir(parents=True, exist_ok=True)
    body = _canonical(_plain(payload))
    path = folder / f"{payload['row']['run']}.json"
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    with draft.open("w") as file:
        file.write(f'{{"sha256":"{hashlib.sha256(body.encode()).hexdigest()}","payload":{body}}}\n')
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def load(out: Path) -> Loaded:
    """Every sound record below `out`, ordered by name. Drafts of writers that died are removed."""
    payloads, damaged = [], []
    for draft in (out / "records").glob("*.tmp"):
        writer = draft.stem.rpartition(".")[2]
        if writer.isdecimal() and not _alive(int(writer)):
            draft.unlink(missing_ok=True)
    for path in sorted((out / "records").glob("*.json")):
        try:
            content = json.loads(path.read_text())
            body = _canonical(content["payload"])
            if (
                hashlib.sha256(body.encode()).hexdigest() != content["sha256"]
                or content["payload"]["row"]["run"] != path.stem
            ):
                raise ValueError("content does not match its checksum")
            payloads.append(content["payload"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            damaged.append(f"{path}: damaged record left out; its run counts as not trained ({error})")
    return Loaded(payloads, damaged)


def finished(payloads: list[dict[str, Any]]) -> set[str]:
    """Ids of the runs that need no training."""
    return {payload["row"]["run"] for payload in payloads if payload["row"]["status"] in FINISHED}


def newest(payloads: list[dict[str, Any]], arms: list[str] | None = None) -> list[dict[str, Any]]:
    """One payload per arm and replicate, the one started last; of `arms` only, if given."""
    latest: dict[tuple[str, int], dict[str, Any]] = {}
    for payload in sorted(payloads, key=lambda p: p["row"]["started"]):
        latest[payload["row"]["arm"], payload["row"]["replicate"]] = payload
    return [payload for (arm, _), payload in latest.items() if arms is None or arm in arms]


def write_plan(out: Path, arms: list[str]) -> None:
    """Note the arms last asked for: tables and figures show these, whatever else lies in the folder."""
    out.mkdir(parents=True, exist_ok=True)
    _replace(out / "plan.json", lambda path: path.write_text(json.dumps({"arms": arms}) + "\n"))


def read_plan(out: Path) -> list[str] | None:
    """The arms last asked for, or None where no plan is (a folder that holds records alone)."""
    try:
        arms: list[str] = json.loads((out / "plan.json").read_text())["arms"]
        return arms
    except (OSError, ValueError, KeyError, TypeError):
        return None


def table(payloads: list[dict[str, Any]]) -> "pd.DataFrame":
    """The runs table: identity, parameters, metrics, provenance; sorted by parameters and replicate."""
    import pandas as pd

    from mismatch.measure import COLUMNS

    runs = pd.DataFrame([payload["row"] for payload in payloads])
    known = list(COLUMNS)
    cut = known.index("accuracy")
    parameters = [column for column in runs.columns if column not in COLUMNS]
    order = ["seed"] if "seed" in parameters else []
    parameters = _by_group([p for p in parameters if p not in order]) + order
    runs = runs.reindex(columns=known[:cut] + parameters + known[cut:])
    return runs.sort_values([*parameters, "replicate"], kind="stable").reset_index(drop=True)


def write_tables(out: Path, runs: "pd.DataFrame") -> None:
    """Write runs.csv, runs.parquet and the data dictionary columns.csv."""
    import pandas as pd

    from mismatch.measure import COLUMNS, PARAMETERS

    _replace(out / "runs.csv", lambda path: runs.to_csv(path, index=False))
    _replace(out / "runs.parquet", lambda path: runs.to_parquet(path, index=False))
    other = "setting of that name; empty where it could not act"
    rows = [(name, *COLUMNS.get(name, ("", PARAMETERS.get(name, other)))) for name in map(str, runs.columns)]
    dictionary = pd.DataFrame(rows, columns=["column", "unit", "meaning"])
    _replace(out / "columns.csv", lambda path: dictionary.to_csv(path, index=False))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _replace(path: Path, write_to: Any) -> None:
    draft = path.with_name(f".{path.name}")
    write_to(draft)
    draft.replace(path)


def _by_group(names: list[str]) -> list[str]:
    groups = list(dict.fromkeys(name.split(".")[0] for name in names))
    return sorted(names, key=lambda name: (groups.index(name.split(".")[0]), "." in name))


def _canonical(payload: Any) -> str:
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    """JSON types only; NaN and infinities become null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value
