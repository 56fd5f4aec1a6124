"""Claims on claims files: what is refused, in which words, and that those of the article are all there."""

from pathlib import Path

import pytest

from mismatch.analysis import registry
from mismatch.analysis.tests.variance import VarianceContrast
from mismatch.config import claims
from mismatch.config.fields import ConfigError
from mismatch.config.paths import EXPERIMENTS
from tests.analysis.made import claim, contrast, registered

FILES = sorted(EXPERIMENTS.glob("*/claims.yaml"))

WRONG = {
    "an unknown key": (claim(contrast(metrik="x")), "post against pre: metrik=x"),
    "an unknown key of a claim": (claim(contrast(), page=3), "C1: page=3"),
    "a key of another kind of test": (claim(contrast(rows=["a"])), "post against pre: rows=['a']: must be one of name"),
    "a claim that is no text": (claim(contrast(), claim=["x"]), "C1: claim=['x']: must be text"),
    "a missing key": ({"id": "C1", "source": "x", "contrasts": [contrast()]}, "C1: claim=None: must be given"),
    "a nameless contrast": (claim({"margin": 0.1}), "C1: ?: name=None: must be given"),
    "two primaries": (claim(contrast(primary=True), contrast("b", primary=True)), "C1: primary=2"),
    "an unknown test": (
        claim(contrast(test="guess")),
        "test=guess: must be one of best, outcome, paired, portion, share, tuned, variance",
    ),
    "an unknown prediction": (claim(contrast(predicts="more")), "predicts=more: must be one of less, greater"),
    "an unknown scale": (claim(contrast(scale="log")), "scale=log: must be one of difference, ratio"),
    "an unknown stream": (claim(contrast(shares=["dada"])), "shares=('dada',): must be some of data, order, init"),
    "a word for a list": (claim(contrast(shares="data")), "shares=data: must be a list"),
    "a word for a number": (claim(contrast(margin="2%")), "margin=2%: must be a number"),
    "a list for a mapping": (claim(contrast(arm=["post"])), "arm=['post']: must be a mapping"),
    "a negative margin": (claim(contrast(margin=-0.1)), "margin=-0.1: must be 0 or more"),
    "equal within nothing": (claim(contrast(predicts="equal", margin=0)), "margin=0.0: must be above 0"),
    "no rows": (claim({"name": "a", "test": "outcome", "expect": ["raises"]}), "rows=None: must be given"),
    "no factors": (claim({"name": "a", "test": "variance", "at_least": 0.5}), "factors=None: must be given"),
    "more than all": (claim({"name": "a", "test": "share", "against": {"a": 1}, "at_least": 5}), "at_least=5.0: must"),
    "more than all cases": (
        claim({"name": "a", "test": "outcome", "rows": ["a"], "expect": ["b"], "at_least": 2}),
        "2.0",
    ),
    "a choice among nothing": (claim({"name": "a", "test": "best", "factors": ["mask"]}), "among={}: must be given"),
    "a choice and an arm": (
        claim({"name": "a", "test": "best", "factors": ["mask"], "among": {"mask": ["a"]}, "arm": {"mask": "a"}}),
        "arm={'mask': 'a'}: must be left out",
    ),
    "neither contrasts nor reason": (claim(), "C1: contrasts=0: must be given, or a reason"),
    "contrasts and a reason": (claim(contrast(), untestable="no GPU"), "C1: contrasts=1: must be given, or a reason"),
    "one name twice": (claim(contrast(), contrast()), "C1: name=post against pre: must occur once"),
    "a word for a claim": ("C1", "claims.yaml=C1: must be a mapping, one for each claim"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_claims_file_is_refused_in_one_line_that_names_file_claim_and_key(tmp_path: Path, wrong: str) -> None:
    item, text = WRONG[wrong]
    with pytest.raises(ConfigError) as refused:
        registered(tmp_path, item)
    message = str(refused.value)
    assert text in message and str(tmp_path / "x" / "claims.yaml") in message and "\n" not in message


def test_the_head_of_a_claims_file_is_checked_too(tmp_path: Path) -> None:
    for more, text in (
        ({"bass": {}}, "bass={}: must be one of base, controls"),
        ({"controls": ["early"]}, "controls=['early']: must be a mapping"),
        ({"claims": [claim(contrast()), claim(contrast())]}, "id=C1: must occur once"),
        ({"confirming": "seven"}, "confirming=seven: must be a whole number"),
        ({"factorials": [{"name": "a"}]}, "factorials: where=None: must be given"),
    ):
        with pytest.raises(ConfigError) as refused:
            registered(tmp_path, **more)
        assert text in str(refused.value)
    (tmp_path / "x" / "claims.yaml").write_text("claims: [")
    with pytest.raises(ConfigError, match="must be YAML"):
        registry.load(tmp_path / "x" / "claims.yaml")


def test_levels_may_be_named_once_by_an_anchor_and_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x" / "claims.yaml"
    path.parent.mkdir()
    text = """
grid: &grid {mask: [none, masking], length.steps: [16, 32]}
claims:
  - id: C1
    claim: Settings matter.
    source: made up
    contrasts:
      - {name: v, test: variance, where: {<<: *grid, data: early}, factors: [mask], at_least: 0.5}
"""
    path.write_text(text)
    found = registry.load(path).claims[0].contrasts[0]
    assert isinstance(found, VarianceContrast) and found.factors == ("mask",)
    assert found.where == {"mask": ["none", "masking"], "length.steps": [16, 32], "data": "early"}
    path.write_text(text + "base: {mask: none}\nbase: {mask: masking}\n")
    with pytest.raises(ConfigError, match=r"must be YAML .*duplicate key base"):
        registry.load(path)


def test_the_hash_of_the_claims_changes_with_what_is_judged_and_not_with_its_wording(tmp_path: Path) -> None:
    first, again = (registered(tmp_path, claim(contrast())).hash for _ in range(2))
    reworded = claim(contrast("in other words"), claim="Padding costs.", source="elsewhere")
    assert first == again == registered(tmp_path, reworded).hash
    assert first == registered(tmp_path, claim(contrast()), confirming=3, show={"mask": ["none"]}).hash
    for item in (
        claim(contrast(margin=0.03)),
        claim(contrast(primary=True)),
        claim(contrast(), quantifier="can"),
        claim(contrast(), scope="one task"),
        claim(contrast(), id="C2"),
        claim(contrast(), contrast("another")),
        claim(contrast(arm={"length.padding": "mid"})),
    ):
        assert registered(tmp_path, item).hash != first, item
    assert registered(tmp_path, claim(contrast()), base={"data": "late"}).hash != first


def test_the_hash_of_a_registry_is_the_one_that_runs_are_given() -> None:
    for path in FILES:
        assert registry.load(path).hash == claims.registered(path.parent.name)
    assert claims.registered("no-such-experiment") is None


def test_every_claim_of_the_article_is_registered_with_one_contrast_that_decides() -> None:
    found = [entry for path in FILES for entry in registry.load(path).claims]
    said = {f"C{number}" for number in range(1, 29)} - {"C21"}  # of which the article says nothing
    assert said == {entry.id for entry in found if entry.id.startswith("C")}
    for name in {entry.id for entry in found}:
        same = [entry for entry in found if entry.id == name]
        decided = sum(part.primary for entry in same for part in entry.contrasts)
        assert decided + sum(bool(entry.untestable) for entry in same) == 1, name
        assert len({(entry.claim, entry.source) for entry in same}) == 1, name
        assert all(entry.quantifier and entry.scope for entry in same if any(part.primary for part in entry.contrasts))
