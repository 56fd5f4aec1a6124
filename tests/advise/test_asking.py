"""`mismatch advise` and `mismatch.advise`: what they refuse, in one line; and a whole advice of each, slowly."""

import inspect
import json
import pydoc
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import mismatch
from mismatch import cli
from mismatch.advise import asking
from mismatch.config.fields import ConfigError
from tests.advise import made
from tests.helpers import mismatch as command

TEXTS = [text for text, _ in made.texts()]
LABELS = [label for _, label in made.texts()]


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that never start: nothing here trains."""

    class Idle:
        workers = 1

        def __init__(self, count: int) -> None: ...

        def warm(self) -> None: ...

        def stop(self) -> None: ...

    monkeypatch.setattr(asking, "EXECUTORS", SimpleNamespace(get=lambda name: Idle))


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    made.table(path)
    return path


def refused(*words: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        cli._read(["advise", *map(str, words)])
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
        (["--seed", "-1"], "--seed=-1: must be at least 0"),
        (["--label", "star"], "--label=star"),
        (["--text", "nosuch"], "--text=nosuch"),
        (["--out", "results/reference/x"], "--out="),
        (["--no-such"], "--no-such"),
    ],
)
def test_errors_are_one_line_in_the_words_of_the_options(reviews: Path, words: list[str], said: str) -> None:
    text = [] if "--text" in words else ["--text", "text"]
    assert said in refused(reviews, *text, *words)


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


def test_the_command_exits_with_two_and_one_line(tmp_path: Path) -> None:
    done = command("advise", "no\x1b[31msuch.csv", "--text", "a", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "\x1b" not in done.stderr
    assert done.stderr.startswith("mismatch: error: FILE=") and not list(tmp_path.iterdir())


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("given", "more", "said"),
    [
        ((TEXTS, LABELS), {"minutes": 0}, "minutes=0: must be at least 0.2"),
        ((TEXTS, LABELS), {"minutes": "5"}, "minutes=5: must be a number"),
        ((TEXTS, LABELS), {"margin": 1}, "margin=1: "),
        ((TEXTS, LABELS), {"units": 2.5}, "units=2.5: must be a whole number"),
        ((TEXTS, LABELS), {"units": True}, "units=True: must be a whole number"),
        ((TEXTS, LABELS), {"missing": "some"}, "missing=some: must be one of refuse"),
        ((TEXTS, LABELS), {"out": 3}, "out=3: must name a folder"),
        ((TEXTS, LABELS[1:]), {}, "labels="),
        (([], []), {}, "sequences="),
        (("a text", LABELS), {}, "sequences="),
        ((TEXTS, ["a"] * 72), {}, "labels="),
        (([np.ones(3), "a"], [0, 1]), {}, "sequences="),
    ],
)
def test_errors_in_python_are_one_line(given: Any, more: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must") as caught:
        mismatch.advise(*given, **{"out": tmp_path / "out", **more})
    assert isinstance(caught.value, ConfigError) and said in str(caught.value) and "\n" not in str(caught.value)
    assert not str(caught.value).startswith("data.") and not list(tmp_path.iterdir())


def test_names_and_their_help_can_be_found() -> None:
    assert "advise" in dir(mismatch)
    assert inspect.signature(mismatch.advise).parameters.keys() == inspect.signature(asking.advise).parameters.keys()
    shown = pydoc.render_doc(mismatch.advise, renderer=pydoc.plaintext)
    assert "minutes=5.0, margin=0.01, units=16" in shown and "what becomes of missing numbers" in shown


def test_the_room_can_be_called_whatever_was_imported_before() -> None:
    code = "import mismatch.advise.words, mismatch, sys; assert callable(mismatch.advise)"
    code += "; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def many(count: int = 400) -> list[tuple[str, str]]:
    rng = np.random.default_rng(1)
    kinds = (("bad", "dull", "poor"), ("good", "fine", "great"))
    words = ("the", "film", "was", "it")
    found = []
    for n in range(count):
        size = int(rng.integers(3, 14))
        drawn = [str(rng.choice(kinds[n % 2] if rng.random() < 0.3 else words)) for _ in range(size)]
        found.append((" ".join([*drawn, f"w{n}"]), ("<b>bad</b>", "good")[n % 2]))
    return found


@pytest.mark.slow
def test_a_file_is_advised_on_from_the_command_line(tmp_path: Path) -> None:
    made.table(tmp_path / "a.csv", many())
    done = command("advise", "a.csv", "--text", "text", "--minutes", "0.35", "--out", "out", cwd=tmp_path, timeout=400)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Use T = ") and "in out: advice.html, advice.json, advice.md, model.py" in done.stdout
    found = json.loads((tmp_path / "out" / "advice.json").read_text())
    assert found["finalists"][0]["role"] == "advised" and found["aside"] == 100
    assert "length.ratio" not in found["settings"]  # beside length.steps the command refuses it
    page = (tmp_path / "out" / "advice.html").read_text()
    assert "<b>bad" not in page and "&lt;b&gt;bad" in page
    space = runpy.run_path(str(tmp_path / "out" / "model.py"))
    accuracy = found["finalists"][0]["accuracy"]
    assert accuracy["low"] - 0.1 <= float(space["right"].mean()) <= accuracy["high"] + 0.1


UNGUARDED = """
import numpy as np, mismatch
rng = np.random.default_rng(0)
labels = np.arange(240) % 2
x = [rng.normal(label, 1, (int(rng.integers(3, 12)), 2)) for label in labels]
told = mismatch.advise(x, labels, minutes=0.35, out="out")
print(told.settings["length.steps"], len(told.table))
print(told.prepare(x[:3]).inputs.shape, "keras" in told.code())
"""


@pytest.mark.slow
def test_sequences_in_memory_are_advised_on_from_a_script_without_a_guard(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(UNGUARDED)
    words = [sys.executable, "script.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    steps, shape = done.stdout.splitlines()
    assert shape == f"(3, {steps.split()[0]}, 2) True"
    assert len(list((tmp_path / "out").glob("sequences-*.npz"))) == 1 and (tmp_path / "out" / "model.py").is_file()
