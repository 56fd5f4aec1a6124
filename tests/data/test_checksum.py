"""The identity of a file or folder, and what has none."""

import os

import pytest

from mismatch.config.fields import ConfigError
from mismatch.data import _checksum


def of(path):
    return _checksum.of(("data.path", str(path)))


def test_a_folder_is_identified_by_the_names_and_contents_of_its_files(tmp_path):
    (tmp_path / "a.txt").write_text("one")
    first = of(tmp_path)
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    second = of(tmp_path)
    (tmp_path / "b.txt").write_text("three")
    assert len({first, second, of(tmp_path)}) == 3


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=r"pipe: must be a file that can be read .it is a device or a pipe"):
        of(tmp_path / "pipe")
    monkeypatch.setattr(_checksum, "MOST", 1)
    for name in "ab":
        (tmp_path / name).touch()
    with pytest.raises(ConfigError, match=r"it holds more than 1 files"):
        of(tmp_path)
