"""Claims on the verdict of a claim: what each quantifier asks of its family, on words that are made up."""

import math
from pathlib import Path
from typing import Any

import pytest

from mismatch.analysis.claims import evaluate
from mismatch.analysis.quantifiers import Member, decide, p_of
from mismatch.config.fields import ConfigError
from tests.analysis.made import CONTROLLED, SLOW, claim, contrast, registered, runs_of

pytestmark = pytest.mark.usefixtures("unwarned")

S, R, E, Q, N, W, U = "SUPPORTED", "REFUTED", "EQUIVALENT", "IDENTICAL", "INCONCLUSIVE", "WITHHELD", "UNTESTED"


def said(quantifier: str, *words: str, predicts: str = "less") -> str:
    """The verdict on a claim of that quantifier; the first word is the primary contrast's."""
    members = [Member(word, predicts, place == 0, why="why") for place, word in enumerate(words)]
    return decide(quantifier, members).word


@pytest.mark.parametrize(
    ("quantifier", "words", "expected"),
    [
        ("can", (R, E, S), S),
        ("can", (R, E, Q), R),
        ("can", (R, E, N), N),
        ("can", (R, W, S), S),
        ("can", (R, W, N), W),
        ("never", (R, E, S), R),
        ("never", (R, E, Q), S),
        ("never", (R, N, E), N),
        ("always", (S, S, S), S),
        ("always", (S, S, E), R),
        ("always", (S, N, R), R),
        ("always", (S, N, S), N),
        ("always", (S, W, S), W),
        ("always", (S, U, S), S),
        ("general", (S, R, S), S),
        ("general", (S, R), S),
        ("general", (S, R, E), N),
        ("general", (R, S, N), R),
        ("general", (E, S, S), N),
        ("general", (N, S, S), N),
        ("general", (W, S, S), W),
        ("general", (S, W, N), S),
        ("general", (S, W, W), W),
        ("general", (R, W, W), W),
        ("general", (N, W, W), N),
        ("", (S, R, R), S),
    ],
)
def test_one_case_or_all_of_them_decide_as_the_quantifier_says(quantifier: str, words: Any, expected: str) -> None:
    assert said(quantifier, *words) == expected


@pytest.mark.parametrize("word", [S, R, E, Q, N, W])
def test_a_family_of_one_has_the_word_of_its_contrast_and_never_mirrors_it(word: str) -> None:
    for quantifier in ("can", "always", "general", ""):
        assert said(quantifier, word) == word
    mirrored = {S: R, R: S, E: S, Q: S}
    assert said("never", word) == mirrored.get(word, word)


def test_identical_runs_show_a_claim_of_equality_and_speak_against_one_of_a_difference() -> None:
    assert said("can", Q, Q, predicts="equal") == S and said("can", Q, Q, predicts="greater") == R
    assert said("always", S, Q, predicts="equal") == S and said("always", S, Q) == R


def test_twins_count_once_and_the_primary_contrast_speaks_for_its_own() -> None:
    against = [Member(R, twin=7) for _ in range(4)]
    found = decide("general", [Member(S, primary=True, twin=1), Member(S, twin=2), *against])
    assert (found.word, found.why) == (S, "of 3 cases 2 show it, 1 speaks against it")
    assert decide("general", [Member(S, primary=True), Member(S), *(Member(R) for _ in range(4))]).word == N


def test_the_p_of_a_claim_is_the_smallest_of_those_that_settle_it_and_the_primary_s_where_that_decides() -> None:
    family = [Member(S, primary=True, p=0.04), Member(S, p=0.01), Member(R, p=0.001), Member(N, p=math.nan)]
    # An always is refuted by the one that speaks against it, by its p of .001; the others rest on those that show it.
    assert [decide(word, family).p for word in ("can", "always", "never", "general", "")] == [
        0.01, 0.001, 0.01, 0.04, 0.04,
    ]  # fmt: skip


def test_where_all_must_agree_the_p_is_the_largest_and_needs_no_correction() -> None:
    shown = [Member(S, primary=True, p=0.04, raw=0.02), Member(S, p=0.04, raw=0.03), Member(Q, "equal")]
    against = [Member(E, primary=True, p=0.04, raw=0.02), Member(R, p=0.002, raw=0.001)]
    assert (decide("always", shown).word, decide("always", shown).p) == (S, 0.03)
    assert (decide("never", against).word, decide("never", against).p) == (S, 0.02)
    assert (decide("can", against).word, decide("can", against).p) == (R, 0.02)
    left_open = [Member(S, primary=True, p=0.02, raw=0.01), Member(N, p=0.6, raw=0.3)]
    assert decide("always", left_open).p == 0.3


def test_identical_runs_have_no_p_and_other_words_that_of_what_they_say() -> None:
    assert [p_of(word, "equal") for word in (S, N, R, Q)] == ["p_equivalence", "p_equivalence", "p", ""]
    assert [p_of(word, "less") for word in (S, R, N, E, Q)] == ["p", "p", "p", "p_equivalence", ""]
    same = [Member(Q, "equal", primary=True, p=1.0), Member(Q, "equal")]
    assert decide("always", same).word == S and math.isnan(decide("always", same).p)


def family_of(*levels: float, quantifier: str, predicts: str = "less", margin: float = 0.02) -> Any:
    """A claim on one arm against as many others, all in its family."""
    sides = [f"side {k}" for k in range(len(levels))]
    runs = runs_of(
        CONTROLLED, SLOW, *(CONTROLLED | {"length.padding": s, "level": v} for s, v in zip(sides, levels, strict=True))
    )
    parts = [
        contrast(
            side,
            arm={"length.padding": side},
            predicts=predicts,
            margin=margin,
            drop=0.03,
            member=k > 0,
            primary=k == 0,
        )  # a failing run is declared to cost little, so that ten replicates can show equivalence
        for k, side in enumerate(sides)
    ]
    return runs, claim(*parts, quantifier=quantifier, scope="made up runs")


def test_a_can_is_supported_by_one_arm_and_its_family_is_corrected_on_its_own(tmp_path: Path) -> None:
    runs, said_of = family_of(0.88, 0.88, 0.58, quantifier="can")
    found = evaluate(registered(tmp_path, said_of), {"runs.csv": runs}, []).set_index("contrast")
    top = found.loc["side 0"]
    assert (top["verdict"], top["contrast_verdict"]) == (S, E)
    assert top["decided_by"] == "of 3 cases 1 shows it, 2 speak against it"
    assert (top["quantifier"], top["scope"]) == ("can", "made up runs")
    assert set(found["family"]) == {"C1 can"}
    assert found.loc["side 2", "p_holm"] == pytest.approx(3 * 2 / 1024) == top["p_claim"]


def test_an_always_is_refuted_by_one_arm_that_is_equivalent(tmp_path: Path) -> None:
    runs, said_of = family_of(0.58, 0.58, 0.88, quantifier="always")
    found = evaluate(registered(tmp_path, said_of), {"runs.csv": runs}, []).iloc[0]
    assert (found["verdict"], found["contrast_verdict"]) == (R, S)


def test_a_family_without_quantifier_or_primary_is_refused(tmp_path: Path) -> None:
    for item, text in (
        (claim(contrast(primary=True), contrast("b", member=True)), "C1: quantifier=: must be one of always, general"),
        (claim(contrast(member=True), quantifier="can"), "C1: member=True: must stand in a claim with a primary"),
        (claim(contrast(), quantifier="often"), "C1: quantifier=often: must be one of always, general, can, never"),
    ):
        with pytest.raises(ConfigError) as refused:
            registered(tmp_path, item)
        assert text in str(refused.value)
