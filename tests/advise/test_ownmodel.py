"""An advice on a model of one's own: what it is asked, what it costs, what is raced with it, and what is written."""

import json
import runpy
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mismatch.advise import advising, candidates, entering, ownmodel, trying
from mismatch.advise.advising import Advising
from mismatch.advise.candidates import OWN, Way
from mismatch.advise.code import written
from mismatch.advise.entering import Asked
from mismatch.advise.finalists import roles
from mismatch.advise.naming import apart, instead, whole
from mismatch.advise.ownmodel import OwnModel
from mismatch.advise.sections import left
from mismatch.advise.stepping import Timed
from mismatch.advise.tried import Cost, Errand, Tried, outcome, probes, tried
from mismatch.advise.words import paragraph
from mismatch.advise.writing import write
from mismatch.check.items import check_items
from mismatch.check.outcome import jsonable
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.ownmodel import Source
from mismatch.data.series import Series
from mismatch.data.text import YourText
from mismatch.engine.own import own as own_of
from mismatch.sweep import store
from mismatch.sweep.child import Answer
from mismatch.sweep.executors.inline import Inline
from mismatch.timing.programs import training_step
from tests.advise import made
from tests.advise.test_code import assert_used
from tests.advise.told import FINALISTS, advice
from tests.engine import own_models as models

PLAIN = Tried(False, None, True, (Cost(4, 1.0, 0.01), Cost(12, 2.0, 0.03)), 0.01)
ALONE = Tried(False, 0.5, True, PLAIN.costs[:1], 0.01)


def source(folder: Path, text: str) -> str:
    path = folder / "mine.py"
    path.write_text(models.HEAD + text)
    return f"{path}:build"


def shared(folder: Path, text: str = models.POOLED, words: bool = False) -> Settings:
    """Settings that all arms of an advice share, on a small file; runs of four updates."""
    data = YourText(path=made.table(folder / "a.csv")) if words else Series(path=made.ts(folder / "a.ts"))
    node = entering.base(data, "out", Asked(model=source(folder, text)))
    node.train.updates, node.train.block = 4, 1
    return node


def own(folder: Path, found: Tried = PLAIN) -> OwnModel:
    return OwnModel(Source.of(source(folder, models.POOLED)), found)


def test_ways_have_nothing_in_front_of_the_model_and_its_mask_only_where_it_takes_one(tmp_path: Path) -> None:
    node = shared(tmp_path)
    lengths = node.data.lengths()
    every = candidates.ways(node.data, lengths, False, 12)
    for masked, masks in ((False, {"none"}), (True, {"none", "explicit"})):
        found = own(tmp_path, Tried(masked, None, True, PLAIN.costs, 0.01))
        grid = candidates.Grid(node, found.rates, found.rates[:1], found.form)
        entrants = grid.entrants(every, found.rates[:1])
        ways = [each.way for each in entrants]
        assert {way.mask for way in ways} == masks and {way.reduction for way in ways} == {OWN}
        assert {way.padding for way in ways} == {"pre", "post"} and len({way.steps for way in ways}) > 1
        assert {"interpolate", "head_tail"} <= {way.truncating for way in ways} and len(set(ways)) == len(ways)
        assert all(arm.model.build and arm.reduction.kind == "none" for each in entrants for arm in each.arms)
    assert [role for role, _ in roles(ways[1], ways[0], ways)][:2] == ["advised", "the most accurate in the race"]
    assert "padding after, masked" in dict(roles(ways[0], ways[0], ways))


def test_learning_rates_are_the_usual_ones_or_lie_around_that_it_is_compiled_with(tmp_path: Path) -> None:
    assert own(tmp_path).rates[:1] == entering.MIDDLE and set(own(tmp_path).rates) == set(entering.RATES)
    assert own(tmp_path, ALONE).rates == (0.5, 0.125, 2.0)


def test_its_seconds_lie_in_a_line_between_the_lengths_that_were_tried(tmp_path: Path) -> None:
    arms = ownmodel.levels(shared(tmp_path))
    steps = [arm.steps for arm in arms]
    seconds = [own(tmp_path).seconds(arm) for arm in arms]
    assert steps[0] < 8 < steps[-1] == 12 and seconds == sorted(seconds)
    assert seconds[-1] == pytest.approx(2.0 + 0.03 * 4 * (1 + probes(arms[-1])))
    assert own(tmp_path, ALONE).seconds(arms[-1]) == pytest.approx(1.0 + 0.03 * 4 * (1 + probes(arms[-1])))


