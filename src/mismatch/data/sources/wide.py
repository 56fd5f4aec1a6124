"""Wide tables: a row is a whole series, its steps stand in columns. They are not read, but told how to be.

In: a frame, and what its columns are said to be. Out: a refusal that says what the table looks like, with the lines
that make it an NPZ file; nothing for a table with one row per step.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from mismatch.config.fields import ConfigError
from mismatch.config.paths import shown
from mismatch.data.sources.labels import missing, word
from mismatch.data.sources.rows import Rows

FEWEST = 8
"""Columns that are numbered through, such as t0, t1, t2: from so many on they look like steps."""
ROWS = 5
"""Rows with an id of their own that it takes to say so."""
LONGEST = 400
"""Characters of the lines that a message holds."""
NUMBERED = re.compile(r"(.*?)(\d+)(\D*)")
ARRAYS = {"data.label": "labels", "data.split": "split", "data.group": "groups"}


def refuse(rows: Rows, named: Mapping[str, str], features: Sequence[str], path: str, file: str) -> None:
    """Refuse a table in which every row has an id of its own, or that has no id and columns numbered like steps.

    named: columns that are no features, by the setting that names them. features: those that were named, if any.
    file: the setting that names the file.

    Raises:
        ConfigError: with how to make it readable.
    """
    there, key = [str(name) for name in rows.frame.columns], named.get("data.id", "")
    rest = [name for name in features or there if name not in named.values()]
    steps = _numbered(rest)
    if key in there:
        ids = [word(cell) for cell in rows.frame[key] if not missing(cell)]
        if len(set(ids)) < len(ids) or (len(ids) < ROWS and len(steps) < FEWEST):
            return
        what = f"must name sequences of several rows, one row per step; in {shown(path)} every row has an id of its own"
        if len(rest) < 2:
            raise ConfigError("data.id", key, f"{what}: sequences of one step, which have no order")
        raise ConfigError(
            "data.id", key, f"{what}. {_lines(rows, named, path, steps if len(steps) >= FEWEST else rest, there)}"
        )
    if len(steps) >= FEWEST:
        what = f"must be a table with one row per step; columns {steps[0]} to {steps[-1]} look like steps"
        raise ConfigError(file, shown(path), f"{what}. {_lines(rows, named, path, steps, there)}")


def _numbered(names: Sequence[str]) -> list[str]:
    """The columns of one name with a number behind or inside it, most of one kind: t0, t1, t2."""
    found = {name: match.group(1, 3) for name in names if (match := NUMBERED.fullmatch(name))}
    kinds = Counter(found.values()).most_common(1)
    return [name for name, kind in found.items() if kinds and kind == kinds[0][0]]


def _lines(rows: Rows, named: Mapping[str, str], path: str, steps: Sequence[str], there: Sequence[str]) -> str:
    """The lines of Python that make an NPZ file of it."""
    columns = {array: named[key] for key, array in ARRAYS.items() if named.get(key) in there}
    columns.setdefault("labels", "COLUMN")
    text = ".astype(object).fillna('').to_numpy('U')"  # an empty cell stays empty
    arrays = "".join(f", {array}=t[{name!r}]{text}" for array, name in columns.items())
    first, last = there.index(steps[0]), there.index(steps[-1])
    together = list(there[first : last + 1]) == list(steps)
    x = f"t.loc[:, {steps[0]!r}:{steps[-1]!r}]" if together else f"t[{list(steps)}]"
    lines = f"t = {read_by(rows, path)}; numpy.savez('new.npz', x={x}.to_numpy(float){arrays})"
    if len(lines) > LONGEST:
        lines = "numpy.savez('new.npz', x=x, labels=labels) of an array x (N, T)"
    return f"If a row is a whole series, this makes new.npz of it, which is read: {lines}"


def read_by(rows: Rows, path: str) -> str:
    """How pandas reads the file: ``pandas.read_csv('my.csv')``."""
    name = repr(shown(path))
    kinds = {"Parquet": f"read_parquet({name})", "Feather": f"read_feather({name})", "JSON list": f"read_json({name})"}
    kinds["JSONL"] = f"read_json({name}, lines=True)"
    call = next((call for kind, call in kinds.items() if rows.kind.startswith(kind)), None)
    mark = {"semicolon": ", sep=';'", "tab": r", sep='\t'", "pipe": ", sep='|'"}
    sep = next((text for kind, text in mark.items() if f"separator {kind}" in rows.kind), "")
    return f"pandas.{call or f'read_csv({name}{sep})'}"
