"""D122: texts are written in more than one script."""

import unicodedata
from collections import Counter
from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import named, share, verb
from mismatch.config.counting import counted

LEAST = 0.05
TOGETHER = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK", "FULLWIDTH": "LATIN"}
"""Scripts that one language uses side by side."""


class MixedScripts(Rule):
    code, name, severity = "D122", "mixed_scripts", "note"
    meaning = "A second script has at least 5 % of the letters of all texts."
    why = "The vocabulary is shared between languages, and a label that goes with one of them is told by its letters."
    example = "Russian and English reviews in one table, most of the English ones positive."
    instead = "Check that no label goes with a language; else split by language, or take one."

    def look(self, subject: Subject) -> Iterator[Finding]:
        texts = subject.items.texts
        if texts is None:
            return
        scripts: Counter[str] = Counter()
        members: dict[str, str] = {}
        for letter, times in subject.characters.items():
            if letter.isalpha():
                script = _script(letter)
                members[letter] = script
                scripts[script] += times
        total = sum(scripts.values())
        common = [(script, times) for script, times in scripts.most_common() if times >= LEAST * total]
        if len(common) < 2:
            return
        rare = {letter for letter, script in members.items() if script == common[1][0]}
        rows = np.flatnonzero([not rare.isdisjoint(text) for text in texts])
        said = ", ".join(f"{script.capitalize()} {share(times, total)}" for script, times in common)
        hold = verb(len(rows), "holds", "hold")
        second = common[1][0].capitalize()
        yield self.found(
            f"letters are {said}; {counted(len(rows), 'text')} {hold} {second} ({subject.places(rows)})",
            where=named([script.capitalize() for script, _ in common]),
            scripts=dict(common),
            texts=len(rows),
        )


def _script(letter: str) -> str:
    """The first word of a letter's name, which is its script for all but a few signs."""
    word = unicodedata.name(letter, "UNKNOWN").split()[0]
    return TOGETHER.get(word, word)
