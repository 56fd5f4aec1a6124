"""`make docs`: README.md and docs/*.md as a site, by Sphinx; the Markdown is read as GitHub reads it, by MyST.

The source is the whole tree, so that links in the files hold in both places; only what is named below is read.
"""

from typing import Any

project = "mismatch"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = [
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md", "experiments/*/README.md"),
    "results/reference/verdicts.md",
]
exclude_patterns = [".venv", "site", "docs/templates"]
myst_heading_anchors = 3
html_theme = "alabaster"
html_show_copyright = False
SIDE = (
    *("findings", "decide", "your-data", "check", "advice", "regret", "sweeps", "glossary", "method", "statistics"),
    *("replicate", "tables", "records", "cluster", "extending", "performance", "architecture"),
)
"""The documents in the order of the side bar; one that is new stands at its end."""
REST = ("CONTRIBUTING", "CHANGELOG", "results/reference/verdicts")


def _contents(app: Any, name: str, source: list[str]) -> None:
    """The table of contents, which GitHub would show as code, is added to the first page here."""
    if name == root_doc:
        known = {path.removeprefix("docs/") for path in app.project.docnames if path.startswith("docs/")}
        listed = [f"docs/{one}" for one in (*SIDE, *sorted(known - set(SIDE)))]
        rest = sorted(path for path in app.project.docnames if path.startswith("experiments/"))
        lines = "\n".join([*listed, *REST, *rest])
        source[0] += f"\n```{{toctree}}\n:hidden:\n:maxdepth: 1\n\n{lines}\n```\n"


def setup(app: Any) -> None:
    app.connect("source-read", _contents)
