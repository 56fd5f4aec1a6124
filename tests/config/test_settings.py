"""Settings: what is refused and how, what is one arm, what the command line composes."""

from dataclasses import asdict

import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.paths import EXPERIMENTS
from tests.helpers import make_arm

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
    (
        {"data": "snippets", "length__truncating": "interpolate"},
        "length.truncating=interpolate: must be one of pre, post, head_tail, crop, stride for token ids",
    ),
    (
        {"length__padding": "none", "length__truncating": "interpolate"},
        "length.padding=none: cannot be given beside length.truncating=interpolate, which leaves batches of one length",
    ),
    (
        {"length__padding": "none", "length__truncating": "interpolate", "length__steps": 6},
        "length.padding=none: cannot be given beside length.truncating=interpolate, which leaves batches of one length",
    ),
    ({"length__truncating": "Interpolate"}, "length.truncating=Interpolate: must be one of pre, post, head_tail"),
    ({"layout": "transpose"}, "layout=transpose: needs T = D, here 12 and 6"),
    ({"layout": "scramble", "mask": "explicit"}, "layout=scramble: needs mask=none"),
    ({"layout": "time_major"}, "layout=time_major: needs data.train, data.probe and data.test to be multiples of T=12"),
    ({"layout": "scramble", "data": "snippets"}, "layout=scramble: needs data of numbers"),
    ({"layout": "scramble", "data": "parity"}, "layout=scramble: needs at least 2 features, data=parity has one"),
    ({"control": "noisy", "control__rate": None}, "control.rate=None: must be given for control=noisy"),
    ({"control": "wrong"}, "control.kind=wrong: must be one of none, sham, noisy, shuffled, delayed, slow, short"),
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
    ({"length__ratio": 4.0, "length__pad_value": 0.0}, {"length__ratio": 4.0, "length__pad_value": -0.0}),
    ({"mask": "masking", "mask__value": 0.0}, {"mask": "masking", "mask__value": -0.0}),
    *(
        ({"length__truncating": "interpolate"} | common, {"length__truncating": "interpolate"} | common | inert)
        for common in ({}, {"length__ratio": 0.5}, {"length__ratio": 4.0})
        for inert in (
            {"length__padding": "post"},
            {"length__padding": None},
            {"length__fill": "noise"},
            {"length__pad_value": -7.0},
        )
    ),
    # Every sequence has T steps as it is.
    ({"data": "sparse_features"}, {"data": "sparse_features", "length__truncating": "interpolate"}),
    (
        {"data": "sparse_features", "length__padding": "none"},
        {"data": "sparse_features", "length__padding": "none", "length__truncating": "interpolate"},
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME_ARM)
def test_arms_that_differ_in_what_cannot_act_are_one_arm(one, other):
    assert make_arm(**one).id == make_arm(**other).id


def test_arms_that_differ_in_what_acts_are_two():
    ids = {
        make_arm(**overrides).id
        for overrides in ({}, {"length__padding": "post"}, {"mask": "masking"}, {"seed": 1}, {"data__noise": 0.2},
                          {"length__steps": 8}, {"length__steps": 8, "length__truncating": "post"}, {"train__block": 5},
                          {"length__steps": 8, "length__truncating": "interpolate"},
                          {"length__steps": 12, "length__truncating": "interpolate"},
                          {"length__steps": 24, "length__truncating": "interpolate"})
    }  # fmt: skip
    assert len(ids) == 11


def test_an_arm_that_interpolates_holds_nothing_of_padding():
    row = make_arm(length__truncating="interpolate", length__ratio=2.0, length__fill="last").parameters()
    assert row["length.truncating"] == "interpolate" and row["length.steps"] == 24
    assert row["length.padding"] is row["length.fill"] is row["length.pad_value"] is None
    fixed = make_arm("sparse_features", length__truncating="interpolate", length__steps=11).parameters()
    assert fixed["length.truncating"] == "interpolate"  # of 10 steps, all of them


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


def test_settings_survive_composition_with_their_types():
    from tests.cli.composing import compose_jobs

    job = compose_jobs("data=late", "length.steps=9", "replicates=2")[0]
    assert asdict(job)["length"]["steps"] == 9 and job.replicates == 2 and type(job.data).__name__ == "Late"
