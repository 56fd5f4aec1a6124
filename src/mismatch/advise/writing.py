"""An advice as files: `advice.html`, `advice.json`, `advice.md`, `model.py` and the file beside it.

In: `Evidence` and a results folder. Out: the files there, all of them or none, and what they are called.
"""

from dataclasses import dataclass
from pathlib import Path

from mismatch.advise.evidence import Evidence
from mismatch.advise.machine import to_json
from mismatch.advise.page import html, markdown
from mismatch.advise.scripting import BESIDE, SCRIPT, scripted
from mismatch.config.fields import ConfigError
from mismatch.config.files import write_set
from mismatch.config.paths import shown

PAGE, JSON, MARKDOWN = "advice.html", "advice.json", "advice.md"


@dataclass(frozen=True)
class Written:
    """names: of the files in `folder`. why: in one line, why there is no script; empty where there is."""

    folder: Path
    names: tuple[str, ...]
    why: str = ""


def write(told: Evidence, folder: Path) -> Written:
    """Write all files, or leave the folder as it was; the script of an earlier advice goes where there is none now.

    Raises:
        ConfigError: where they cannot be written.
    """
    made = scripted(told)
    contents = {PAGE: html(told, made), JSON: to_json(told) + "\n", MARKDOWN: markdown(told, made)}
    if made.code:
        contents |= {SCRIPT: made.code, BESIDE: made.beside}
    try:
        write_set(folder, contents, obsolete=() if made.code else (SCRIPT, BESIDE))
    except OSError as error:
        raise ConfigError("out", shown(folder), f"cannot be written to: {error.strerror}") from error
    return Written(folder, tuple(contents), made.why)
