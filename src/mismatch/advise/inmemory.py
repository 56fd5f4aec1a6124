"""Sequences that are in memory, as a file in the results folder, so that runs on them are ordinary records.

In: `Items`. Out: a dataset that reads them from an NPZ file (numbers) or JSON lines (texts), neither of which can hold
code. The file is named by its content and written once; what is read from it is compared with what was in memory.
"""

import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from mismatch.config.fields import ConfigError, require
from mismatch.config.files import write
from mismatch.config.paths import shown
from mismatch.data.series import Series
from mismatch.data.sources.base import Items
from mismatch.data.text import YourText

NAMES = {"path": "sequences", "label": "labels", "group": "groups", "split": "parts", "missing": "missing"}
"""What the settings of a dataset are called where sequences are in memory."""
OTHER = "holds something that no file keeps as it is, such as half a character or a zero character in a name"


def kept(items: Items, folder: Path, missing: str) -> YourText | Series:
    """The dataset of these items, whose file is in `folder`. missing: what becomes of missing numbers.

    Raises:
        ConfigError: for what cannot be written, or is another thing once it is read.
    """
    names = (*items.classes, *items.features)
    require(not any("\x00" in name for name in names), "sequences", items.reading.kind, OTHER)  # NumPy cuts it off
    raw, suffix = (_lines(items), "jsonl") if items.texts is not None else (_arrays(items), "npz")
    path = folder / f"sequences-{hashlib.sha256(raw).hexdigest()[:12]}.{suffix}"
    try:
        if not path.is_file() or path.read_bytes() != raw:
            write(path, raw)
    except OSError as error:
        raise ConfigError("out", shown(folder), f"cannot be written to: {error.strerror}") from error
    dataset = _dataset(items, str(path), missing)
    require(_same(dataset.items(), items), "sequences", items.reading.kind, OTHER)
    return dataset


def in_words(error: ConfigError) -> ConfigError:
    """The error of a dataset in the words of the function that was called."""

    def word(line: str) -> str:
        line = re.sub(rf"\bdata\.({'|'.join(NAMES)})\b", lambda found: NAMES[found[1]], line)
        return line.replace("name=...", "out=...").replace("model.build", "model").removeprefix("advise.")

    return ConfigError(word(error.key), error.value, word(error.accepted))


def _lines(items: Items) -> bytes:
    """JSON lines: text, label, and group and part where there are any; ASCII."""
    columns: dict[str, Any] = {"text": items.texts, "label": [items.classes[code] for code in items.labels]}
    columns |= {} if items.groups is None else {"group": items.groups.tolist()}
    columns |= {} if items.parts is None else {"part": items.parts.tolist()}
    rows = zip(*columns.values(), strict=True)
    return "".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows).encode()


def _arrays(items: Items) -> bytes:
    """NPZ: values end to end, lengths, labels, names of features, and groups and parts where there are any."""
    arrays = {"values": items.values, "lengths": items.lengths, "features": np.array(items.features)}
    arrays["labels"] = np.array(items.classes)[items.labels]
    arrays |= {} if items.groups is None else {"groups": items.groups}
    arrays |= {} if items.parts is None else {"parts": items.parts.astype(str)}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]
    return file.getvalue()


def _dataset(items: Items, path: str, missing: str) -> YourText | Series:
    if items.texts is None:
        return Series(path=path, missing=missing)
    split, group = None if items.parts is None else "part", None if items.groups is None else "group"
    return YourText(path=path, split=split, group=group)


def _same(read: Items, given: Items) -> bool:
    """Whether two are the same sequences with the same labels, parts and groups; missing numbers may be filled."""
    columns = all(
        (one is None and other is None) or (one is not None and other is not None and np.array_equal(one, other))
        for one, other in ((read.labels, given.labels), (read.parts, given.parts), (read.groups, given.groups))
    )
    if not columns or read.classes != given.classes or read.texts != given.texts:
        return False
    if read.values is None or given.values is None:
        return read.values is given.values
    known = ~np.isnan(given.values)
    same = np.array_equal(read.lengths, given.lengths) and read.values.shape == given.values.shape  # type: ignore[arg-type]
    return bool(same and np.array_equal(read.values[known], given.values[known]))
