"""`mismatch.check` in Python: callable before and after its room is imported, documented, and shown in a notebook."""

import inspect
import pydoc
import subprocess
import sys

import pytest

import mismatch
from mismatch.check.items import check
from tests.check.planted import series, texts


def test_the_package_is_called_as_its_users_do():
    checked = mismatch.check(*series(100))
    assert "few_rows" in set(checked.frame()["name"])
    assert "<script" not in checked._repr_html_() and "mismatch-check" in checked._repr_html_()


def test_it_is_the_same_function_when_rooms_were_imported_before():
    code = (
        "import mismatch.check.outcome, mismatch\n"
        "print(mismatch.check(['a b', 'c d'] * 10, [0, 1] * 10).verdict)\n"
        "import sys; assert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "rules" in done.stdout


def test_names_and_their_help_can_be_found():
    assert {"check", "check_model", "Watch"} <= set(dir(mismatch))
    assert inspect.signature(mismatch.check).parameters == inspect.signature(check).parameters
    shown = pydoc.render_doc(mismatch.check, renderer=pydoc.plaintext)
    plain = str(inspect.signature(check)).replace(": Any", "").replace(": collections.abc.Sequence[str] | None", "")
    plain = plain.replace(": float = 0.0", "=0.0").replace(": int | None", "").replace(" = None", "=None")
    assert f"check{plain.partition(' ->')[0]}" in shown and "lengths: N true lengths" in shown
    assert shown.index("belong together by") < shown.index("PACKAGE CONTENTS")
    assert inspect.getdoc(mismatch.check.__call__) == inspect.getdoc(mismatch.check)
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        mismatch.chekc  # noqa: B018


def test_groups_parts_lengths_and_names_are_taken():
    sequences, labels = series(100)
    checked = mismatch.check(
        sequences, labels, groups=["a", "b"] * 50, parts=["train"] * 80 + ["test"] * 20, features=["x", "y", "z"]
    )
    assert "group_leak" in set(checked.frame()["name"])
    assert checked.facts["features"] == 3


@pytest.mark.parametrize(
    ("sequences", "labels"), [([], []), (["a b"] * 4, [0, 1]), ([[1.0], "a"], [0, 1]), (["a"] * 4, [0, 0, 0, 0])]
)
def test_what_cannot_be_checked_is_one_line(sequences, labels):
    with pytest.raises(ValueError, match=r"must|has|needs|is"):
        mismatch.check(sequences, labels)


def test_texts_are_taken_as_tokens():
    checked = mismatch.check(*texts(300))
    assert checked.facts["text"] and checked.facts["lengths"]["max"] == 20
