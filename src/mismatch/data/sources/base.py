"""What reading a file of one's own comes to: labelled sequences, and in numbers what was read, dropped and changed.

In: what a reader found. Out: `Items`, from which a dataset draws its parts, with their `Reading`.
"""

from dataclasses import dataclass

import numpy as np

NOWHERE = ""
"""Part of a sequence whose file does not say which side it belongs to."""


@dataclass(frozen=True)
class Dropped:
    """Why rows were left out, how many, and where the first of them stand; `steps`: of sequences that are kept."""

    reason: str
    count: int
    examples: tuple[str, ...] = ()
    steps: bool = False


@dataclass(frozen=True)
class Reading:
    """What reading a file came to, in numbers.

    path: as the person typed it. kind: format, separator and encoding, each with whether it was given or found.
    read: rows or sequences in the file; kept: sequences that are left. notes: what was changed on the way (labels
    stripped, missing values filled). warnings: what the person should look at. duplicates: sequences that stand there
    more than once beyond their first; conflicts: distinct sequences that stand there under more than one label.
    """

    path: str
    kind: str
    read: int
    kept: int
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    duplicates: int = 0
    conflicts: int = 0


@dataclass(frozen=True, eq=False)
class Items:
    """N labelled sequences of a file, before any is chosen for a part.

    texts: N texts, or None where sequences are numbers. values: (sum L, d) float64 end to end, and lengths: (N,)
    int64; None for texts. labels: (N,) int64 into `classes`, the words of the labels in sorted order (numbers by
    size). parts: (N,) of train | probe | test, or None where no file says. groups: (N,) int64, or None.
    places: where each stands, for messages: "line 17", "id 4". features: names of the d features.
    """

    labels: np.ndarray
    classes: tuple[str, ...]
    reading: Reading
    places: tuple[str, ...]
    texts: tuple[str, ...] | None = None
    values: np.ndarray | None = None
    lengths: np.ndarray | None = None
    parts: np.ndarray | None = None
    groups: np.ndarray | None = None
    features: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)
