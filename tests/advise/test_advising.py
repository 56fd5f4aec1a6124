"""An advice keeps its minutes, can be interrupted, and goes on; by a clock of its own, so that nothing is trained."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mismatch.advise import advising, asking, candidates, configured, entering
from mismatch.advise.advising import Advising
from mismatch.advise.asking import Asking
from mismatch.advise.entering import LOOKS, Asked
from mismatch.advise.rivals import arm_means
from mismatch.advise.stepping import Timed
from mismatch.advise.writing import Written
from mismatch.check.items import check_items
from mismatch.config.fields import ConfigError
from mismatch.data.series import Series
from mismatch.data.text import YourText
from mismatch.sweep.session import Terminated
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


@pytest.mark.parametrize(("minutes", "pace"), [(0.4, 1), (2, 5), (5, 20)])
def test_the_minutes_are_kept_on_fast_machines_and_slow_ones(
    path: str, tmp_path: Path, timed: list[float], minutes: float, pace: float
) -> None:
    executor = Clocked(pace, start_s=3 * pace)
    made, said = asked(path, tmp_path, executor, minutes)
    found = made.advice()
    end = made.budget.told - made.budget.begin
    assert 0.75 * made.budget.seconds <= end < made.budget.seconds, "time to tell and write is left"
    assert executor.time <= 1.02 * end and (found.whole or executor.time >= 0.85 * end)
    assert found.advised.tested and found.entered
    assert timed or all(one.untimed == "there was no time" for one in found.finalists)
    assert any("learning rate" in line and line.startswith("plan: ") for line in said)


def test_what_time_is_left_after_the_looks_goes_to_the_best_of_the_race(
    path: str, tmp_path: Path, timed: list[float], few: None
) -> None:
    made, said = asked(path, tmp_path, Clocked(1, 6), 5)
    found = made.advice()
    counts = {one.replicates for one in found.entered}
    assert max(counts) > advising.MOST_OPEN - advising.MORE and found.advised.tested, "alike, but for much luck"
    assert any(line.startswith("race, more runs of the best: ") for line in said)
    made, said = asked(path, tmp_path / "short", Clocked(6, 6), 1)
    assert max(one.replicates for one in made.advice().entered) <= advising.MOST_RACED - advising.MORE


def test_where_runs_have_no_luck_nothing_is_trained_to_tell_it(
    path: str, tmp_path: Path, timed: list[float], few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advising, "MOST_UNSURE", 9)
    made, _ = asked(path, tmp_path, Clocked(1, 6, right=lambda arm: 1.0), 5)
    found = made.advice()
    assert advising.MOST_RACED - advising.MORE < max(one.replicates for one in found.entered) <= advising.MOST_RACED
    assert {len(made.runs.correct(one.arm)) for one in found.finalists} == {5}


def test_finalists_whose_trainings_differ_get_more_of_them_whatever_they_come_to(
    path: str, tmp_path: Path, timed: list[float], few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advising, "MOST_UNSURE", 9)
    made, said = asked(path, tmp_path, Clocked(1, 6), 5)
    found = made.advice()
    assert {len(made.runs.correct(one.arm)) for one in found.finalists} == {9}
    assert {len(made.runs.correct(arm)) for arm in made.controls.values()} == {advising.REPLICATES}, (
        "no more of controls"
    )
    assert any(line.startswith("final, more runs of each: ") for line in said)


def test_means_of_the_race_are_as_if_all_arms_had_all_replicates(path: str, tmp_path: Path, timed: list[float]) -> None:
    """Also of arms that were stopped for want of time, whose few replicates may have been easy ones."""
    made, _ = asked(path, tmp_path, Clocked(6, 6), 1)
    found = made.advice()
    arms = [arm for each in made.field.entrants for arm in each.arms if made.runs.scores(arm)]
    table = np.full((len(arms), advising.MOST_OPEN), np.nan)
    for row, arm in zip(table, arms, strict=True):
        row[list(made.runs.scores(arm))] = list(made.runs.scores(arm).values())
    told = dict(zip((arm.id for arm in arms), arm_means(table[:, : int(np.isfinite(table).sum(1).max())]), strict=True))
    assert {arm.id: made.field.score(arm) for arm in arms} == pytest.approx(told)
    assert len({len(made.runs.scores(arm)) for arm in arms}) > 1 and found.entered


@pytest.mark.parametrize(("rows", "split"), [(5, None), (40, "part")])
def test_one_sequence_set_aside_is_refused_before_anything_is_trained(
    tmp_path: Path, rows: int, split: str | None
) -> None:
    file = tmp_path / "few.csv"
    lines = [f"{'abcd' * (k + 1)},{k % 2},{'test' if k == 0 else 'train'}" for k in range(rows)]
    file.write_text("text,label,part\n" + "\n".join(lines) + "\n")
    dataset = YourText(path=str(file), text="text", split=split)
    dataset.settle()
    key = "data.split=part" if split else "data.path="
    with pytest.raises(ConfigError, match=f"{key}.*: sets 1 text aside: at least 2 are needed"):
        Advising(dataset, check_items(dataset.items()), Asked(1.0), tmp_path, Clocked(), lambda line: None)


def test_where_no_run_ends_in_time_one_line_says_so(path: str, tmp_path: Path) -> None:
    made, _ = asked(path, tmp_path, Clocked(start_s=60), 0.5)
    with pytest.raises(ConfigError, match=r"advise.minutes=0.5: must be more: .*, and of runs of 36 steps none ended"):
        made.advice()


def test_the_time_that_is_left_is_said_and_falls(path: str, tmp_path: Path, timed: list[float]) -> None:
    made, said = asked(path, tmp_path, Clocked(start_s=3), 0.3)
    made.advice()
    told = [re.fullmatch(r"(.*): (\d+) ways?, (\d+)/(\d+) runs, about (\d+) s left", line) for line in said]
    found = [(line[1], *map(int, line.groups()[1:])) for line in told if line]
    assert [*dict.fromkeys(words for words, *_ in found)][:2] == ["first runs", "race, look 1"]
    assert "final on 75 sequences set aside" in [words for words, *_ in found]
    left = [seconds for *_, seconds in found]
    assert left == sorted(left, reverse=True) and left[0] <= 18
    assert all(done <= runs and ways > 0 for _, ways, done, runs, _ in found)


def test_interrupted_before_anything_is_known_it_ends(path: str, tmp_path: Path) -> None:
    made, _ = asked(path, tmp_path, Clocked(1, 6, [0]), 1)
    with pytest.raises(KeyboardInterrupt):
        made.advice()


@pytest.mark.parametrize(("runs", "tested"), [(1, False), (9, False), (33, True)])
def test_interrupted_it_gives_the_best_answer_so_far(
    path: str,
    tmp_path: Path,
    timed: list[float],
    few: None,
    monkeypatch: pytest.MonkeyPatch,
    runs: int,
    tested: bool,
) -> None:
    monkeypatch.setattr(advising, "MOST_OPEN", LOOKS[-1])
    made, said = asked(path, tmp_path, Clocked(1, 6, [runs]), 2)
    found = made.advice()
    assert len(made.executor.trained) == runs  # type: ignore[attr-defined]
    assert found.interrupted and not found.whole and found.advised.tested == tested
    assert "It was interrupted, and this is the best answer so far." in found.text(10_000)
    assert {one.untimed for one in found.finalists} == {"it was interrupted"} and not timed
    assert any(line.startswith("interrupted: ") for line in said)


def test_interrupted_twice_it_ends_at_once(
    path: str, tmp_path: Path, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = asked(path, tmp_path, Clocked(1, 6, [9]), 2)
    monkeypatch.setattr(made, "_told", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        made.advice()


def test_the_same_command_and_one_with_more_minutes_train_what_is_missing(
    path: str, tmp_path: Path, timed: list[float]
) -> None:
    workers = [Clocked(5, 6, interrupts) for interrupts in ([8], [], [])]
    advices = []
    for executor, minutes in zip(workers, (1, 1, 2), strict=True):
        made, _ = asked(path, tmp_path, executor, minutes)
        advices.append(made.advice())
    trained = [run for executor in workers for run in executor.trained]
    assert len(set(trained)) == len(trained) and all(len(executor.trained) > 3 for executor in workers)
    assert [each.interrupted for each in advices] == [True, False, False]
    raced = [{one.way: one.replicates for one in each.entered} for each in advices]
    for before, after in pairwise(raced):
        # A way that a race drops keeps what the looks before had, which with more ways may be a run less.
        assert all(after[way] >= count - 1 for way, count in before.items()), "nothing that was raced is left out"
        assert sum(after.values()) > sum(before.values())


@pytest.mark.parametrize(("by", "code"), [(KeyboardInterrupt(), 130), (Terminated(), 143)], ids=["int", "term"])
def test_an_interrupted_answer_is_written_and_is_the_exit_code(
    path: str, tmp_path: Path, few: None, by: KeyboardInterrupt, code: int
) -> None:
    def read(_: Path) -> Any:
        return configured._read(Series(path=path))

    executor, shown = Clocked(1, 6, [9]), []
    executor.by = by
    question = Asking(read, Asked(2), tmp_path / "out", show=lambda *told: shown.append(told), say=lambda line: None)
    assert question.answer(executor, 0.0) == code
    ((advice, written),) = shown
    assert advice is question.advice and advice.interrupted
    page = (tmp_path / "out" / "advice.html").read_text()
    assert "It was interrupted, and this is the best answer so far." in page and "advice.json" in written.names


def test_what_is_written_is_written_whole_though_somebody_interrupts_it(
    path: str, tmp_path: Path, few: None, timed: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def write(advice: Any, folder: Path) -> Written:
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return Written(folder, ())

    monkeypatch.setattr(asking, "write", write)
    question = Asking(lambda _: configured._read(Series(path=path)), Asked(2), tmp_path, say=lambda line: None)
    assert question.answer(Clocked(), 0.0) == 130 and len(calls) == 2
    assert question.advice is not None and not question.advice.interrupted


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ways at three rates, three replicates: 18 runs of the race, beside three of a shorter T; few of the final."""
    ways = candidates.ways
    monkeypatch.setattr(candidates, "ways", lambda *given: ways(*given)[:2])
    monkeypatch.setattr(entering, "LOOKS", (3,))
    monkeypatch.setattr(advising, "LOOKS", (3,))
    monkeypatch.setattr(entering, "joining", lambda *given: [])
    monkeypatch.setattr(advising, "MOST_REPLICATES", 4)
    monkeypatch.setattr(advising, "MOST_UNSURE", 4)
