"""Step times: what is timed together, and in which time; no TensorFlow."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mismatch.advise import stepping
from mismatch.sweep.child import Answer
from tests.helpers import make_arm


def test_arms_in_which_an_update_does_the_same_work_are_timed_once() -> None:
    fit = {"train__engine": "fit"}
    arms = [
        make_arm(**fit),
        make_arm(**fit, length__padding="post"),
        make_arm(**fit, train__learning_rate=0.1),
        make_arm(**fit, mask="masking"),
        make_arm(**fit, length__steps=8),
    ]
    assert stepping.alike(arms) == [0, 0, 0, 3, 4]


def answering(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(stepping.child, "ask", lambda *_, **__: answer)
    return stepping.step_times([make_arm(), make_arm(length__steps=8)], 1.0)


def test_an_arm_has_a_time_or_the_reason_why_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = make_arm().id, make_arm(length__steps=8).id
    found = answering(Answer({0: 2.5, 1: stepping.NOISY}, "", 0), monkeypatch)
    assert found.step_ms == {first: 2.5} and found.why == {second: "the machine was not quiet"}
    killed = answering(Answer(None, "", -9), monkeypatch)
    assert set(killed.why.values()) == {"there was no time"} and not killed.step_ms
    failed = answering(Answer(None, "a\nValueError: b", 1), monkeypatch)
    assert set(failed.why.values()) == {"measuring them failed (ValueError: b)"}


@pytest.mark.parametrize(("seconds", "count"), [(100.0, 5), (6.0, 3), (0.0, 1)])
def test_as_many_programs_are_made_as_can_be_timed(monkeypatch: pytest.MonkeyPatch, seconds: float, count: int) -> None:
    clock = np.zeros(1)

    def built() -> Any:
        for _ in range(5):
            clock[0] += 1.0
            yield SimpleNamespace(estimate_ms=30.0)  # blocks of .53 s in all

    monkeypatch.setattr(stepping.time, "perf_counter", lambda: float(clock[0]))
    assert len(stepping._in_time(built(), seconds)) == count
