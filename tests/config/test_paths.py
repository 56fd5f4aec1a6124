"""Paths mean what they meant where the command was started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mismatch.config import paths


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A process started in tmp_path that has changed its directory since."""
    monkeypatch.setattr(paths, "START", tmp_path)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    return tmp_path


def test_a_relative_path_refers_to_the_starting_directory(elsewhere):
    assert paths.absolute("results/x") == elsewhere / "results" / "x"
    assert paths.absolute("./a/../my.csv") == elsewhere / "my.csv"


def test_an_absolute_path_and_a_home_stay_what_they_are(elsewhere):
    assert paths.absolute("/data/my.csv") == Path("/data/my.csv")
    assert paths.absolute("~/my.csv") == Path.home() / "my.csv"


def test_messages_show_paths_as_a_person_would_write_them(elsewhere):
    assert paths.shown(elsewhere / "results" / "x") == "results/x"
    assert paths.shown("/data/my.csv") == "/data/my.csv"


def test_a_deleted_starting_directory_is_no_reason_to_fall_over(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = "import os, sys; os.rmdir(os.getcwd()); from mismatch.config import paths; print(paths.START)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=gone, env=os.environ | {"PWD": str(gone)}, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(gone), done.stderr
