"""Settings: what is refused and how, what is one arm, what the command line composes."""

import subprocess
import sys
import time
from dataclasses import asdict
from types import SimpleNamespace

import pytest

from mismatch.cli import expand
from mismatch.config.fields import ConfigError
from mismatch.config.paths import CONF, EXPERIMENTS
from mismatch.config.settings import register, settings
from mismatch.sweep import plan
from tests.helpers import make_arm, make_settings, mismatch

EXPERIMENT_NAMES = sorted(path.parent.name for path in EXPERIMENTS.glob("*/sweep.yaml"))

REFUSED = [
    ({"train__updates": 0}, "train.updates=0: must be at least 1"),
    ({"train__updates": 25}, "train.updates=25: must be a multiple of train.block=10"),
    ({"train__learning_rate": 0.0}, "train.learning_rate=0.0: must be greater than 0.0"),
    ({"train__optimizer": "adma"}, "train.optimizer=adma: must be one of adam, sgd, rmsprop"),
    ({"length__steps": 0}, "length.steps=0: must be a whole number of at least 1, or max"),
    ({"length__steps": "many"}, "length.steps=many: must be a whole number"),
    ({"length__steps": 6, "length__ratio": 0.5}, "length.ratio=0.5: cannot be given beside length.steps=6"),
    ({"length__padding": "left"}, "length.padding=left: must be one of pre, post"),
    ({"mask": "yes"}, "mask.kind=yes: must be one of none, masking, explicit"),
    ({"features__width": 4}, "features.width=4: needs an adapter"),
    ({"features__adapter": "zero"}, "features.adapter=zero: needs features.width"),
    ({"features__adapter": "zero", "features__width": 3}, "features.width=3: must be at least 6"),
    ({"features__adapter": "truncate", "features__width": 9}, "features.width=9: must be at most 6"),
    ({"reduction": "conv", "length__steps": 2}, "reduction.kernel=3: must be at most length.steps=2"),
    ({"reduction": "pool", "length__steps": 1}, "reduction.pool=2: must be at most length.steps=1"),
    ({"reduction": "pool", "length__steps": 13}, "reduction.pool=2: must divide length.steps=13"),
    ({"reduction": "conv", "reduction__kernel": None}, "reduction.kernel=None: must be given for reduction=conv"),
    ({"reduction": "pool", "reduction__pool": None}, "reduction.pool=None: must be given for reduction=pool"),
    ({"length__padding": None}, "length.padding=None: must be one of pre, post, mid, none"),
    ({"length__pad_value": float("nan")}, "length.pad_value=nan: must be a finite number"),
    ({"mask": "masking", "mask__value": None}, "mask.value=None: must be a finite number"),
    ({"train__learning_rate": float("inf")}, "train.learning_rate=inf: must be a finite number"),
    (
        {"data": "snippets", "features__width": 32},
        "features.width=32: must be left out for token ids: set data.dimension",
    ),
    ({"data__noise": 0.8}, "data.noise=0.8: must be below 1 - 1/data.classes"),
    ({"data__min_length": 20}, "data.min_length=20: must be at most data.max_length=12"),
    ({"model__units": -1}, "model.units=-1: must be at least 1"),
    ({"data": "snippets", "features__adapter": "zero", "features__width": 32}, "features.adapter=zero: must be native"),
    ({"data": "snippets", "length__pad_value": 1.0}, "length.pad_value=1.0: must be 0 for token ids"),
    ({"data": "snippets", "mask": "masking", "mask__value": 2.0}, "mask.value=2.0: must be 0 for token ids"),
    ({"data": "snippets", "length__fill": "noise"}, "length.fill=noise: must be constant for token ids"),
    ({"length__padding": "none", "length__ratio": 2.0}, "length.padding=none: needs length.steps=max (12)"),
    ({"length__padding": "none", "mask": "masking"}, "length.padding=none: needs mask=none"),
    ({"length__padding": "none", "train__engine": "fit"}, "length.padding=none: needs train.engine=compiled"),
    ({"layout": "transpose"}, "layout=transpose: needs T = D, here 12 and 6"),
    ({"layout": "scramble", "mask": "explicit"}, "layout=scramble: needs mask=none"),
    ({"layout": "time_major"}, "layout=time_major: needs data.train, data.probe and data.test to be multiples of T=12"),
    ({"layout": "scramble", "data": "snippets"}, "layout=scramble: needs data of numbers"),
    ({"layout": "scramble", "data": "parity"}, "layout=scramble: needs at least 2 features, data=parity has one"),
    ({"control": "noisy", "control__rate": None}, "control.rate=None: must be given for control=noisy"),
    ({"control": "wrong"}, "control.kind=wrong: must be one of none, sham, noisy, shuffled, delayed"),
]


