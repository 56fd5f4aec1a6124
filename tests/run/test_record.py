"""A record is the same after a file, whatever it holds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from mismatch.run.record import SECTIONS, Record, plain

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False), st.text())
FINITE = SCALARS.filter(lambda value: not isinstance(value, float) or abs(value) < float("inf"))
SECTION = st.dictionaries(st.text(), FINITE, max_size=5)
RECORDS = st.builds(Record, **dict.fromkeys(SECTIONS, SECTION))


@given(RECORDS)
def test_any_record_comes_back_from_its_file(record):
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


@given(st.recursive(SCALARS | st.just(float("nan")), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_plain_values_are_strict_json_and_stay_what_they_are(value):
    once = plain(value)
    assert plain(once) == once
    assert json.loads(json.dumps(once, allow_nan=False)) == once


def test_an_outcome_replaces_nothing_that_was_known_before():
    begun = Record({"run": "a", "status": "ok", "error": None}, {"mask": "none"}, {}, {"host": "here"})
    ended = begun.ended("failed", "no", {"run_s": 1.0}, {"data_hash": "b"})
    assert ended.row() == {"run": "a", "status": "failed", "error": "no", "mask": "none"} | {
        "run_s": 1.0,
        "host": "here",
        "data_hash": "b",
    }
    assert begun.status == "ok" and not ended.finished
