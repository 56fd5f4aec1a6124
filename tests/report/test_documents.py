"""Documents made from the tables: they say what the tables say, and no number in them is typed in."""

import re
from pathlib import Path

import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.report import numbers
from mismatch.report.documents import EXAMPLES, ROOT, TEMPLATES, documents, excerpt, wrapped

MADE = ("README.md", "decide.md", "findings.md")
NOT_MEASURED = (
    *(r"```.*?```", r"^    .*?$", r"`[^`]*`", r"\]\([^)]*\)", r"\[[^\]]*\]\([^)]*\)", r"^\d\. "),
    *(r"\b[CDLMPT]\d+\b", r"Python 3\.11, 3\.12 or 3\.13", r"1096d7e", r"et al\. \d{4}", r"Lee 2005", r"95%", r"\b90%"),
    *(r"arXiv 2105\.08095", r"recall 70\.5 % and\s+precision 100 %"),  # what another paper reports
)
"""What holds digits and is no result: code, links, names of claims, sources, the level of intervals."""
SETTINGS = (
    *(
        r"about 45 minutes",
        r"[Aa]t learning rate 0\.1\b",
        r"[Rr]ule 3",
        r"replicate 3",
        r"must be 0\.5",
        r"1,600 updates",
    ),
    *(r"(?:36|12) pads", r"12 pads and more", r"; 36 and more", r"the 12 pads", r"3 to 6 pairs", r"2,000 short film"),
    *(r"(?:200|1000)\s+(?:training )?sequences", r"(?:at|with) 1000\b", r"\b(?:56|248) noise features", r"beside 8\b"),
    *(r"4 units", r"[Kk]ernel (?:1|3)\b", r"pools of [24]", r"kernel and pool over 3 and 2", r"15 steps"),
    *(r"256 steps against 64", r"512 features against 8", r"64\s+against 8", r"resampled to 15"),
)
"""What was set, not measured: it names a contrast of the tables, in words of its own."""


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return {path.name: text for path, text in documents().items()}


@pytest.mark.parametrize("name", MADE)
def test_a_document_says_what_the_tables_say(made: dict[str, str], name: str) -> None:
    path = ROOT / name if name == "README.md" else ROOT / "docs" / name
    assert sorted(made) == sorted(MADE)
    assert path.read_text(encoding="utf-8") == made[name], "make documents"


@pytest.mark.parametrize("name", MADE)
def test_no_number_that_was_measured_is_typed_into_a_template(name: str) -> None:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    for pattern in (*NOT_MEASURED, *SETTINGS):
        text = re.sub(pattern, "", text, flags=re.DOTALL | re.MULTILINE)
    assert [line for line in text.splitlines() if re.search(r"\d", line)] == []


def test_the_readme_has_less_than_150_lines(made: dict[str, str]) -> None:
    assert len(made["README.md"].splitlines()) < 150


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    rows = [
        {
            "claim": "C1",
            "contrast": "a, tuned",
            "primary": False,
            "scale": "difference",
            "effect": -0.2,
            "censored": "",
        },
        {"claim": "C1", "contrast": "a", "primary": True, "scale": "difference", "effect": -0.5, "censored": ""},
        {
            "claim": "C2",
            "contrast": "b",
            "primary": True,
            "scale": "ratio",
            "effect": 2.0,
            "censored": "arm 3, against 0",
        },
        {
            "claim": "C2",
            "contrast": "c",
            "primary": False,
            "scale": "ratio",
            "effect": 0.5,
            "censored": "arm 0, against 3",
        },
    ]
    frame = pd.DataFrame(rows).assign(
        low=lambda t: t["effect"] - 0.1, high=lambda t: t["effect"] + 0.2, verdict="SUPPORTED"
    )
    frame.to_csv(tmp_path / "verdicts.csv", index=False)
    return tmp_path


def test_a_contrast_is_found_by_claim_and_words(tables: Path) -> None:
    assert numbers.contrast("C1", folder=tables).told() == "-0.500 [-0.600, -0.300]"
    assert numbers.contrast("C1", "a", folder=tables).value == -0.5  # the one that is called so, not both that begin so
    assert numbers.contrast("C1", "tuned", folder=tables).less.told(2) == "0.20 [0.00, 0.30]"
    assert numbers.verdicts("SUPPORTED", tables) == 2


def test_a_ratio_is_shown_as_a_factor_and_as_a_bound_where_runs_ended_too_early(tables: Path) -> None:
    assert numbers.contrast("C2", folder=tables).times() == "at least 2.0 times [1.9, 2.2]"
    assert numbers.contrast("C2", "c", folder=tables).times(2) == "at most 0.50 times [0.40, 0.70]"
    assert numbers.halving(numbers.contrast("C2", "c", folder=tables), 3) == pytest.approx(3, rel=1e-3)


@pytest.mark.parametrize(
    ("claim", "words"), [("C9", ""), ("C1", "nothing"), ("C2", "")], ids=["claim", "words", "several"]
)
def test_a_name_that_fits_no_row_or_several_is_refused(tables: Path, claim: str, words: str) -> None:
    if claim == "C2":
        pd.concat([pd.read_csv(tables / "verdicts.csv")] * 2).to_csv(tables / "verdicts.csv", index=False)
    with pytest.raises(ConfigError, match="must fit one row"):
        numbers.contrast(claim, words, folder=tables)


def test_an_excerpt_shows_that_something_is_left_out() -> None:
    shown = excerpt("check.txt", 1, 4).split("\n\n")
    assert shown[1] == shown[-1] == "    ..." and len(shown) == 4
    whole = (EXAMPLES / "check.txt").read_text(encoding="utf-8")
    assert "..." not in whole and excerpt("check.txt").count("\n\n") == whole.rstrip().count("\n\n")


def test_long_paragraphs_are_wrapped_and_tables_are_not() -> None:
    long = "word " * 60
    text = wrapped(f"{long.strip()}\n\n| {long}|\n\n* {long}\n* b\n\n```sh\n{long}\n```\n")
    wide = [line for line in text.splitlines() if len(line) > 120]
    assert [line[:1] for line in wide] == ["|", "w"] and "\n  word" in text and text.endswith("\n```\n")
