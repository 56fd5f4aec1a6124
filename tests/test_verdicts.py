"""From tables to verdicts: pairing, selection, claims, and every control broken on purpose. No training here."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mismatch.analysis import controls
from mismatch.analysis.claims import COLUMNS, evaluate, headline
from mismatch.analysis.effects import effects
from mismatch.analysis.pairs import PairingError, pair
from mismatch.analysis.registry import Registry, load
from mismatch.analysis.select import arm_where
from mismatch.checks import ConfigError
from mismatch.paths import EXPERIMENTS
from mismatch.report import verdicts
from mismatch.report.explain import explain

REPLICATES = 10
CEILING, CHANCE, RATE, DELAY = 0.9, 0.25, 0.1, 2.0
NOISY = (1 - RATE) * CEILING + RATE * (1 - CEILING) / 3
REGISTERED = """
base: {data: early, mask: none, length.padding: pre}
controls: {data: early, mask: none, length.padding: pre}
claims:
  - id: C1
    claim: Padding after the data costs accuracy.
    source: here
    contrasts:
      - {name: post against pre, primary: true, arm: {length.padding: post}, against: {}, margin: 0.02}
      - {name: masked against not, arm: {mask: masking}, against: {}, margin: 0.02}
      - {name: step time, metric: step_ms, scale: ratio, arm: {mask: masking}, against: {}, predicts: greater}
