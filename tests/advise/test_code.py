"""The script of an arm: its arrays are the arm's to the last bit, its model computes what the arm's does, and it is
short, whatever the settings."""

import ast
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mismatch.advise.code import script, written
from mismatch.config.fields import ConfigError
from mismatch.data.streams import Streams
from tests.advise import made
from tests.advise.made import MODEL, TRAINING, arm_of, held, ran
from tests.helpers import make_arm

LENGTHS = {
    "length.steps": (1, 2, 5, 8, "max"),
    "length.padding": ("pre", "post", "mid"),
    "length.truncating": ("pre", "post", "head_tail", "crop", "stride"),
}
MODELS = {
    "mask": ("none", "masking", "explicit"),
    "reduction": ("none", "none", "pool", "conv", "conv_pool", "strided"),
    "reduction.mask": ("destroyed", "rebuilt"),
    "reduction.kernel": (1, 3),
    "reduction.pool": (1, 2, 5),
    "model.bidirectional": (False, True),
    "model.cell": ("gru", "lstm"),
    "model.dropout": (0.0, 0.25),
    "model.bias_init": ("zeros", "chrono"),
    "model.kernel_init": ("glorot", "matched"),
    "train.optimizer": ("adam", "sgd", "rmsprop"),
    "train.learning_rate": (0.005, 1e-5),
    "train.keep": ("last", "best"),
    "seed": (0, 7),
}
NUMBERS = {
    "length.truncating": (*LENGTHS["length.truncating"], "interpolate"),
    "length.fill": ("constant", "last"),
    "length.pad_value": (0.0, -1.5),
    "mask.value": (0.0, -1.5),
    "features.scale": ("none", "standard"),
    "features.adapter": ("native", "zero", "tile", "tile_scaled", "truncate", "truncate_last", "dense"),
    "features.width": (None, 2, 3, 5),
}


def drawn(**choices: tuple) -> st.SearchStrategy:
    return st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in choices.items()})


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    return folder, made.table(folder / "own.csv"), made.ts(folder / "own.ts")


def arm_or_none(data, chosen, **fields):
    try:
        return arm_of(data, chosen, **fields)
    except ConfigError:
        return None


@settings(max_examples=60)
@given(drawn(**LENGTHS, **MODELS), st.integers(0, 3))
def test_arrays_of_texts_are_the_arm_s_whatever_the_settings(files, chosen, replicate):
    folder, path, _ = files
    arm = arm_or_none("text", chosen, path=path, vocabulary=9)
    assume(arm is not None)
    held(arm, folder, replicate)


@settings(max_examples=100)
@given(drawn(**LENGTHS | NUMBERS, **MODELS), st.integers(0, 3))
def test_arrays_of_numbers_are_the_arm_s_whatever_the_settings(files, chosen, replicate):
    folder, _, path = files
    arm = arm_or_none("series", chosen, path=path)
    assume(arm is not None)
    held(arm, folder, replicate)


@settings(max_examples=150)
@given(st.sampled_from(["text", "series"]), drawn(**LENGTHS | NUMBERS, **MODELS))
def test_a_script_compiles_and_is_short_whatever_the_settings(files, data, chosen):
    _, text, numbers = files
    arm = arm_or_none(data, chosen, path=text if data == "text" else numbers)
    assume(arm is not None)
    code = script(arm)
    compile(code, "model.py", "exec")
    assert code.count("\n") < 80 and max(map(len, code.splitlines())) <= 120
    assert_used(code)


def assert_used(code: str) -> None:
    """Every name that is imported or given a value is read somewhere."""
    tree = ast.parse(code)
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    given = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    imports = [
        alias for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names
    ]
    given |= {(alias.asname or alias.name).split(".")[0] for alias in imports}
    assert given - read - {"_", "known"} == set()


