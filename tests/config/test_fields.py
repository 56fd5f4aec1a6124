"""Numbers at the border: finite, of the right kind, in range."""

import pytest

from mismatch.config.fields import ConfigError, plain, reason
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


def test_an_error_is_one_printable_line_whatever_a_file_holds():
    nasty = ConfigError("data.label", "\x1b[31mred\nnext\u202eleft", "must be plain, as 日本語 is")
    assert str(nasty) == r"data.label=\x1b[31mred\nnext\u202eleft: must be plain, as 日本語 is"


def test_a_long_value_is_cut():
    assert plain("x" * 100, 10) == "xxxxxxx..." and plain("x" * 10, 10) == "x" * 10


def test_what_a_library_says_is_one_short_line_however_much_of_a_file_it_quotes():
    assert reason(ValueError("a \n b\x00")) == "a b\\x00" and reason(ValueError()) == "ValueError"
    assert reason(ValueError("\x00" * 500)) == "\\x00" * 39 + "\\..."
