"""The document of all rules, made from their classes: ``python -m mismatch.check.documents > docs/check.md``.

In: the registries of rules. Out: Markdown; a test compares it with the file.
"""

from mismatch.check.rule import Rule
from mismatch.config.registry import DATA_RULES, MODEL_RULES, Registry

HEAD = """# What `mismatch check` looks for

This file is made from the rules themselves (`python -m mismatch.check.documents > docs/check.md`). A finding is an
**error** (numbers will be wrong, or data lost), a **warning** (numbers may mislead) or a **note**. The severity given
here is the worst that a rule finds. A rule of your own is one module with one class, an entry point of
`mismatch.data_rules` or `mismatch.model_rules`.
"""


def document() -> str:
    """The whole text."""
    parts = [HEAD, *_chapter("Data", DATA_RULES), *_chapter("Models and batches", MODEL_RULES)]
    return "\n".join(parts)


def _chapter(title: str, rules: Registry) -> list[str]:
    """Rules that ship with the package, by code: a table of contents, then each in full."""
    found = sorted((rules.get(name) for name in rules.builtin), key=lambda rule: str(rule.code))
    if not found:
        return []
    rows = [f"| [{rule.code}](#{_anchor(rule)}) | `{rule.name}` | {rule.severity} |" for rule in found]
    table = "\n".join([f"## {title}", "", "| code | rule | severity |", "|---|---|---|", *rows, ""])
    return [table, *(_entry(rule) for rule in found)]


def _anchor(rule: type[Rule]) -> str:
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")


def _entry(rule: type[Rule]) -> str:
    said = (("Why", rule.why), ("Example", rule.example), ("Instead", rule.instead))
    body = "\n\n".join(f"**{word}.** {text}" for word, text in said)
    return f"### {rule.code} {rule.name}\n\n{rule.severity.capitalize()}. {rule.meaning}\n\n{body}\n"


if __name__ == "__main__":
    print(document(), end="")