@pytest.mark.parametrize(("overrides", "message"), REFUSED, ids=[message.split(":")[0] for _, message in REFUSED])
def test_bad_settings_are_refused_by_key_value_and_what_is_accepted(overrides, message):
    with pytest.raises(ConfigError) as error:
        make_arm(**overrides)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


SAME_ARM = [
    ({"length__steps": 12, "length__truncating": "pre"}, {"length__steps": "max", "length__truncating": "post"}),
    ({"length__steps": 4, "length__padding": "pre"}, {"length__steps": 4, "length__padding": "post"}),
    ({"reduction__kernel": 3}, {"reduction__kernel": 5}),
    ({"reduction": "pool", "reduction__mask": "rebuilt"}, {"reduction": "pool", "reduction__mask": "destroyed"}),
    ({"mask__value": 0.0}, {"mask__value": 7.0}),
    ({"features__adapter": "zero", "features__width": 6}, {"features__adapter": "tile", "features__width": 6}),
    ({"length__ratio": 0.5}, {"length__steps": 6}),
    ({"model__kernel_init": "glorot"}, {"model__kernel_init": "matched"}),
    ({"data": "snippets", "data__window": 2}, {"data": "snippets", "data__window": 5}),
    ({"length__padding": "none", "length__fill": "last"}, {"length__padding": "none", "length__pad_value": 3.0}),
    ({"length__fill": "noise", "length__pad_value": 0.0}, {"length__fill": "noise", "length__pad_value": 3.0}),
    ({"control": "sham", "control__rate": 0.1}, {"control": "sham", "control__rate": 0.3}),
    ({"layout__at": "both"}, {"layout__at": "test"}),
]


@pytest.mark.parametrize(("one", "other"), SAME_ARM)
def test_arms_that_differ_in_what_cannot_act_are_one_arm(one, other):
    assert make_arm(**one).id == make_arm(**other).id


def test_arms_that_differ_in_what_acts_are_two():
    ids = {
        make_arm(**overrides).id
        for overrides in ({}, {"length__padding": "post"}, {"mask": "masking"}, {"seed": 1}, {"data__noise": 0.2},
                          {"length__steps": 8}, {"length__steps": 8, "length__truncating": "post"}, {"train__block": 5})
    }  # fmt: skip
    assert len(ids) == 8


def test_programs_are_shared_by_arms_of_equal_shapes():
    shared = [make_arm(length__padding=side, model__bias_init=init, train__learning_rate=rate, seed=seed).program
              for side, init, rate, seed in (("pre", "zeros", 0.1, 0), ("post", "chrono", 0.2, 1))]  # fmt: skip
    assert shared[0] == shared[1] != make_arm(mask="masking").program


def test_parameters_are_flat_dotted_and_resolved():
    row = make_arm(length__ratio=2.0, mask="masking").parameters()
    assert row["data"] == "early" and row["mask"] == "masking" and row["reduction"] == "none"
    assert row["length.steps"] == 24 and row["length.ratio"] == 2.0 and row["features.width"] == 6
    assert row["reduction.pool"] is None and row["length.truncating"] is None
    assert list(row)[-1] == "seed"


def swept(*words: str) -> tuple[list[list[str]], list[object]]:
    """The jobs of a multirun as the sweeper makes them, and their configs as the launcher composes them."""
    from hydra import compose, initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.override_parser.overrides_parser import OverridesParser

    from hydra_plugins.mismatch_local import launcher

    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("config", list(words), return_hydra_config=True)
        loader = GlobalHydra.instance().config_loader()
        sweeper = launcher.LocalSweeper(None, config.hydra.sweeper.params, config.hydra.sweeper.blocks)
        sweeper.hydra_context = SimpleNamespace(config_loader=loader)
        asked = OverridesParser.create(config_loader=loader).parse_overrides(list(words))
        jobs = sweeper.split_arguments(asked, None)[0]
        return jobs, [settings(job) for job in launcher.compose(loader, config, jobs)]


