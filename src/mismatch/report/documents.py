"""Documents whose numbers come from the committed tables: ``python -m mismatch.report.documents``.

In: the templates in `docs/templates/`, which ask for numbers by name, and outputs of commands that were kept in
`docs/examples/`. Out: README.md, docs/findings.md and others, in place; a test compares them with the files.
"""

import re
import textwrap
from pathlib import Path

from mismatch.config.paths import REFERENCE
from mismatch.report import numbers

ROOT = REFERENCE.parents[1]
TEMPLATES, EXAMPLES = ROOT / "docs" / "templates", ROOT / "docs" / "examples"
TOP = "README.md"
"""The one document that stands in the top folder; all others stand in docs/."""
NOTE = "<!-- Made from docs/templates/{name} by `make documents`: change that file, not this one. -->\n"
GAP = "    ..."
WIDTH = 120
ITEM = re.compile(r"(?:\* |\d\. )?")
"""What the first line of a list item begins with; its other lines are indented as far."""


def documents() -> dict[Path, str]:
    """Every document that has a template, as it must read."""
    found = {}
    for template in sorted(TEMPLATES.glob("*.md")):
        path = ROOT / template.name if template.name == TOP else ROOT / "docs" / template.name
        found[path] = NOTE.format(name=template.name) + wrapped(filled(template.read_text(encoding="utf-8")))
    return found


def filled(text: str) -> str:
    """A template with its numbers.

    Raises:
        ConfigError: for a number whose name fits no row, or several.
    """
    from jinja2 import Environment, StrictUndefined

    made = Environment(undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, autoescape=False)
    made.filters["digits"] = numbers.number
    known = ("contrast", "arm", "baseline", "usual", "halving", "share", "verdicts")
    made.globals.update({name: getattr(numbers, name) for name in known}, row=numbers.cell_row, excerpt=excerpt)
    return made.from_string(text).render()


def wrapped(text: str) -> str:
    """Markdown with lines of a given width, whatever the length of its numbers: paragraphs and items of flat lists."""
    made: list[str] = []
    for kind, part in enumerate(re.split(r"(^```.*?^```$)", text, flags=re.DOTALL | re.MULTILINE)):
        blocks = [part] if kind % 2 else [_block(block) for block in part.split("\n\n")]
        made.append("\n\n".join(blocks))
    return "".join(made)


def _block(block: str) -> str:
    """One block: tables, code, headings, pictures and comments stay as they are."""
    if block.lstrip("\n").startswith(("|", "    ", "#", "!", "<")):
        return block
    items = re.split(r"\n(?=\* |\d\. )", block)
    return "\n".join(_item(item) if item.strip() else item for item in items)


def _item(text: str) -> str:
    head, tail = re.match(r"\n*", text), re.search(r"\n*$", text)
    start = ITEM.match(text.lstrip("\n"))
    assert head and tail and start
    indent = " " * len(start[0])
    lines = textwrap.wrap(
        " ".join(text.split()), WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return head[0] + "\n".join(lines) + tail[0]


def excerpt(name: str, *blocks: int) -> str:
    """Blocks of a kept output, parted by blank lines (1 is the first), as code; dots where some are left out."""
    parts = (EXAMPLES / name).read_text(encoding="utf-8").rstrip().split("\n\n")
    chosen = blocks or tuple(range(1, len(parts) + 1))
    shown: list[str] = []
    for before, block in zip((0, *chosen), chosen, strict=False):
        shown += [GAP] if block > before + 1 else []
        shown.append("\n".join(f"    {line}".rstrip() for line in parts[block - 1].splitlines()))
    return "\n\n".join([*shown, *([GAP] if chosen[-1] < len(parts) else [])])


def main() -> None:
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
