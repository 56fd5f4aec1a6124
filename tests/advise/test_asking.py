"""`mismatch.advise`: what it refuses, in one line; and a whole advice, from Python and by the command, slowly."""

import inspect
import json
import pydoc
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mismatch
from mismatch.advise import asking
from mismatch.config.fields import ConfigError
from mismatch.sweep import store
from tests.advise import made

TEXTS = [text for text, _ in made.texts()]
LABELS = [label for _, label in made.texts()]


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    ("given", "more", "said"),
    [
        ((TEXTS, LABELS), {"minutes": 0}, "minutes=0: must be at least 0.2"),
        ((TEXTS, LABELS), {"minutes": "5"}, "minutes=5: must be a number"),
        ((TEXTS, LABELS), {"minutes": None}, "minutes=None: must be a number"),
        ((TEXTS, LABELS), {"units": None}, "units=None: must be a number"),
        ((TEXTS, LABELS), {"margin": 1}, "margin=1: "),
        ((TEXTS, LABELS), {"units": 2.5}, "units=2.5: must be a whole number"),
        ((TEXTS, LABELS), {"units": True}, "units=True: must be a whole number"),
        ((TEXTS, LABELS), {"missing": "some"}, "missing=some: must be one of refuse"),
        ((TEXTS, LABELS), {"out": 3}, "out=3: must name a folder"),
        ((TEXTS, LABELS), {"model": 3}, "model=int: must be a function of T, D and K"),
        ((TEXTS, LABELS), {"model": "nosuch.py"}, "model=nosuch.py: must be a Python file and a function in it"),
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


FEW = """
from mismatch.advise import advising, candidates, entering
ways = candidates.ways
candidates.ways = lambda *given: ways(*given)[:2]
entering.LOOKS = advising.LOOKS = (2,)
entering.joining = lambda *given: []
advising.MOST_REPLICATES = advising.MOST_UNSURE = 2
"""
"""So little to do that it ends before its minutes do, on a loaded machine, too."""
COMMAND = f"""
{FEW}
advising.step_times = lambda arms, seconds: advising.Timed({{}}, {{}})
from mismatch.cli import main
if __name__ == "__main__":
    main()
"""
UNGUARDED = f"""
{FEW}
import numpy as np, mismatch
rng = np.random.default_rng(0)
labels = np.arange(400) % 2
x = [rng.normal(label, 1, (int(rng.integers(4, 20)), 2)) for label in labels]
told = mismatch.advise(x, np.array(["<b>bad</b>", "=good()"])[labels], minutes=4, out="out")
print(told.settings["length.steps"], len(told.table))
print(told.prepare(x[:3]).inputs.shape, "keras" in told.code())
print(*told.fit("fitted").names)
"""


@pytest.mark.slow
def test_a_script_is_advised_without_a_guard_and_the_command_goes_on_from_its_records(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(UNGUARDED)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    steps, shape, fitted = done.stdout.splitlines()
    assert (
        {"model.keras", "prepare.py"} <= set(fitted.split()) == {path.name for path in (tmp_path / "fitted").iterdir()}
    )
    assert shape == f"(3, {steps.split()[0]}, 2) True"
    folder = tmp_path / "out"
    (path,) = folder.glob("sequences-*.npz")
    first = {one.run for one in store.briefs(folder)}

    words = ["-m", "+experiment=advise", "data=series", f"data.path=out/{path.name}", "out=out", "advise.minutes=4"]
    words = [sys.executable, "-c", COMMAND, *words, "hydra.launcher.n_jobs=1"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "nothing was left to do" in done.stderr
    said = " ".join(done.stdout.split())
    found = re.match(r"Use .*?accuracy (0\.\d+) \[(0\.\d+), ([01]\.\d+)\] on 100 sequences set aside", said)
    assert found, done.stdout
    # The classes differ by one standard deviation at every step: four steps tell them apart in 97 of 100 sequences.
    assert float(found[1]) > 0.9 and float(found[3]) <= 1
    assert "in out: advice.html, advice.json, advice.md, model.py" in said
    answer = json.loads((folder / "advice.json").read_text())
    runs = store.briefs(folder)
    assert {one.run for one in runs} == first and 10 < answer["runs"] <= len(runs) == len(first), "nothing was missing"

    page = (folder / "advice.html").read_text()
    assert "<b>bad" not in page and "&lt;b&gt;bad" in page
    accuracy, measured = answer["finalists"][0]["accuracy"], runpy.run_path(str(folder / "model.py"))["right"].mean()
    assert accuracy["low"] - 0.1 <= measured <= accuracy["high"] + 0.1
