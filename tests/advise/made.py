"""Files of one's own, small, and arms on them; and what a script of an arm comes to, held against the arm itself."""

import contextlib
import copy
import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.adapt import adapt
from mismatch.advise.code import Script, written
from mismatch.config.arm import Arm
from mismatch.config.groups import Settings
from mismatch.config.registry import DATASETS
from mismatch.config.rules import resolve
from mismatch.data.streams import Streams

PARTS = ("train", "probe", "test")
MODEL, TRAINING = "keras.utils.set_random_seed", "order = np.concatenate"
"""What the parts of a script begin with."""


def arm_of(data: str, settings: dict[str, Any] | None = None, **fields: Any) -> Arm:
    """The arm on a dataset of these `fields`, with `settings` such as ``{"length.steps": 4, "mask": "masking"}``."""
    node = Settings(data=DATASETS.get(data)(**{"probe": 8, **fields}))
    node.train.updates, node.train.batch = 20, 16
    for key, value in (settings or {}).items():
        group, _, name = key.partition(".")
        if not name and group == "seed":
            node.seed = value
        else:
            setattr(getattr(node, group), name or "kind", value)
    return resolve(node)


def texts(count: int = 72) -> list[tuple[str, str]]:
    """Texts of 1 to 12 words with their labels; no two are equal."""
    rng = np.random.default_rng(3)
    kinds = (("bad", "dull", "poor"), ("good", "fine", "great"))
    found = []
    for n in range(count):
        words = [f"w{n}", *rng.choice([*kinds[n % 2], "the", "film", "it's", "was"], int(rng.integers(0, 12)))]
        found.append((" ".join(map(str, words)), "ab"[n % 2]))
    return found


def series(count: int = 72, features: int = 3) -> list[tuple[np.ndarray, str]]:
    """Sequences (L, d) of 1 to 12 steps with their labels; no two are equal."""
    rng = np.random.default_rng(4)
    lengths = rng.integers(1, 13, count)
    return [(rng.normal(n % 2, 1, (length, features)).round(3), "ab"[n % 2]) for n, length in enumerate(lengths)]


def csv_of(rows, mark=",", names=("text", "label"), end="\n", quote='"'):
    lines = [mark.join(names), *(f"{quote}{text}{quote}{mark}{label}" for text, label in rows)]
    return end.join(lines) + end


def write_texts(folder, rows, encoding="utf-8", packed=False):
    for n, (text, label) in enumerate(rows):
        (folder / label).mkdir(parents=True, exist_ok=True)
        raw = text.encode(encoding)
        name = f"{n}.txt.gz" if packed else f"{n}.txt"
        (folder / label / name).write_bytes(gzip.compress(raw) if packed else raw)
    return str(folder)


def ts_of(rows, missing="NaN"):
    lines = []
    for values, label in rows:
        columns = (",".join(missing if np.isnan(v) else str(v) for v in column) for column in values.T)
        lines.append(":".join([*columns, label]))
    return f"# made\n@timestamps false\n@dimensions 3\n@classlabel true a b\n\n@data\n{chr(10).join(lines)}\n"


def gaps(rows, share=0.2):
    """Some values are missing; each sequence keeps its first step."""
    rng, found = np.random.default_rng(5), []
    for values, label in rows:
        holes = rng.random(values.shape) < share
        holes[0] = False
        found.append((np.where(holes, np.nan, values), label))
    return found


def long_of(rows, names="id,time,label,u,v,w", clock=str, shuffled=False, change=lambda line: line):
    lines = []
    for n, (values, label) in enumerate(rows):
        cells = (",".join("NA" if np.isnan(v) else str(v) for v in step) for step in values)
        lines += [f"{n},{clock(t)},{label},{step}" for t, step in enumerate(cells)]
    order = np.random.default_rng(6).permutation(len(lines)) if shuffled else range(len(lines))
    return "\n".join([names, *(change(lines[k]) for k in order)]) + "\n"


def recordings(folder, rows, names="time,u,v,w", shuffled=False):
    for n, (values, label) in enumerate(rows):
        (folder / label).mkdir(parents=True, exist_ok=True)
        lines = [",".join(map(str, [t, *step])) for t, step in enumerate(values)]
        lines = lines[::-1] if shuffled else lines
        (folder / label / f"{n}.csv").write_text("\n".join([names, *lines]) + "\n")
    return str(folder)


def table(path: Path, rows: list[tuple[str, str]] | None = None) -> str:
    """A table of texts, quoted."""
    path.write_text(csv_of(rows or texts()), encoding="utf-8")
    return str(path)


def ts(path: Path, rows: list[tuple[np.ndarray, str]] | None = None) -> str:
    """A file of aeon."""
    path.write_text(ts_of(rows or series()))
    return str(path)


def long(path: Path, rows: list[tuple[np.ndarray, str]] | None = None) -> str:
    """A table with a row per step."""
    path.write_text(long_of(rows or series()))
    return str(path)


def ran(script: Script, folder: Path, until: str) -> dict[str, Any]:
    """What the names of the script stand for once it has run as far as the section `until`; SAVE is None."""
    path = folder / "scripts" / "model.py"
    path.parent.mkdir(exist_ok=True)
    script.write(path)
    code, found, _ = path.read_text(encoding="utf-8").partition(until)
    assert found
    space: dict[str, Any] = {"__file__": str(path), "__name__": "model"}
    arguments = sys.argv
    sys.argv = [str(path)]
    with contextlib.ExitStack() as stack:
        stack.callback(setattr, sys, "argv", arguments)
        exec(compile(code, str(path), "exec"), space)
    return space


def held(arm: Arm, folder: Path, replicate: int = 0, script: Script | None = None) -> Script:
    """Hold the arrays of the script against those of the arm: equal to the last bit; and the script itself."""
    script = script or written(arm, replicate)
    space, streams = ran(script, folder, MODEL), Streams(arm.seed, replicate)
    wanted = adapt(arm, copy.copy(arm.data).draw(streams), streams)
    for part in PARTS:
        x, y = space["x"][part], space["y"][part]
        if isinstance(x, dict):
            same(x["mask"], wanted[part].mask)
            x = x["x"]
        elif isinstance(x, tuple):
            same(x[1], wanted[part].mask)
            x = x[0]
        same(x, wanted[part].inputs)
        same(y, wanted[part].labels)
    assert script.code.count("\n") < 80
    assert "mismatch" not in "".join(line for line in script.code.splitlines() if "import" in line)
    return script


def same(found: np.ndarray, wanted: np.ndarray) -> None:
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    assert np.ascontiguousarray(found).tobytes() == np.ascontiguousarray(wanted).tobytes()
