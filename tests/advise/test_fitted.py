"""A fitted model and the script beside it: arrays are those the model was trained on; Keras alone loads and uses it."""

import json
import runpy
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from mismatch.advise import fitted, fitting
from mismatch.advise.code import fitting as made_for
from mismatch.advise.tried import Tried
from mismatch.config.fields import ConfigError
from mismatch.data.streams import Streams
from mismatch.sweep.child import Answer
from tests.advise import made
from tests.advise.test_code import assert_used
from tests.advise.told import advice
from tests.engine import own_models as models

TEXT: list[dict[str, Any]] = [
    {"length.steps": 5, "mask": "explicit", "length.padding": "post"},
    {"length.steps": 4, "length.truncating": "stride"},
    {"length.steps": 7, "length.padding": "mid", "mask": "masking"},
]
NUMBERS: list[dict[str, Any]] = [
    {
        "length.steps": 6,
        "features.scale": "standard",
        "mask": "explicit",
        "reduction": "conv",
        "reduction.mask": "rebuilt",
    },
    {"length.steps": 6, "length.truncating": "interpolate"},
    {"length.steps": 5, "length.truncating": "head_tail", "length.fill": "last", "length.padding": "post"},
]


def arrays(x: Any) -> list[np.ndarray]:
    return list(x.values()) if isinstance(x, dict) else list(x) if isinstance(x, tuple) else [x]