"""


def registry(tmp_path: Path, text: str = REGISTERED) -> Registry:
    folder = tmp_path / "toy"
    folder.mkdir(exist_ok=True)
    (folder / "claims.yaml").write_text(text)
    return load(folder / "claims.yaml")


def arm(name: str, accuracy: float, **more: Any) -> pd.DataFrame:
    """Ten runs of one arm: the binomial spread of 4096 test sequences around `accuracy`, hashes by replicate."""
    rng = np.random.default_rng(abs(hash_of(name)))
    n = more.pop("n", REPLICATES)
    spread = rng.normal(0, np.sqrt(0.1 / 4096), n)
    kind = more.get("control", "none")
    salt = "sham" if kind == "sham" else "plain"
    columns = {
        "experiment": "toy", "arm": name, "replicate": range(n), "run": [f"{name}-{k}" for k in range(n)],
        "status": "ok", "error": None, "data": "early", "data.test": 4096, "data.noise": 0.1, "mask": "none",
        "length.padding": "pre", "control": "none", "control.delay_ms": np.nan, "train.updates": 400,
        "accuracy": accuracy + spread, "exact_accuracy": accuracy + spread / 10, "exact_accuracy_se": 0.004,
        "bayes_accuracy": CEILING + rng.normal(0, np.sqrt(0.09 / 4096), n), "chance": CHANCE, "ceiling": CEILING,
        "ceiling_full": CEILING, "skill": (accuracy - CHANCE) / (CEILING - CHANCE), "steps_to_90": 50.0,
        "step_ms": 5.0 + rng.normal(0, 0.05, n), "data_hash": [f"{salt}{k}" for k in range(n)],
        "order_hash": [f"{salt}{k}" for k in range(n)],
    }  # fmt: skip
    return pd.DataFrame(columns | more)


def hash_of(name: str) -> int:
    return sum(ord(letter) * 31**i for i, letter in enumerate(name)) % 2**32


def delayed(delay: float = DELAY) -> pd.DataFrame:
    table = arm("delayed", CEILING, control="delayed", **{"control.delay_ms": DELAY})
    return table.assign(step_ms=table["step_ms"] + delay)


def sound() -> pd.DataFrame:
    """A table in which every control passes, padding after the data costs half and a mask nothing."""
    parts = [
        arm("pre", CEILING),
        arm("post", 0.4, **{"length.padding": "post"}),
        arm("masked", CEILING, mask="masking").assign(step_ms=lambda table: table["step_ms"] * 1.3),
        arm("sham", CEILING, control="sham"),
        arm("noisy", NOISY, control="noisy", ceiling=NOISY),
        arm("shuffled", CHANCE, control="shuffled", ceiling=CHANCE),
        delayed(),
    ]
    return pd.concat(parts, ignore_index=True)


def judged(tmp_path: Path, runs: pd.DataFrame, text: str = REGISTERED, planned: Any = None) -> pd.DataFrame:
    claims = registry(tmp_path, text)
    tables = {"runs.csv": runs}
    return evaluate(claims, tables, controls.check_all(tables, claims.controls, planned), planned)


def verdict_words(table: pd.DataFrame) -> list[str]:
    return table["verdict"].tolist()


def test_a_sound_sweep_gets_its_verdicts_with_everything_they_rest_on(tmp_path):
    table = judged(tmp_path, sound())
    assert verdict_words(table) == ["SUPPORTED", "EQUIVALENT", "SUPPORTED"]
    assert list(table.columns) == list(COLUMNS) and table["controls"].str.startswith("passed").all()
    first = table.iloc[0]
    assert first["n"] == 10 and first["effect"] == pytest.approx(-0.5, abs=0.01) and first["low"] < first["high"] < 0
    assert first["p"] == pytest.approx(2 / 2**10) and first["runs"].split()[:2] == ["post-0", "pre-0"]
    assert len(first["runs"].split()) == 20 and len(first["claims_hash"]) == 12
    assert table["effect"].iloc[2] == pytest.approx(np.log(1.3), abs=0.03)


def replace_arm(name: str, new: pd.DataFrame) -> pd.DataFrame:
    runs = sound()
    return pd.concat([runs[runs["arm"] != name], new], ignore_index=True)


BROKEN = {
    # what is broken: (table, the check that fails, which of the three verdicts it must withhold)
    "sham differs": (lambda: replace_arm("sham", arm("sham", 0.8, control="sham")), "sham", [1, 1, 1]),
    "noise costs nothing": (
        lambda: replace_arm("noisy", arm("noisy", CEILING, control="noisy", ceiling=NOISY)), "noisy", [1, 1, 0]
    ),
    "noise costs twice": (
        lambda: replace_arm("noisy", arm("noisy", 2 * NOISY - CEILING, control="noisy", ceiling=NOISY)),
        "noisy", [1, 1, 0],
    ),
    "labels leak": (
        lambda: replace_arm("shuffled", arm("shuffled", 0.3, control="shuffled", ceiling=CHANCE)),
        "shuffled", [1, 1, 0],
    ),
    "shuffled runs all failed": (
        lambda: replace_arm("shuffled", arm("shuffled", 0.3, control="shuffled", status="failed")),
        "shuffled", [1, 1, 0],
    ),
    "the delay is not seen": (lambda: replace_arm("delayed", delayed(0.0)), "delayed", [0, 0, 1]),
    "the delay is half of itself": (lambda: replace_arm("delayed", delayed(1.0)), "delayed", [0, 0, 1]),
    "the bayes rule is off its ceiling": (
        lambda: sound().assign(bayes_accuracy=lambda runs: runs["bayes_accuracy"] + 0.02), "bayes early", [1, 1, 0]
    ),
    "an arm is above its ceiling": (
        lambda: replace_arm("masked", arm("masked", 0.92, mask="masking")), "ceiling", [0, 1, 0]
    ),
    "a control was not run": (lambda: sound()[lambda runs: runs["arm"] != "sham"], "sham", [1, 1, 1]),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_control_broken_on_purpose_withholds_the_verdicts_it_guards_and_says_why(what, tmp_path):
    make, name, withheld = BROKEN[what]
    table = judged(tmp_path, make())
    assert [int(word == "WITHHELD") for word in verdict_words(table)] == withheld
    for _, row in table[table["verdict"] == "WITHHELD"].iterrows():
        assert name in row["why"] and row["why"].startswith("control failed") and name in row["controls"]


def test_control_replicates_that_are_missing_fail_their_control(tmp_path):
    runs = sound()
    planned = dict.fromkeys(runs["arm"].unique(), REPLICATES)
    table = judged(tmp_path, runs[~(runs["arm"].eq("noisy") & runs["replicate"].eq(4))], planned=planned)
    assert verdict_words(table) == ["WITHHELD", "WITHHELD", "SUPPORTED"] and "pairs missing" in table["why"].iloc[0]


def test_a_verdict_waits_for_planned_cells(tmp_path):
    runs = sound()
    planned = dict.fromkeys(runs["arm"].unique(), REPLICATES)
    table = judged(tmp_path, runs[~(runs["arm"].eq("post") & runs["replicate"].eq(7))], planned=planned)
    assert verdict_words(table) == ["WITHHELD", "EQUIVALENT", "SUPPORTED"]
    assert table["why"].iloc[0] == "1 planned pairs missing (replicate 7: not run)"
    gone = judged(tmp_path, runs[runs["arm"] != "post"], planned=planned)
    assert gone["why"].iloc[0] == "no arm data=early, mask=none, length.padding=post"


def test_failures_score_chance_and_are_counted(tmp_path):
    runs = sound()
    bad = runs["arm"].eq("masked") & runs["replicate"].lt(3)
    runs.loc[bad, ["status", "accuracy", "exact_accuracy", "chance", "skill", "step_ms"]] = ["failed", *[np.nan] * 5]
    pairs = pair(runs, "masked", "pre", "exact_accuracy")
    assert pairs.failures == 3 and (pairs.arm[:3] == CHANCE).all() and len(pairs.differences) == 10
    assert (pair(runs, "masked", "pre", "skill").arm[:3] == 0).all()
    assert pair(runs, "masked", "pre", "steps_to_90").arm.tolist() == [400.0] * 3 + [50.0] * 7  # all updates, at least
    table = judged(tmp_path, runs)
    assert table["failures"].iloc[1] == 3 and verdict_words(table)[2] == "WITHHELD"  # no step time to compare


def test_runs_that_saw_different_data_or_order_are_no_pair(tmp_path):
    for column in ("data_hash", "order_hash"):
        runs = sound()
        runs.loc[runs["arm"].eq("post") & runs["replicate"].eq(2), column] = "other"
        with pytest.raises(PairingError, match=f"replicate 2: {column} differs"):
            pair(runs, "post", "pre", "accuracy")
        assert "differs" in judged(tmp_path, runs)["why"].iloc[0]
    assert len(pair(runs, "post", "pre", "accuracy", shares=("data",)).differences) == 10


def test_a_description_finds_its_one_arm_and_refuses_several():
    runs = pd.concat([
        arm("whole", 0.9, **{"length.ratio": 1.0, "length.truncating": None}),
        arm("cut", 0.5, **{"length.ratio": 0.5, "length.truncating": "pre"}),
        arm("other", 0.5, **{"length.ratio": 0.5, "length.truncating": "post"}),
    ])  # fmt: skip
    assert arm_where(runs, {"length.ratio": 1, "length.truncating": "pre"}) == "whole"  # a blank fits
    assert arm_where(runs, {"length.ratio": 0.5, "length.truncating": "post"}) == "other"
    assert arm_where(runs, {"length.ratio": 0.25}) is None
    with pytest.raises(ConfigError, match=r"must name one arm, fits 2: they differ in length.truncating"):
        arm_where(runs, {"length.ratio": 0.5})
    with pytest.raises(ConfigError, match=r"no_such_key=1: must be a column"):
        arm_where(runs, {"no_such_key": 1})


OUTCOMES = """
claims:
  - id: C5
    claim: A mismatch raises at once.
    source: here
    contrasts:
      - {name: all, primary: true, test: outcome, table: cases.csv, rows: ["features-*"], expect: [raises]}
      - {name: at once, test: outcome, table: cases.csv, rows: ["features-*"], expect: [raises], unchanged: true}
      - {name: absent, test: outcome, table: cases.csv, rows: ["rank-*"], expect: [raises]}
