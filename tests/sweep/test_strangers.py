"""Claims on what a plan says, before training, of finished runs that were trained for other claims."""

import pytest

from mismatch.config import claims
from mismatch.run.pipeline import begin
from mismatch.sweep import plan, store
from tests.helpers import make_arm, make_settings


def planned(folder, name="padding"):
    return plan.make([make_settings(name=name, out=str(folder), replicates=3)])


@pytest.fixture
def finished(tmp_path):
    """A folder with two finished runs of three, trained for the claims `claims_hash`."""

    def write(claims_hash):
        for replicate in range(2):
            begun = begin(make_arm(), replicate, "padding")
            store.write(tmp_path, begun.ended("ok", None, {}, {"claims_hash": claims_hash, "started": "2026"}, {}))
        return tmp_path

    return write


@pytest.mark.parametrize(("stamp", "named"), [("aaaa", "aaaa"), (None, "none")])
def test_runs_of_other_claims_are_named_in_one_line_with_what_to_do(finished, monkeypatch, stamp, named):
    monkeypatch.setattr(claims, "confirming", lambda _: 7)
    (note,) = planned(finished(stamp)).notes
    assert note.startswith(f"padding: 2 of 2 finished runs were trained for other claims ({named})")
    assert claims.registered("padding") in note and "\n" not in note
    assert "take a fresh seed=... (now 7, named in claims.yaml as confirming), or out=... a new folder" in note


def test_nothing_is_said_without_a_confirming_seed_or_where_the_claims_are_the_registered_ones(finished, monkeypatch):
    monkeypatch.setattr(claims, "confirming", lambda _: None)
    assert planned(finished("aaaa")).notes == []
    monkeypatch.setattr(claims, "confirming", lambda _: 7)
    assert planned(finished(claims.registered("padding"))).notes == []


def test_the_confirming_seed_is_read_from_the_claims_file(tmp_path, monkeypatch):
    from mismatch.config import experiments

    (tmp_path / claims.FILE).write_text("confirming: 11\nclaims: []\n")
    monkeypatch.setattr(experiments, "folder", lambda name: tmp_path if name == "x" else None)
    assert (claims.confirming("x"), claims.confirming("y")) == (11, None)
    (tmp_path / claims.FILE).write_text("claims: []\n")
    assert claims.confirming("x") is None
