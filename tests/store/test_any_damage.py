"""Whatever happens to the bytes of the file: no crash, no record that was not written, and a line where one is lost."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mismatch.config.fields import ConfigError
from mismatch.run.record import Record
from mismatch.sweep import store
from tests.store.runs import many

RUNS = 12
WRITTEN = many(RUNS, **{f"data.setting_{place}": "as long as real ones are, together" for place in range(30)})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole")
    with store.Writer(out) as writer:
        for record in WRITTEN:
            writer.keep(record)
    return out / store.FILE


def row(record: Record) -> dict[str, object]:
    """All of a record but its trace, and keys without a value: which ones it has may be lost."""
    parts = {name: part for name, part in record.to_json().items() if name not in ("trace", "versions")}
    return {
        name: {key: value for key, value in part.items() if value is not None} if isinstance(part, dict) else part
        for name, part in parts.items()
    }


@settings(max_examples=20, deadline=None)
@example(0.0, 1.0, b"\0")
@example(0.0, 0.5, b"\0")
@example(0.5, 0.125, b"\0")  # pages that lead to traces
@example(0.066, 0.0, b"q")  # within the name of a column
@given(st.floats(0, 1), st.one_of(st.just(0.0), st.floats(0, 0.2)), st.none() | st.binary(min_size=1, max_size=3))
def test_any_damage_is_named_and_what_is_read_was_written(
    file: Path, start: float, share: float, written: bytes | None
) -> None:
    """Bytes from `start` on, a `share` of the file or a single one, are overwritten, or the file ends there."""
    whole = file.read_bytes()
    begin = int(start * (len(whole) - 1))
    count = max(1, int(share * len(whole)))
    middle = b"" if written is None else (written * count)[:count]
    damaged = whole[:begin] + middle + (b"" if written is None else whole[begin + count :])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / store.FILE
        path.write_bytes(damaged)
        right = {record.run: row(record) for record in WRITTEN}
        try:
            shown = store.newest(Path(folder))
            assert set(shown.table.get("run", ())) <= set(right) and path.read_bytes() == damaged
            notes = store.take_in(Path(folder))
        except ConfigError as error:  # a byte that says of which version it is
            assert "of a later version" in str(error)
            return
        loaded = store.load(Path(folder))
        assert loaded.damaged == [] and all(row(record) == right[record.run] for record in loaded.records)
        if len(loaded.records) < RUNS:
            assert not damaged or (len(notes) == 1 and "damaged (" in notes[0])
            assert not damaged or next((Path(folder) / "damaged").glob("*.sqlite")).read_bytes() == damaged
        store.write(Path(folder), WRITTEN[0])
        assert store.take_in(Path(folder)) == []
