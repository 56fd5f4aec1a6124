"""Sweeps composed in processes beside: the session is told the same, in the same order, whatever fails there."""

import inspect
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from mismatch import cli
from mismatch.config.fields import ConfigError
from mismatch.sweep import beside
from mismatch.sweep.session import Session

ASKED = [[f"experiment={name}"] for name in "abcdef"]


class Heard(Session):
    """Notes what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[Any, ...]] = []

    def warm(self, executor: str, asked: Any, out: Any) -> None:
        """No workers."""

    def add(self, *args: Any, **named: Any) -> None:
        """As given, in the order of what a session takes."""
        given = inspect.signature(Session.add).bind(self, *args, **named)
        given.apply_defaults()
        self.told.append(given.args[1:])


@pytest.fixture(autouse=True)
def processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine of three, whatever this one has."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)


def told(compose: Callable[[list[str], Session], None]) -> list[tuple[Any, ...]]:
    session = Heard()
    beside.compose_all(ASKED, compose, session)
    return session.told


def added(words: list[str], session: Session) -> None:
    time.sleep(0.1)  # so that no process takes all parts before another has begun
    session.add([words], [str(os.getpid())], words[0], ("local", 2), note="text")


def test_a_session_is_told_all_in_order_and_others_did_their_share() -> None:
    heard = told(added)
    assert [each[0] for each in heard] == [[words] for words in ASKED]
    assert {each[2] for each in heard} == {words[0] for words in ASKED}
    assert len({each[1][0] for each in heard}) == (3 if sys.platform == "linux" else 1)


def _only_there(mine: int, there: Callable[[], None]) -> None:
    if os.getpid() != mine:
        there()


def _refuse() -> None:
    raise ConfigError("key", 1, "must be 2")


TROUBLE: dict[str, Callable[[], None]] = {
    "raises": _refuse,
    "exits": lambda: sys.exit(2),
    "dies": lambda: os._exit(1),
    "speaks": lambda: print("a line"),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_what_is_in_the_way_of_a_helper_is_done_by_the_one_who_asked(name: str) -> None:
    mine = os.getpid()

    def compose(words: list[str], session: Session) -> None:
        _only_there(mine, TROUBLE[name])
        added(words, session)

    heard = told(compose)
    assert [each[0] for each in heard] == [[words] for words in ASKED]


def test_another_launcher_stays_in_the_process_of_its_session() -> None:
    mine = os.getpid()

    def compose(words: list[str], session: Session) -> None:
        session.add([words], launch=lambda *_: mine)

    heard = told(compose)
    assert len(heard) == len(ASKED) and all(each[-2](None, []) == mine for each in heard)


def test_the_first_part_that_cannot_be_used_is_refused_as_if_alone() -> None:
    def compose(words: list[str], session: Session) -> None:
        if words in ASKED[3:]:
            raise ConfigError(words[0], "x", "must be y")
        added(words, session)

    with pytest.raises(ConfigError, match=r"experiment=d=x: must be y"):
        told(compose)


def test_experiments_composed_beside_each_other_are_those_composed_alone() -> None:
    names = ["collision/smoke", "features/smoke"]
    together, alone = Heard(), Heard()
    cli.gather(["-m", f"+experiment={','.join(names)}"], together)
    for name in names:
        cli._hydra(["--multirun", f"experiment={name}"], alone)
    assert together.told == alone.told and len(together.told) == 2
