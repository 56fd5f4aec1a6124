"""One atomic file per run, and the tables rebuilt from them.

In: payloads (row, config, provenance, loss trace). Out: ``<out>/records/<run>.json`` and
``runs.csv``, ``runs.parquet``, ``columns.csv``. A damaged file is named and left out, never believed.
"""

import hashlib
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

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


class Asked(TypedDict):
    """What was last asked for: the sweep's name, and replicates by arm."""

    name: str
    arms: dict[str, int]


def write_plan(out: Path, name: str, arms: dict[str, int]) -> None:
    """Note the arms last asked for: tables and figures show these, whatever else lies in the folder."""
    out.mkdir(parents=True, exist_ok=True)
    asked = json.dumps({"name": name, "arms": arms})
    replace_file(out / "plan.json", lambda path: path.write_text(asked + "\n"))


def read_plan(out: Path) -> Asked | None:
    """What was last asked for, or None where no plan is (a folder that holds records alone)."""
    try:
        content = json.loads((out / "plan.json").read_text())
        return {"name": str(content["name"]), "arms": {str(arm): int(n) for arm, n in content["arms"].items()}}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def table(payloads: list[dict[str, Any]]) -> "pd.DataFrame":
    """The runs table: identity, parameters, metrics, provenance; sorted by parameters and replicate."""
    import pandas as pd

    from mismatch.run.columns import COLUMNS

    runs = pd.DataFrame([payload["row"] for payload in payloads])
    if runs.empty:
        return runs
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

    from mismatch.run.columns import COLUMNS, PARAMETERS

    write_csv(out / "runs.csv", runs)
    replace_file(out / "runs.parquet", lambda path: runs.to_parquet(path, index=False))
    other = "setting of that name; empty where it could not act"
    rows = [(name, *COLUMNS.get(name, ("", PARAMETERS.get(name, other)))) for name in map(str, runs.columns)]
    dictionary = pd.DataFrame(rows, columns=["column", "unit", "meaning"])
    write_csv(out / "columns.csv", dictionary)


def write_csv(path: Path, table: "pd.DataFrame") -> None:
    """Write a table whole or not at all."""
    replace_file(path, lambda draft: table.to_csv(draft, index=False))


def read_csv(path: Path) -> "pd.DataFrame":
    """Read a table of ours: a blank is missing, the word none is a word."""
    import pandas as pd

    return pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def replace_file(path: Path, write_to: Callable[[Path], object]) -> None:
    """Let `write_to` write a draft and put it in the place of `path`: whole or not at all."""
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
