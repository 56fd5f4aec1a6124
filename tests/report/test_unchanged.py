"""A command that had nothing to do has nothing to do again, as long as nothing changed: said without Hydra."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mismatch.config import paths
from mismatch.report import unchanged
from tests.helpers import here, mismatch

WORDS = ["-m", "+experiment=collision/smoke", "replicates=1"]
CHANGES = {
    "a record": lambda out: (out / "records.sqlite").unlink(),
    "the plan": lambda out: (out / "plan.json").write_text((out / "plan.json").read_text() + " "),
    "a table": lambda out: (out / "summary.csv").write_text("arm\n"),
    "a figure": lambda out: next((out / "figures").glob("*.png")).unlink(),
    "the page": lambda out: (out / "report.html").write_text(""),
    "what is remembered": lambda out: (out.parent / unchanged.FILE).write_text("[]"),
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A folder with a finished sweep, and what the command said when it was given again."""
    folder = tmp_path_factory.mktemp("swept")
    assert here(*WORDS, cwd=folder).returncode == 0
    again = here(*WORDS, cwd=folder)
    assert again.returncode == 0
    return folder, again


def remembered(folder: Path, monkeypatch, words=WORDS):
    monkeypatch.setattr(paths, "START", folder)
    return unchanged.told(words)


@pytest.mark.slow
def test_the_command_that_follows_a_sweep_says_what_hydra_would_have_it_say(swept, monkeypatch):
    folder, again = swept
    assert remembered(folder, monkeypatch) == (again.stderr.splitlines(), None)
    (folder / "results" / "smoke" / unchanged.FILE).rename(folder / "aside")
    composed = mismatch(*WORDS, cwd=folder)
    assert composed.stderr == again.stderr and composed.stdout == again.stdout


@pytest.mark.slow
def test_nothing_of_hydra_is_imported_for_it(swept):
    folder, _ = swept
    code = (
        "import sys; from mismatch import cli; sys.argv[1:] = " + repr(WORDS) + "\n"
        "try: cli.main()\nexcept SystemExit as end: assert end.code == 0\n"
        "assert not {'hydra', 'tensorflow', 'matplotlib'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("what", CHANGES)
def test_a_change_of_what_it_was_made_from_is_seen(what, swept, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(swept[0], folder)
    noted = folder / "results" / "smoke" / unchanged.FILE
    out = folder / "results" / "smoke" / "collision"
    told = json.loads(noted.read_text())
    monkeypatch.setattr(paths, "START", folder)
    told["key"] = unchanged._key(WORDS)
    told["sweeps"][0][0] = str(out)
    noted.write_text(json.dumps(told))
    assert unchanged.told(WORDS) is not None
    CHANGES[what](out)
    assert unchanged.told(WORDS) is None


@pytest.mark.slow
def test_other_words_code_packages_configs_and_variables_are_not_what_is_remembered(swept, monkeypatch):
    folder, _ = swept
    assert remembered(folder, monkeypatch) is not None
    assert unchanged.told([*WORDS, "seed=1"]) is None
    assert unchanged.told([*WORDS, "hydra.verbose=true"]) is None
    with monkeypatch.context() as other:
        other.setenv("MISMATCH_BACKEND", "jax")
        assert unchanged.told(WORDS) is None
    with monkeypatch.context() as other:
        other.setattr(unchanged.fresh, "code", lambda: "another")
        assert unchanged.told(WORDS) is None
    with monkeypatch.context() as other:
        other.setattr(unchanged, "installed", lambda package: "0")
        assert unchanged.told(WORDS) is None
    with monkeypatch.context() as other:
        other.setattr(unchanged, "_configs", lambda: [Path(__file__)])
        assert unchanged.told(WORDS) is None
    assert unchanged.told(WORDS) is not None


def test_what_may_depend_on_anything_else_is_not_remembered(tmp_path, monkeypatch):
    assert unchanged._key(["-m", "data=early"]) is not None
    for word in ("--config-dir=x", "hydra/launcher=ray", "out=there", "name=mine"):
        assert unchanged._key(["-m", word]) is None
    config = tmp_path / "x.yaml"
    config.write_text("seed: ${oc.env:SEED}\n")
    monkeypatch.setattr(unchanged, "_configs", lambda: [config])
    assert unchanged._key(["-m", "data=early"]) is None
