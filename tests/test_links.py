"""Links inside the documents lead somewhere: to a file that is there, and to a heading that it has."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "experiments/*/README.md", "results/reference/verdicts.md")
    for path in ROOT.glob(pattern)
)
MARKDOWN = MarkdownIt("commonmark").enable("table")


def links(text: str) -> list[str]:
    """Where links and pictures of a Markdown text lead."""
    inner = [child for token in MARKDOWN.parse(text) for child in token.children or ()]
    return [
        str(token.attrs.get("href") or token.attrs.get("src")) for token in inner if {"href", "src"} & set(token.attrs)
    ]


@cache
def anchors(path: Path) -> set[str]:
    """The names that GitHub gives the headings of a document."""
    tokens = MARKDOWN.parse(path.read_text(encoding="utf-8"))
    heads = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken(path: Path, text: str) -> list[str]:
    """The links of a document that lead nowhere."""
    found = []
    for link in links(text):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        missing = not target.is_file() or not target.is_relative_to(ROOT)
        if missing or (parts.fragment and parts.fragment not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert not broken(path, path.read_text(encoding="utf-8"))


def test_a_link_to_a_file_or_a_heading_that_is_not_there_is_broken() -> None:
    text = "[1](#limits) [2](#c) [3](docs/none.md) [4](docs/check.md#none) [5](LICENSE) ![6](none.png)\n"
    assert broken(ROOT / "README.md", text) == ["#c", "docs/none.md", "docs/check.md#none", "none.png"]


def test_every_document_can_be_reached_from_the_readme() -> None:
    reached, left = set(), [ROOT / "README.md"]
    while left:
        path = left.pop()
        if path in reached or path.suffix != ".md":
            continue
        reached.add(path)
        near = (urlsplit(link) for link in links(path.read_text(encoding="utf-8")))
        left += [(path.parent / part.path).resolve() for part in near if part.path and not part.scheme]
    assert set(ROOT.glob("docs/*.md")) <= reached
