"""How far a sweep has come, from the start of TensorFlow on."""

from pathlib import Path

import pytest

from mismatch.sweep import plan as planning
from mismatch.sweep.progress import COMPILING, STARTING, Progress, _count
from tests.helpers import make_settings


def plan_of(folder: Path) -> planning.Plan:
    return planning.make([make_settings(out=str(folder), replicates=2)], folder)


def test_before_the_first_run_the_bar_says_what_is_waited_for(tmp_path: Path) -> None:
    awake: list[bool] = []
    progress = Progress([plan_of(tmp_path)], awake=lambda: bool(awake))
    (task,) = progress.tasks.values()
    count = _count(progress.awake)
    assert task.visible and count.render(task).plain == STARTING
    awake.append(True)
    assert count.render(task).plain == COMPILING
    progress.bar.update(task.id, done=1)
    assert count.render(task).plain == "1/2"


@pytest.mark.parametrize("awake", [True, False])
def test_without_a_terminal_a_line_says_it_once(awake: bool, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with Progress([plan_of(tmp_path)], awake=lambda: awake):
        pass
    assert capsys.readouterr().err.count(STARTING) == (not awake)


def test_with_nothing_to_train_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    with Progress([], awake=lambda: False):
        pass
    assert capsys.readouterr().err == ""
