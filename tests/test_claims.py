"""Claims on the claims: what is paired, what guards a verdict, when it is given, and that noise alone gets none.

Tables are made up here, so what is true of them is known. Accuracies of an arm are its `level`, plus what a replicate
gives to every arm, plus noise of its own of sd `NOISE`.
"""

import itertools
import math
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mismatch.analysis import controls, registry
from mismatch.analysis.claims import COLUMNS, evaluate, headline
from mismatch.analysis.effects import effects
from mismatch.analysis.pairs import PairingError, outcome, pair
from mismatch.analysis.select import arm_where, arms_where
from mismatch.analysis.statistics import UnreliableInterval
from mismatch.config.fields import ConfigError
from mismatch.config.paths import EXPERIMENTS
from mismatch.report import verdicts
from mismatch.report.explain import explain
from mismatch.sweep.store import read_csv

CEILING, CHANCE, NOISE, TEST = 0.9, 0.25, 0.002, 4096
CONTROLLED = {"data": "early", "length.padding": "pre"}
FILES = sorted(EXPERIMENTS.glob("*/claims.yaml"))
Runs = pd.DataFrame


@pytest.fixture(autouse=True)
def unwarned() -> Iterator[None]:
    """Intervals of few or of equal differences may say that they are not reliable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        yield


def runs_of(*arms: dict[str, Any], replicates: int = 10, seed: int = 0) -> Runs:
    """One row per arm and replicate. An arm is its parameters, and `level`, `ceiling`, `step`, `spread` of its runs."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(0, 0.01, replicates)
    rows = []
    for number, given in enumerate(arms):
        parameters = {"control": "none", "layout": "correct", "data.test": TEST, "train.updates": 400, **given}
        known = {"level": 0.88, "ceiling": CEILING, "step": 2.0, "spread": NOISE}
        level, ceiling, step, spread = (parameters.pop(name, default) for name, default in known.items())
        own = "sham " if parameters["control"] == "sham" else ""
        for k in range(replicates):
            exact = level + shared[k] + rng.normal(0, spread)
            rows.append(
                {"experiment": "x", "arm": f"arm{number:02d}", "replicate": k, "run": f"arm{number:02d}-{k}",
                 "status": "ok", **parameters, "accuracy": exact, "exact_accuracy": exact, "exact_accuracy_se": 0.005,
                 "bayes_accuracy": ceiling, "chance": CHANCE, "ceiling": ceiling, "ceiling_full": CEILING,
                 "skill": (exact - CHANCE) / (CEILING - CHANCE), "steps_to_90": 100.0,
                 "step_ms": step + rng.normal(0, 0.02), "timing_valid": True,
                 "data_hash": f"{own}{parameters['data']} {k}", "order_hash": f"{own}order {k}"}
            )  # fmt: skip
    return pd.DataFrame(rows)


def sound() -> Runs:
    """A sweep whose controls all show what they must; pads after the data cost .3 and make a step 1.5 times as long."""
    noisy = CEILING - 0.1
    return runs_of(
        CONTROLLED,
        {"data": "early", "length.padding": "post", "level": 0.58, "step": 3.0},
        {"data": "late", "length.padding": "pre"},
        {"data": "late", "length.padding": "post", "level": 0.58},
        CONTROLLED | {"control": "sham"},
        CONTROLLED | {"control": "noisy", "control.rate": 0.1, "level": 0.78, "ceiling": noisy},
        CONTROLLED | {"control": "shuffled", "level": CHANCE, "ceiling": CHANCE},
        CONTROLLED | {"control": "delayed", "control.delay_ms": 2.0, "step": 4.0},
    )


def contrast(name: str = "post against pre", **given: Any) -> dict[str, Any]:
    sides = {"arm": {"length.padding": "post"}, "against": {"length.padding": "pre"}}
    return {"name": name, **sides, "margin": 0.02} | given


def claim(*contrasts: dict[str, Any], id: str = "C1", **given: Any) -> dict[str, Any]:
    return {"id": id, "claim": "Pads cost accuracy.", "source": "made up", "contrasts": list(contrasts)} | given


def registered(folder: Path, *claims: dict[str, Any], **more: Any) -> registry.Registry:
    """The claims, written to a file and read from it."""
    path = folder / "x" / "claims.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({"base": {"data": "early"}, "controls": CONTROLLED, "claims": list(claims)} | more))
    return registry.load(path)


def plan_of(runs: Runs) -> dict[str, int]:
    return {str(arm): 10 for arm in runs["arm"].unique()}


def judged(folder: Path, runs: Runs, *contrasts: dict[str, Any], **more: Any) -> pd.DataFrame:
    """The rows of claims.csv for `contrasts`, all of one claim, without controls."""
    found = registered(folder, claim(*contrasts), **more)
    return evaluate(found, {"runs.csv": runs}, [], None).set_index("contrast")


def verdict_on(folder: Path, *differences: float, **given: Any) -> str:
    """The verdict on one primary contrast whose paired differences are these."""
    n = len(differences)
    runs = runs_of(CONTROLLED, CONTROLLED | {"length.padding": "post"}, replicates=n)
    base = runs.loc[runs["arm"] == "arm00", "exact_accuracy"].to_numpy()
    runs.loc[runs["arm"] == "arm01", "exact_accuracy"] = base + differences
    return str(judged(folder, runs, contrast(primary=True, **given))["verdict"].iloc[0])


# Pairing


def two(replicates: int = 4, **second: Any) -> Runs:
    return runs_of(CONTROLLED, CONTROLLED | {"length.padding": "post"} | second, replicates=replicates)


