"""`mismatch.advise`: what it refuses, in one line; and a whole advice, slowly."""

import inspect
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mismatch
from mismatch.advise import asking
from mismatch.config.fields import ConfigError
from tests.advise import made

TEXTS = [text for text, _ in made.texts()]
LABELS = [label for _, label in made.texts()]


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


UNGUARDED = """
import numpy as np, mismatch
rng = np.random.default_rng(0)
labels = np.arange(240) % 2
x = [rng.normal(label, 1, (int(rng.integers(3, 12)), 2)) for label in labels]
told = mismatch.advise(x, labels, minutes=0.2, out="out")
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
