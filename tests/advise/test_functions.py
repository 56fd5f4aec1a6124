"""Functions of scripts as files: what they use goes with them, and what cannot is named."""

import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from mismatch.advise.functions import kept
from mismatch.config.fields import ConfigError
from tests.advise import made

SCRIPT = '''
import math
import os.path as place
from collections import Counter, OrderedDict as Ordered

UNITS, NAMES = 4, {"a": (1, 2.5, None)}

class Layer:
    size = UNITS

def twice(x):
    return 2 * x if x < 8 else twice(1)

double = twice

def build(T, D, K, *, factor=math.pi):
    """Made of all kinds of names."""
    inner = [Counter(NAMES) for _ in range(D)]
    return double(T), Layer.size, NAMES["a"], place.join("a", "b"), Ordered, factor, len(inner)

def other(T, D, K):
    return open_file, T
'''


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The names of a script that runs."""
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    main = ModuleType("__main__")
    main.__file__ = str(path)
    monkeypatch.setitem(sys.modules, "__main__", main)
    exec(compile(SCRIPT, str(path), "exec"), main.__dict__)
    return main


def test_a_function_of_a_script_is_written_down_with_all_it_uses(script: Any, tmp_path: Path) -> None:
    place = kept(script.build, tmp_path / "out")
    path, _, name = place.rpartition(":")
    assert kept(script.build, tmp_path / "out") == place and name == "build"
    assert [each.name for each in (tmp_path / "out").iterdir()] == [Path(path).name]
    again = runpy.run_path(path)["build"]
    assert again(3, 5, 2) == script.build(3, 5, 2)
    text = Path(path).read_text()
    assert "open_file" not in text and text.index("def twice") < text.index("double =") < text.index("def build")
    script.UNITS = 5
    assert kept(script.build, tmp_path / "out") != place


def test_a_function_of_a_module_stays_where_it_is_and_a_place_is_a_place(tmp_path: Path) -> None:
    assert kept(made.arm_of, tmp_path) == f"{made.__file__}:arm_of"
    assert kept(f"{made.__file__}:arm_of", tmp_path) == f"{made.__file__}:arm_of"
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_down_is_one_line(script: Any, tmp_path: Path) -> None:
    script.open_file = object()
    beside = ModuleType("beside")
    beside.__file__ = str(tmp_path / "beside.py")

    def inner(T: int, D: int, K: int) -> None: ...

    for model, said in (
        (3, "model=int: must be a function of T, D and K"),
        (lambda T, D, K: None, "must be defined by def"),
        (inner, "must be defined by def, outside of other functions"),
        (script.other, "model=other: uses open_file, which is no module, function, class or plain value: put it in"),
    ):
        with pytest.raises(ConfigError) as caught:
            kept(model, tmp_path / "out")
        assert said in str(caught.value) and "\n" not in str(caught.value)
    sys.modules["beside"] = script.open_file = beside
    try:
        with pytest.raises(ConfigError, match="uses open_file, from a file beside the script"):
            kept(script.other, tmp_path / "out")
    finally:
        del sys.modules["beside"]
    assert not (tmp_path / "out").exists()