def test_runs_are_paired_by_the_number_of_the_replicate_whatever_their_order() -> None:
    runs = two()
    found = pair(runs.sample(frac=1, random_state=1), "arm01", "arm00", "exact_accuracy")
    values = runs.set_index(["arm", "replicate"])["exact_accuracy"]
    assert found.replicates == (0, 1, 2, 3)
    assert found.differences == pytest.approx([values["arm01", k] - values["arm00", k] for k in range(4)])
    assert found.runs[:4] == ("arm01-0", "arm00-0", "arm01-1", "arm00-1")


@pytest.mark.parametrize("stream", ["data", "order"])
def test_runs_that_differ_in_data_or_order_are_no_pair_unless_the_contrast_does_not_share_it(stream: str) -> None:
    runs = two()
    runs.loc[runs["run"] == "arm01-2", f"{stream}_hash"] = "another"
    with pytest.raises(PairingError, match=f"replicate 2: {stream}_hash differs"):
        pair(runs, "arm01", "arm00", "exact_accuracy")
    others = [name for name in ("data", "order") if name != stream]
    assert len(pair(runs, "arm01", "arm00", "exact_accuracy", shares=others).differences) == 4


def failed(runs: Runs, *ids: str, status: str = "diverged") -> Runs:
    """`runs` where some failed: their metrics and chance are blank, as in the table."""
    metrics = ["accuracy", "exact_accuracy", "skill", "steps_to_90", "step_ms", "chance", "ceiling", "data_hash"]
    runs = runs.copy()
    lost = runs["run"].isin(ids)
    runs.loc[lost, "status"] = status
    runs.loc[lost, metrics] = np.nan
    return runs


@pytest.mark.parametrize("status", ["diverged", "failed", "killed", "timeout"])
@pytest.mark.parametrize(
    ("metric", "score"), [("accuracy", CHANCE), ("exact_accuracy", CHANCE), ("skill", 0.0), ("steps_to_90", 400.0)]
)
def test_a_run_that_failed_scores_chance_and_is_counted(metric: str, score: float, status: str) -> None:
    found = pair(failed(two(), "arm01-2", status=status), "arm01", "arm00", metric)
    assert found.arm[2] == score
    assert (found.failures, found.missing) == (1, ())


def test_an_arm_all_of_whose_runs_failed_scores_the_chance_of_its_dataset() -> None:
    runs = failed(two(), *(f"arm01-{k}" for k in range(4)))
    assert pair(runs, "arm01", "arm00", "exact_accuracy").arm.tolist() == [CHANCE] * 4


def test_a_run_that_diverged_late_does_not_keep_what_it_had_reached() -> None:
    runs = two()
    runs.loc[runs["run"] == "arm01-0", "status"] = "diverged"
    assert outcome(runs, "steps_to_90")[4] == 400
    assert outcome(runs, "exact_accuracy")[4] == CHANCE


def test_steps_to_90_are_censored_only_where_there_is_a_ceiling_to_reach() -> None:
    runs = two().assign(steps_to_90=np.nan)
    assert outcome(runs, "steps_to_90").eq(400).all()
    assert outcome(runs.assign(ceiling=np.nan), "steps_to_90").isna().all()


def test_a_metric_a_failed_run_cannot_have_leaves_the_pair_missing() -> None:
    found = pair(failed(two(), "arm01-2"), "arm01", "arm00", "step_ms")
    assert found.replicates == (0, 1, 3)
    planned = pair(failed(two(), "arm01-2"), "arm01", "arm00", "step_ms", planned={"arm00": 4, "arm01": 4})
    assert planned.missing == ("replicate 2: no step_ms",)


def test_a_ratio_needs_positive_numbers() -> None:
    runs = two()
    runs.loc[runs["run"] == "arm01-1", "step_ms"] = 0.0
    found = pair(runs, "arm01", "arm00", "step_ms", "ratio", planned={"arm00": 4, "arm01": 4})
    assert found.missing == ("replicate 1: no step_ms",)
    assert np.isfinite(found.differences).all()


def test_planned_pairs_that_are_absent_withhold_the_verdict_and_are_named(tmp_path: Path) -> None:
    runs = sound()
    cut = runs[~runs["run"].isin(["arm01-3", "arm01-7"])]
    found = evaluate(registered(tmp_path, claim(contrast())), {"runs.csv": cut}, [], plan_of(runs)).iloc[0]
    assert (found["verdict"], found["why"]) == ("WITHHELD", "2 planned pairs missing (replicate 3: not run)")
    assert found["n"] == 8
    without = runs[runs["arm"] != "arm01"]
    found = evaluate(registered(tmp_path, claim(contrast())), {"runs.csv": without}, [], plan_of(runs)).iloc[0]
    assert (found["verdict"], found["why"]) == ("WITHHELD", "no arm data=early, length.padding=post")


def test_runs_that_are_no_pair_withhold_the_verdict(tmp_path: Path) -> None:
    runs = sound()
    runs.loc[runs["run"] == "arm01-4", "order_hash"] = "another"
    found = judged(tmp_path, runs, contrast(), contrast("batches of their own", shares=["data"]))
    assert found["verdict"].tolist() == ["WITHHELD", "SUPPORTED"]
    assert "order_hash differs" in found["why"].iloc[0]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"metric": "roughness"}, "roughness"),
        ({"arm": {"model.units": 8}}, "model.units=8: must be a column"),
        ({"arm": {"length.padding": "pre"}}, "both sides are arm arm00"),
        ({"table": "steps.csv"}, "steps.csv is missing"),
    ],
)
def test_what_the_table_cannot_answer_is_withheld_and_stops_nothing_else(tmp_path: Path, given: Any, why: str) -> None:
    found = judged(tmp_path, sound(), contrast("odd", **given), contrast())
    assert found["verdict"].tolist() == ["WITHHELD", "SUPPORTED"]
    assert why in found["why"].iloc[0]


