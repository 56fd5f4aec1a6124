"""M202: steps and features stand in each other's place, as sizes show."""

from collections.abc import Iterator

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.shapes import named, unlike
from mismatch.check.subject import Subject


class AxesSwapped(Rule):
    """(N, D, T) where (N, T, D) is declared."""

    code = "M202"
    name = "axes_swapped"
    severity = "error"
    meaning = "The sizes of an input fit the declared shape with its last two axes swapped."
    why = "A GRU reads axis 1 as time. Swapped axes raise where the sizes differ, and pass in silence where they agree."
    example = "(32, 4, 6) given to Input((6, 4))."
    instead = "x = x.swapaxes(1, 2); a reshape would mix the values up."

    def look(self, subject: Subject) -> Iterator[Finding]:
        for fed in subject.inputs if subject.given else ():
            if "swapped" in unlike(fed) and fed.declared:
                what = f"{fed.name} {named(fed.shape)} is {named(fed.declared)} with time and features swapped"
                keras = f"{fed.name} = {fed.name}.swapaxes(1, 2)"
                yield self.found(what, where=fed.name, keras=keras, given=fed.shape, declared=fed.declared)
