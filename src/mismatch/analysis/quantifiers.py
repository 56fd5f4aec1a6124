"""From the verdicts on the contrasts of a claim's family to the verdict on the claim, by how much the claim says.

In: the word of each contrast of the family, the primary one among them. Out: one word, and how it came about. A
contrast *shows* what its claim says where it is SUPPORTED, or IDENTICAL where equal is predicted; it *speaks against*
it where it is REFUTED, EQUIVALENT or, where a difference is predicted, IDENTICAL; all else is *open*. Twins (see
`twins`) count once. The contrasts of a family are corrected together (Holm), apart from others of the claim; under
`general`, the primary one is corrected with the other primaries of its experiment instead. With ten pairs the least p
there is is 2 / 2^10, so that a family of more than 25 could show nothing.

| quantifier | SUPPORTED                             | REFUTED                              | else                     |
|------------|---------------------------------------|--------------------------------------|--------------------------|
| can        | any shows it                          | all speak against it                 | INCONCLUSIVE             |
| never      | all speak against it                  | any shows it                         | INCONCLUSIVE             |
| always     | all show it                           | any speaks against it                | INCONCLUSIVE             |
| general    | the primary shows it, and not more    | the primary's own word, unless more  | INCONCLUSIVE, or the     |
|            | than half of those that are not open  | than half of those that are not open | primary's own word where |
|            | speak against it                      | show it                              | it is open               |

WITHHELD members are open where the others settle the matter whatever these would say, else the claim is WITHHELD;
UNTESTED ones are left out. The contrasts of a `never` are of what is said never to be. That a `can` is refuted takes a
family whose every member was measured well enough to speak; a family is declared, so REFUTED says "not in this
family". Without a quantifier the primary contrast alone gives the word.

The p of a claim is that of how it was settled. Where one case does, it is the smallest of those cases, corrected for
their number; where all must agree, the largest of them, uncorrected: all together are an error no more often than the
worst of them (Berger 1982). The p of a case is that of what its word says, of a difference or of equivalence; IDENTICAL
runs are no estimate and have none. Under `general` it is the primary contrast's.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mismatch.analysis.verdict import UNTESTED, WITHHELD

QUANTIFIERS = ("always", "general", "can", "never")
CORRECTED_APART = ("always", "can", "never")
"""Quantifiers under which a family is corrected on its own, its primary contrast included."""
AGAINST = ("REFUTED", "EQUIVALENT")
SHOWN, OPPOSED, OPEN = "show it", "speak against it", "are open"
ALONE = {SHOWN: "shows it", OPPOSED: "speaks against it", OPEN: "is open"}
"""The same of one case."""


@dataclass(frozen=True)
class Member:
    """A contrast of a family. word: its verdict. twin: a number that twins share.

    p: of what its word says, or of what it predicts where it is open, corrected in the family; raw: uncorrected.
    """

    word: str
    predicts: str = "less"
    primary: bool = False
    twin: int = -1
    p: float = math.nan
    why: str = ""
    raw: float = math.nan

    @property
    def says(self) -> str:
        """Whether it shows the claim, speaks against it, or leaves it open."""
        if self.word == "IDENTICAL":
            return SHOWN if self.predicts == "equal" else OPPOSED
        return SHOWN if self.word == "SUPPORTED" else OPPOSED if self.word in AGAINST else OPEN


@dataclass(frozen=True)
class Said:
    """The verdict on a claim; why: how many of its family say what. p: of how it was settled, see the head."""

    word: str
    why: str = ""
    p: float = math.nan
    withheld: str = ""


def decide(quantifier: str, family: Sequence[Member]) -> Said:
    """The verdict on a claim from its `family`, the primary contrast among it."""
    (primary,) = [member for member in family if member.primary]
    members = list(_once([member for member in family if member.word != UNTESTED]))
    if not quantifier or not members or len(family) == 1:
        word = _alone(quantifier, primary)
        return Said(word, p=primary.p, withheld=primary.why if word == WITHHELD else "")
    word = _general(primary, members) if quantifier == "general" else _of_all(quantifier, members)
    p = primary.p if quantifier == "general" else _p(quantifier, word, members)
    return Said(word, counted(members), p, _reason(members) if word == WITHHELD else "")


def p_of(word: str, predicts: str) -> str:
    """The column with the p of a contrast's word; where it is open, with that of what it predicts."""
    if word == "IDENTICAL":
        return ""
    equal = word == "EQUIVALENT" or (predicts == "equal" and word != "REFUTED")
    return "p_equivalence" if equal else "p"


def counted(members: Sequence[Member]) -> str:
    """``of 12 cases 3 show it, 8 speak against it, 1 is open``."""
    said = Counter(member.says for member in members)
    parts = (
        f"{said[part]} {ALONE[part] if said[part] == 1 else part}" for part in (SHOWN, OPPOSED, OPEN) if said[part]
    )
    return f"of {len(members)} cases {', '.join(parts)}"


def _alone(quantifier: str, primary: Member) -> str:
    """A family of one: under `never` the contrast is of what is said never to be."""
    mirrored = {SHOWN: "REFUTED", OPPOSED: "SUPPORTED", OPEN: primary.word}
    return mirrored[primary.says] if quantifier == "never" else primary.word


def _of_all(quantifier: str, members: Sequence[Member]) -> str:
    """can, never, always: one case settles it, or all together do."""
    settles, (by_one, by_all) = {
        "can": (SHOWN, ("SUPPORTED", "REFUTED")),
        "never": (SHOWN, ("REFUTED", "SUPPORTED")),
        "always": (OPPOSED, ("REFUTED", "SUPPORTED")),
    }[quantifier]
    said = [member.says for member in members]
    if settles in said:
        return by_one
    if OPEN not in said:
        return by_all
    return WITHHELD if any(member.word == WITHHELD for member in members) else "INCONCLUSIVE"


def _p(quantifier: str, word: str, members: Sequence[Member]) -> float:
    """The smallest corrected p of the cases that can settle the claim alone, or the largest of all that must agree."""
    alone = {"can": SHOWN, "never": SHOWN, "always": OPPOSED}[quantifier]
    if word == ("SUPPORTED" if quantifier == "can" else "REFUTED"):  # settled by one
        return min(_known(member.p for member in members if member.says == alone), default=math.nan)
    if word in ("SUPPORTED", "REFUTED") or quantifier == "always":
        return max(_known(member.raw for member in members), default=math.nan)
    return min(_known(member.p for member in members), default=math.nan)


def _known(values: Iterable[float]) -> list[float]:
    return [value for value in values if value == value]


def _general(primary: Member, members: Sequence[Member]) -> str:
    """The primary one's word, unless the majority says otherwise, or might: a member that is WITHHELD says nothing."""
    said = [member.says for member in members if member.says != OPEN]
    other = {SHOWN: OPPOSED, OPPOSED: SHOWN}.get(primary.says)
    if other is None:
        return primary.word
    if said.count(other) > len(said) / 2:
        return "INCONCLUSIVE"
    withheld = sum(member.word == WITHHELD for member in members)
    return WITHHELD if said.count(other) + withheld > (len(said) + withheld) / 2 else primary.word


def _once(members: Sequence[Member]) -> Iterator[Member]:
    """One of each set of twins, the primary one if it is among them."""
    seen: set[int] = set()
    for member in sorted(members, key=lambda each: not each.primary):
        if member.twin < 0 or member.twin not in seen:
            yield member
        seen.add(member.twin)


def _reason(members: Sequence[Member]) -> str:
    return next(member.why for member in members if member.word == WITHHELD)
