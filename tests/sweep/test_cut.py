"""A first cut shares the folder of the whole experiment, and does not put it out of sight."""

import pytest

from mismatch.sweep import store
from mismatch.sweep.session import Session
from tests.helpers import make_settings


def asked(out, monkeypatch, experiment, *ratios):
    """The arms on show after a sweep of these, untrained, asked for as `experiment`."""
    nodes = [make_settings(length__ratio=ratio, out=str(out), name="mine", replicates=2) for ratio in ratios]
    given = iter(nodes)
    monkeypatch.setattr("mismatch.sweep.session.drive_all", lambda parts, executor, say: None)
    monkeypatch.setattr("mismatch.sweep.session.settings", lambda config: next(given))
    session = Session()
    session.add([{"name": "mine", "out": str(out)} for _ in nodes], ["out=x"], experiment)
    session.run()
    return store.read_plan(out)


def test_a_cut_leaves_the_whole_on_show_once_that_was_asked_for(tmp_path, monkeypatch):
    first = asked(tmp_path, monkeypatch, "mine/first", 1.0, 2.0)
    whole = asked(tmp_path, monkeypatch, "mine", 1.0, 2.0, 4.0)
    assert first.runs < whole.runs and len(first.arms) == 2
    assert asked(tmp_path, monkeypatch, "mine/first", 1.0, 2.0) == whole


@pytest.mark.parametrize(("experiment", "ratios"), [("mine", (1.0,)), ("mine/first", (1.0, 8.0)), (None, (2.0,))])
def test_anything_but_a_part_of_the_whole_is_shown_as_asked_for(tmp_path, monkeypatch, experiment, ratios):
    whole = asked(tmp_path, monkeypatch, "mine", 1.0, 2.0, 4.0)
    after = asked(tmp_path, monkeypatch, experiment, *ratios)
    assert after != whole and len(after.arms) == len(ratios)
