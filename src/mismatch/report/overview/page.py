"""The page over all results: `report.html`, self-contained, without anything that is fetched.

In: the folder above the results folders. Out: the page, as text or as a file; the same tables give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.config import files
from mismatch.report.forest import MARKS
from mismatch.report.overview import catalogue, explorer, judged, ladder, mechanism, provenance, told, trust
from mismatch.report.overview.images import image
from mismatch.report.overview.numbers import Numbers
from mismatch.report.overview.sources import Sources
from mismatch.report.templating import render
from mismatch.report.wording import counts, earlier, primary, registration

if TYPE_CHECKING:
    from mismatch.report.overview.images import Image

FILE = "report.html"
SECTIONS = (
    ("answer", "Answer"),
    ("decide", "Decide"),
    ("costs", "Costs"),
    ("findings", "Findings"),
    ("mechanism", "Mechanism"),
    ("verdicts", "Verdicts"),
    ("explorer", "Explorer"),
    ("catalogue", "Silent mismatches"),
    ("trust", "Trust"),
    ("methods", "Methods"),
    ("reproduce", "Reproduce"),
)
"""Sections by their anchors, with the words of the navigation."""
SAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What must not stand in a script as it is: nothing of it can end the script or begin a comment."""


def write(folder: Path, to: Path | None = None) -> Path:
    """Write the page over the results in `folder`, there or into `to`, whole or not at all; returns where it is."""
    path = (to or folder) / FILE
    files.write(path, page(Sources(folder, to)))
    return path


def page(sources: Sources) -> str:
    """The page as text."""
    numbers = Numbers(sources)
    texts = told.tell(numbers)
    found = explorer.explorer(sources)
    rows = judged.rows(sources)
    first = primary(sources.verdicts)
    script = (resources("mismatch.report") / "templates" / "overview" / "page.js").read_text(encoding="utf-8")
    drawn = mechanism.mechanism(sources, numbers)
    return render(
        "overview/page.html.j2",
        sections=SECTIONS,
        texts=texts,
        lead=image(sources.folder, texts.figure.experiment, texts.figure.name),
        figures=_figures(sources.folder, texts),
        ladder=ladder.ladder(sources),
        mechanism=drawn,
        rows=rows,
        kinds=judged.kinds(rows),
        experiments=sorted({row.experiment for row in rows}),
        marks=MARKS,
        counts=counts(first),
        registration=registration(first),
        earlier=earlier(sources.verdicts),
        pair=explorer.first(found),
        catalogue=catalogue.catalogue(sources),
        trust=trust.trust(sources),
        pages={name: sources.page(name) for name in sources.names},
        folders=provenance.folders(sources),
        packages=provenance.packages(),
        above=[path for path in ("verdicts.csv", "verdicts.md") if sources.there(path)],
        there=sources.there,
        data={"explorer": _json(found), "mechanism": _json(None if drawn is None else drawn.data())},
        script=_script(script),
        allowed=_hash(script),
    )


def _figures(folder: Path, texts: told.Told) -> dict[str, Image]:
    """The figures of findings by their key; one that stands at the top, or at another finding, is not shown again."""
    shown = {(texts.figure.experiment, texts.figure.name)}
    found = {}
    for finding in texts.findings:
        place = (finding.experiment, finding.figure)
        drawn = None if place in shown else image(folder, *place)
        if drawn is not None:
            shown.add(place)
            found[finding.key] = drawn
    return found


def _json(data: Any) -> Any:
    """JSON that can stand in a script."""
    from markupsafe import Markup

    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(re.sub("[<>&\u2028\u2029]", lambda found: SAFE[found.group()], text))


def _script(text: str) -> Any:
    """Our own script, as it is."""
    from markupsafe import Markup

    return Markup(text)


def _hash(script: str) -> str:
    """What the page's policy allows to run: this script and nothing else."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
