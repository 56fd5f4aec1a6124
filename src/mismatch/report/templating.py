"""Templates of the pages (`templates/`), filled so that no text of a user can become markup.

In: the name of a template and what it shows. Out: text. HTML is escaped by Jinja, Markdown by the filter `plain`; a
README is rendered by a Markdown library that passes no HTML through.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markdown_it import MarkdownIt

MARKUP = re.compile(r"([\\`*<|]|\](?=[(\[:]))")
"""Characters that mean something in a line of Markdown; brackets do where a link could follow, an underscore within a
word does not."""

CODED = re.compile(r"`([^`]+)`")


def render(template: str, **shown: Any) -> str:
    """The template filled with `shown`; a name it does not know is an error, never a gap."""
    return _environment().get_template(template).render(**shown)


def from_markdown(text: str) -> Any:
    """HTML of a Markdown text, safe to stand in a page: tags in it are shown, links to scripts are not made."""
    from markupsafe import Markup

    return Markup(_markdown().render(text))


def plain(value: object) -> str:
    """`value` as one line of Markdown that reads as it is written."""
    return MARKUP.sub(r"\\\1", " ".join(str(value).split()))


def coded(text: str) -> Any:
    """HTML of a text in which what stands between backticks is code; all else is shown as it is."""
    from markupsafe import Markup, escape

    return Markup(CODED.sub(r"<code>\1</code>", str(escape(text))))


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("mismatch.report"),
        autoescape=lambda name: name is None or not name.endswith(".md.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {"plain": plain, "coded": coded}
    return found


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")
