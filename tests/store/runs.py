"""Records that the tests of the store share, and what hypothesis makes up for any record."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from mismatch.run.pipeline import begin
from mismatch.run.record import Record
from tests.helpers import make_arm


def record(replicate: int = 0, started: str = "2026-01-01", status: str = "ok", **identity: Any) -> Record:
    begun = begin(make_arm(), replicate, "test")
    metrics, trace = {"accuracy": 0.1 + 0.2, "skill": float("nan")}, {"probe_loss": np.float32([1.5, np.inf])}
    done = begun.ended(status, None, metrics, {"started": started}, trace)
    done.identity.update(identity)  # type: ignore[attr-defined]
    return done


def many(count: int, **parameters: Any) -> list[Record]:
    """Small records of `count` runs of one arm."""
    return [
        Record(
            {"experiment": "x", "arm": "a", "replicate": k, "run": f"{k:016x}", "status": "ok", "error": None},
            {"data": "early", "length.steps": 24, "mask.value": None, **parameters},
            {"accuracy": 0.5 + k / 1000, "delay": 40.0, "skill": None, "delay_censored": k % 2 == 0},
            {"started": f"2026-01-01T{k:06d}", "claims_hash": "c", "threads": 1},
            {"probe_loss": [1.0, 0.5, k / 7]},
            {"python": "3.11"},
        )
        for k in range(count)
    ]


NUMBERS = st.integers() | st.floats()
VALUES = (
    st.none() | st.booleans() | NUMBERS | st.text() | st.sampled_from(["1", " 2.5 ", "nan", "0x1", "1e3", "\ud800"])
)
ANY = VALUES | st.lists(VALUES, max_size=2) | st.dictionaries(st.text(max_size=2), VALUES, max_size=2)
KEYS = st.text(max_size=6) | st.sampled_from(("A", "a", "id", "run", "_checksum", 'x"y', "mask.value", "accuracy"))
IDENTITY = st.fixed_dictionaries(
    {"run": st.text("0123456789abcdef", min_size=1), "arm": st.text() | st.integers(), "status": VALUES},
    optional={"replicate": st.integers(0, 99), "error": VALUES, "experiment": VALUES},
)
SECTION = st.dictionaries(KEYS, ANY, max_size=4)
RECORDS = st.builds(Record, IDENTITY, SECTION, SECTION, SECTION, SECTION, st.dictionaries(st.text(), st.text()))
"""Records of anything that JSON can say, keys in several sections and of several types at once."""
