"""The script of an advice, and the file beside it; or why there is none.

In: `Evidence`. Out: `Scripted`. Making it reads the person's file once more, to prove that the script reads the same.
"""

from dataclasses import dataclass

from mismatch.advise.evidence import Evidence
from mismatch.config.fields import ConfigError

SCRIPT, BESIDE = "model.py", "model_rows.json"
NAME, PREPARE = "model", "prepare.py"
LEARNT = (f"{NAME}.json", f"{NAME}.npz")
"""Words with numbers of their own, or the scale of features, beside a fitted model."""
FITTED = (f"{NAME}.keras", PREPARE, *LEARNT)
"""What a fitted model comes with."""


@dataclass(frozen=True)
class Scripted:
    """code: of `SCRIPT`. beside: text of `BESIDE`. why: in one line, why there are none; both are then empty."""

    code: str = ""
    beside: str = ""
    why: str = ""


def scripted(told: Evidence) -> Scripted:
    """The script of the advised arm."""
    from mismatch.advise.code import written

    try:
        found = written(told.advised.arm, name=BESIDE, own=None if told.own is None else told.own.found)
    except ConfigError as error:
        return Scripted(why=str(error))
    return Scripted(found.code, found.beside)
