"""Errands for processes of their own, started afresh or forked from the one that imported TensorFlow."""

import os
import threading
import time

import pytest

from mismatch.sweep import child, origin


@pytest.fixture(params=["started", pytest.param("forked", marks=pytest.mark.skipif(not origin.FORKED, reason="Linux"))])
def forked(request, monkeypatch):
    monkeypatch.setattr(origin, "_asked", request.param == "forked")
    return request.param == "forked"


def test_an_errand_is_answered_by_another_process_and_what_fails_there_is_told(forked):
    done = child.ask("tests.sweep.echo", ["word"], "work")
    assert done.status == 0 and done.output == "doing work\n"
    told = done.made
    assert told["word"] == "word" and told["pid"] != os.getpid() and told["leads"] and told["imported"] == forked
    failed = child.ask("tests.sweep.echo", ["word"], "fail")
    assert failed.status == 1 and failed.made is None and failed.last == "ValueError: as asked"


def test_a_process_with_other_variables_is_started_afresh(monkeypatch):
    monkeypatch.setattr(origin, "_asked", True)
    assert not child.ask("tests.sweep.echo", [""], "work", dict(os.environ)).made["imported"]


def test_an_errand_is_ended_at_once_where_all_is_stopped(forked):
    answers = []
    asking = threading.Thread(target=lambda: answers.append(child.ask("tests.sweep.echo", [""], "sleep")))
    asking.start()
    end = time.time() + 60
    while not child._RUNNING and time.time() < end:
        time.sleep(0.02)
    child.stop()
    asking.join(60)
    assert not asking.is_alive() and answers[0].status == -9 and answers[0].made is None and not child._RUNNING