def compose_jobs(*words: str) -> list[object]:
    return swept(*words)[1]


@pytest.mark.parametrize("name", EXPERIMENT_NAMES)
def test_jobs_composed_together_equal_those_that_hydra_composes_one_by_one(name, tmp_path):
    from hydra import compose, initialize_config_dir

    jobs, configs = swept(f"+experiment={name}", f"out={tmp_path}")
    some = range(0, len(jobs), 9)  # Hydra alone takes a tenth of a second for each
    with initialize_config_dir(str(CONF), version_base="1.3"):
        assert [configs[i] for i in some] == [settings(compose("config", jobs[i])) for i in some]


def test_an_override_goes_for_every_block_and_a_null_block_is_left_out():
    jobs, _ = swept("+experiment=padding", "data=late", "length.ratio=1")
    assert {word for job in jobs for word in job if word.startswith(("data=", "length.ratio="))} == {
        "data=late",
        "length.ratio=1",
    }
    smoke, _ = swept("+experiment=padding/smoke")
    assert not any("model.bias_init=chrono" in job for job in smoke) and any("control=sham" in job for job in smoke)


@pytest.mark.parametrize("name", EXPERIMENT_NAMES)
def test_every_experiment_composes_into_the_same_possible_plan_twice(name, tmp_path):
    words = [f"+experiment={name}", f"out={tmp_path}"]
    first, second = plan.make(compose_jobs(*words)), plan.make(compose_jobs(*words))
    assert [run.arm.id for run in first.runs] == [run.arm.id for run in second.runs]
    if name == "timing":
        assert not first.runs and first.measure_s > 0
        return
    assert len(first.arms) > 10 and len(first.runs) == sum(first.arms.values()) and first.done == 0
    assert set(first.arms.values()) == {10}
    assert {run.arm.control.kind for run in first.runs} == {"none", "sham", "noisy", "shuffled", "delayed"}


@pytest.mark.parametrize("name", [name for name in EXPERIMENT_NAMES if name != "timing"])
def test_every_arm_a_claim_or_control_names_is_in_the_plan_with_ten_replicates(name, tmp_path):
    """On the parameters alone: the contrasts of claims.yaml, resolved against the arms of sweep.yaml."""
    import pandas as pd

    from mismatch.analysis.select import arm_where
    from mismatch.report.experiment import registry

    made = plan.make(compose_jobs(f"+experiment={name}", f"out={tmp_path}"))
    arms = {run.arm.id: run.arm for run in made.runs}
    table = pd.DataFrame([{"arm": arm.id} | arm.parameters() for arm in arms.values()])
    claims = registry(name)
    for kind in ("none", "sham", "noisy", "shuffled", "delayed"):
        assert made.arms[arm_where(table, claims.controls | {"control": kind})] == 10
    for contrast in [part for claim in claims.claims for part in claim.contrasts]:
        if contrast.test != "paired" or contrast.table != "runs.csv":
            continue
        for side in (contrast.arm, contrast.against):
            arm = arm_where(table, claims.base | contrast.where | side)
            assert arm is not None, (contrast.name, side)
            assert made.arms[arm] == 10 or not contrast.primary, (contrast.name, side)


@pytest.mark.parametrize("name", EXPERIMENT_NAMES)
def test_every_experiment_has_a_small_cut_of_its_own_axes(name, tmp_path):
    cut = plan.make(compose_jobs(f"+experiment={name}/smoke", f"out={tmp_path}"))
    assert len(cut.arms) <= 16 and len({run.arm.program for run in cut.runs}) <= 8
    assert cut.smoke and cut.name == name and {run.arm.train.updates for run in cut.runs} <= {40}
    assert len(cut.arms) >= 5 or name == "timing"


