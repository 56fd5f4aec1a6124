"""Which pads reach which recurrent layer: those of each input, followed through layers that shorten sequences.

In: a subject. Out: `Reached`, one for each input and recurrent layer that reads its pads without a mask, in order.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.check.masks import as_array
from mismatch.check.pads import Pads
from mismatch.check.streams import Stream
from mismatch.check.subject import Subject
from mismatch.check.trace import Call


@dataclass(frozen=True, eq=False)
class Reached:
    """stream: the input. call: of the layer. real: (n, T') bool for the rows that were run, at the layer's length.

    after, before: (n,) pads behind and in front of the data that the layer reads unmasked.
    """

    stream: Stream
    call: Call
    real: np.ndarray
    after: np.ndarray
    before: np.ndarray

    @property
    def backwards(self) -> bool:
        """Whether the layer reads from the end to the start."""
        return bool(getattr(self.call.layer, "go_backwards", False))

    @property
    def last(self) -> np.ndarray:
        """(n,) pads that the layer reads after the data of each row."""
        return self.before if self.backwards else self.after


def reached(subject: Subject) -> list[Reached]:
    """Recurrent layers that read pads, input by input."""
    calls = [(stream, call) for stream in subject.streams for call in stream.calls if call.recurrent]
    return [seen for stream, call in calls if (seen := _at(stream, call)) is not None]


def bordered(after: np.ndarray, before: np.ndarray) -> bool:
    """Whether most rows are blank at both ends, which padding does not do: images have borders, events silence.

    after, before: (n,) blank steps behind and in front of the data.
    """
    either, both = (after > 0) | (before > 0), (after > 0) & (before > 0)
    return bool(2 * both.sum() > either.sum())


def shortened(real: np.ndarray, steps: int) -> np.ndarray | None:
    """`real` (n, T) at a layer that sees `steps` of them, None where that is no whole share."""
    length = real.shape[1]
    if steps == length:
        return real
    window = round(length / steps) if steps else 0
    if window < 1 or steps > length or length - steps * window >= window + 8 or steps * window > length + window:
        return None
    padded = np.pad(real, ((0, 0), (0, max(steps * window - length, 0))))
    return padded[:, : steps * window].reshape(len(real), steps, window).max(2)


def _at(stream: Stream, call: Call) -> Reached | None:
    real = stream.real
    if not call.inputs or len(call.inputs[0].shape) < 3 or call.inputs[0].shape[0] != len(real):
        return None
    here = shortened(real, int(call.inputs[0].shape[1]))
    mask = as_array(call.masks[0])
    if here is None:
        return None
    read = ~here if mask is None else ~here & (mask.astype(bool) if mask.shape == here.shape else np.array(True))
    if not read.any():
        return None
    pads = Pads(here)
    late = np.where(pads.empty, 0, pads.after) * (read[:, -1])
    early = np.where(pads.empty, 0, pads.before) * (read[:, 0])
    return Reached(stream, call, here, late, early) if late.any() or early.any() else None
