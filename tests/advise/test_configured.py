"""`mismatch -m +experiment=advise`: the question of the verb, and what it refuses, in one line."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mismatch import cli
from mismatch.advise import configured
from mismatch.advise.asking import Asking
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Advise, Length, Mask, Model, Settings
from mismatch.config.registry import DATASETS
from mismatch.sweep.session import Session
from tests.advise import made

pytestmark = pytest.mark.usefixtures("idle")
EXPERIMENT = ("-m", "+experiment=advise")


def gathered(*words: Any) -> Asking:
    """The question that the command line comes to."""
    session = Session(asker=cli._Advice())
    cli.gather([*EXPERIMENT, *map(str, words)], session)
    (found,) = session.questions
    assert isinstance(found, Asking) and not session.sweeps
    return found


def typed(monkeypatch: pytest.MonkeyPatch, *words: Any) -> Asking:
    """The question of the verb."""
    session = Session()
    monkeypatch.setattr(Session, "run", lambda self: 0)
    cli._read(["advise", *map(str, words)], session)
    (found,) = session.questions
    assert isinstance(found, Asking)
    return found


CASES = [
    (
        "text",
        made.table,
        "a.csv",
        ["--text", "text", "--minutes", "3", "--units", "8"],
        ["advise.minutes=3", "advise.units=8"],
    ),
    ("series", made.ts, "a.b.ts", ["--seed", "4", "--margin", ".02"], ["seed=4", "advise.margin=.02"]),
    ("series", made.long, "a.csv", ["--id", "id", "--out", "mine"], ["out=mine"]),
]


@pytest.mark.parametrize(("data", "write", "name", "options", "settings"), CASES, ids=["text", "ts", "table"])
def test_both_ways_of_asking_come_to_one_question(
    data: str, write: Any, name: str, options: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / name)
    one = gathered(f"data={data}", f"data.path={path}", *settings)
    other = typed(monkeypatch, path, *options)
    assert (one.asked, one.folder, one.executor) == (other.asked, other.folder, other.executor)
    (mine, found), (theirs, same) = one.read(tmp_path), other.read(tmp_path)
    assert mine == theirs and found.subject == same.subject
    assert [each.code for each in found.findings] == [each.code for each in same.findings]


def settings(data: str = "series", **fields: Any) -> Settings:
    return Settings(data=DATASETS.get(data)(**fields), advise=Advise())


PLAIN = settings(path="x")


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (settings("early"), "data=early: must be text or series, with data.path=FILE"),
        (settings("text"), "data.path=: must name a file"),
        (settings(path="x", hold="out"), "data.hold=out: must be left out"),
        (replace(PLAIN, length=Length(steps=4)), "length.steps=4: must be left out"),
        (replace(PLAIN, mask=Mask("masking")), "mask=masking: must be left out"),
        (replace(PLAIN, model=Model(3)), "model.units=3: must be left out: say advise.units"),
        (replace(PLAIN, replicates=3), "replicates=3: must be left out"),
    ],
    ids=lambda value: value.split(":")[0] if isinstance(value, str) else "",
)
def test_what_the_advice_gives_must_be_left_out(node: Settings, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured.question(node, ("local", 1), None)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("advise.minutes=0", "advise.minutes=0.0: must be at least 0.2"),
        ("advise.minuts=1", "advise.minuts=1: there is no such key; advise has fit, margin"),
        ("seed=1,2", "advise=2 jobs: is one question"),
        ("hydra/launcher=basic", "hydra/launcher=another: must be local or ray"),
    ],
)
def test_what_is_no_question_is_one_line(words: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        gathered("data=series", "data.path=x", words)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_asked_of_an_advice_is_no_setting_of_another_sweep() -> None:
    with pytest.raises(ConfigError, match=r"advise.minutes=3: needs \+experiment=advise"):
        cli.gather(["-m", "length.steps=4,8", "advise.minutes=3"], Session())


def test_the_config_of_a_question_can_be_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    cli.gather(["+experiment=advise", "data=text", "data.path=x.csv", "advise.minutes=2", "--cfg", "job"], Session())
    assert "advise:\n  minutes: 2.0\n  margin: 0.01\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/reviews.csv", "reviews"), ("data.v1.csv", "data-v1"), ("x.csv.gz", "x"), ("a.b.ts", "a-b"), (".csv", "-csv")],
)
def test_a_results_folder_is_called_after_the_file(path: str, name: str) -> None:
    assert configured.folder_of(path).name == f"advise-{name}"