@pytest.mark.parametrize(
    ("data", "settings"), [*(("text", one) for one in TEXT), *(("series", one) for one in NUMBERS)]
)
def test_new_sequences_are_prepared_as_those_that_the_model_is_trained_on(
    data: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    path = made.table(tmp_path / "a.csv") if data == "text" else made.ts(tmp_path / "a.ts", made.gaps(made.series()))
    arm = made.arm_of(data, settings, path=path, **({} if data == "text" else {"missing": "linear"}))
    found = made_for(arm, "kept")
    space = made.ran(found.script, tmp_path, made.MODEL)
    if data == "text":
        (tmp_path / "kept.json").write_text(json.dumps(space["known"]))
    elif "features.scale" in settings:
        np.savez(tmp_path / "kept.npz", center=space["center"], spread=space["spread"])
    (tmp_path / "prepare.py").write_text(found.prepare)
    compile(found.prepare, "prepare.py", "exec")
    assert_used(found.prepare.replace("CLASSES = ", "known = "))
    rows, everything = (
        arm.data.places(Streams(arm.seed, 0)),
        made.texts() if data == "text" else made.gaps(made.series()),
    )
    trained = np.sort(np.concatenate([rows["train"], rows["test"]]))
    assert (found.trained, found.probed) == (len(trained), len(rows["probe"]))
    again = runpy.run_path(str(tmp_path / "prepare.py"))["prepare"]([everything[row][0] for row in trained])
    for one, other in zip(arrays(again), arrays(space["x"]["train"]), strict=True):
        made.same(one, other)
    assert len(arrays(again)) == 1 + (settings.get("mask") == "explicit")


def test_new_numbers_that_are_none_are_refused_and_windows_by_chance_too(tmp_path: Path) -> None:
    arm = made.arm_of("series", {"length.steps": 6}, path=made.ts(tmp_path / "a.ts"))
    (tmp_path / "prepare.py").write_text(made_for(arm, "kept").prepare)
    prepare = runpy.run_path(str(tmp_path / "prepare.py"))["prepare"]
    assert prepare([np.ones((2, 3)), np.ones((9, 3))]).shape == (2, 6, 3)
    for wrong in (np.ones((2, 4)), np.ones(3), np.ones((0, 3))):
        with pytest.raises(AssertionError, match="must be arrays of a row per step"):
            prepare([wrong])
    for wrong in (np.full((2, 3), np.nan), np.full((2, 3), np.inf)):
        with pytest.raises(AssertionError, match="must hold finite numbers"):
            prepare([wrong])
    crop = made.arm_of("series", {"length.steps": 6, "length.truncating": "crop"}, path=made.ts(tmp_path / "a.ts"))
    with pytest.raises(ConfigError, match=r"length\.truncating=crop: must not be left to chance"):
        made_for(crop, "kept")


@pytest.mark.parametrize("missing", ["linear", "previous", "zero"])
def test_new_numbers_are_told_what_they_lack_before_gaps_are_filled(missing: str, tmp_path: Path) -> None:
    path = made.ts(tmp_path / "a.ts", made.gaps(made.series()))
    arm = made.arm_of("series", {"length.steps": 6}, path=path, missing=missing)
    (tmp_path / "prepare.py").write_text(made_for(arm, "kept").prepare)
    prepare = runpy.run_path(str(tmp_path / "prepare.py"))["prepare"]
    one = np.ones((4, 3))
    for wrong in (one[0], np.ones((4, 2)), np.ones((0, 3))):
        with pytest.raises(AssertionError, match="must be arrays of a row per step"):
            prepare([one, wrong])
    gone, endless = one.copy(), one.copy()
    gone[:, 1], endless[2, 0] = np.nan, np.inf
    with pytest.raises(AssertionError, match="must hold finite numbers"):
        prepare([endless])
    if missing == "zero":
        assert prepare([gone])[0, -1].tolist() == [1, 0, 1]
    else:
        with pytest.raises(AssertionError, match="must hold a value of each of FEATURES"):
            prepare([gone])


def test_one_text_is_not_taken_for_as_many_texts_as_it_has_letters(tmp_path: Path) -> None:
    arm = made.arm_of("text", {"length.steps": 6}, path=made.table(tmp_path / "a.csv"))
    (tmp_path / "kept.json").write_text("[]")
    (tmp_path / "prepare.py").write_text(made_for(arm, "kept").prepare)
    prepare = runpy.run_path(str(tmp_path / "prepare.py"))["prepare"]
    assert prepare(["good film"]).shape == (1, 6)
    with pytest.raises(AssertionError, match="must be a list of texts"):
        prepare("good film")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The script runs in this process."""

    def ask(module: str, words: list[str], errand: Any) -> Answer:
        assert module == fitting.__name__
        return Answer(fitting.fitted(errand), "", 0)

    monkeypatch.setattr("sys.argv", [])
    monkeypatch.setattr(fitted.child, "ask", ask)


def told(arm: Any, own: Tried | None = None) -> Any:
    return SimpleNamespace(advised=SimpleNamespace(arm=arm), own=None if own is None else SimpleNamespace(found=own))


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("mine", [False, True])
def test_keras_loads_the_model_and_predicts_new_sequences(mine: bool, tmp_path: Path) -> None:
    from mismatch.engine.backend import keras

    settings: dict[str, Any] = {"length.steps": 6, "mask": "explicit", "features.scale": "standard", "train.block": 10}
    settings |= {"model.units": 4, "length.padding": "post"}
    if mine:
        (tmp_path / "mine.py").write_text(models.HEAD + models.MASKED)
        settings |= {"model.build": f"{tmp_path / 'mine.py'}:build", "train.engine": "fit"}
    arm = made.arm_of("series", settings, path=made.ts(tmp_path / "a.ts"))
    out = tmp_path / "out"
    found = fitted.fit(told(arm, Tried(True, None, True, (), 1.0) if mine else None), out)
    assert set(found.names) == {"model.keras", "model.npz", "prepare.py"} == {path.name for path in out.iterdir()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = keras.models.load_model(out / "model.keras")
    beside = runpy.run_path(str(out / "prepare.py"))
    new = [values for values, _ in made.series(90)][72:]
    given = model.predict(beside["prepare"](new), verbose=0)
    assert given.shape == (18, 2) and np.isfinite(given).all() and beside["CLASSES"] == ["a", "b"]
    assert "mismatch" not in json.dumps(model.get_config())


@pytest.mark.usefixtures("here")
def test_what_cannot_be_fitted_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(models.HEAD + "def build(T, D, K): raise ValueError('not\\ntoday')\n")
    chosen = {"length.steps": 6, "model.build": f"{tmp_path / 'mine.py'}:build", "train.engine": "fit"}
    arm = made.arm_of("series", chosen, path=made.ts(tmp_path / "a.ts"))
    with pytest.raises(ConfigError, match=r"^fit=model.keras: cannot be made: ValueError: not$"):
        fitted.fit(told(arm), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    said: list[str] = []
    names = fitted.written(advice(), tmp_path / "out", said.append).names  # its data are nobody's own
    assert "advice.html" in names and "model.keras" not in names and said[0].startswith("no fitted model: data=early")
    fitted.written(advice(interrupted=True), tmp_path / "out", said.append)
    assert said[1:] == ["no fitted model: it was interrupted"]
