"""What an arm lets the model see, asked of the parts it is made of."""

import numpy as np
import pytest

from mismatch.adapt.scale import moments
from mismatch.ceilings import ceiling, view
from mismatch.config.registry import ADAPTERS
from mismatch.data.streams import Streams
from tests.helpers import make_arm

STREAMS = Streams(0, 0)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, {"steps": 12, "mask": "none", "matrix": None, "extra": "none", "kernel": None, "pool": None}),
        ({"features__adapter": "noise", "features__width": 32}, {"matrix": None, "extra": "noise"}),
        ({"features__adapter": "dense", "features__width": 3}, {"matrix": None, "kernel": None}),
        ({"features__adapter": "dense", "features__width": 3, "reduction": "pool"}, {"kernel": 1, "pool": 2}),
        ({"reduction": "pool", "reduction__pool": 1}, {"kernel": None, "pool": 1}),
        ({"mask": "masking", "mask__value": -1.0}, {"mask": "masking", "mask_value": -1.0}),
        (
            {"length__steps": 8, "length__truncating": "stride", "length__padding": "mid", "length__fill": "last"},
            {"steps": 8, "truncating": "stride", "padding": "mid", "fill": "last"},
        ),
        ({"length__padding": "none"}, {"padding": "none"}),
        ({"length__truncating": "interpolate", "length__ratio": 2.0}, {"steps": 24, "truncating": "interpolate"}),
        (
            {"reduction": "strided", "reduction__pool": 4, "mask": "explicit", "reduction__mask": "rebuilt"},
            {"stride": True, "pool": 4, "kernel": 3, "rebuilt": True},
        ),
        ({"reduction": "pool"}, {"stride": False, "pool": 2, "kernel": None, "rebuilt": False}),
    ],
)
def test_view_says_what_is_left(overrides, expected):
    seen = view(make_arm("early", **overrides), STREAMS)
    assert {name: getattr(seen, name) for name in expected} == expected


def test_view_holds_the_map_and_the_scale_of_the_features():
    narrow = view(make_arm("sparse_features", features__adapter="project", features__width=4), STREAMS)
    assert (narrow.matrix == ADAPTERS.get("project")().matrix(8, 4, STREAMS)).all()
    arm = make_arm("early", features__scale="standard")
    center, spread = moments(arm.data.draw(STREAMS).train.values)
    assert (view(arm, STREAMS).center == center).all() and (view(arm, STREAMS).spread == spread).all()


def test_views_are_equal_where_they_show_the_same():
    narrow = make_arm("sparse_features", features__adapter="project", features__width=4)
    first, again, other = view(narrow, STREAMS), view(narrow, STREAMS), view(narrow, Streams(0, 1))
    assert first == again and hash(first) == hash(again) and first != other


@pytest.mark.parametrize("at", ["both", "test"])
def test_nobody_knows_the_ceiling_of_a_wrong_layout(at):
    square = {"features__adapter": "zero", "features__width": 12}
    assert ceiling(make_arm("early", **square), STREAMS) == pytest.approx(0.9)
    assert np.isnan(ceiling(make_arm("early", layout="transpose", layout__at=at, **square), STREAMS))