"""


def cases(**outcomes: str) -> dict[str, pd.DataFrame]:
    rows = [("features-call", False, "raises", False), ("features-late", False, "raises", True),
            ("features-match", True, "works", False)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["row", "legal", "outcome", "weights_changed"])
    table["outcome"] = table["row"].map(lambda row: outcomes.get(row.replace("-", "_"))).fillna(table["outcome"])
    return {"cases.csv": table}


def test_outcomes_are_judged_on_mismatches_alone_and_one_case_refutes_an_all_claim(tmp_path):
    def words(**outcomes: str) -> list[str]:
        claims, tables = registry(tmp_path, OUTCOMES), cases(**outcomes)
        return verdict_words(evaluate(claims, tables, controls.check_all(tables, claims.controls)))

    assert words() == ["SUPPORTED", "REFUTED", "WITHHELD"]
    assert words(features_call="silent") == ["REFUTED", "REFUTED", "WITHHELD"]
    assert (
        words(features_match="raises") == ["WITHHELD"] * 3
    )  # a legal case must work


GRID = """
base: {data: early, mask: none}
claims:
  - id: C28
    claim: Almost every arm loses.
    source: here
    contrasts:
      - {name: share, primary: true, test: share, metric: accuracy, where: {length.padding: [a, b, c, d]},
         against: {length.padding: pre}, margin: 0.02, at_least: AT_LEAST}
      - {name: variance, test: variance, metric: accuracy, where: {length.padding: [a, b, c, d]},
         factors: [length.padding], at_least: AT_LEAST}
