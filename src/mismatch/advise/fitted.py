"""A model that is fitted on all sequences as advised, and the script that makes its inputs: files, on request.

In: `Evidence` and a folder. Out: `model.keras` and `prepare.py` there, and what is learnt from data beside them. A
person loads the one with Keras and applies the other, without us.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mismatch.advise.code import fitting
from mismatch.advise.evidence import Evidence
from mismatch.advise.scripting import LEARNT, NAME, PREPARE
from mismatch.advise.writing import Written, write
from mismatch.config.fields import ConfigError, require
from mismatch.config.files import guard, write_set
from mismatch.config.paths import shown
from mismatch.sweep import child, origin
from mismatch.sweep.session import say


@dataclass(frozen=True)
class Fitted:
    """names: of the files in `folder`. trained: sequences that the model is trained on; probed: those that say which of
    its weights are kept."""

    folder: Path
    names: tuple[str, ...]
    trained: int
    probed: int


def fit(told: Evidence, folder: Path) -> Fitted:
    """Fit the advised way on all sequences and write the files, all of them or none; takes as long as a run of fit.

    Raises:
        ConfigError: for an arm of which there is no script, and for a model that cannot be trained, kept or loaded.
    """
    made = fitting(told.advised.arm, NAME, None if told.own is None else told.own.found)
    with tempfile.TemporaryDirectory(prefix="mismatch-fit-") as draft:
        script, model = Path(draft) / "train.py", Path(draft) / f"{NAME}.keras"
        made.script.write(script)
        with origin.without_main():
            answer = child.ask("mismatch.advise.fitting", [], (str(script), str(model)))
        wrong = answer.last if answer.made is None else answer.made
        require(not wrong, "fit", f"{NAME}.keras", f"cannot be made: {wrong}")
        kept = [path for path in sorted(Path(draft).iterdir()) if path.name in (f"{NAME}.keras", *LEARNT)]
        contents: dict[str, str | bytes] = {path.name: path.read_bytes() for path in kept}
        contents[PREPARE] = made.prepare
    try:
        write_set(guard(folder), contents, obsolete=[name for name in LEARNT if name not in contents])
    except OSError as error:
        raise ConfigError("out", shown(folder), f"cannot be written to: {error.strerror}") from error
    return Fitted(folder, tuple(contents), made.trained, made.probed)


def written(told: Evidence, folder: Path, say: Callable[[str], None] = say) -> Written:
    """All files of an advice, and those of `fit`; where there is no fitted model, `say` is told why.

    Raises:
        ConfigError: where files cannot be written.
    """
    found = write(told, folder)
    if told.interrupted:
        say("no fitted model: it was interrupted")
        return found
    try:
        more = fit(told, folder)
    except ConfigError as error:
        say(f"no fitted model: {error}")
        return found
    say(f"{NAME}.keras: trained on {more.trained:,} {told.nouns}; {more.probed:,} say which of its weights are kept")
    return replace(found, names=(*found.names, *more.names))
