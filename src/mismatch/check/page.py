"""Templates of what a check shows in a browser or a notebook, filled so that no text of a file can become markup.

In: the name of a template in `templates/` and what it shows. Out: HTML, escaped by Jinja.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **shown: Any) -> str:
    """The template filled with `shown`; a name it does not know is an error, never a gap."""
    return _environment().get_template(template).render(**shown)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from mismatch.config.fields import plain

    found = Environment(
        loader=PackageLoader("mismatch.check"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["plain"] = plain
    return found
