"""D101: most of the padded array is pads, because of a few long sequences or of lengths that differ widely."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.lengths import cut
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.config.counting import counted

MOST = 0.5
"""Share of pads from which on it is said."""


class PaddingWaste(Rule):
    code, name, severity = "D101", "padding_waste", "warning"
    meaning = "Padded to T, the longest length where none is chosen, at least half of all steps are pads."
    why = (
        "Every pad is computed, masked or not. Pads after the data that no mask hides also halve the gradient every "
        "1.4 steps: beyond some twenty of them a GRU stays at chance for as long as it should need to learn."
    )
    example = "999 sentences of 20 words and one of 400: T = 400, 95 % of the array is pads."
    instead = "Choose a smaller T, pad before the data or mask the pads, or make batches of like length."

    def look(self, subject: Subject) -> Iterator[Finding]:
        longest, most = subject.quantile(1.0), subject.quantile(0.95)
        at_all = cut(subject.lengths, subject.width, subject.steps or longest)
        at_most = cut(subject.lengths, subject.width, most)
        if at_all.padded < MOST:
            return
        few = longest > 2 * most and at_most.padded < at_all.padded
        what = (
            f"at T={at_all.steps} {share(at_all.padded)} of the steps are pads, {at_all.pads:,} in the median sequence"
        )
        if few:
            held = f"T={most} holds 95% of the sequences whole, with {share(at_most.padded)} pads"
            what += f"; {held}, and cuts {counted(at_most.sequences, 'sequence')} ({share(at_most.lost)} of all steps)"
        kind = "int32" if subject.is_text else "float32"
        steps = most if few else at_all.steps
        yield self.found(
            what,
            advice=f"take T={most}, padded before the data or masked" if few else None,
            settings=f"length.steps={most} length.padding=pre mask=masking" if few else "length.padding=none",
            keras=f'x = keras.utils.pad_sequences(sequences, maxlen={steps}, dtype="{kind}", padding="pre")',
            steps=at_all.steps,
            padded=at_all.padded,
            median_pads=at_all.pads,
            steps_95=most,
            padded_95=at_most.padded,
            cut_95=at_most.sequences,
            lost_95=at_most.lost,
        )