CASES = [
    ("text", {"mask": "masking", "length.padding": "post"}),
    ("text", {"mask": "explicit", "model.bidirectional": True, "model.cell": "lstm"}),
    ("text", {"mask": "masking", "reduction": "conv", "reduction.mask": "rebuilt"}),
    ("text", {"mask": "explicit", "reduction": "conv_pool", "reduction.mask": "rebuilt", "length.steps": 8}),
    ("text", {"mask": "masking", "reduction": "pool", "reduction.mask": "destroyed", "length.steps": 8}),
    ("series", {"mask": "none", "length.fill": "last"}),
    ("series", {"mask": "masking", "mask.value": -1.5, "length.pad_value": -1.5, "features.scale": "standard"}),
    ("series", {"mask": "masking", "mask.value": -1.5, "length.pad_value": -1.5, "reduction": "conv"}),
    ("series", {"mask": "masking", "reduction": "strided", "reduction.mask": "rebuilt", "length.steps": 8}),
    ("series", {"mask": "explicit", "reduction": "strided", "reduction.mask": "rebuilt", "length.steps": 8}),
    ("series", {"mask": "explicit", "length.fill": "last", "reduction": "conv", "reduction.mask": "rebuilt"}),
    ("series", {"mask": "explicit", "reduction": "pool", "reduction.mask": "rebuilt", "length.steps": 8}),
    ("series", {"mask": "explicit", "reduction": "conv_pool", "reduction.mask": "destroyed", "length.steps": 8}),
    ("series", {"features.adapter": "dense", "features.width": 5, "mask": "masking", "model.bidirectional": True}),
    ("series", {"features.adapter": "zero", "features.width": 5, "model.kernel_init": "matched", "mask": "explicit"}),
    ("series", {"length.truncating": "interpolate", "length.steps": 5, "model.dropout": 0.5, "mask": "explicit"}),
    ("series", {"length.truncating": "interpolate", "length.steps": 5, "mask": "masking", "reduction": "conv"}),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*destroy the mask:UserWarning")
@pytest.mark.parametrize(("data", "chosen"), CASES, ids=str)
def test_the_model_computes_what_the_arm_s_does(files, data, chosen):
    from mismatch.engine.model import build

    folder, text, numbers = files
    arm = arm_of(data, {"length.steps": 6, **chosen}, path=text if data == "text" else numbers)
    space = ran(written(arm), folder, TRAINING)
    model, theirs, x = space["model"], build(arm).model, space["x"]["test"]
    weights = model.get_weights()
    assert [weight.shape for weight in weights] == [weight.shape for weight in theirs.get_weights()]
    rng = np.random.default_rng(1)
    weights = [rng.normal(0, 0.4, weight.shape) for weight in weights]
    model.set_weights(weights)
    theirs.set_weights(weights)
    adapted = made.adapt(arm, arm.data.draw(Streams(0, 0)), Streams(0, 0))["test"]
    inputs = [adapted.inputs, adapted.mask] if arm.mask.kind == "explicit" else adapted.inputs
    np.testing.assert_allclose(model(x), theirs(inputs), atol=1e-5)


@pytest.mark.parametrize(
    ("chosen", "units", "first"),
    [({"model.cell": "gru"}, 16, 0), ({"model.cell": "lstm"}, 16, 16), ({"model.bidirectional": True}, 16, 0)],
    ids=str,
)
def test_gates_start_out_remembering_where_the_arm_says_so(files, chosen, units, first):
    folder, _, numbers = files
    arm = arm_of("series", {"model.bias_init": "chrono", **chosen}, path=numbers)
    weights = ran(written(arm), folder, TRAINING)["recurrent"].get_weights()
    for bias in weights[2::3]:
        gate = np.ravel(bias)[first : first + units]
        assert (gate > 0).all() and (gate < np.log(arm.steps)).all() and np.ptp(gate) > 0


def test_the_first_layer_starts_in_the_range_of_the_features_of_the_file(files):
    folder, _, numbers = files
    chosen = {"features.adapter": "tile", "features.width": 5, "model.kernel_init": "matched"}
    limit = (6 / (3 + 3 * 16)) ** 0.5
    kernel = ran(written(arm_of("series", chosen, path=numbers)), folder, TRAINING)["model"].get_weights()[0]
    assert 0.8 * limit < np.abs(kernel).max() <= limit


REFUSED = [
    ("text", {"length.padding": "none"}, "length.padding=none: must pad to one length"),
    ("series", {"control": "sham"}, "control=sham: must be none"),
    ("series", {"features.adapter": "noise", "features.width": 5}, "features.adapter=noise: must be one of native"),
    ("series", {"length.fill": "noise"}, "length.fill=noise: must be constant or last"),
    ("series", {"layout": "transpose", "length.steps": 3}, "layout=transpose: must be correct"),
]


@pytest.mark.parametrize(("data", "chosen", "message"), REFUSED, ids=str)
def test_settings_that_no_script_can_have_are_refused_by_name(files, data, chosen, message):
    _, text, numbers = files
    with pytest.raises(ConfigError, match=message):
        script(arm_of(data, chosen, path=text if data == "text" else numbers))


def test_data_that_are_no_file_of_one_s_own_are_refused(files):
    with pytest.raises(ConfigError, match="data=early: must be text or series"):
        script(make_arm("early"))
    with pytest.raises(ConfigError, match=r"data.embedding=vectors: must be learned"):
        script(arm_of("text", path=files[1], embedding="vectors", dimension=3))


def test_only_what_acts_stands_in_the_script(files):
    _, text, numbers = files
    plain = script(arm_of("series", {"length.steps": "max"}, path=numbers))
    for word in ("truncating", "mask=", "center", "zlib", "Conv", "Dropout", "EarlyStopping", "isnan", "sort"):
        assert word not in plain, word
    assert "truncating" in script(arm_of("text", {"length.steps": 4}, path=text))
    for kind in ("masking", "explicit"):  # lost behind the convolution, and so not made
        lost = script(arm_of("series", {"mask": kind, "reduction": "conv"}, path=numbers))
        assert "Masking" not in lost and "mask=" not in lost


def test_a_file_that_has_changed_is_noticed(files, tmp_path):
    path = made.table(tmp_path / "own.csv")
    found = written(arm_of("text", path=path))
    made.table(tmp_path / "own.csv", made.texts(80))
    with pytest.raises(AssertionError, match="the file has changed"):
        ran(found, tmp_path, MODEL)


TRAINED = [
    ("text", {"length.steps": 6, "length.padding": "post", "mask": "masking", "train.keep": "best"}),
    ("series", {"features.scale": "standard", "mask": "explicit", "model.cell": "lstm", "model.dropout": 0.2}),
    ("series", {"length.steps": 8, "reduction": "conv_pool", "mask": "explicit", "reduction.mask": "rebuilt"}),
]
PREDICTED = """
import json, runpy, sys
import keras, numpy as np
space = runpy.run_path(SCRIPT)
kept = keras.models.load_model(sys.argv[2])
accuracy = np.mean(kept.predict(space["x"]["test"], verbose=0).argmax(1) == space["y"]["test"])
print("kept", accuracy, space["right"].mean(), int(space["model"].optimizer.iterations))
"""


@pytest.mark.slow
@pytest.mark.parametrize(("data", "chosen"), TRAINED, ids=str)
def test_a_script_runs_on_its_own_and_reaches_what_the_arm_reaches(data, chosen, tmp_path):
    from mismatch.run.pipeline import run

    path = (
        made.table(tmp_path / "own.csv", made.texts(400))
        if data == "text"
        else made.ts(tmp_path / "own.ts", made.series(400))
    )
    settings = {"train.updates": 200, "train.learning_rate": 0.02, **chosen}
    arm = arm_of(data, settings, path=path, probe=20)
    script = held(arm, tmp_path)
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "scripts" / "model.py"
    elsewhere.mkdir()
    code = PREDICTED.replace("SCRIPT", repr(str(file)))
    words = [sys.executable, "-W", "error::UserWarning", "-c", code, "--save", str(tmp_path / "kept.keras")]
    done = subprocess.run(words, cwd=elsewhere, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    said = re.search(r"accuracy on the (\d+) test sequences: ([\d.]+)", done.stdout)
    kept, accuracy, updates = map(float, re.search(r"kept (\S+) (\S+) (\S+)", done.stdout).groups())
    assert said and int(said[1]) == arm.data.test and float(said[2]) == pytest.approx(accuracy, abs=1e-4)
    assert kept == accuracy and updates == arm.train.updates
    scores = np.array([run(arm, replicate, "test").metrics["accuracy"] for replicate in range(6)])
    half = 4.03 * max(scores.std(ddof=1), 0.01) * (1 + 1 / 6) ** 0.5  # t of 5 degrees of freedom, 99 %
    assert abs(accuracy - scores.mean()) < half, (accuracy, scores)
    assert accuracy > 0.7 and script.code
