"""What a case hands to a model is noticed before it acts, and looking on changes nothing of what the case comes to."""

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np
import pytest

from mismatch.trials import article, facts, labels, mask, order, shape
from mismatch.trials.handed import Use, Watcher
from mismatch.trials.inspected import Inspected, Inspector, inspected
from mismatch.trials.models import batch, classifier
from mismatch.trials.runner import Bench, Case, run

CASES = {case.row: case for room in (shape, order, labels, mask, article, facts) for case in room.cases}


@dataclass(frozen=True)
class Said:
    code: str
    severity: str = "warning"
    what: str = "is wrong"


def silent(use: Use) -> list[Said]:
    return []


def uses_of(act: Callable[[Bench], Any], mismatch: bool = True) -> list[Use]:
    """Every use that a case made up here hands over."""
    seen: list[Use] = []
    run(Case("fake", "fact", "fact", "call", "A fake.", mismatch, act), Watcher(seen.append))
    return seen


def looked(row: str, check: Callable[[Use], list[Said]] = silent) -> Inspected:
    return Inspector(check).inspect(CASES[row])


def test_a_use_is_noticed_before_training_moves_a_weight() -> None:
    weights: list[np.ndarray] = []
    model = classifier(eager=True)
    before = model.get_weights()[0]

    def check(use: Use) -> list[Said]:
        weights.append(use.model.get_weights()[0])
        return []

    def act(bench: Bench) -> None:
        model.fit(*batch(), verbose=0)

    Inspector(check).inspect(Case("fake", "1", "features", "fit", "A fake.", False, act))
    assert np.array_equal(weights[0], before) and not np.array_equal(model.get_weights()[0], before)


def test_every_way_into_a_model_is_noticed_with_its_arrays() -> None:
    values, truth = batch()

    def act(bench: Bench) -> None:
        model = classifier(eager=True)
        model.fit(values, truth, verbose=0)
        model.train_on_batch(values, truth)
        model.evaluate(x=values, y=truth, verbose=0)
        model.predict(values, verbose=0)
        model(values)

    uses = uses_of(act)
    assert [use.stage for use in uses] == ["fit", "fit", "evaluate", "predict", "call"]
    assert all(use.x is values for use in uses)
    assert [use.y is truth for use in uses] == [True, True, True, False, False]


def test_a_use_knows_what_the_model_was_fitted_on_before() -> None:
    first, second = batch(), batch(steps=9)

    def act(bench: Bench) -> None:
        model, other = classifier(eager=True), classifier(eager=True)
        model.fit(*first, verbose=0)
        model.fit(*first, validation_data=second, verbose=0)
        model.predict(second[0], verbose=0)
        other.predict(second[0], verbose=0)

    uses = uses_of(act)
    assert [use.stage for use in uses] == ["fit", "fit", "validation", "predict", "predict"]
    assert [use.reference is first[0] for use in uses] == [False, True, True, True, False]
    assert uses[2].x is second[0] and uses[2].y is second[1]


def test_a_fit_that_raised_is_no_reference() -> None:
    def act(bench: Bench) -> None:
        model = classifier(eager=True)
        with pytest.raises(Exception):  # noqa: B017
            model.fit(*batch(features=3), verbose=0)
        model(batch()[0])

    assert uses_of(act)[1].reference is None


def test_what_a_model_or_a_check_does_within_a_use_is_no_use_of_the_case() -> None:
    stages: list[str] = []

    def check(use: Use) -> list[Said]:
        stages.append(use.stage)
        use.model.predict(use.x, verbose=0)
        return []

    Inspector(check).inspect(CASES["features-match"])
    assert stages == ["call"]


def test_building_a_model_into_another_is_no_use() -> None:
    from mismatch.engine.backend import keras

    def act(bench: Bench) -> None:
        inputs = keras.Input((6, 4))
        keras.Model(inputs, classifier()(inputs))

    assert uses_of(act) == []


def test_models_are_as_they_were_after_watching() -> None:
    from mismatch.engine.backend import keras

    before = {name: getattr(keras.Model, name) for name in ("fit", "predict", "evaluate", "__call__")}
    own = set(vars(keras.Model))
    uses_of(lambda bench: 1 / 0)
    assert before == {name: getattr(keras.Model, name) for name in before} and set(vars(keras.Model)) == own


SAMPLE = (
    *("features-predict", "features-validation", "rank-2d-unbuilt", "weights-load-skip", "labels-float-loss"),
    *("logits-flag-on-softmax", "mask-longer-graph", "mask-shorter-eager", "mask-lost-convolution"),
    *("masked-equals-unpadded-post", "masked-steps-are-computed"),
)


