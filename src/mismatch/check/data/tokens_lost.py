"""D121: the tokeniser drops part of the text."""

from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share

WARN, REFUSE = 0.05, 0.5


class TokensLost(Rule):
    code, name, severity = "D121", "tokens_lost", "error"
    meaning = "More than 5 % of the letters and digits of the texts are in no token (half: an error)."
    why = "A model sees tokens: what is in none does not exist for it, and no accuracy says so."
    example = "Cyrillic reviews in front of a tokeniser for a to z: the digits alone are left."
    instead = "Take a tokeniser for this script: data.tokens=characters knows every letter."

    def look(self, subject: Subject) -> Iterator[Finding]:
        if not subject.is_text:
            return
        texts = subject.items.texts or ()
        total = sum(times for letter, times in subject.characters.items() if letter.isalnum())
        total -= sum(map(_of_breaks, texts))
        lost = total - sum(letters(word) * times for word, times in subject.words.items())
        if lost <= WARN * total:
            return
        written = np.array([letters(text) - _of_breaks(text) for text in texts])
        kept = np.array([letters("".join(words)) for words in subject.tokens])
        rows = np.flatnonzero(written - kept > WARN * written)
        yield self.found(
            f"{share(lost, total)} of the letters and digits are in no token ({subject.places(rows)})",
            severity="error" if lost > REFUSE * total else "warning",
            settings=f"{subject.command} data.tokens=characters",
            lost=lost,
            written=total,
            texts=len(rows),
        )


def letters(text: str) -> int:
    """Letters and digits of a text, in any script, small and capital ones alike."""
    return sum(map(str.isalnum, text))


def _of_breaks(text: str) -> int:
    """Letters of the line breaks of HTML, which are no text."""
    return 2 * text.lower().count("<br />")