# Selecting arms


def arms(*described: dict[str, Any]) -> Runs:
    return pd.DataFrame([{"arm": f"arm{number}"} | parameters for number, parameters in enumerate(described)])


def test_a_blank_parameter_fits_any_value_and_an_exact_one_is_preferred() -> None:
    table = arms({"mask": "none", "mask.value": None}, {"mask": "masking", "mask.value": 0.0})
    assert arm_where(table, {"mask": "none", "mask.value": 0}) == "arm0"
    assert arm_where(table, {"mask.value": 0}) == "arm1"
    assert arm_where(table, {"mask": "explicit"}) is None


def test_an_ambiguous_description_is_refused_by_the_names_of_the_columns_that_differ() -> None:
    table = arms({"mask": "none", "model.units": 8}, {"mask": "none", "model.units": 16})
    with pytest.raises(ConfigError, match=r"mask=none: must name one arm, fits 2: they differ in model\.units"):
        arm_where(table, {"mask": "none"})
    with pytest.raises(ConfigError, match=r"length\.ratio=1: must be a column"):
        arm_where(table, {"length.ratio": 1})


def test_an_arm_is_no_control_and_has_its_axes_in_order_unless_a_description_says_so() -> None:
    plain = {"control": "none", "layout": "correct"}
    table = arms(plain, plain | {"control": "sham"}, plain | {"layout": "transpose"})
    found = [arm_where(table, words) for words in ({}, {"control": "sham"}, {"layout": "transpose"})]
    assert found == ["arm0", "arm1", "arm2"]


def test_numbers_switches_and_lists_of_levels_are_compared_as_such() -> None:
    table = arms({"mask": "none", "a.b": 1, "switch": True}, {"mask": "none", "a.b": 4.0, "switch": "False"})
    assert arm_where(table, {"a.b": 4}) == "arm1"
    assert arm_where(table, {"switch": False}) == "arm1"
    assert arms_where(table, {"a.b": [1, 4, 16]})["arm"].tolist() == ["arm0", "arm1"]


# The registry