"""


@pytest.mark.parametrize(("at_least", "word"), [(0.001, "SUPPORTED"), (0.999, "REFUTED"), (0.25, "INCONCLUSIVE")])
def test_shares_of_arms_are_judged_by_their_interval(at_least, word, tmp_path):
    arms = [("pre", 0.9), ("a", 0.9), ("b", 0.9), ("c", 0.5), ("d", 0.9)]
    runs = pd.concat([arm(name, accuracy, **{"length.padding": name}) for name, accuracy in arms], ignore_index=True)
    table = evaluate(registry(tmp_path, GRID.replace("AT_LEAST", str(at_least))), {"runs.csv": runs}, [])
    assert table["effect"].iloc[0] == 0.25 and table["n"].iloc[0] == 4 and table["verdict"].iloc[0] == word
    assert table["effect"].iloc[1] > 0.99  # all the variance lies between the arms


def test_five_replicates_support_nothing(tmp_path):
    runs = sound()
    runs = runs[runs["replicate"] < 5]
    table = judged(tmp_path, runs)
    assert table["p"].iloc[0] == pytest.approx(2 / 2**5) and table["verdict"].iloc[0] == "INCONCLUSIVE"
    assert "too few" in table["why"].iloc[0]


def test_primary_contrasts_are_one_family_and_the_others_are_corrected_claim_by_claim(tmp_path):
    table = judged(tmp_path, sound())
    assert table["family"].tolist() == ["primary", "C1", "C1"]
    assert table["p_holm"].iloc[0] == table["p"].iloc[0]
    assert table["p_holm"].iloc[2] == pytest.approx(2 * table["p"].iloc[2])


def test_a_sweep_in_which_nothing_is_there_yields_a_false_verdict_in_at_most_its_level(tmp_path):
    """Global null through the whole pipeline: 12 primary contrasts of equal arms, 60 sweeps.

    Tolerance: the family-wise level 0.05 plus 3 Monte-Carlo standard errors of 60 sweeps, 0.084.
    """
    claim = "  - {{id: C{k}, claim: x, source: y, contrasts: [{{name: a, primary: true, arm: {{mask: m{k}}}, against: {{}}, metric: accuracy, margin: 0.0001}}]}}\n"  # noqa: E501
    text = "base: {mask: none}\nclaims:\n" + "".join(claim.format(k=k) for k in range(1, 13))
    claims = registry(tmp_path, text)
    rng, false = np.random.default_rng(5), 0
    names = ["none", *(f"m{k}" for k in range(1, 13))]
    base = pd.concat([arm(name, 0.8, mask=name) for name in names], ignore_index=True)
    for _ in range(60):
        runs = base.assign(accuracy=0.8 + rng.normal(0, 0.005, len(base)))
        words = set(evaluate(claims, {"runs.csv": runs}, [])["verdict"])
        false += bool(words & {"SUPPORTED", "REFUTED"})
    assert false / 60 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


def test_step_times_carry_their_own_controls():
    base = {"engine": "graph", "length.steps": 64, "features.width": 8, "mask": "none", "reduction": "none"}
    rng = np.random.default_rng(3)

    def steps(name: str, ms: float, **more: Any) -> pd.DataFrame:
        columns = base | {"arm": name, "replicate": range(12), "status": "ok", "control": "none",
                          "control.delay_ms": np.nan, "step_ms": ms + rng.normal(0, 0.05, 12)}  # fmt: skip
        return pd.DataFrame(columns | more)

    def checks(sham: float, late: float) -> dict[str, bool]:
        table = pd.concat([steps("plain", 5), steps("sham", sham, control="sham"),
                           steps("late", late, control="delayed", **{"control.delay_ms": 2.0})])  # fmt: skip
        return {check.name: check.passed for check in controls.check_times(table)}

    assert checks(5, 7) == {"sham (graph)": True, "delayed (graph)": True}
    assert checks(5.5, 7)["sham (graph)"] is False
    assert checks(5, 5)["delayed (graph)"] is False and checks(5, 9)["delayed (graph)"] is False


def test_every_single_factor_contrast_of_a_table_is_found_once_without_control_copies():
    runs = sound()
    found = effects(runs[runs["arm"] != "masked"])
    assert found[["factor", "level", "against"]].to_numpy().tolist() == [["length.padding", "post", "pre"]]
    assert found["effect"].iloc[0] == pytest.approx(-0.5, abs=0.01) and found["n"].iloc[0] == 10


BAD = [
    ("claims: [{id: C1, claim: x, source: y, contrast: []}]", "contrast=.*must be one of id, claim"),
    ("claims: [{id: C1, source: y}]", "C1: claim=None: must be given"),
    ("claims: [{id: C1, claim: x, source: y}]", "C1: contrasts=0: must be given, or a reason"),
    ("claims: [{id: C1, claim: x, source: y, contrasts: [{name: a, test: t}]}]", "test=t: must be one of paired"),
    ("claims: [{id: C1, claim: x, source: y, contrasts: [{name: a, predicts: up}]}]", "predicts=up: must be one of"),
    ("claims: [{id: C1, claim: x, source: y, contrasts: [{name: a, primary: true}, {name: b, primary: true}]}]",
     "C1: primary=2: must be true of one contrast at most"),
    ("claims: [", "must be YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD, ids=[message for _, message in BAD])
def test_a_claims_file_that_cannot_be_read_says_where_and_why(text, message, tmp_path):
    with pytest.raises(ConfigError, match=message) as error:
        registry(tmp_path, text)
    assert "claims.yaml" in str(error.value) and "\n" not in str(error.value)


def test_all_28_claims_of_the_article_are_registered_each_with_one_primary_contrast():
    claims = [claim for path in sorted(EXPERIMENTS.glob("*/claims.yaml")) for claim in load(path).claims]
    names = {claim.id for claim in claims}
    assert {f"C{k}" for k in range(1, 29)} <= names
    for name in names:
        same = [claim for claim in claims if claim.id == name]
        primary = sum(contrast.primary for claim in same for contrast in claim.contrasts)
        assert primary + sum(bool(claim.untestable) for claim in same) == 1, name
        assert len({claim.claim for claim in same}) == 1, f"{name} is worded differently in two files"


def test_an_untestable_claim_is_listed_with_its_reason(tmp_path):
    text = "claims: [{id: C9, claim: x, source: y, untestable: nobody can know}]"
    table = evaluate(registry(tmp_path, text), {}, [])
    assert table[["claim", "verdict", "why"]].to_numpy().tolist() == [["C9", "UNTESTED", "nobody can know"]]


def test_the_table_of_verdicts_puts_the_largest_effect_first_and_explains_one(tmp_path):
    claims = judged(tmp_path, sound())
    out = tmp_path / "results" / "toy"
    out.mkdir(parents=True)
    claims.to_csv(out / "claims.csv", index=False)
    sound().to_csv(out / "runs.csv", index=False)
    table = verdicts.collect(tmp_path / "results")
    assert len(table) == 3 and table["primary"].astype(bool).tolist() == [True, False, False]
    assert "SUPPORTED" in verdicts.text(table) and "C1" in verdicts.markdown(table)
    chain = explain(tmp_path / "results", "C1")
    assert "post-3" in chain and claims["claims_hash"].iloc[0] in chain
    with pytest.raises(ConfigError, match=r"C99"):
        explain(tmp_path / "results", "C99")
    rows = pd.DataFrame({"primary": True, "test": ["paired", "outcome", "paired"], "effect": [0.1, 1.0, -0.5]})
    assert headline(rows)["effect"].tolist() == [-0.5, 0.1, 1.0]
