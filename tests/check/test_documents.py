"""The documents of the rules are those of the code."""

from pathlib import Path

from mismatch.check.documents import document
from mismatch.config.registry import DATA_RULES

ROOT = Path(__file__).parents[2]


def test_the_document_of_the_rules_is_made_from_them():
    made = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    assert made == document(), "python -m mismatch.check.documents > docs/check.md"


def test_the_documents_count_the_rules_on_data():
    count = len(DATA_RULES.builtin)
    assert f" {count} rules\n([check.md]" in (ROOT / "docs" / "your-data.md").read_text(encoding="utf-8")
    assert f"({count} rules)" in (ROOT / "README.md").read_text(encoding="utf-8")
