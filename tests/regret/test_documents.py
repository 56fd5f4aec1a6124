"""docs/regret.md, held to the tables that it is made from, and these to each other."""

from pathlib import Path

import pandas as pd
import pytest

from mismatch.regret.documents import FOLDER, document
from mismatch.regret.reading import ADVISED
from mismatch.regret.summary import by_kind, by_rule
from mismatch.sweep import store

DOCUMENT = Path(__file__).parents[2] / "docs" / "regret.md"


def test_the_document_is_what_the_tables_say() -> None:
    assert DOCUMENT.read_text() == document(), "python -m mismatch.regret.documents > docs/regret.md"


@pytest.mark.parametrize("name", ["regret", "right"])
def test_the_summaries_are_those_of_the_choices_and_statements(name: str) -> None:
    rows = {each: store.read_csv(FOLDER / f"{each}.csv") for each in ("choices", "statements", "regret", "right")}
    made = {"regret": by_rule(rows["choices"], ADVISED), "right": by_kind(rows["statements"])}[name]
    pd.testing.assert_frame_equal(rows[name], made, rtol=1e-3, atol=1e-5, check_dtype=False)
