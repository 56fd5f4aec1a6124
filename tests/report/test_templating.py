"""No text of a user becomes markup, in HTML or in Markdown."""

import pytest
from jinja2 import UndefinedError
from markdown_it import MarkdownIt

from mismatch.report.templating import from_markdown, plain, render

HOSTILE = [
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "a | b\n# heading\n* item",
    "`code` *bold* \\` \\*",
    "[ref]: http://example.org",
    "-0.5 [-0.6, -0.4], conv_pool",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_markdown_reads_as_it_was_written(text: str) -> None:
    line = f"* claim: {plain(text)} and more"
    (paragraph,) = [token for token in MarkdownIt("commonmark").parse(line) if token.type == "inline"]
    assert {child.type for child in paragraph.children or ()} <= {"text", "text_special"}
    said = "".join(child.content for child in paragraph.children or ())
    assert said == f"claim: {' '.join(text.split())} and more"


def test_an_interval_needs_no_escape() -> None:
    assert plain("-0.5 [-0.6, -0.4], conv_pool") == "-0.5 [-0.6, -0.4], conv_pool"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_readme_cannot_bring_tags_or_scripts_along(text: str) -> None:
    page = str(from_markdown(text))
    assert "<script" not in page
    assert 'href="javascript' not in page


def test_a_readme_keeps_its_tables_and_emphasis() -> None:
    page = str(from_markdown("Does the *side* matter?\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"))
    assert "<em>side</em>" in page
    assert "<td>2</td>" in page


def test_a_template_with_a_gap_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("verdicts.md.j2", number=1)
