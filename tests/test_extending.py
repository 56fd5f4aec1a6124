"""docs/extending.md as its reader would use it: every file in it is written to disk, installed, and run."""

import os
import re
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers import mismatch

DOC = (Path(__file__).parents[1] / "docs" / "extending.md").read_text()
FILES = dict(re.findall(r"^`(my_parts/\S+)`\n\n```\w+\n(.*?)^```$", DOC, flags=re.MULTILINE | re.DOTALL))
POINTS = re.findall(r'entry-points\."(\S+)"\]\n +(\w+) = "(\S+)"', DOC)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The environment of a process that sees the package `my_parts`, with its entry points."""
    root = tmp_path_factory.mktemp("site")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "my_parts" / "__init__.py").touch()
    facts = root / "my_parts-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: my-parts\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("".join(f"[{group}]\n{name} = {value}\n" for group, name, value in POINTS))
    return {"PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])}


def test_every_part_of_the_document_is_under_forty_lines():
    lengths = {name: len(text.splitlines()) for name, text in FILES.items()}
    assert len(FILES) == 9 and max(lengths.values()) < 40, lengths


def test_the_parts_of_another_package_are_listed_in_the_help(installed, tmp_path):
    text = mismatch("--help", cwd=tmp_path, **installed).stdout
    for part in ("echo", "mirror", "mean", "confidence"):
        assert re.search(rf"\b{part}\b", text), part


def test_a_rule_of_another_package_looks_at_data_too(installed, tmp_path):
    rows = "".join(f"one two three,{label}\nfour five six seven eight nine,{label}\n" for label in "ab" * 15)
    (tmp_path / "texts.csv").write_text(f"text,label\n{rows}")
    done = mismatch("check", "texts.csv", "--text", "text", cwd=tmp_path, **installed)
    assert done.returncode == 0, done.stderr
    assert "warning MY1 short_lived\n  30 sequences have fewer than 5 steps" in done.stdout


@pytest.mark.slow
def test_one_arm_of_nothing_but_foreign_parts_runs(installed, tmp_path):
    words = "data=echo features.adapter=mirror features.width=4 reduction=mean reduction.pool=2 mask=explicit"
    cut = "length.steps=8 train.updates=20 data.train=256 data.test=256 replicates=1 name=mine figures=false"
    done = mismatch(*words.split(), *cut.split(), cwd=tmp_path, **installed)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "results" / "mine"
    run = pd.read_csv(out / "runs.csv").iloc[0]
    assert (run["data"], run["features.adapter"], run["reduction"]) == ("echo", "mirror", "mean")
    assert 0.5 <= run["confidence"] <= 1  # the larger of two probabilities
    assert run["ceiling_full"] == 1 and "ceiling" not in run  # what a mean shows, nobody has worked out
    meaning = pd.read_csv(out / "columns.csv").set_index(["table", "column"])["meaning"]
    assert meaning["runs.csv", "confidence"] == "mean probability of the predicted class on the test sequences"
    assert "confidence" in pd.read_csv(out / "arms.csv")


@pytest.mark.slow
def test_an_experiment_of_another_package_is_swept_and_judged(installed, tmp_path):
    cut = "replicates=2 train.updates=20 data.train=256 data.test=256 name=echo hydra.launcher.n_jobs=1"
    done = mismatch("-m", "+experiment=echo", *cut.split(), cwd=tmp_path, **installed)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "results" / "echo"
    claims = pd.read_csv(out / "claims.csv")
    assert claims["claim"].tolist() == ["E1"]
    assert (out / "figures" / "sides.png").is_file()
    page = (out.parent / "report.html").read_text()
    assert "With pads after the data it scores " in page and "These results differ" not in page


def test_a_part_that_forgets_its_rule_is_refused_in_one_line(installed, tmp_path):
    broken = tmp_path / "site" / "my_parts"
    (broken / "experiments").mkdir(parents=True)
    for name in ("__init__", "echo", "mean", "confidence"):
        (broken / f"{name}.py").write_text(FILES.get(f"my_parts/{name}.py", ""))
    without = re.sub(r"    def rule\(.*?\n\n", "", FILES["my_parts/mirror.py"], flags=re.DOTALL)
    (broken / "mirror.py").write_text(without)
    path = os.pathsep.join([str(broken.parent), installed["PYTHONPATH"]])
    done = mismatch("features.adapter=mirror", "features.width=12", cwd=tmp_path, PYTHONPATH=path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "mirror" in done.stderr and "rule" in done.stderr
