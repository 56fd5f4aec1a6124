"""From the command line to settings: experiments, blocks, options of a user's own, Hydra's private side."""

from functools import cache

import pytest

from hydra_plugins.mismatch_hydra import internals
from mismatch.config.fields import ConfigError
from mismatch.config.groups import Settings
from mismatch.config.paths import CONF, EXPERIMENTS
from mismatch.config.settings import settings
from mismatch.sweep import plan
from tests.cli.composing import compose_jobs, swept
from tests.helpers import make_settings

pytestmark = pytest.mark.slow

OUT = "out=nowhere"  # nothing is written by a plan, and there are no records to find

EXPERIMENT_NAMES = sorted(path.parent.name for path in EXPERIMENTS.glob("*/sweep.yaml"))

MEASURED = {"timing", "linter"}
"""Experiments that train no arm: their measurement is all there is."""


REPEATED = {"robustness"}
"""Experiments that look at claims from aside, with few replicates and many settings."""


@cache
def composed(name: str) -> tuple[list[list[str]], list[Settings]]:
    """The jobs of an experiment and their settings, composed once for all tests."""
    return swept(f"experiment={name}", OUT)


@cache
def planned(name: str) -> plan.Plan:
    return plan.make(composed(name)[1])


@pytest.mark.parametrize("name", EXPERIMENT_NAMES)
def test_jobs_composed_together_equal_those_that_hydra_composes_one_by_one(name):
    from hydra import compose, initialize_config_dir

    jobs, configs = composed(name)
    some = range(0, len(jobs), max(9, len(jobs) // 12))  # Hydra alone takes a tenth of a second for each
    with initialize_config_dir(str(CONF), **internals.VERSION_BASE):
        assert [configs[i] for i in some] == [settings(compose("config", jobs[i])) for i in some]


def test_an_override_goes_for_every_block_and_a_null_block_is_left_out():
    jobs, _ = swept("experiment=padding", "data=late", "length.ratio=1", composed=False)
    assert {word for job in jobs for word in job if word.startswith(("data=", "length.ratio="))} == {
        "data=late",
        "length.ratio=1",
    }
    smoke, _ = swept("experiment=padding/smoke", composed=False)
    assert not any("model.bias_init=chrono" in job for job in smoke) and any("control=sham" in job for job in smoke)


@pytest.mark.parametrize("name", EXPERIMENT_NAMES)
def test_every_experiment_composes_into_the_same_possible_plan_twice(name):
    first = planned(name)
    if name not in REPEATED:  # which are long, and have a first cut that is composed again below
        second = plan.make(compose_jobs(f"experiment={name}", OUT))
        assert [run.arm.id for run in first.runs] == [run.arm.id for run in second.runs]
    if name in MEASURED:
        assert not first.runs and first.measure_s > 0
        return
    assert len(first.arms) > 10 and len(first.runs) == sum(first.arms.values()) and first.done == 0
    assert set(first.arms.values()) == ({10} if name not in REPEATED else {3, 4, 5, 6, 10})
    checks = {"none", "sham", "noisy", "shuffled", "delayed", *(() if name in REPEATED else ("slow", "short"))}
    assert {run.arm.control.kind for run in first.runs} == checks


@pytest.mark.parametrize("name", [name for name in EXPERIMENT_NAMES if name not in MEASURED])
def test_every_arm_a_claim_or_control_names_is_in_the_plan_with_ten_replicates(name):
    """On the parameters alone: the contrasts of claims.yaml, resolved against the arms of sweep.yaml."""
    import pandas as pd

    from mismatch.analysis.controls import original_of
    from mismatch.analysis.select import arm_where
    from mismatch.report.experiment import registry

    made = planned(name)
    arms = {run.arm.id: run.arm for run in made.runs}
    table = pd.DataFrame([{"arm": arm.id} | arm.parameters() for arm in arms.values()])
    claims = registry(name)
    for kind in ("none", "sham", "noisy", "shuffled", "delayed"):
        assert made.arms[arm_where(table, claims.controls | {"control": kind})] == 10
    for copy in table[table["control"].isin(["slow", "short"])]["arm"].unique():
        assert original_of(table, table[table["arm"] == copy]) is not None, arms[copy]
    for contrast in [part for claim in claims.claims for part in claim.contrasts]:
        if contrast.test == "tuned":
            assert_settings(table, claims.base, contrast)
        if contrast.test != "paired" or contrast.table != "runs.csv":
            continue
        for side in (contrast.arm, contrast.against):
            arm = arm_where(table, claims.base | contrast.where | side)
            assert arm is not None, (contrast.name, side)
            assert made.arms[arm] == 10 or not contrast.primary, (contrast.name, side)


def assert_settings(table, base, contrast):
    """Both sides of a contrast are one arm in each of the same settings, at several learning rates."""
    from mismatch.analysis.robustness import CELLS, runs_of

    sides = [runs_of(table, base | contrast.where | side) for side in (contrast.arm, contrast.against)]
    rates = [side.groupby([*CELLS])["train.learning_rate"].agg(set).to_dict() for side in sides]
    shared = rates[0].keys() & rates[1].keys()
    assert (16, "gru", "adam", 0.0) in shared, contrast.name
    assert all(rates[0][key] == rates[1][key] and len(rates[0][key]) > 1 for key in shared), contrast.name
    assert set(sides[0]["arm"]).isdisjoint(sides[1]["arm"]), contrast.name


VARIED = {"train.updates"}
"""What `robustness` varies and contrasts do not fix, beside the number of fresh sequences: enough for its updates."""
FRESH = {"early", "gap", "pool_order", "sparse_features"}


def test_robustness_compares_the_arms_that_are_registered_among_them_those_of_every_primary():
    """The same but for what it varies, so that it cannot look at something else than gives a claim its verdict."""
    from mismatch.config.claims import experiments_of

    # C17's primary asks whether two runs are the same, to rounding, so that no setting can move it.
    for claim in (each for each in registry("robustness").claims if each.id != "C17"):
        home = experiments_of(claim.id)[0]
        registered = next(each for each in registry(home).claims if each.id == claim.id)
        compared = [each for each in registered.contrasts if each.test == "paired" and each.table == "runs.csv"]
        known = {contrast.name: sides_of(home, contrast) for contrast in compared}
        tried = {contrast.name: sides_of("robustness", contrast) for contrast in claim.contrasts}
        (primary,) = [contrast.name for contrast in compared if contrast.primary]
        assert known[primary] in tried.values(), (claim.id, primary)
        datasets = {side["data"] for sides in known.values() for side in sides}
        for name, sides in tried.items():  # on other data than is registered, nothing is there to drift away from
            assert sides in known.values() or sides[0]["data"] not in datasets, (claim.id, name)


@cache
def registry(name):
    """The claims of an experiment, read once: they are long."""
    from mismatch.report import experiment

    return experiment.registry(name)


def sides_of(name, contrast):
    """The parameters of both sides at the shared rate, without what `robustness` varies."""
    from mismatch.analysis.select import arm_where

    table, kept = resolved(name)
    shared = {"train.learning_rate": 0.005} | registry(name).base | contrast.where
    return tuple(kept[arm_where(table, shared | side)] for side in (contrast.arm, contrast.against))


@cache
def resolved(name):
    """The arms of an experiment as a table, and the parameters of each that `robustness` must have too."""
    import pandas as pd

    arms = {run.arm.id: run.arm.parameters() for run in planned(name).runs}
    kept = {}
    for arm, told in arms.items():
        fresh = told["data"] in FRESH and told["data.train"] > 1000
        without = VARIED | ({"data.train"} if fresh else set())
        kept[arm] = {key: value for key, value in told.items() if value is not None and key not in without}
    return pd.DataFrame([{"arm": arm} | told for arm, told in arms.items()]), kept


def test_a_variant_goes_for_every_block_that_sets_none_of_its_keys():
    jobs, _ = swept("experiment=robustness", "train.learning_rate=0.005", composed=False)
    of = {word: [set(job) for job in jobs if word in job] for word in ("model.units=64", "data=reviews")}
    assert of["model.units=64"] and all("replicates=4" in job for job in of["model.units=64"])
    assert of["data=reviews"] and not any("model.units=64" in job for job in of["data=reviews"])
    null, _ = swept("experiment=robustness", "hydra.sweeper.variants.units=null", composed=False)
    assert not any("model.units=64" in job for job in null)


def test_the_first_cut_is_a_part_of_the_whole():
    first, whole = planned("robustness/first"), planned("robustness")
    controls = {run.arm.id for run in first.runs if run.arm.train.updates == 400}
    assert first.ids < whole.ids and first.name == whole.name
    assert {count for arm, count in first.arms.items() if arm not in controls} == {3}


@pytest.mark.parametrize("name", EXPERIMENT_NAMES)
def test_every_experiment_has_a_small_cut_of_its_own_axes(name, tmp_path):
    cut = plan.make(compose_jobs(f"experiment={name}/smoke", f"out={tmp_path}"))
    assert len(cut.arms) <= 16 and len({run.arm.program for run in cut.runs}) <= 8
    assert cut.request.smoke and cut.name == name and {run.arm.train.updates for run in cut.runs} <= {40}
    assert len(cut.arms) >= 5 or name in MEASURED


def test_impossible_cells_are_skipped_only_on_request(tmp_path):
    cells = [make_settings(features__adapter="zero", features__width=width, out=str(tmp_path)) for width in (2, 8)]
    with pytest.raises(ConfigError, match=r"features.width=2"):
        plan.make(cells)
    for cell in cells:
        cell.impossible = "skip"
    made = plan.make(cells)
    assert len(made.arms) == 1 and "1 impossible of 2 cells left out, such as features.width=2" in made.notes[0]


@pytest.mark.parametrize("experiment", ["padding", "truncation", "features", "reduction", "text", "robustness"])
def test_arms_on_shipped_texts_are_tested_with_the_weights_that_the_probe_part_chose(experiment):
    """One with the last weights, which know the training texts by heart, would be compared with all others."""
    kept = {job.train.keep for job in composed(experiment)[1] if job.data.name in ("snippets", "reviews")}
    assert kept == {"best"}
