"""M218: all states of a recurrent layer go into a head that cannot tell those at pads from others."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.steps import reached
from mismatch.check.subject import Subject
from mismatch.check.trace import Call

POOLS = ("Flatten", "GlobalMaxPooling1D", "GlobalAveragePooling1D", "Reshape", "MaxPooling1D", "AveragePooling1D")


class SequenceHead(Rule):
    """What reads a recurrent layer with return_sequences=True."""

    code = "M218"
    name = "sequence_head"
    severity = "warning"
    meaning = "return_sequences=True feeds states at pads into Flatten or pooling, with no mask."
    why = "States at pads weigh as much as states at data; with Flatten the head also fixes T."
    example = "Padded batch, GRU(8, return_sequences=True), Flatten, Dense."
    instead = "Mask first and take the last state (return_sequences=False), or pool with the mask."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for seen in reached(subject):
            call = seen.call
            head = next(iter(_readers(subject, call)), None) if len(call.outputs[0].shape) == 3 else None
            if head is not None:
                pads = int((~seen.real).sum())
                what = f"{head.where} reads the states of {call.where} at {pads} pads of {seen.real.size} steps as data"
                yield self.found(what, where=head.where, pads=pads, steps=int(seen.real.size))


def _readers(subject: Subject, call: Call) -> Iterator[Call]:
    """Pooling and flattening layers that take the outputs of `call`, or of element-wise layers behind it."""
    passed = {id(tensor) for tensor in call.outputs}
    leaves = subject.trace.leaves
    for other in leaves[leaves.index(call) + 1 :]:
        if not any(id(tensor) in passed for tensor in other.inputs):
            continue
        if other.kind in POOLS:
            yield other
        elif not other.recurrent:
            passed |= {id(tensor) for tensor in other.outputs}
