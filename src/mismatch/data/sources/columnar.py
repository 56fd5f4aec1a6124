"""Typed tables: Parquet and Feather (Arrow IPC).

In: the bytes of a file. Out: a frame whose numbers, booleans and times keep their types; text, categories and whatever
else are objects, None where a cell is null.
"""

from collections import Counter
from io import BytesIO
from typing import TYPE_CHECKING, Any

from mismatch.config.fields import reason
from mismatch.data.sources.records import Malformed
from mismatch.data.sources.words import listed

if TYPE_CHECKING:
    import pandas as pd

KINDS = {b"PAR1": "Parquet", b"ARROW1": "Feather"}


def kind(raw: bytes) -> str | None:
    """``Parquet`` or ``Feather`` by the first bytes, or None."""
    return next((name for magic, name in KINDS.items() if raw.startswith(magic)), None)


def parse(raw: bytes) -> "pd.DataFrame":
    """The table of `raw`, all columns under their names, row numbers as index.

    Raises:
        Malformed: for a file that is cut short, points outside its own bytes, or names a column twice.
    """
    import pandas as pd
    import pyarrow as pa
    from pyarrow import feather, parquet

    try:
        source = BytesIO(raw)
        table = parquet.ParquetFile(source).read() if kind(raw) == "Parquet" else feather.read_table(source)
        table.validate(full=True)  # a damaged file can point outside its own bytes
        twice = [name for name, count in Counter(table.column_names).items() if count > 1]
        columns = {} if twice else {name: _column(table.column(name)) for name in table.column_names}
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise Malformed(f"cannot be read as {kind(raw)} ({reason(error)})") from None
    if twice:
        raise Malformed(f"gives one name to several columns: {listed(twice, quotes=True)}")
    return pd.DataFrame(columns)


def _column(column: Any) -> "pd.Series":
    """Numbers and times as they are; whole numbers and booleans with nulls, and all else, as objects."""
    import pandas as pd
    import pyarrow as pa

    types = pa.types
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kept = types.is_floating(column.type) or types.is_temporal(column.type)
    whole = (types.is_integer(column.type) or types.is_boolean(column.type)) and not column.null_count
    if kept or whole:
        return column.to_pandas()
    return pd.Series(column.to_pylist(), dtype=object)
