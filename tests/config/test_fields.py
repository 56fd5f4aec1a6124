"""Numbers at the border: finite, of the right kind, in range."""

import pytest

from mismatch.config.fields import ConfigError
from tests.helpers import make_arm

REFUSED = [
    ({"train__updates": True}, "train.updates=True: must be a whole number"),
    ({"train__learning_rate": False}, "train.learning_rate=False: must be a number"),
    ({"train__updates": float("inf")}, "train.updates=inf: must be a finite number"),
    ({"train__learning_rate": float("nan")}, "train.learning_rate=nan: must be a finite number"),
    ({"model__units": 2.5}, "model.units=2.5: must be a whole number"),
    ({"train__batch": "many"}, "train.batch=many: must be a whole number"),
]


@pytest.mark.parametrize(("overrides", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_is_no_number_of_the_right_kind_is_refused(overrides, message):
    with pytest.raises(ConfigError) as error:
        make_arm(**overrides)
    assert str(error.value) == message
