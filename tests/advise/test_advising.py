"""An advice keeps its minutes, whatever the machine and the file; by a clock of its own, so that nothing is trained."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mismatch.advise import advising
from mismatch.advise.advising import Advising
from mismatch.advise.entering import Asked
from mismatch.advise.stepping import Timed
from mismatch.check.items import check_items
from mismatch.data.series import Series
from tests.advise.clocked import Clocked


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Sequences of 5 to 60 steps."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 61, 300)
    file = tmp_path_factory.mktemp("advising") / "x.npz"
    np.savez(file, values=rng.normal(size=(lengths.sum(), 2)), lengths=lengths, labels=np.arange(300) % 2)
    return str(file)


def asked(path: str, folder: Path, executor: Clocked, minutes: float) -> tuple[Advising, list[str]]:
    dataset, said = Series(path=path), []
    dataset.settle()
    made = Advising(dataset, check_items(dataset.items()), Asked(minutes), folder, executor, said.append)
    return made, said


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long step times might have taken, each time they were."""
    given: list[float] = []

    def step_times(arms: Any, seconds: float) -> Timed:
        given.append(seconds)
        return Timed({arm.id: 1.0 for arm in arms}, {})

    monkeypatch.setattr(advising, "step_times", step_times)
    return given


@pytest.mark.parametrize(("minutes", "pace"), [(0.5, 1), (2, 5), (5, 20)])
def test_the_minutes_are_kept_on_fast_machines_and_slow_ones(
    path: str, tmp_path: Path, timed: list[float], minutes: float, pace: float
) -> None:
    executor = Clocked(pace, start_s=3 * pace)
    made, said = asked(path, tmp_path, executor, minutes)
    found = made.advice()
    left = made.budget.seconds - executor.time
    reserved = made.budget.seconds - (made.budget.told - made.budget.begin)
    assert left >= 0.8 * reserved, "time to tell and write is left"
    assert found.advised.tested and found.entered
    if timed:
        assert 0.6 * left <= timed[0] <= left
    else:
        assert all(one.untimed == "there was no time" for one in found.finalists)
    idle = left - (timed or [reserved])[0]
    assert not found.whole or pace == 1
    assert found.whole or idle < 0.15 * made.budget.seconds
    assert any("learning rate" in line and line.startswith("plan: ") for line in said)
