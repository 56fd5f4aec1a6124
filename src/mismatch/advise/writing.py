"""An advice as files: `advice.html`, `advice.json`, `advice.md`, `model.py` and the file beside it.

In: `Evidence` and a results folder. Out: the files there, all of them or none, and what they are called.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from mismatch.advise.evidence import Evidence
from mismatch.advise.machine import to_json
from mismatch.advise.page import html, markdown
from mismatch.advise.scripting import BESIDE, FITTED, SCRIPT, scripted
from mismatch.config.fields import ConfigError
from mismatch.config.files import write_set
from mismatch.config.paths import shown

PAGE, JSON, MARKDOWN = "advice.html", "advice.json", "advice.md"


@dataclass(frozen=True)
class Written:
    """names: of the files in `folder`. why: in one line, why there is no script; empty where there is.

    replaced: what the advice was on that was there before, where it was on something else.
    """

    folder: Path
    names: tuple[str, ...]
    why: str = ""
    replaced: str = ""


def write(told: Evidence, folder: Path) -> Written:
    """Write all files, or leave the folder as it was; what an earlier advice left and this one does not have goes: its
    script, and a model that was fitted by another script than this.

    Raises:
        ConfigError: where they cannot be written.
    """
    made = scripted(told)
    contents = {PAGE: html(told, made), JSON: to_json(told) + "\n", MARKDOWN: markdown(told, made)}
    if made.code:
        contents |= {SCRIPT: made.code, BESIDE: made.beside}
    replaced = _replaced(told, folder)
    obsolete = [*(() if made.code else (SCRIPT, BESIDE)), *(() if _same(folder / SCRIPT, made.code) else FITTED)]
    try:
        write_set(folder, contents, obsolete)
    except OSError as error:
        raise ConfigError("out", shown(folder), f"cannot be written to: {error.strerror}") from error
    return Written(folder, tuple(contents), made.why, replaced)


def _same(path: Path, code: str) -> bool:
    """Whether the script there is this one."""
    try:
        return path.read_text(encoding="utf-8") == code
    except (OSError, UnicodeDecodeError):
        return False


def _replaced(told: Evidence, folder: Path) -> str:
    """What the advice in the folder is on, where that is something else; empty where there is none."""
    try:
        before = json.loads((folder / JSON).read_text(encoding="utf-8"))["subject"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return "" if before == told.subject else str(before)
