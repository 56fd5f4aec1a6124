"""Models of one's own: what is refused before it trains, what they share, and what names their runs."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mismatch.config.arm import Arm
from mismatch.config.fields import ConfigError
from mismatch.data.streams import Streams
from mismatch.engine.own import LOSS, own
from mismatch.engine.ready import ready
from mismatch.run.pipeline import run
from tests.engine import own_models as models
from tests.helpers import make_arm

SMALL = {"train__engine": "fit", "train__updates": 2, "train__block": 1, "length__steps": 6}


def arm_of(folder: Path, source: str, data: str = "early", **overrides: Any) -> Arm:
    """An arm on the model that `source` makes, two updates long."""
    path = folder / "mine.py"
    path.write_text(models.HEAD + source)
    return make_arm(data, model__build=f"{path}:build", **SMALL | overrides)


def refused(arm: Arm) -> str:
    with pytest.raises(ConfigError) as caught:
        own(arm)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("model.build=")
    return str(caught.value)


@pytest.mark.parametrize(("source", "said"), models.WRONG.items(), ids=list(models.WRONG.values()))
def test_what_is_no_classifier_of_these_sequences_is_one_line(tmp_path: Path, source: str, said: str) -> None:
    assert said in refused(arm_of(tmp_path, source))


def test_inputs_are_counted_and_the_mask_has_to_be_taken(tmp_path: Path) -> None:
    assert "makes a model of 2 inputs, must have one" in refused(arm_of(tmp_path, models.TWO_INPUTS))
    assert "takes no mask: def build(T, D, K, mask=False)" in refused(arm_of(tmp_path, models.POOLED, mask="explicit"))
    said = refused(arm_of(tmp_path, "def build(T): ...", "snippets"))
    assert "must take the steps T, the size of the vocabulary V, and the classes K: def build(T, V, K)" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mine", "model.build=mine: must be a Python file and a function in it, such as my_model.py:build"),
        ("mine.py:", "must be a Python file and a function in it"),
        ("mine.txt:build", "must be a Python file and a function in it"),
        ("nosuch.py:build", "nosuch.py:build: there is no such file"),
    ],
)
def test_what_names_no_function_in_a_file_is_one_line(given: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        make_arm(model__build=given, **SMALL)
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"mask": "masking"}, "mask=masking: must be none or explicit with model.build"),
        ({"reduction": "pool"}, "reduction=pool: must be none with model.build"),
        ({"features__adapter": "dense", "features__width": 9}, "features.adapter=dense: makes arrays without a layer"),
        ({"length__steps": "max", "length__padding": "none"}, "length.padding=none: must pad to one length"),
        ({"train__engine": "compiled"}, "train.engine=compiled: must be fit or xla with model.build"),
    ],
)
def test_what_would_stand_in_front_of_the_model_is_refused(tmp_path: Path, overrides: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        arm_of(tmp_path, models.POOLED, **overrides)
    assert str(caught.value).startswith(said)


def test_settings_of_the_built_in_model_are_none_where_another_takes_its_place_and_given_where_not(
    tmp_path: Path,
) -> None:
    arms = [arm_of(tmp_path, models.POOLED, model__units=units) for units in (4, 5)]
    assert arms[0].id == arms[1].id and arms[0].model.units is None and arms[0].gates == 0
    for name in ("units", "cell", "dropout"):
        with pytest.raises(ConfigError, match=f"model.{name}=None: must be given without model.build"):
            make_arm(**{f"model__{name}": None})
    with pytest.raises(ConfigError, match=r"needs model\.build"):
        make_arm(model__sha256="1")


def test_runs_are_named_by_all_that_a_model_stands_on(tmp_path: Path) -> None:
    ids = {arm_of(tmp_path, models.POOLED).id, arm_of(tmp_path, models.POOLED + "# other\n").id}
    source = "import sizes\nfrom parts.inner import more\n" + models.POOLED
    for size in (1, 2):
        (tmp_path / "sizes.py").write_text(f"import deeper\nSIZE = {size}\n")
        (tmp_path / "deeper.py").write_text("DEEP = 1\n")
        ids.add(arm_of(tmp_path, source).id)
    (tmp_path / "deeper.py").write_text("DEEP = 2\n")
    ids.add(arm_of(tmp_path, source).id)
    (tmp_path / "parts").mkdir()
    for text in ("more = 1\n", "more = 2\n"):
        (tmp_path / "parts" / "inner.py").write_text(text)
        ids.add(arm_of(tmp_path, source).id)
    assert len(ids) == 7
    (tmp_path / "sizes.py").write_text("def (:")
    with pytest.raises(ConfigError, match=r"mine.py:build: sizes.py is no Python that can be read \(line 1"):
        arm_of(tmp_path, source)


def test_a_file_that_changed_trains_nothing_and_is_named(tmp_path: Path) -> None:
    arm = arm_of(tmp_path, models.POOLED)
    (tmp_path / "mine.py").write_text("x = 1")
    record = run(arm, 0, "x")
    assert record.status == "failed" and "mine.py:build: has changed since this was planned" in record.identity["error"]
    with pytest.raises(ConfigError, match=f"has changed since it had model.sha256={arm.model.sha256}"):
        make_arm(model__build=arm.model.build, model__sha256=arm.model.sha256, **SMALL)


def test_a_run_repeats_bit_for_bit_and_arms_of_other_lengths_start_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arm, path = arm_of(tmp_path, models.POOLED), list(sys.path)
    first, again = run(arm, 0, "x"), run(arm, 0, "x")
    assert first.status == "ok", first.identity["error"]
    assert (first.trace["batch_loss"] == again.trace["batch_loss"]).all()
    assert first.metrics["parameters"] == 6 * 4 + 4 and np.isnan(first.metrics["flops_per_sample"])
    assert not first.metrics["mask_reached_gru"] and first.provenance["init_hash"] == again.provenance["init_hash"]
    longer = arm_of(tmp_path, models.POOLED, length__steps=9)
    starts = [ready(one, Streams(0, k)).weights for one, k in ((arm, 0), (longer, 0), (arm, 1))]
    assert (starts[0][0] == starts[1][0]).all() and (starts[0][0] != starts[2][0]).any()
    assert sys.path == path and capsys.readouterr().out == ""


def test_probabilities_masks_and_words_are_taken_for_what_they_are(tmp_path: Path) -> None:
    """The loss of a run is that of its own outputs: at the start it is near log 4, whatever these are."""
    for source, data, overrides in (
        (models.MASKED, "early", {"mask": "explicit", "length__ratio": 2.0, "length__steps": "max"}),
        (models.TOKENS, "snippets", {}),
    ):
        arm = arm_of(tmp_path, source, data, **overrides)
        made, record = ready(arm, Streams(0, 0)), run(arm, 0, "x")
        assert made.probabilities and record.status == "ok", record.identity["error"]
        assert record.metrics["mask_reached_gru"] == (arm.mask.kind == "explicit")
        assert abs(record.trace["probe_loss"][0] - np.log(arm.data.classes_count)) < 0.7


def test_a_compiled_model_keeps_its_optimizer_at_the_rate_of_the_arm(tmp_path: Path) -> None:
    arm = arm_of(tmp_path, models.COMPILED.format(logits="from_logits=True"), train__learning_rate=0.125)
    made = ready(arm, Streams(0, 0))
    thousandth = models.COMPILED.format(logits="from_logits=True").replace("0.5, mom", "0.001, mom")
    assert own(arm_of(tmp_path, thousandth)).rate == 0.001
    arm = arm_of(tmp_path, models.COMPILED.format(logits="from_logits=True"), train__learning_rate=0.125)
    assert own(arm).rate == 0.5 and float(made.optimizer.learning_rate) == 0.125
    assert made.optimizer.momentum == 0.9 and made.loss is made.built.model.loss
    named = models.TOKENS.replace("return", "model =") + f"    model.compile('sgd', {LOSS!r})\n    return model\n"
    assert callable(ready(arm_of(tmp_path, named, "snippets"), Streams(0, 0)).loss)
