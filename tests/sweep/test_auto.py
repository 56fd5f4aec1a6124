"""`replicates=auto`: what is refused, the next request, and one sweep that adds replicates where a claim needs them."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.groups import LOOKS
from mismatch.sweep import auto, plan, store
from mismatch.sweep.session import Session
from tests.helpers import INLINE, here, make_settings

SWEEP = """# @package _global_
name: tiny
replicates: auto
data: {train: 256, probe: 64, test: 256}
train: {updates: 20, batch: 32}
hydra:
  sweeper:
    blocks:
      sides: {data: early, length.ratio: 2, length.padding: "pre,post", mask: "none,masking"}
      planted: {data: early, length.ratio: 2, length.padding: post, mask: masking, control: slow}
"""
CLAIMS = """base: {data: early, length.ratio: 2, control: none}
claims:
  - {id: T1, claim: Masks change little before the sequence., source: made up, contrasts: [{name: masked or not, pre,
     primary: true, where: {length.padding: pre}, arm: {mask: masking}, against: {mask: none}, predicts: equal,
     margin: 0.5}]}
  - {id: T2, claim: Masks help behind it., source: made up, contrasts: [{name: masked or not, post,
     primary: true, where: {length.padding: post}, arm: {mask: masking}, against: {mask: none}, predicts: greater,
     margin: 0.04}]}
""".replace("masked or not, p", "masked or not p")
COMMAND = ("-m", "+experiment=tiny", "figures=false", INLINE)


def request(*replicates: object) -> plan.Request:
    """One arm for each number of replicates, of different lengths."""
    return plan.request([make_settings(replicates=each, length__ratio=1.0 + at) for at, each in enumerate(replicates)])


def test_auto_starts_at_the_first_look_and_a_number_stays_what_it_is() -> None:
    asked = request("auto", 3, 0)
    assert [each.replicates for each in asked.wanted] == [LOOKS[0], 3, 0] and asked.look == 1
    assert request(3, 4).look == 0
    both = plan.request([make_settings(replicates=each) for each in (50, "auto", 7)])
    assert [(each.auto, each.replicates, each.job) for each in both.wanted] == [(True, LOOKS[0], 1)]


def test_only_arms_that_need_more_get_them_and_only_up_to_the_last_look() -> None:
    asked = request("auto", "auto", 3)
    first, second, third = (arm.id for arm in asked.arms)
    found = auto.More(frozenset({second, third}), ("C1: it +-0.1, margin 0.02",), 2)
    after = auto.grown(asked, found)
    assert after is not None and after.look == 2
    assert [each.replicates for each in after.wanted] == [LOOKS[0], LOOKS[1], 3]
    said = auto.said(asked, found, after)
    assert "look 1 of 4: 1 of 2 contrasts with 10 replicates need more (C1: it +-0.1, margin 0.02)" in said
    assert said.endswith(f"20 replicates of 1 arm: {second}")
    assert auto.grown(asked, auto.More(frozenset({third}))) is None
    assert auto.grown(asked, auto.More()) is None and first not in found.arms
    last = replace(asked, look=len(LOOKS))
    assert auto.grown(last, found) is None
    assert auto.said(last, found, None).endswith("but 80 replicates are the most there are")
    assert auto.said(asked, auto.More(looked=2), None).endswith("no contrast of 2 with 10 replicates needs more")


def test_a_sweep_without_claims_that_could_ask_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = make_settings(replicates="auto", out=str(tmp_path), name="mine")
    monkeypatch.setattr("mismatch.sweep.session.settings", lambda config: node)
    with pytest.raises(ConfigError, match="replicates=auto: needs a number, or an experiment with a primary claim"):
        Session().add([{"name": "mine", "out": str(tmp_path)}], ["out=x"])


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process sees the experiment `tiny`."""
    root = tmp_path / "site"
    folder, facts = root / "tiny_parts" / "tiny", root / "tiny_parts-1.0.dist-info"
    folder.mkdir(parents=True)
    facts.mkdir()
    (root / "tiny_parts" / "__init__.py").touch()
    (folder / "sweep.yaml").write_text(SWEEP)
    (folder / "claims.yaml").write_text(CLAIMS)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-parts\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[mismatch.experiments]\ntiny = tiny_parts\n")
    monkeypatch.syspath_prepend(root)


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_replicates_are_added_for_one_contrast_alone_and_an_ended_sweep_goes_on(tmp_path: Path) -> None:
    done = here(*COMMAND, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "tiny, look 1 of 4: 5 arms, 50 runs, 0 done already, 50 to train" in done.stderr
    assert "look 1 of 4: 1 of 2 contrasts with 10 replicates need more (T2: masked or not post +-" in done.stderr
    assert "20 replicates of 3 arms: " in done.stderr
    assert "tiny, look 2 of 4: 5 arms, 80 runs, 50 done already, 30 to train" in done.stderr
    assert "look 2 of 4: no contrast of 1 with 20 replicates needs more" in done.stderr
    out = tmp_path / "results" / "tiny"
    runs, claims = pd.read_csv(out / "runs.csv"), pd.read_csv(out / "claims.csv").set_index("claim")
    assert claims[["n", "look"]].T.to_dict("list") == {"T1": [10, "1 of 4"], "T2": [20, "2 of 4"]}
    per_arm = runs.groupby(["length.padding", "mask", "control"]).size()
    assert per_arm["pre"].eq(10).all() and per_arm["post"].eq(20).all() and len(per_arm) == 5
    assert json.loads((out / "plan.json").read_text())["looks"] == list(LOOKS)

    told = here("explain", "T2", "--results", "results", cwd=tmp_path)
    assert "look 2 of 4: interval and verdict at its share of the 5%" in told.stdout

    lost = runs[runs["replicate"].isin([9, 15, 16])]["run"]
    with closing(sqlite3.connect(out / store.FILE)) as connection, connection:
        connection.executemany("DELETE FROM runs WHERE run = ?", [(run,) for run in lost])
    again = here(*COMMAND, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "50 runs, 45 done already, 5 to train" in again.stderr
    assert "80 runs, 74 done already, 6 to train" in again.stderr
    pd.testing.assert_frame_equal(pd.read_csv(out / "claims.csv").set_index("claim"), claims)
