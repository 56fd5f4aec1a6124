"""The table of baselines stands on the runs that are there; a process of its own makes what it lacks, once."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mismatch.config.arm import Arm
from mismatch.data.streams import Streams
from mismatch.run.pipeline import begin
from mismatch.sweep import baselined, child, store
from mismatch.sweep.store import Brief
from tests.baselines.files import series, texts
from tests.helpers import INLINE, here, make_arm, make_settings


@pytest.fixture
def arm(tmp_path: Path) -> Arm:
    return _arm(tmp_path)


def _arm(folder: Path, **more: Any) -> Arm:
    from mismatch.config.rules import resolve

    settings = make_settings("early", **more)
    settings.data = series(folder / "steps.csv")
    return resolve(settings)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many replicates each process was asked for; they are made here instead."""
    counts: list[int] = []

    def ask(module: str, words: list[str], errand: Any) -> child.Answer:
        counts.append(len(errand))
        return child.Answer(baselined._made(errand), "", 0)

    monkeypatch.setattr(child, "ask", ask)
    return counts


def run(arm: Arm, replicate: int, data_hash: str = "") -> Brief:
    drawn = data_hash or arm.data.draw(Streams(arm.seed, replicate)).hash()
    return Brief(0, "", arm.id, replicate, "ok", None, None, drawn)


def test_rows_stand_on_the_sequences_of_the_runs(arm: Arm, asked: list[int], tmp_path: Path) -> None:
    runs = [run(arm, k) for k in range(2)]
    baselined.make("mine", [arm], runs, tmp_path)
    table = baselined.read(tmp_path)
    assert table is not None and asked == [2] and set(table["experiment"]) == {"mine"}
    drawn = table.groupby("replicate")["data_hash"].agg(set).to_dict()
    assert drawn == {r.replicate: {r.data_hash} for r in runs}


def test_what_is_there_is_not_made_again_and_keeps_its_last_digit(arm: Arm, asked: list[int], tmp_path: Path) -> None:
    runs = [run(arm, k) for k in range(3)]
    baselined.make("mine", [arm], runs[:2], tmp_path)
    before = (tmp_path / baselined.FILE).read_text()
    for each in runs[:2]:
        begun = begin(arm, each.replicate, "mine")
        store.write(tmp_path, begun.ended("ok", provenance={"data_hash": each.data_hash}))
    assert baselined.due([(arm, 2)], tmp_path) == 0.0
    assert baselined.due([(arm, 3)], tmp_path) > baselined.START_S
    baselined.make("mine", [arm], runs, tmp_path)
    assert asked == [2, 1] and (tmp_path / baselined.FILE).read_text().startswith(before)


def test_a_damaged_table_is_made_anew(arm: Arm, asked: list[int], tmp_path: Path) -> None:
    (tmp_path / baselined.FILE).write_text("no,table\n1\n2,3,4\n")
    baselined.make("mine", [arm], [run(arm, 0)], tmp_path)
    assert asked == [1] and len(pd.read_csv(tmp_path / baselined.FILE)) == 2


def test_controls_and_generated_data_have_none(arm: Arm, asked: list[int], tmp_path: Path) -> None:
    (tmp_path / baselined.FILE).write_text("left over")
    noisy, early = _arm(tmp_path, control="noisy", control__rate=0.2), make_arm("early")
    assert baselined.due([(noisy, 1), (early, 1)], tmp_path) == 0.0
    baselined.make("mine", [noisy, early], [run(noisy, 0), run(early, 0)], tmp_path)
    assert not asked and not (tmp_path / baselined.FILE).exists()


def test_other_sequences_than_the_runs_had_are_an_error(arm: Arm, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the baselines failed: RuntimeError: replicate 0 of series draws"):
        baselined.make("mine", [arm], [run(arm, 0, "deadbeef")], tmp_path)
    assert not (tmp_path / baselined.FILE).exists()


def test_no_tensorflow_in_the_process_that_makes_them(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom mismatch.sweep import baselined\n"
        "from tests.baselines.files import job, texts\n"
        "baselined._made([job(texts(Path(sys.argv[1])))])\n"
        "assert 'sklearn' in sys.modules\n"
        "assert not {'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.csv")], cwd=root, check=True)


@pytest.mark.slow
def test_a_sweep_on_ones_own_texts_shows_them_everywhere(tmp_path: Path) -> None:
    texts(tmp_path / "mine.csv")
    words = ["data=text", "data.path=mine.csv", "data.split=part", "train.updates=20", "replicates=2", "name=mine"]
    first = here("-m", *words, "length.padding=pre,post", INLINE, cwd=tmp_path)
    assert first.returncode == 0 and "mine: baselines, about" in first.stderr, first.stderr
    out = tmp_path / "results" / "mine"
    runs, table = pd.read_csv(out / "runs.csv"), pd.read_csv(out / "baselines.csv")
    assert set(table["data_hash"]) == set(runs["data_hash"]) and len(table) == 6
    summary = pd.read_csv(out / "summary.csv")
    assert summary["baseline"].dropna().tolist() == ["majority", "tfidf_logistic", "bag_of_steps"]
    assert "<h2>Baselines</h2>" in (out / "report.html").read_text()
    again = here("-m", *words, "length.padding=pre,post", INLINE, cwd=tmp_path)
    assert again.returncode == 0 and "baselines," not in again.stderr.replace("baselines.csv", "")
