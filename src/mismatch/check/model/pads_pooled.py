"""M219: an average over steps, or attention, counts pads as steps, because no mask reaches it."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.masks import made_on
from mismatch.check.probe import input_pads_matter
from mismatch.check.rule import Rule
from mismatch.check.steps import bordered, shortened
from mismatch.check.streams import Stream
from mismatch.check.subject import Subject
from mismatch.check.trace import READS_MASK, RECURRENT, Call

POOLS = tuple(kind for kind in READS_MASK if kind not in RECURRENT)
SILENT = "Nothing where these are data, as silence is: most rows are blank at both ends."


class PadsPooled(Rule):
    """Pads of the batch, followed to layers that would heed a mask and have no order of their own."""

    code = "M219"
    name = "pads_pooled"
    severity = "warning"
    meaning = "An average over steps, or attention, counts pads as steps, because no mask reaches it."
    why = "The average of a short sequence is mostly that of its pads, and changes with T, which differs from batch to "
    why += "batch where batches are padded to their longest. Attention gives pads a share of its weights."
    example = "Embedding without mask_zero, GlobalAveragePooling1D, Dense, on padded ids."
    instead = "Put Masking behind the input, or give the Embedding mask_zero=True; where a layer between drops the "
    instead += "mask, hand it on: GlobalAveragePooling1D()(h, mask=mask), with one value per step of h."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for stream in subject.streams:
            calls = [call for call in stream.calls if call.kind in POOLS and not call.masked]
            if calls and not _elsewhere(stream) and input_pads_matter(subject, stream):
                yield self._one(subject, stream, calls)

    def _one(self, subject: Subject, stream: Stream, calls: list[Call]) -> Finding:
        first, rows = calls[0], stream.real[(~stream.real).any(1)]
        here = shortened(rows, int(first.inputs[0].shape[1]))
        share = float(np.mean(~(rows if here is None else here)))
        of = f" of {stream.fed.name}" if len(subject.inputs) > 1 else ""
        what = f"{len(rows)} of {len(stream.real)} rows{of} carry pads into it without a mask: {share:.0%} of the "
        what += "steps of these rows, counted as data"
        more = len({id(call.layer) for call in calls[1:]} - {id(first.layer)})
        what += f"; and into {more} layers more" if more > 1 else "; and into one layer more" if more else ""
        own = bordered(stream.pads.after, stream.pads.before)
        return self.found(
            what,
            where=first.where,
            severity="note" if own else None,
            advice=SILENT if own else _advice(stream, first),
            rows=len(rows),
            share=share,
        )


def _advice(stream: Stream, call: Call) -> str:
    """Where a mask is to be made, and which layer would not let it pass."""
    front = stream.calls[: stream.calls.index(call)]
    ids = any(each.kind == "Embedding" for each in front)
    found = "Give the Embedding mask_zero=True" if ids else "Put Masking behind the input"
    between = [each for each in front if each.kind != "Embedding"]
    ends = next((each for each in between if not getattr(each.layer, "supports_masking", True)), None)
    return f"{found}." if ends is None else f"{found}; {ends.where} ends the mask: hand it to this layer yourself."


def _elsewhere(stream: Stream) -> bool:
    """Whether other rules tell what these pads do: a mask is made and lost, or a recurrent layer reads them first."""
    return made_on(stream) or any(call.recurrent for call in stream.calls)
