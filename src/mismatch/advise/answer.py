"""The answer that a person gets: an `Advice`, which shows itself in a terminal, in a notebook and as files.

In: what was raced and measured, `Evidence`. Out: settings, a table, a script, figures, a page, and arrays of sequences
that nobody has seen yet. Nothing here imports TensorFlow, and what draws or writes is imported when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mismatch.advise.evidence import Evidence

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mismatch.advise.fitted import Fitted
    from mismatch.advise.preparing import Prepared


@dataclass(frozen=True, repr=False)
class Advice(Evidence):
    """What to do with these sequences. `.settings` makes the advised arm, as overrides of the command."""

    @property
    def table(self) -> pd.DataFrame:
        """A row for each way that was raced, the advised first: see `tabled.COLUMNS`."""
        from mismatch.advise.tabled import table

        return table(self)

    def code(self) -> str:
        """The script that reads the file, prepares, trains and tests as advised, in plain Keras.

        It looks for the rows of each part in the file beside it that `write` leaves there.

        Raises:
            ConfigError: naming what no short script repeats.
        """
        from mismatch.advise.code import script

        return script(self.advised.arm, own=None if self.own is None else self.own.found)

    def plot(self) -> Figure:
        """Accuracy against the time of an update, the advised way marked."""
        from mismatch.advise.figures import accuracy

        return accuracy(self)

    def prepare(self, sequences: Any) -> Prepared:
        """Inputs and mask of new sequences, as the advised arm is given them; see `preparing.prepare`.

        Raises:
            ConfigError: for what is no list of such sequences as those that the advice is on.
        """
        from mismatch.advise.preparing import prepare

        return prepare(self.advised.arm, sequences)

    def fit(self, folder: str | Path = ".") -> Fitted:
        """Fit the advised way on all sequences; write `model.keras`, `prepare.py` and what is learnt from data there.

        Raises:
            ConfigError: for an arm of which there is no script, and for a model that cannot be trained, kept or loaded.
        """
        from mismatch.advise.fitted import fit
        from mismatch.config.paths import absolute

        return fit(self, absolute(folder))

    def text(self, width: int = 80) -> str:
        """The paragraph and what stands below it, as lines of at most `width` characters."""
        from mismatch.advise.terminal import text

        return text(self, width)

    def to_dict(self) -> dict[str, Any]:
        """All numbers, by name; see `machine.to_dict`."""
        from mismatch.advise.machine import to_dict

        return to_dict(self)

    def to_json(self) -> str:
        """ASCII, with the version of its schema; what is not finite is null."""
        from mismatch.advise.machine import to_json

        return to_json(self)

    def html(self) -> str:
        """A page of its own, with figures and the script in it."""
        from mismatch.advise.page import html

        return html(self)

    def markdown(self) -> str:
        from mismatch.advise.page import markdown

        return markdown(self)

    def _repr_html_(self) -> str:
        from mismatch.advise.page import card

        return card(self)

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        from mismatch.advise.naming import whole
        from mismatch.config.fields import plain

        return f"<Advice {plain(self.subject, 60)}: {whole(self.advised.way, self.longest)}>"