WRONG = {
    "an unknown key": (claim(contrast(metrik="x")), "post against pre: metrik=x"),
    "an unknown key of a claim": (claim(contrast(), page=3), "C1: page=3"),
    "a missing key": ({"id": "C1", "source": "x", "contrasts": [contrast()]}, "C1: claim=None: must be given"),
    "a nameless contrast": (claim({"margin": 0.1}), "C1: ?: name=None: must be given"),
    "two primaries": (claim(contrast(primary=True), contrast("b", primary=True)), "C1: primary=2"),
    "an unknown test": (claim(contrast(test="guess")), "test=guess: must be one of outcome, paired, share, variance"),
    "an unknown prediction": (claim(contrast(predicts="more")), "predicts=more: must be one of less, greater"),
    "an unknown scale": (claim(contrast(scale="log")), "scale=log: must be one of difference, ratio"),
    "an unknown stream": (claim(contrast(shares=["dada"])), "shares=('dada',): must be some of data, order, init"),
    "a word for a list": (claim(contrast(shares="data")), "shares=data: must be a list"),
    "a word for a number": (claim(contrast(margin="2%")), "margin=2%: must be a number"),
    "a list for a mapping": (claim(contrast(arm=["post"])), "arm=['post']: must be a mapping"),
    "a negative margin": (claim(contrast(margin=-0.1)), "margin=-0.1: must be 0 or more"),
    "equal within nothing": (claim(contrast(predicts="equal", margin=0)), "margin=0.0: must be above 0"),
    "no rows": (claim({"name": "a", "test": "outcome", "expect": ["raises"]}), "rows=None: must be given"),
    "no factors": (claim({"name": "a", "test": "variance", "at_least": 0.5}), "factors=None: must be given"),
    "more than all": (claim({"name": "a", "test": "share", "against": {"a": 1}, "at_least": 5}), "at_least=5.0: must"),
    "neither contrasts nor reason": (claim(), "C1: contrasts=0: must be given, or a reason"),
    "contrasts and a reason": (claim(contrast(), untestable="no GPU"), "C1: contrasts=1: must be given, or a reason"),
    "one name twice": (claim(contrast(), contrast()), "C1: name=post against pre: must occur once"),
    "a word for a claim": ("C1", "claims.yaml=C1: must be a mapping, one for each claim"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_claims_file_is_refused_in_one_line_that_names_file_claim_and_key(tmp_path: Path, wrong: str) -> None:
    item, text = WRONG[wrong]
    with pytest.raises(ConfigError) as refused:
        registered(tmp_path, item)
    message = str(refused.value)
    assert text in message and str(tmp_path / "x" / "claims.yaml") in message and "\n" not in message


def test_the_head_of_a_claims_file_is_checked_too(tmp_path: Path) -> None:
    for more, text in (
        ({"bass": {}}, "bass={}: must be one of base, controls"),
        ({"controls": ["early"]}, "controls=['early']: must be a mapping"),
        ({"claims": [claim(contrast()), claim(contrast())]}, "id=C1: must occur once"),
        ({"factorials": [{"name": "a"}]}, "factorials: where=None: must be given"),
    ):
        with pytest.raises(ConfigError) as refused:
            registered(tmp_path, **more)
        assert text in str(refused.value)
    (tmp_path / "x" / "claims.yaml").write_text("claims: [")
    with pytest.raises(ConfigError, match="must be YAML"):
        registry.load(tmp_path / "x" / "claims.yaml")


def test_the_hash_of_the_claims_changes_with_the_file(tmp_path: Path) -> None:
    first, again = (registered(tmp_path, claim(contrast())).hash for _ in range(2))
    assert first == again != registered(tmp_path, claim(contrast(margin=0.03))).hash


def test_every_claim_of_the_article_is_registered_with_one_contrast_that_decides() -> None:
    found = [entry for path in FILES for entry in registry.load(path).claims]
    assert {f"C{number}" for number in range(1, 29)} <= {entry.id for entry in found}
    for name in {entry.id for entry in found}:
        same = [entry for entry in found if entry.id == name]
        decided = sum(part.primary for entry in same for part in entry.contrasts)
        assert decided + sum(bool(entry.untestable) for entry in same) == 1, name
        assert len({(entry.claim, entry.source) for entry in same}) == 1, name


# Controls


def three() -> tuple[dict[str, Any], ...]:
    """Claims in accuracy on the controlled dataset, in time, and in accuracy on another dataset."""
    return (
        claim(contrast("accuracy", primary=True)),
        claim(contrast("time", primary=True, metric="step_ms", scale="ratio", predicts="greater"), id="C2"),
        claim(contrast("other", primary=True, where={"data": "late"}), id="C3"),
    )


def verdicts_of(folder: Path, runs: Runs, planned: dict[str, int] | None = None) -> pd.DataFrame:
    found = registered(folder, *three())
    checks = controls.check_all({"runs.csv": runs}, found.controls, planned)
    return evaluate(found, {"runs.csv": runs}, checks, planned).set_index("contrast")


def test_where_all_controls_pass_the_planted_contrasts_are_supported(tmp_path: Path) -> None:
    found = verdicts_of(tmp_path, sound(), plan_of(sound()))
    assert found["verdict"].tolist() == ["SUPPORTED"] * 3
    assert found["controls"].tolist() == ["passed (4)", "passed (2)", "passed (4)"]  # a Bayes check per dataset


def shift(column: str, control: str, by: float) -> Callable[[Runs], Runs]:
    return lambda runs: runs.assign(**{column: runs[column] + by * runs["control"].eq(control)})


def without(control: str, replicate: int | None = None) -> Callable[[Runs], Runs]:
    return lambda runs: runs[runs["control"].ne(control) | (runs["replicate"].ne(replicate) & (replicate is not None))]


def above_its_ceiling(runs: Runs) -> Runs:
    """Pads before the data on `late` score .02 too much; the mean of 10 has standard error .0016."""
    high = runs["data"].eq("late") & runs["length.padding"].eq("pre")
    return runs.assign(exact_accuracy=runs["exact_accuracy"].mask(high, CEILING + 0.02))


def rule_off(runs: Runs) -> Runs:
    """Off by .01 on 10 test sets of 4096: 6.8 standard errors of .0015."""
    return runs.assign(bayes_accuracy=runs["bayes_accuracy"] - 0.01 * runs["data"].eq("early"))


def shuffled_runs_fail(runs: Runs) -> Runs:
    return failed(runs, *runs.loc[runs["control"] == "shuffled", "run"])


def two_shams(runs: Runs) -> Runs:
    more = runs[runs["control"] == "sham"].assign(arm="arm99").assign(**{"data.test": 9999})
    return pd.concat([runs, more], ignore_index=True)


ACCURACY, ALL, TIME = {"accuracy", "other"}, {"accuracy", "other", "time"}, {"time"}
BROKEN: dict[str, tuple[Callable[[Runs], Runs], str, set[str]]] = {
    "the sham differs": (shift("accuracy", "sham", 0.1), "sham: 0.1", ALL),
    "wrong labels cost nothing": (shift("accuracy", "noisy", 0.1), "noisy: 0.0", ACCURACY),
    "wrong labels cost too much": (shift("accuracy", "noisy", -0.1), "noisy: -0.19", ACCURACY),
    "shuffled labels are learned": (shift("accuracy", "shuffled", 0.05), "shuffled: 0.3", ACCURACY),
    "the delay is not seen": (shift("step_ms", "delayed", -2.0), "delayed: -0.01", TIME),
    "the delay is seen twice": (shift("step_ms", "delayed", 2.0), "delayed: 3.9", TIME),
    "the Bayes rule is off": (rule_off, "bayes early: Bayes rule 0.8900 on 10 test sets, ceiling 0.9000", {"accuracy"}),
    "an arm is above its ceiling": (above_its_ceiling, "ceiling: arm arm02 is 0.0200 above", {"other"}),
    "no sham": (without("sham"), "sham: its arm is not in the table", ALL),
    "no noisy labels": (without("noisy"), "noisy: its arm is not in the table", ACCURACY),
    "no shuffled labels": (without("shuffled"), "shuffled: its arm is not in the table", ACCURACY),
    "no delay": (without("delayed"), "delayed: its arm is not in the table", TIME),
    "a sham too few": (without("sham", 3), "sham: 1 pairs missing (replicate 3: not run)", ALL),
    "a shuffled too few": (without("shuffled", 0), "shuffled: 1 pairs missing (replicate 0: not run)", ACCURACY),
    "failures pass for chance": (shuffled_runs_fail, "shuffled: 10 of its runs failed", ACCURACY),
    "two arms may be the sham": (two_shams, "must name one arm, fits 2: they differ in data.test", ALL),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_control_withholds_the_verdicts_it_guards_and_no_other(tmp_path: Path, broken: str) -> None:
    breaks, why, names = BROKEN[broken]
    found = verdicts_of(tmp_path, breaks(sound()), plan_of(sound()))
    withheld = found[found["verdict"] == "WITHHELD"]
    assert set(withheld.index) == names
    assert withheld["why"].str.startswith("control failed: ").all()
    assert withheld["why"].str.contains(why, regex=False).all()
    assert (found.drop(withheld.index)["verdict"] == "SUPPORTED").all()


def test_without_the_arm_they_copy_no_control_passes(tmp_path: Path) -> None:
    runs = sound()
    checks = controls.check_runs(runs[runs["arm"] != "arm00"], CONTROLLED)
    assert [check.text for check in checks if not check.passed] == ["the arm it copies is not in the table"] * 4


def test_sound_controls_fail_about_as_seldom_as_they_say() -> None:
    rng = np.random.default_rng(3)
    samples = 3000
    failures = sum(not controls._holds(values, 0.0)[0] for values in rng.normal(0, 1, (samples, 10)))
    # Level .1%: 3 expected of 3000, a Poisson count; 10 or more have probability .001.
    assert failures < 10


def test_times_of_runs_side_by_side_decide_nothing(tmp_path: Path) -> None:
    found = verdicts_of(tmp_path, sound().assign(timing_valid=False))
    assert found["verdict"].to_dict() == {"accuracy": "SUPPORTED", "time": "WITHHELD", "other": "SUPPORTED"}
    assert "side by side" in found.loc["time", "why"]


def rounds_of(rounds: int = 20) -> Runs:
    """Step times of interleaved rounds: 256 steps take four times as long as 64; with sham and a delay of 2 ms."""
    rng = np.random.default_rng(1)
    arms = {"a": (64, "none", 8.0), "b": (256, "none", 32.0), "s": (64, "sham", 8.0), "d": (64, "delayed", 10.0)}
    return pd.DataFrame(
        {"arm": arm, "replicate": k, "status": "ok", "engine": "graph", "length.steps": steps, "control": control,
         "control.delay_ms": 2.0 if control == "delayed" else None, "step_ms": ms * (1 + 0.01 * rng.normal())}
        for k in range(rounds) for arm, (steps, control, ms) in arms.items()
    )  # fmt: skip


STEPS = {"table": "steps.csv", "metric": "step_ms", "scale": "ratio", "predicts": "greater", "shares": []}
LONGER = {"name": "256 against 64", "arm": {"length.steps": 256}, "against": {"length.steps": 64}} | STEPS


def on_steps(folder: Path, steps: Runs) -> pd.Series:
    tables = {"steps.csv": steps}
    found = registered(folder, claim(LONGER | {"margin": 0.05}), base={"engine": "graph"}, controls={})
    return evaluate(found, tables, controls.check_all(tables, {}, None)).iloc[0]


def test_step_times_are_compared_as_factors_and_guarded_by_their_own_sham_and_delay(tmp_path: Path) -> None:
    found = on_steps(tmp_path, rounds_of())
    assert (found["verdict"], found["controls"], found["n"]) == ("SUPPORTED", "passed (2)", 20)
    # Noise of 1% in 20 rounds: standard error of the mean log ratio .01 * sqrt(2/20) = .003; 4 of these.
    assert found["effect"] == pytest.approx(math.log(4), abs=0.013)


@pytest.mark.parametrize(
    ("breaks", "why"),
    [
        (shift("step_ms", "sham", 1.0), "sham (graph): 1.0"),
        (shift("step_ms", "delayed", -2.0), "delayed (graph): 0.0"),
        (without("sham"), "sham (graph): its arm is not in the table"),
        (without("delayed"), "delayed (graph): its arm is not in the table"),
        (lambda steps: steps[steps["arm"] != "a"], "no arm"),
    ],
    ids=["sham differs", "delay not seen", "no sham", "no delay", "no original"],
)
def test_a_broken_clock_withholds_the_verdicts_on_step_times(tmp_path: Path, breaks: Any, why: str) -> None:
    found = on_steps(tmp_path, breaks(rounds_of()))
    assert found["verdict"] == "WITHHELD"
    assert why in found["why"] or why in found["why"].replace("-0.0", "0.0")


def test_an_engine_without_controls_leaves_the_verdicts_on_another_alone(tmp_path: Path) -> None:
    plain = rounds_of()[lambda steps: steps["control"] == "none"]
    both = pd.concat([rounds_of(), plain.assign(engine="xla", arm=plain["arm"] + "-xla")], ignore_index=True)
    assert on_steps(tmp_path, both)["verdict"] == "SUPPORTED"
    assert sum(not check.passed for check in controls.check_times(both)) == 2


def cases_of(**outcomes: str) -> pd.DataFrame:
    """The mismatch table: `legal` cases are those named so, and one case changed weights before it raised."""
    return pd.DataFrame(
        {"row": row.replace("_", "-"), "legal": row.startswith("legal"), "outcome": found.split()[0],
         "weights_changed": found.endswith("late")}
        for row, found in outcomes.items()
    )  # fmt: skip


CASES = {"legal_one": "works", "features_a": "raises", "features_b": "raises late", "time_a": "silent"}


def rows(name: str, *patterns: str, **given: Any) -> dict[str, Any]:
    return {
        "name": name,
        "test": "outcome",
        "table": "mismatches.csv",
        "rows": list(patterns),
        "expect": ["raises"],
    } | given


def on_cases(folder: Path, cases: pd.DataFrame, *contrasts: dict[str, Any]) -> pd.DataFrame:
    tables = {"mismatches.csv": cases, "runs.csv": sound()}
    found = registered(folder, claim(contrast(), *contrasts))
    return evaluate(found, tables, controls.check_all(tables, found.controls)).set_index("contrast")


def test_a_claim_about_all_cases_holds_only_if_every_case_shows_it(tmp_path: Path) -> None:
    found = on_cases(
        tmp_path,
        cases_of(**CASES),
        rows("features", "features-*"),
        rows("every", "*"),
        rows("in time", "features-*", unchanged=True),
        rows("absent", "rank-*"),
        rows("named", "legal-one", expect=["works"]),
    )
    assert found["verdict"].tolist()[1:] == ["SUPPORTED", "REFUTED", "REFUTED", "WITHHELD", "SUPPORTED"]
    assert found.loc["every", ["n", "effect", "runs"]].tolist() == [3, 2 / 3, "features-a features-b time-a"]
    assert found.loc["every", "why"] == "time-a: silent"
    assert found.loc["in time", "why"].startswith("features-b: raises after")
    assert found.loc["absent", "why"] == "no row rank-* in mismatches.csv"


def test_a_legal_case_that_does_not_work_withholds_the_verdicts_on_cases_and_no_other(tmp_path: Path) -> None:
    found = on_cases(tmp_path, cases_of(**CASES | {"legal_one": "raises"}), rows("features", "features-*"))
    assert found["verdict"].tolist() == ["SUPPORTED", "WITHHELD"]
    assert "legal cases that do not work: legal-one" in found["why"].iloc[1]


# Verdicts


LOSS = (-0.31, -0.29, -0.30, -0.33, -0.28, -0.30, -0.32, -0.27, -0.31, -0.29)
NOTHING = (0.001, -0.002, 0.003, -0.001, 0.002, -0.003, 0.001, -0.001, 0.002, -0.002)
UNCLEAR = (0.10, -0.08, 0.06, -0.12, 0.03, -0.04, 0.09, -0.07, 0.05, -0.01)


@pytest.mark.parametrize(
    ("differences", "predicts", "expected"),
    [
        (LOSS, "less", "SUPPORTED"),
        (LOSS, "greater", "REFUTED"),
        (LOSS, "different", "SUPPORTED"),
        (LOSS, "equal", "REFUTED"),
        (NOTHING, "less", "EQUIVALENT"),
        (NOTHING, "equal", "SUPPORTED"),
        (UNCLEAR, "less", "INCONCLUSIVE"),
        (UNCLEAR, "equal", "INCONCLUSIVE"),
    ],
)
def test_a_planted_effect_gets_its_verdict(tmp_path: Path, differences: Any, predicts: str, expected: str) -> None:
    assert verdict_on(tmp_path, *differences, predicts=predicts) == expected


def test_five_pairs_can_show_no_difference_and_six_can(tmp_path: Path) -> None:
    # The least two-sided sign-flip p is 2/2^5 = .0625, and 2/2^6 = .031.
    assert verdict_on(tmp_path, *LOSS[:5]) == "INCONCLUSIVE"
    assert verdict_on(tmp_path, *LOSS[:6]) == "SUPPORTED"


def test_primary_contrasts_are_corrected_together_whatever_their_claim(tmp_path: Path) -> None:
    # 2/2^6 = .031 is enough alone; of two in a family, Holm asks for .025.
    runs = runs_of(CONTROLLED, CONTROLLED | {"length.padding": "post", "level": 0.58}, replicates=6)
    both = contrast(primary=True)
    alone = evaluate(registered(tmp_path, claim(both)), {"runs.csv": runs}, [])
    two = evaluate(registered(tmp_path, claim(both), claim(both, id="C2")), {"runs.csv": runs}, [])
    assert (alone["verdict"].iloc[0], alone["p_holm"].iloc[0]) == ("SUPPORTED", 2 / 64)
    assert two["verdict"].tolist() == ["INCONCLUSIVE"] * 2
    assert two["p_holm"].tolist() == [4 / 64] * 2 and two["p"].tolist() == [2 / 64] * 2
    apart = evaluate(
        registered(tmp_path, claim(both), claim(both | {"family": "own"}, id="C2")), {"runs.csv": runs}, []
    )
    assert apart["verdict"].tolist() == ["SUPPORTED"] * 2


def test_a_table_of_claims_is_complete_and_names_the_runs(tmp_path: Path) -> None:
    said = claim(contrast(primary=True), rows("none", "time-*"))
    never = {"id": "C9", "claim": "Elsewhere too.", "source": "made up", "untestable": "needs another library"}
    found = evaluate(registered(tmp_path, said, never), {"runs.csv": sound()}, [], plan_of(sound()))
    assert list(found) == list(COLUMNS) and found["verdict"].notna().all()
    first, last = found.iloc[0], found.iloc[-1]
    assert first["runs"].split()[:2] == ["arm01-0", "arm00-0"] and len(first["runs"].split()) == 20
    must = [name for name in COLUMNS if name not in ("why", "controls")]
    assert first[must].notna().all() and first["family"] == "primary" and first["failures"] == 0
    assert (last["verdict"], last["why"], last["primary"]) == ("UNTESTED", "needs another library", True)


def test_failures_enter_the_effect_and_are_counted(tmp_path: Path) -> None:
    runs = failed(sound(), *(f"arm01-{k}" for k in range(10)))
    found = judged(tmp_path, runs, contrast()).iloc[0]
    assert (found["verdict"], found["failures"]) == ("SUPPORTED", 10)
    assert found["effect"] == pytest.approx(CHANCE - runs.loc[runs["arm"] == "arm00", "exact_accuracy"].mean())


def grid(levels: dict[tuple[str, str], float], spread: float = NOISE) -> Runs:
    """A grid of mask x side, by the level of each cell."""
    return runs_of(
        *({"data": "early", "mask": mask, "length.padding": side, "level": level, "spread": spread}
          for (mask, side), level in levels.items())
    )  # fmt: skip


FULL = {("none", "pre"): 0.88, ("none", "post"): 0.58, ("masking", "pre"): 0.88, ("masking", "post"): 0.88}
WHERE = {"mask": ["none", "masking"], "length.padding": ["pre", "post"]}


def share_of_variance(at_least: float) -> dict[str, Any]:
    factors = ["mask", "length.padding"]
    return {"name": "v", "test": "variance", "where": WHERE, "factors": factors, "at_least": at_least}


def share_of_arms(at_least: float) -> dict[str, Any]:
    against = {"mask": "masking", "length.padding": "pre"}
    return {"name": "s", "test": "share", "where": WHERE, "against": against, "margin": 0.02, "at_least": at_least}


def test_a_share_of_variance_is_supported_refuted_or_neither(tmp_path: Path) -> None:
    clear, none = grid(FULL), grid(dict.fromkeys(FULL, 0.88), spread=0.05)
    found = judged(tmp_path, clear, share_of_variance(0.9)).iloc[0]
    assert (found["verdict"], found["n"], len(found["runs"].split())) == ("SUPPORTED", 10, 40)
    assert found["low"] <= found["effect"] <= found["high"]
    assert judged(tmp_path, none, share_of_variance(0.9))["verdict"].iloc[0] == "REFUTED"
    assert judged(tmp_path, none, share_of_variance(0.1))["verdict"].iloc[0] == "INCONCLUSIVE"


def test_a_share_of_arms_is_supported_refuted_or_neither_and_rests_on_the_reference_too(tmp_path: Path) -> None:
    bad = {cell: 0.88 if cell == ("masking", "pre") else 0.58 for cell in FULL}
    # Clopper and Pearson: 3 of 3 is at least .29 (.025^(1/3)), 0 of 3 at most .71, 1 of 3 is .008 to .906.
    found = judged(tmp_path, grid(bad), share_of_arms(0.29)).iloc[0]
    assert (found["verdict"], found["n"], found["effect"]) == ("SUPPORTED", 3, 1.0)
    assert found["low"] == pytest.approx(0.025 ** (1 / 3)) and len(found["runs"].split()) == 40
    assert judged(tmp_path, grid(dict.fromkeys(FULL, 0.88)), share_of_arms(0.75))["verdict"].iloc[0] == "REFUTED"
    assert judged(tmp_path, grid(FULL), share_of_arms(0.5))["verdict"].iloc[0] == "INCONCLUSIVE"


def test_an_arm_measured_badly_does_not_speak_against_a_loss(tmp_path: Path) -> None:
    vague = judged(tmp_path, grid(dict.fromkeys(FULL, 0.88), spread=0.2), share_of_arms(0.75)).iloc[0]
    assert (vague["verdict"], vague["effect"]) == ("INCONCLUSIVE", 0.0)


@pytest.mark.parametrize("entry", [share_of_variance(0.5), share_of_arms(0.5)], ids=["variance", "share"])
def test_shares_are_withheld_while_planned_arms_or_runs_are_missing(tmp_path: Path, entry: dict[str, Any]) -> None:
    runs, found = grid(FULL), registered(tmp_path, claim(entry))
    for cut in (runs[runs["arm"] != "arm01"], runs[runs["run"] != "arm01-9"]):
        row = evaluate(found, {"runs.csv": cut}, [], plan_of(runs)).iloc[0]
        assert row["verdict"] == "WITHHELD" and "1 planned arms lack runs (arm01 has" in row["why"]


def test_a_grid_with_a_hole_has_no_shares_of_variance(tmp_path: Path) -> None:
    runs = grid(FULL)
    hole = judged(tmp_path, runs[runs["arm"] != "arm01"], share_of_variance(0.5)).iloc[0]
    flat = judged(tmp_path, runs[runs["mask"] == "none"], share_of_variance(0.5)).iloc[0]
    assert hole["verdict"] == flat["verdict"] == "WITHHELD"
    assert "mask=none, length.padding=post" in hole["why"] and flat["why"] == "mask does not vary"


def test_an_alarm_on_the_arm_that_others_are_measured_by_withholds_their_share(tmp_path: Path) -> None:
    inside = share_of_arms(0.29) | {"where": {"mask": "none", "length.padding": ["pre", "post"]}}
    runs = grid(FULL)
    check = controls.Check("ceiling", False, "arm arm02 is above its ceiling", "accuracy", arms=("arm02",))
    found = evaluate(registered(tmp_path, claim(inside)), {"runs.csv": runs}, [check]).iloc[0]
    assert (found["verdict"], found["n"]) == ("WITHHELD", 2)


def null_families(folder: Path, families: int, contrasts: int = 10) -> float:
    """Share of families without effects, all arms against one control, in which a verdict claims one."""
    sides = [f"side {k}" for k in range(contrasts)]
    entries = (contrast(side, primary=True, margin=0, arm={"length.padding": side}) for side in sides)
    found = registered(folder, *(claim(entry, id=f"C{k}") for k, entry in enumerate(entries)))
    wrong = 0
    for seed in range(families):
        runs = runs_of(*({"data": "early", "length.padding": side} for side in ("pre", *sides)), seed=seed)
        wrong += evaluate(found, {"runs.csv": runs}, [])["verdict"].isin(["SUPPORTED", "REFUTED"]).any()
    return wrong / families


def test_of_families_without_effects_one_in_twenty_at_most_gets_a_verdict_that_claims_one(tmp_path: Path) -> None:
    families = 50
    # .05 and three Monte Carlo standard errors. Measured over 400 families: .02, as in test_statistics.
    assert null_families(tmp_path, families) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / families)


# Every contrast a table holds


def masks() -> Runs:
    """T x mask x the value it masks, which is blank without a mask; masking gains .1, T = 4 costs .2."""
    cells = [("none", None), ("masking", 0.0), ("masking", -1.0)]
    return runs_of(
        *({"data": "early", "length.ratio": ratio, "mask": mask, "mask.value": value,
           "level": 0.7 + 0.1 * (mask == "masking") - 0.2 * (ratio == 4)}
          for ratio, (mask, value) in itertools.product((1, 4), cells)),
        {"data": "early", "length.ratio": 1, "mask": "none", "control": "sham"},
    )  # fmt: skip


def test_every_contrast_in_one_factor_is_found_once_with_its_sign() -> None:
    found = effects(masks())
    # T: 4 against 1 in each of 3 cells; mask: 2 values x 2 T, though no value is without a mask; value: 0 at 2 T.
    assert found["factor"].value_counts().to_dict() == {"mask": 4, "length.ratio": 3, "mask.value": 2}
    assert not found.duplicated(["arm", "against_arm"]).any()
    truth = {"mask": 0.1, "length.ratio": -0.2, "mask.value": 0.0}
    # Noise of .002 on either side, 10 pairs: standard error .0009; 4 of these.
    assert (found["effect"] - found["factor"].map(truth)).abs().max() < 0.0036
    assert found["n"].eq(10).all() and found["metric"].eq("exact_accuracy").all()
    assert set(found.loc[found["factor"] == "mask", "setting"]) == {
        "length.ratio=1, mask.value=0", "length.ratio=1, mask.value=-1",
        "length.ratio=4, mask.value=0", "length.ratio=4, mask.value=-1",
    }  # fmt: skip


def test_controls_other_data_and_runs_that_are_no_pair_give_no_effects() -> None:
    runs = masks()
    assert "arm06" not in {*effects(runs)["arm"], *effects(runs)["against_arm"]}
    runs.loc[runs["arm"] == "arm03", "order_hash"] = "batches of its own"
    found = effects(runs)
    assert "arm03" not in {*found["arm"], *found["against_arm"]} and len(found) == 6
    assert effects(runs_of({"data": "early"}, {"data": "late"})).empty


def test_a_ratio_that_differs_between_replicates_hides_no_effect_of_the_steps() -> None:
    runs = runs_of(*({"data": "text", "length.steps": steps} for steps in (16, 32, 48)), replicates=4)
    runs["length.ratio"] = runs["length.steps"] / (40 + runs["replicate"])
    assert effects(runs)[["factor", "level", "against"]].to_numpy().tolist() == [
        ["length.steps", 32, 16],
        ["length.steps", 48, 16],
    ]


def test_accuracy_stands_in_where_no_exact_one_is_known_and_failures_count() -> None:
    runs = failed(masks().assign(exact_accuracy=np.nan), "arm01-0")
    found = effects(runs).set_index(["factor", "arm"]).loc[("mask", "arm01")]
    assert (found["metric"], found["failures"], found["n"]) == ("accuracy", 1, 10)


# Verdicts over experiments


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two results folders: one with a claim in accuracy and one in time, one whose table is missing."""
    folder, runs = tmp_path / "results", sound()
    for name, claims, tables in (
        ("one", three()[:2], {"runs.csv": runs}),
        ("two", (claim(rows("cases", "time-*", primary=True), id="C10"),), {}),
    ):
        (folder / name).mkdir(parents=True)
        found = registered(tmp_path, *claims)
        checks = controls.check_all(tables, found.controls) if tables else []
        evaluate(found, tables, checks).assign(experiment=name).to_csv(folder / name / "claims.csv", index=False)
        table = pd.DataFrame(checks, columns=["name", "passed", "text", "guards"])
        table.to_csv(folder / name / "controls.csv", index=False)
    runs.to_csv(folder / "one" / "runs.csv", index=False)
    return folder


def test_verdicts_are_collected_over_experiments_largest_effect_first(results: Path) -> None:
    table = verdicts.collect(results)
    assert table["claim"].tolist() == ["C2", "C1", "C10"]  # ln 1.5 = .41, .30, none
    assert headline(table)["claim"].tolist() == ["C2", "C1", "C10"]
    assert verdicts.collect(results / "nothing").empty


def test_verdicts_read_as_text_and_as_a_page(results: Path) -> None:
    table = verdicts.collect(results)
    text, page = verdicts.text(table), verdicts.markdown(table)
    assert "3 claims: 2 SUPPORTED, 1 WITHHELD" in text and "mismatches.csv is missing" in text
    assert page.index("**C1.**") < page.index("**C2.**") < page.index("**C10.**")
    factor, difference = table["effect"].iloc[:2]
    for shown in (f"x{math.exp(factor):.3g} [", f"{difference:.3f} ["):
        assert shown in text and shown in page


def test_the_chain_behind_a_verdict_names_arms_pairs_controls_and_hash(results: Path) -> None:
    chain = explain(results, "C1")
    for part in (
        "SUPPORTED",
        "arm01: length.padding=post",
        "arm00: length.padding=pre",
        "arm01-9 arm00-9",
        "ok     sham",
    ):
        assert part in chain
    assert f"hash {read_csv(results / 'one' / 'claims.csv')['claims_hash'].iloc[0]}" in chain


def test_an_unknown_claim_is_refused_by_the_names_of_the_known(results: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="C99: must be one of C1, C2, C10"):
        explain(results, "C99")
    shutil.rmtree(results)
    with pytest.raises(ConfigError, match=r"needs claims\.csv below"):
        explain(results, "C1")
