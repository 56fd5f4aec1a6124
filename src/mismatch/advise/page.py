"""An advice as a page, as a part of a notebook, and as Markdown: templates, filled so that no text becomes markup.

In: `Evidence`, and its script where there is one. Out: HTML, escaped by Jinja, self-contained and without JavaScript;
Markdown, escaped by `marked`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from mismatch.advise import figures
from mismatch.advise.evidence import Evidence
from mismatch.advise.scripting import BESIDE, SCRIPT, Scripted, scripted
from mismatch.advise.sections import final
from mismatch.advise.sections import sections as below
from mismatch.advise.words import interval, sentences, three
from mismatch.config.fields import plain

if TYPE_CHECKING:
    from jinja2 import Environment

MARKUP = re.compile(r"([\\`*<>|~&]|\](?=[(\[:])|(?<!\w)_|_(?!\w)|(?<=\w):(?=//)|(?<=www)\.)")
"""Characters that mean something within a line of Markdown, or make a link of it; those that only do so at the start of
a line never stand there."""


def html(told: Evidence, script: Scripted | None = None) -> str:
    """A page of its own."""
    made = scripted(told) if script is None else script
    code = "\n".join(map(plain, made.code.splitlines()))
    return _filled(
        "advice.html.j2", told, script=made, code=code, check=_check(told), on_dark=figures.on_dark(), dark=figures.DARK
    )


def card(told: Evidence) -> str:
    """What a notebook shows."""
    return _filled("card.html.j2", told, table=final(told))


def markdown(told: Evidence, script: Scripted | None = None) -> str:
    made = scripted(told) if script is None else script
    return _filled("advice.md.j2", told, script=made)


def marked(value: object) -> str:
    """`value` as one line of Markdown that reads as it is written."""
    return MARKUP.sub(r"\\\1", " ".join(plain(value).split()))


def _filled(template: str, told: Evidence, **more: Any) -> str:
    shown = {
        "told": told,
        "sentences": sentences(told),
        "facts": _facts(told),
        "sections": below(told),
        "settings": [f"{key}={_value(value)}" for key, value in told.settings.items()],
        "figures": {} if template.endswith(".md.j2") else _figures(told),
        "names": {"script": SCRIPT, "beside": BESIDE},
    }
    return _environment().get_template(template).render(shown | more)


def _facts(told: Evidence) -> tuple[tuple[str, str], ...]:
    """Numbers to be seen at once, with what they are."""
    best = told.advised
    found = [("accuracy", interval(best.accuracy) if best.tested else "not tested")]
    found += [] if best.step_ms is None else [("ms per update", f"{best.step_ms:.1f}")]
    found += [(f"{told.nouns} set aside", f"{told.aside:,} of {told.sequences:,}"), ("guessing", three(told.chance))]
    found += [("ways raced", f"{len(told.entered):,}"), ("runs", f"{told.runs:,}")]
    of = "" if told.given is None else f" of {told.given:g}"
    return (*found, ("minutes", f"{told.minutes:.1f}{of}"))


def _figures(told: Evidence) -> dict[str, Any]:
    """SVG by the name that sections have for it."""
    from markupsafe import Markup

    drawn = {"accuracy": figures.accuracy(told), "lengths": figures.lengths(told)}
    titles = {"accuracy": "Accuracy against the time of an update", "lengths": "Accuracy in the race over T"}
    return {
        name: Markup(figures.svg(figure, name, titles[name])) for name, figure in drawn.items() if figure is not None
    }


def _check(told: Evidence) -> Any:
    """All that the check shows of itself, which escapes it."""
    from markupsafe import Markup

    return Markup(told.checked._repr_html_())


def _value(value: object) -> str:
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("mismatch.advise"),
        autoescape=lambda name: name is None or not name.endswith(".md.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {"plain": plain, "marked": marked}
    return found
