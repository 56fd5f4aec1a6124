"""D123: texts hold the traces of a wrong encoding: replacement characters, or UTF-8 read as something else."""

import re
from collections.abc import Iterator

import numpy as np

from mismatch.check.finding import Finding
from mismatch.check.rule import Rule
from mismatch.check.sequences import Subject
from mismatch.check.words import share
from mismatch.config.counting import counted

TRACES = re.compile("\ufffd|[\u00c2\u00c3\u00d0\u00d1][\u0080-\u00bf]|\u00e2\u20ac|\u00ef\u00bb\u00bf")
"""The replacement character; UTF-8 of Latin and Cyrillic letters, of quotation marks and of a byte-order mark, read as
Latin-1 or Windows-1252."""
SERIOUS = 0.001
MEND = """def mend(text):
    try: return text.encode("cp1252").decode("utf-8")
    except UnicodeError: return text
texts = [mend(text) for text in texts]"""
"""Lines that undo the reading of UTF-8 as Windows-1252, in texts that were read so whole."""


class WrongEncoding(Rule):
    code, name, severity = "D123", "wrong_encoding", "warning"
    meaning = "Texts hold replacement characters, or pairs of signs that UTF-8 leaves where it is read as Latin-1."
    why = "A word is then another word, or several: it is not found in the vocabulary, or counted twice."
    example = "caf\u00c3\u00a9 where caf\u00e9 was written."
    instead = "Read the file in the encoding it was written in; where it was saved so, mend it at its source."

    def look(self, subject: Subject) -> Iterator[Finding]:
        texts = subject.items.texts or ()
        found = [TRACES.search(text) for text in texts]
        rows = np.flatnonzero([match is not None for match in found])
        if not len(rows):
            return
        match = found[rows[0]]
        assert match is not None
        start, end = match.span()
        around = texts[rows[0]][max(start - 10, 0) : end + 10]
        yield self.found(
            f"{counted(len(rows), 'text')} ({share(len(rows), len(texts))}) with traces of a wrong encoding, such as "
            f"...{around}... ({subject.places(rows)})",
            severity="warning" if len(rows) >= SERIOUS * len(texts) else "note",
            **_remedy(subject, any("\ufffd" not in found[row].group() for row in rows)),  # type: ignore[union-attr]
            texts=len(rows),
        )


def _remedy(subject: Subject, misread: bool) -> dict[str, str]:
    """What to do: another encoding where one was given; else the texts themselves are to be mended, or lost.

    misread: whether any trace is UTF-8 read as something else: what a replacement character was is not known.
    """
    if not misread:
        return {"advice": "Take the texts anew from their source: what a replacement character stands for is lost."}
    if "(given)" in subject.items.reading.kind:
        return {"settings": f"{subject.command} data.encoding=utf-8"}
    return {"advice": "The file was saved so: mend the texts, or take them anew from their source.", "keras": MEND}
