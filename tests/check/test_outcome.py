"""What a check shows: every number of a finding, in each form, and no text of a file that acts as more than text."""

import json

import numpy as np
import pytest

from mismatch.check.finding import Finding
from mismatch.check.outcome import Checked, Section
from mismatch.check.rule import Rule, apply
from mismatch.check.words import memory

HOSTILE = "<script>alert(1)</script>\x1b[31m\r\u202egnp.exe\n{{ 7*7 }}"


def checked() -> Checked:
    section = Section(HOSTILE, (HOSTILE,), (HOSTILE, "share"), ((HOSTILE, 0.12345), (HOSTILE, np.inf)))
    evidence = {"steps": np.int64(3), "share": np.float32(0.5), HOSTILE: [np.nan], "lengths": np.arange(2)}
    finding = Finding("D199", "hostile", "error", HOSTILE, HOSTILE, evidence, HOSTILE, HOSTILE, f"x = 1\n{HOSTILE}")
    return Checked(HOSTILE, (section, section), (finding,), 1, {"rows": 4})


def test_text_of_a_file_steers_no_terminal() -> None:
    text = checked().text() + repr(checked())
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "\\x1b[31m" in text


@pytest.mark.parametrize("form", ["html", "_repr_html_"])
def test_text_of_a_file_becomes_no_markup(form: str) -> None:
    page = getattr(checked(), form)()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "{{ 7*7 }}" in page
    assert "\x1b" not in page and "\u202e" not in page


def test_the_json_is_json_whatever_the_evidence_holds() -> None:
    text = checked().to_json()
    assert text.isascii()
    found = json.loads(text)
    (finding,) = found["findings"]
    assert finding["evidence"] == {"steps": 3, "share": 0.5, HOSTILE: [None], "lengths": [0, 1]}
    assert (found["schema"], found["facts"], found["subject"]) == (1, {"rows": 4}, HOSTILE)


def test_lines_fit_a_terminal_of_eighty_columns() -> None:
    finding = Finding("D199", "long", "note", "", "word " * 60, {}, "do " * 60)
    section = Section("Read", ("word " * 60,), ("a", "b"), (("x" * 300, 1),))
    assert max(map(len, Checked("f.csv", (section,), (finding,)).text().splitlines())) <= 80


def test_the_table_of_findings_has_its_columns_without_findings_too() -> None:
    assert list(Checked("x").frame().columns) == list(checked().frame().columns)
    assert checked().frame().loc[0, "code"] == "D199"


def test_a_severity_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="must be one of error, warning, note"):
        Finding("D199", "bad", "fatal", "", "")


class Says(Rule):
    """A rule that says what it is told."""

    code, name, severity = "D199", "says", "warning"
    meaning = why = example = instead = "text"

    def look(self, subject):
        for severity in subject:
            yield self.found("seen", severity=severity, count=1)


class Two:
    """A registry of two rules."""

    def all(self):
        return {"says": Says, "again": Says}


def test_the_worst_findings_come_first() -> None:
    found = apply(Two(), [None, "note", "error"])
    assert [finding.severity for finding in found] == ["error", "error", "warning", "warning", "note", "note"]
    assert found[0].evidence == {"count": 1} and found[0].advice == "text"
    assert Checked("x", findings=found, rules=2).verdict == "2 errors, 2 warnings, 2 notes (2 rules)"


@pytest.mark.parametrize(
    ("size", "shown"),
    [(3, "3 B"), (1010, "1010 B"), (1024, "1 KiB"), (2**20 - 2**10, "1023 KiB")],
)
def test_sizes_of_memory_are_written_without_an_exponent(size, shown):
    assert memory(size) == shown