def test_the_plan_says_how_much_slower_it_is(tmp_path: Path) -> None:
    node = shared(tmp_path)
    arm = ownmodel.levels(node)[-1]
    assert own(tmp_path).slower(arm) == pytest.approx(own(tmp_path).seconds(arm) / (0.1 + 4 * 0.01))
    assert own(tmp_path).plan(node) == (
        f"a run of mine.py:build takes about {own(tmp_path).seconds(arm):.1f} s at T = 12, about "
        f"{own(tmp_path).slower(arm):.0f} times as long as one of the built-in GRU"
    )


def test_words_name_the_model_and_what_was_not_tried_with_it(tmp_path: Path) -> None:
    way, masked = Way(96, reduction=OWN), Way(96, reduction=OWN, mask="explicit")
    assert whole(way) == "T = 96 (keep the end), pad before, your model"
    assert whole(masked) == "T = 96 (keep the end), pad before, your model, given the mask"
    assert apart(masked, way) == "your model, given the mask" and instead(way, masked) == "leaving out the mask"
    finalist = FINALISTS[0].__class__(**{**vars(FINALISTS[0]), "way": way})
    told = advice(finalists=(finalist,), entered=(), own=own(tmp_path))
    assert paragraph(told).startswith("Use T = 96 (keep the end), pad before, your model: accuracy 0.842")
    said = " ".join(left(told).lines)
    assert "pooling, convolution and Masking in front of your model" in said and "as build takes none" in said
    assert "tried: mine.py:build," in said and "units" not in said and "with Adam" in said
    model = json.loads(told.to_json())["model"]
    assert model["function"] == str(own(tmp_path).source) and model["costs"][1]["update"] == 0.03


def test_a_model_that_changes_or_always_fails_ends_the_race_in_one_line(tmp_path: Path) -> None:
    def record(status: str, error: str | None = None) -> Any:
        return SimpleNamespace(status=status, identity={"error": error})

    found = own(tmp_path)
    found.refuse_failed({"a": {0: record("ok"), 1: record("failed", "MemoryError")}, "b": {0: record("diverged")}})
    for runs, said in (
        ([record("failed", "MemoryError: x")], "fails in every run: MemoryError: x"),
        ([record("ok"), record("failed", "m.py:build: has changed since this")], "has changed while it was raced"),
    ):
        with pytest.raises(ConfigError, match=said):
            found.refuse_failed({"a": dict(enumerate(runs))})


def errand(folder: Path, text: str = models.POOLED, seconds: float = 60.0, words: bool = False) -> Errand:
    node = shared(folder, text, words)
    return Errand(ownmodel.levels(node), ownmodel.levels(node, "explicit"), 4, seconds)


SAME = """
model = keras.Sequential([keras.Input((6, 3)), layers.Flatten(), layers.Dense(2)])
def build(T, D, K): return model
"""


def test_trying_finds_out_what_a_model_is_and_what_it_takes(tmp_path: Path) -> None:
    found = trying.measured(errand(tmp_path, models.MASKED))
    assert isinstance(found, Tried) and found.masked and found.probabilities and found.rate is None
    assert [cost.steps for cost in found.costs][-1] == 12 and len(found.costs) == 2
    assert all(0 < cost.update < 1 and cost.once > 0 for cost in found.costs) and 0 < found.built_in
    for text, said in (
        (models.TWO_INPUTS, "makes a model of 2 inputs, must have one"),
        (SAME.replace("6, 3", "None, 3").replace("Flatten", "GlobalMaxPooling1D"), "returns a model that it returned"),
        (SAME, "cannot take sequences"),
    ):
        refused = trying.measured(errand(tmp_path, text))
        assert isinstance(refused, str) and said in refused, refused


LOST = """
def build(T, D, K):
    x = keras.Input((T, D))
    h = layers.Conv1D(2, 2, padding="same")(layers.Masking()(x))
    return keras.Model(x, layers.Dense(K)(layers.SimpleRNN(2)(h)))
"""