def test_shell_completion_knows_groups_options_and_experiments(tmp_path):
    for line, words in {
        "mismatch data=": {"data=early", "data=snippets"},
        "mismatch mask=": {"mask=explicit"},
        "mismatch length.pad": {"length.padding=", "length.pad_value="},
        "mismatch +experiment=": {"+experiment=padding", "+experiment=features"},
    }.items():
        done = mismatch("-sc", "query=bash", cwd=tmp_path, COMP_LINE=line, COMP_POINT=str(len(line)))
        assert words <= set(done.stdout.split()), (line, done.stdout, done.stderr)


def test_impossible_cells_are_skipped_only_on_request(tmp_path):
    cells = [make_settings(features__adapter="zero", features__width=width, out=str(tmp_path)) for width in (2, 8)]
    with pytest.raises(ConfigError, match=r"features.width=2"):
        plan.make(cells)
    for cell in cells:
        cell.impossible = "skip"
    made = plan.make(cells)
    assert len(made.arms) == 1 and "1 impossible of 2 cells left out, such as features.width=2" in made.notes[0]


def test_several_experiments_become_a_multirun_each():
    assert expand(["-m", "+experiment=padding,features", "replicates=3"]) == [
        ["-m", "+experiment=padding", "replicates=3"],
        ["-m", "+experiment=features", "replicates=3"],
    ]
    assert expand(["-m", "experiment=padding"]) == [["-m", "+experiment=padding"]]


def test_an_experiment_with_overrides_of_its_own_gets_a_folder_of_its_own():
    (words,) = expand(["-m", "+experiment=padding", "data=reviews"])
    assert words[1].startswith("name=padding-") and words[2:] == ["+experiment=padding", "data=reviews"]


def test_the_same_sweep_finds_its_own_folder_and_another_does_not():
    def name(*words: str) -> str:
        return next(word for word in expand(list(words))[0] if word.startswith("name="))

    assert name("-m", "data=early,late", "replicates=3") == name("-m", "data=early,late", "replicates=9")
    assert name("-m", "data=early,late") != name("-m", "data=early,uniform")
    assert expand(["data=early", "--cfg", "job"])[0][1:] == ["data=early", "--cfg", "job"]
    assert expand(["name=mine", "seed=1"]) == [["name=mine", "seed=1"]]


USAGE = [
    (["-m", "length.steps=12,0"], 2, "length.steps=0: must be a whole number"),
    (["-m", "+experiment=padding,nothing"], 2, "experiment=nothing: must be one or more of"),
    (["features.width=4"], 2, "features.width=4: needs an adapter"),
    (["replicates=0"], 2, "replicates=0: must be at least 1"),
    (["train.updates=ten"], 1, "Value 'ten' of type 'str' could not be converted to Integer"),
    (["length.stepz=4"], 1, "Key 'stepz' not in 'Length'"),
    (["data=nothing"], 1, "Could not find 'data/nothing'"),
]


@pytest.mark.parametrize(("words", "code", "message"), USAGE, ids=[" ".join(words) for words, _, _ in USAGE])
def test_a_wrong_command_ends_in_a_message_without_traceback_and_trains_nothing(words, code, message, tmp_path):
    done = mismatch(*words, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr and "Traceback" not in done.stderr
    if code == 2:
        assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("**/records"))


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["data=late", "--help"],
        ["--cfg", "job"],
        ["data=late", "--cfg", "job"],
        ["--info"],
        ["--info", "searchpath"],
        ["+experiment=padding", "--cfg", "job"],
    ],
)
def test_looking_does_not_import_tensorflow(words, tmp_path):
    code = (
        "import sys; from mismatch import cli; sys.argv = ['mismatch', *sys.argv[1:]]\n"
        "try: cli.main()\nexcept SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'pandas', 'scipy'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_help_names_the_groups_and_how_to_sweep(tmp_path):
    begin = time.perf_counter()
    text = mismatch("--help", cwd=tmp_path).stdout
    assert time.perf_counter() - begin < 15  # a guard against importing the world, not a benchmark
    for word in ("early", "reviews", "reduction:", "mask:", "control:", "layout:", "experiment: collision, features"):
        assert word in text


def test_settings_survive_composition_with_their_types():
    job = compose_jobs("data=late", "length.steps=9", "replicates=2")[0]
    assert asdict(job)["length"]["steps"] == 9 and job.replicates == 2 and type(job.data).__name__ == "Late"
