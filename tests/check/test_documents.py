"""The documents of the rules are those of the code."""

from pathlib import Path

from mismatch.check.documents import document

ROOT = Path(__file__).parents[2]


def test_the_document_of_the_rules_is_made_from_them():
    made = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    assert made == document(), "python -m mismatch.check.documents > docs/check.md"
