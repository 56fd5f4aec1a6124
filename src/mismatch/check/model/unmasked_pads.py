"""M211: pads reach a recurrent layer without a mask."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from mismatch.check.fading import LEAST, Faded, fade
from mismatch.check.finding import Finding
from mismatch.check.guard import as_numpy
from mismatch.check.masks import made_on
from mismatch.check.rule import Rule
from mismatch.check.steps import Reached, bordered, reached
from mismatch.check.subject import Subject

LITTLE = 0.01
"""Share of a change below which next to nothing of a row arrives."""
MANY = 0.25
"""Share of the rows that must be lost so to make it an error."""
HURT = 0.25
"""Share of a change below which a layer that reads both ways is hurt: one of its halves gives about 0.7 of it."""


class UnmaskedPads(Rule):
    """Pads of the batch, followed to every recurrent layer."""

    code = "M211"
    name = "unmasked_pads"
    severity = "error"
    meaning = "A recurrent layer reads pads as steps, because no mask reaches it."
    why = "With initial weights the update gate of a GRU is about one half on zeros: what it knows, and its gradient, "
    why += "shrink with every pad behind the data. Behind 25 to 45 of them a GRU may learn nothing for hundreds of "
    why += "updates. One that reads both ways has the pads first in one direction, and loses less."
    example = "Post-padded (32, 48, 4) into Input, GRU, Dense."
    instead = "Put Masking in front of it, or pad at the start (padding='pre'), as in training."

    def look(self, subject: Subject) -> Iterator[Finding]:
        told: set[object] = set()
        for seen in _by_end(reached(subject)):
            if seen.stream.fed.path not in told and id(seen.call.layer) not in told:
                of = f" of {seen.stream.fed.name}" if len(subject.inputs) > 1 else ""
                both = seen.call.kind == "Bidirectional"
                yield self._both(subject, seen, of) if both else self._one(subject, seen, of)
            told |= {seen.stream.fed.path, id(seen.call.layer)}

    def _one(self, subject: Subject, seen: Reached, of: str) -> Finding:
        pads, rows = seen.last[seen.last > 0], len(seen.last)
        if not len(pads):
            return self._first(seen, of)
        own, blank = seen.stream.pads.own, bordered(seen.after, seen.before)
        what = f"{len(pads)} of {rows} rows{of} carry {_range(pads)} {_place(seen, own, blank)} into it without a mask"
        faded, lost = fade(subject, seen), 0
        if faded is not None:
            lost = faded.below(LITTLE)
            what += f": of a change in the last real step {_told(faded)}"
            what += f"; less than 1 % in {lost} of {rows} rows" if 0 < lost < rows else ""
        return self.found(
            what,
            where=seen.call.where,
            severity="note" if blank else None if lost >= MANY * rows and not own else "warning",
            advice=_advice(seen, own, blank),
            keras=_code(seen),
            lost=lost,
            **_numbers(pads, faded),
        )

    def _first(self, seen: Reached, of: str) -> Finding:
        """Pads that are read before the data."""
        pads = seen.after if seen.backwards else seen.before
        many, side = np.count_nonzero(pads), "behind their data, which it reads backwards" if seen.backwards else ""
        what = f"{many} of {len(pads)} rows{of} have pads {side or 'in front of their data'}, and no mask at this layer"
        what += ": at initial weights they change nothing, once trained they shift the start"
        return self.found(what, where=seen.call.where, severity="note", rows=many)

    def _both(self, subject: Subject, seen: Reached, of: str) -> Finding:
        """A layer that reads both ways: one direction has the pads first, so all that it gives is measured."""
        late = np.count_nonzero(seen.after) >= np.count_nonzero(seen.before)
        pads, rows = seen.after + seen.before, len(seen.after)
        pads = pads[pads > 0]
        sides = ("behind", "forward", "backward") if late else ("in front of", "backward", "forward")
        what = (
            f"{len(pads)} of {rows} rows{of} carry {_range(pads)} pads {sides[0]} their data into it without a mask: "
        )
        what += f"its {sides[1]} half reads them last, its {sides[2]} half first"
        faded = fade(subject, seen) if len(seen.call.outputs[0].shape) == 2 else None
        if faded is not None:
            what += f"; of a change in all real steps {_told(faded, rate=False)} in what both give together"
        hurt = faded is not None and float(np.median(faded.left)) < HURT
        return self.found(
            what,
            where=seen.call.where,
            severity="warning" if hurt else "note",
            advice=_elsewhere(seen) or "Put Masking in front of it, so that both halves read data alone.",
            keras=_code(seen),
            **_numbers(pads, faded),
        )


def _by_end(found: list[Reached]) -> list[Reached]:
    """Layers that give a last state first: what fades in them is lost, in one that gives all states it may not be."""
    return sorted(found, key=lambda seen: len(seen.call.outputs[0].shape) != 2)


def _place(seen: Reached, own: bool, blank: bool) -> str:
    what = "repetitions of a step of their own" if own else "blank steps" if blank else "pads"
    side = "in front of their data, which it reads backwards," if seen.backwards else "behind their data"
    return f"{what} {side}"


def _advice(seen: Reached, own: bool, blank: bool) -> str | None:
    if blank:
        return "Nothing where these are data, as the border of an image is: most rows are blank at both ends."
    if own:
        return "If they are pads: pad with one value, and put Masking of it in front of the layer."
    return _elsewhere(seen) or ("Put Masking in front of it." if seen.backwards else None)


def _elsewhere(seen: Reached) -> str:
    """What to do where Masking in front of the layer would mask nothing; empty where it is the way."""
    if made_on(seen.stream):
        return (
            "A mask is made in front of it, and misses these pads or does not arrive: mend that, or pad at the start."
        )
    if any(call.kind == "Embedding" for call in seen.stream.calls):
        return "Give the Embedding mask_zero=True, or pad at the start (padding='pre'), as in training."
    value = _value(seen)
    if value is None or (as_numpy(seen.call.inputs[0])[~seen.real] == value).all():
        return ""
    return (
        "Put Masking behind the input: here pads hold other values. Where a layer between does not hand the mask on, "
        "call this one with mask=."
    )


def _value(seen: Reached) -> float | None:
    """The number that the pads of the input hold in all features, None where there is no single one."""
    found = seen.stream.pads.value
    values = np.empty(0) if found is None else np.unique(found)
    return float(values[0]) if len(values) == 1 else None


def _numbers(pads: np.ndarray, faded: Faded | None) -> dict[str, Any]:
    """Padded rows, the median and the most pads of a row, and what is left after each."""
    found: dict[str, Any] = {"rows": len(pads), "pads": int(np.median(pads)), "left": None}
    if faded is not None:
        found |= {"pads": faded.middle, "left": faded.at(faded.middle), "most": faded.most}
        found["left_at_most"] = faded.at(faded.most)
    return found


def _told(faded: Faded, rate: bool = True) -> str:
    """``24 % is left after 2 pads, the median, and less than 0.01 % after 30, the most``: each in rows of so many."""
    middle, most = faded.middle, faded.most
    left = faded.at(middle)
    per = f" ({left ** (1 / middle):.2f} per pad)" if rate and left >= LEAST else ""
    if middle == most:
        return f"{_share(left)} is left after {middle} pads{per}"
    return f"{_share(left)} is left after {middle} pads{per}, the median, and {_share(faded.at(most))} after {most}"


def _range(pads: np.ndarray) -> str:
    low, high = int(pads.min()), int(pads.max())
    return str(low) if low == high else f"{low} to {high}"


def _share(left: float) -> str:
    return "less than 0.01 %" if left < LEAST else f"{100 * left:.2g} %"


def _code(seen: Reached) -> str:
    """The layer that masks these pads; empty where there is one already, or none can."""
    if made_on(seen.stream):
        return ""
    if any(call.kind == "Embedding" for call in seen.stream.calls):
        return "keras.layers.Embedding(..., mask_zero=True)"
    value = _value(seen)
    return "" if value is None else f"keras.layers.Masking(mask_value={value:g})"
