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

MODELS = """Three ways to look at a model; none of them changes it (weights, optimizer, states and random draws stay):

    mismatch check model.keras batch.npz           # arrays x, y, mask; x.NAME and y.NAME of several inputs, outputs

    mismatch.check_model(model, x, y)              # a Keras model, built or not; a layer; a function of x
    model.fit(x, y, callbacks=[mismatch.Watch(x, y, stop=True)])

`mask=` is what you hand to the model, `loss=` that of a training loop of your own, `reference=` a batch that is known
to be right, `weights=` what is to be loaded. Without a batch the model alone is looked at. Keras gives a callback no
data, so `Watch` takes what fit takes (arrays, a Dataset, a PyDataset) and looks once, before the first update.

The model is run on up to 64 rows, and each layer is seen with its masks: also inside nested models and classes of your
own. A model that is not built is copied first, by its configuration; where that cannot be done, the profile says that
it was not run. A `.keras` file is read as data: a Lambda layer or an object that is not Keras's own is named and
refused. M240 to M242 and M244 judge the order of axes by how values are spread and what labels tell: they find nothing
in noise, and what M240 and M244 find is likely, not certain.
"""


def document() -> str:
    """The whole text."""
    parts = [HEAD, *_chapter("Data", DATA_RULES), *_chapter("Models and batches", MODEL_RULES, MODELS)]
    return "\n".join(parts)


def _chapter(title: str, rules: Registry, before: str = "") -> list[str]:
    """Rules that ship with the package, by code: what to know `before`, a table of contents, then each in full."""
    found = sorted((rules.get(name) for name in rules.builtin), key=lambda rule: str(rule.code))
    if not found:
        return []
    rows = [f"| [{rule.code}](#{_anchor(rule)}) | `{rule.name}` | {rule.severity} |" for rule in found]
    table = "\n".join(
        [f"## {title}", "", *([before] if before else []), "| code | rule | severity |", "|---|---|---|", *rows, ""]
    )
    return [table, *(_entry(rule) for rule in found)]


def _anchor(rule: type[Rule]) -> str:
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")


def _entry(rule: type[Rule]) -> str:
    said = (("Why", rule.why), ("Example", rule.example), ("Instead", rule.instead))
    body = "\n\n".join(f"**{word}.** {text}" for word, text in said)
    return f"### {rule.code} {rule.name}\n\n{rule.severity.capitalize()}. {rule.meaning}\n\n{body}\n"


if __name__ == "__main__":
    print(document(), end="")