@pytest.mark.parametrize("row", SAMPLE)
def test_a_case_comes_to_the_same_under_a_check_that_builds_draws_and_warns(row: str) -> None:
    import random
    import warnings

    def check(use: Use) -> list[Said]:
        warnings.warn("of the check", UserWarning, stacklevel=1)
        np.random.random(), random.random(), classifier()
        return [Said("M999")]

    alone, under = run(CASES[row]), looked(row, check).line
    names = {"message": "", "warning": ""}  # Keras numbers its layers, and may name one
    assert astuple(replace(alone, **names)) == pytest.approx(astuple(replace(under, **names)), nan_ok=True)
    assert alone.warning[:13] == under.warning[:13]


def test_a_check_that_fails_is_reported_and_the_case_goes_on() -> None:
    def check(use: Use) -> list[Said]:
        raise ZeroDivisionError("of the check")

    case = looked("features-match", check)
    assert case.line.outcome == "works" and case.looks[0].failed == "ZeroDivisionError: of the check"
    assert not case.found and not case.alarms


def test_notes_do_not_count() -> None:
    assert not looked("features-predict", lambda use: [Said("M999", "note")]).found


def test_what_is_also_said_of_the_correct_part_of_a_case_is_no_find() -> None:
    def wide(use: Use) -> list[Said]:
        return [Said("M900"), *([Said("M901")] if use.x.shape[-1] != 4 else [])]

    def act(bench: Bench) -> None:
        model = classifier(eager=True)
        with bench.saying(right=True):
            model.predict(batch()[0], verbose=0)
        model.predict(batch(features=3)[0], verbose=0)

    case = Inspector(wide).inspect(Case("fake", "1", "features", "predict", "A fake.", True, act))
    assert [look.right for look in case.looks] == [True, False]
    assert [look.findings for look in case.found] == [(("M901", "is wrong"),)]
    assert [look.findings for look in case.alarms] == [(("M900", "is wrong"),)]


def test_in_a_case_of_validation_data_the_training_data_are_correct() -> None:
    def act(bench: Bench) -> None:
        classifier(eager=True).fit(*batch(), validation_data=batch(9), verbose=0)

    check = Inspector(lambda use: [Said(f"M{use.x.shape[1]}")])
    case = check.inspect(Case("fake", "12", "time", "validation", "A fake.", True, act))
    assert [(look.stage, look.right) for look in case.looks] == [("fit", True), ("validation", False)]
    assert [look.findings[0][0] for look in case.found] == ["M9"]


def test_correct_data_are_no_correct_use_of_a_model_that_learned_something_else() -> None:
    def act(bench: Bench) -> None:
        model = classifier(steps=None, eager=True)
        model.fit(*batch(steps=9), verbose=0)
        with bench.saying(right=True):
            model(batch()[0])

    assert [use.right for use in uses_of(act)] == [False]


@pytest.mark.parametrize("row", ["mask-longer-graph", "mask-lost-operator", "example-1-compile", "mask-column-eager"])
def test_cases_below_a_model_offer_one(row: str) -> None:
    wrong = [use for use in uses_of(CASES[row].act) if not use.right]
    assert len(wrong) == 1 and len(wrong[0].x)
    assert (wrong[0].mask is not None) == row.startswith(("mask-longer", "mask-column"))


def test_what_is_not_tried_is_not_looked_at() -> None:
    def act(bench: Bench) -> None:
        with bench.saying(right=None):
            classifier()(batch(9)[0])
        classifier()(batch()[0])

    assert [use.x.shape[1] for use in uses_of(act)] == [6]


def test_correct_setups_run_first_and_results_keep_their_order() -> None:
    ran: list[str] = []

    def case(row: str, mismatch: bool) -> Case:
        return Case(row, "1", "features", "call", "A fake.", mismatch, lambda bench: ran.append(row))

    cases = [case("a", True), case("b", False), case("c", True)]
    assert [case.line.row for case in inspected(cases, silent)] == ["a", "b", "c"]
    assert ran == ["b", "a", "c"]


@pytest.mark.parametrize("row", ["weights-load", "weights-set"])
def test_weights_are_noticed_before_they_are_loaded(row: str) -> None:
    uses = uses_of(CASES[row].act)
    assert [(use.stage, use.x) for use in uses] == [("load", None)] and uses[0].weights is not None


def test_the_loss_of_a_loop_of_ones_own_goes_with_what_it_is_given() -> None:
    use = uses_of(CASES["binary-bare-loss"].act)[0]
    assert use.loss(use.y[:, None], use.model(use.x)).shape == (len(use.x),)
