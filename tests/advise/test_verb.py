"""`mismatch advise` as it is typed: an answer within its minutes, one line for what cannot be, nothing lost."""

import re
import time

import numpy as np
import pytest

from mismatch.sweep import store
from tests.helpers import mismatch

WRONG = {
    "no file": (["nowhere.npz"], "FILE=nowhere.npz"),
    "minutes": (["x.npz", "--minutes", "0"], "--minutes=0.0"),
    "margin": (["x.npz", "--margin", "1"], "--margin=1.0"),
    "units": (["x.npz", "--units", "0"], "--units=0"),
    "an option": (["x.npz", "--wrong"], "unrecognized arguments: --wrong"),
    "a column": (["x.csv", "--text", "words", "--label", "y"], "--text=words"),
}


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    lengths = rng.integers(4, 20, 400)
    labels = rng.integers(0, 2, 400)
    values = rng.normal(size=(lengths.sum(), 2)) + np.repeat(labels, lengths)[:, None]
    np.savez(tmp_path / "x.npz", values=values, lengths=lengths, labels=labels)
    (tmp_path / "x.csv").write_text("text,y\n" + "".join(f"word{k} a b,{k % 2}\n" for k in range(40)))
    return tmp_path


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_is_one_line_and_leaves_nothing(what, files):
    words, said = WRONG[what]
    before = sorted(path.name for path in files.iterdir())
    done = mismatch("advise", *words, cwd=files)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert said in done.stderr, done.stderr
    assert sorted(path.name for path in files.iterdir()) == before


@pytest.mark.slow
def test_an_answer_comes_in_time_its_runs_are_records_and_the_next_goes_on_from_them(files):
    begin = time.monotonic()
    done = mismatch("advise", "x.npz", "--minutes", "0.3", cwd=files)
    took = time.monotonic() - begin
    assert done.returncode == 0, done.stderr
    found = re.search(r"Use T = (\d+) .*accuracy (0\.\d+) \[(0\.\d+), ([01]\.\d+)\] on 100 sequences", done.stdout)
    assert found, done.stdout
    # The classes differ by one standard deviation at every step: four steps tell them apart in 97 of 100 sequences.
    assert float(found[2]) > 0.9 and float(found[3]) <= 1
    assert took < 120  # on a loaded machine, too: the final is always whole
    runs = len(store.briefs(files / "results" / "advise-x"))
    again = mismatch("advise", "x.npz", "--minutes", "0.3", cwd=files)
    assert again.returncode == 0 and runs > 10
    later = store.briefs(files / "results" / "advise-x")
    assert len({one.run for one in later}) == len(later) >= runs, "no run was trained twice"
