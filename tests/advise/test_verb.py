"""`mismatch advise` as it is typed: one line for what cannot be, and nothing left behind."""

from pathlib import Path
from typing import Any

import pytest

from mismatch import cli
from mismatch.config.fields import ConfigError
from mismatch.sweep.cluster.asked import Asked as Cluster
from mismatch.sweep.session import Session
from tests.advise import made
from tests.helpers import mismatch


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    made.table(path)
    return path


def refused(*words: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        cli._read(["advise", *map(str, words)], Session())
    assert "\n" not in str(caught.value) and "data." not in str(caught.value)
    return str(caught.value)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--minutes", "0.1"], "--minutes=0.1: must be at least 0.2"),
        (["--minutes", "nan"], "--minutes=nan: must be a finite number"),
        (["--minutes", "long"], "--minutes"),
        (["--margin", "0"], "--margin=0.0: must be greater than 0.0"),
        (["--margin", "2"], "--margin=2.0"),
        (["--units", "0"], "--units=0: must be at least 1"),
        (["--model", "nosuch.py"], "--model=nosuch.py: must be a Python file and a function in it"),
        (["--seed", "-1"], "--seed=-1: must be at least 0"),
        (["--label", "star"], "--label=star"),
        (["--text", "nosuch"], "--text=nosuch"),
        (["--out", "results/reference/x"], "--out="),
        (["--no-such"], "--no-such"),
        (["--missing", "zero"], "--missing=zero: is for numbers, not for texts"),
    ],
)
def test_errors_are_one_line_in_the_words_of_the_options(reviews: Path, words: list[str], said: str) -> None:
    text = [] if "--text" in words else ["--text", "text"]
    assert said in refused(reviews, *text, *words)


@pytest.mark.parametrize(("address", "said"), [("here", "must be auto, local"), ("auto:0", "must be auto, local")])
def test_an_address_that_is_none_is_one_line(reviews: Path, address: str, said: str) -> None:
    pytest.importorskip("ray")
    assert refused(reviews, "--text", "text", "--ray", address).startswith(f"--ray={address}: {said}")


def test_a_cluster_trains_where_one_is_named(
    reviews: Path, idle: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "run", lambda self: 0)
    assert cli._read(["advise", str(reviews), "--text", "text", "--ray", "auto"], Session()) == 0
    cli.gather(
        ["-m", "+experiment=advise", "data=text", "data.path=a", "hydra/launcher=ray"], Session(None, cli._Advice())
    )
    assert set(idle) == {("ray", Cluster("auto"))}


@pytest.mark.usefixtures("idle")
def test_a_place_that_cannot_be_written_is_one_line(reviews: Path) -> None:
    assert refused(reviews, "--text", "text", "--out", reviews).startswith("--out=")
    assert sorted(path.name for path in reviews.parent.iterdir()) == ["reviews.csv"]


@pytest.mark.usefixtures("idle")
def test_numbers_that_are_missing_are_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "gaps.ts"
    made.ts(path, made.gaps(made.series()))
    assert refused(path, "--out", tmp_path / "out").startswith("--missing=refuse: ")
    assert "--missing=some" in refused(path, "--missing", "some", "--out", tmp_path / "out")


def test_the_command_exits_with_two_and_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    done = mismatch("advise", "no\x1b[31msuch.csv", "--text", "a", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "\x1b" not in done.stderr
    assert done.stderr.startswith("mismatch: error: FILE=") and not list(tmp_path.iterdir())