def test_what_the_check_calls_an_error_in_a_model_is_found_when_it_is_tried(tmp_path: Path) -> None:
    node = shared(tmp_path, LOST)
    arm = ownmodel.levels(node)[0]
    (found,) = trying._errors(arm, own_of(arm).model)
    assert (found.code, found.severity) == ("M210", "error") and found.where.startswith("mine.py: ")
    kept = Tried(False, None, False, PLAIN.costs, 0.01, (found,))
    path = tmp_path / "kept.json"
    path.write_text(json.dumps(jsonable(asdict(kept))))
    assert ownmodel._kept(path) == kept
    path.write_text("{}")
    assert ownmodel._kept(path) is None


def test_a_model_that_ends_its_process_or_never_comes_back_is_one_line(tmp_path: Path) -> None:
    ended = outcome(Answer(None, "much\nlast words\n", 3), 9.0)
    assert ended == "ended the process that tried it, exit status 3: last words"
    assert tried(errand(tmp_path, seconds=0.2)) == "was not made and tried within 0 s"


@pytest.mark.parametrize("words", [False, True])
def test_its_script_makes_the_arrays_of_the_arm_and_calls_the_function(words: bool, tmp_path: Path) -> None:
    chosen = {"model.build": source(tmp_path, models.MASKED), "train.engine": "fit", "length.steps": 6}
    path = made.table(tmp_path / "a.csv") if words else made.ts(tmp_path / "a.ts")
    for mask, line in (("none", "len(CLASSES))"), ("explicit", "len(CLASSES), mask=True)")):
        arm = made.arm_of("text" if words else "series", {**chosen, "mask": mask}, path=path)
        for found, compiled in ((PLAIN, "SparseCategoricalCrossentropy()"), (ALONE, "model.optimizer.learning_rate =")):
            script = made.held(arm, tmp_path, script=written(arm, own=found))
            compile(script.code, "model.py", "exec")
            assert_used(script.code)
            assert line in script.code and compiled in script.code and "layers" not in script.code


class OneRate(OwnModel):
    @property
    def rates(self) -> tuple[float, ...]:
        return super().rates[:1]


@pytest.mark.slow
def test_an_advice_on_ones_own_model_is_raced_tested_written_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As little as it can be: one T, one rate, runs of ten updates."""
    few: dict[str, Any] = dict.fromkeys(("MOST_UNSURE", "MOST_REPLICATES", "REPLICATES", "FEWEST_REPLICATES"), 2)
    few["step_times"] = lambda *_: Timed({}, {})
    for room, changes in (
        (candidates, {"QUANTILES": (1.0,)}),
        (entering, {"LOOKS": (2,), "FEWEST_UPDATES": 10, "MOST_UPDATES": 10}),
        (advising, {"LOOKS": (2,), **few}),
        (ownmodel, {"tried": trying.measured, "OwnModel": OneRate}),
    ):
        for name, value in changes.items():
            monkeypatch.setattr(room, name, value)
    text = models.TOKENS.replace("return", "model =") + "    model.compile('sgd', models_loss)\n    return model\n"
    text = text.replace("models_loss", "'sparse_categorical_crossentropy'")
    dataset = YourText(path=made.table(tmp_path / "a.csv"))
    asked, said, folder = Asked(minutes=60.0, model=source(tmp_path, text)), list[str](), tmp_path / "out"
    checked = check_items(dataset.items())
    told = Advising(dataset, checked, asked, folder, Inline(), said.append).advice()
    assert any("a run of mine.py:build takes" in line for line in said)
    assert any(line.startswith("plan: 60 min") and "at one learning rate" in line for line in said)
    assert told.advised.tested and told.settings["model.build"] == asked.model
    assert "model.units" not in told.settings and "your model" in paragraph(told)
    assert "its optimizer and loss as it is compiled" in " ".join(left(told).lines)
    assert training_step(told.advised.arm)() > 0

    runs = len(store.briefs(folder))
    monkeypatch.setattr(ownmodel, "tried", None)  # what is known is not found out again
    again = Advising(dataset, checked, asked, folder, Inline(), said.append).advice()
    assert len(store.briefs(folder)) == runs == told.runs > 8 and again.settings == told.settings
    assert "model.py" in write(told, folder).names
    monkeypatch.setattr("sys.argv", ["model.py"])
    assert len(runpy.run_path(str(folder / "model.py"))["right"]) == told.aside
