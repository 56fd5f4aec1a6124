"""Files: whole or not at all, one or many; the committed reference is left alone."""

import os
from pathlib import Path

import pytest

from mismatch.config import files
from mismatch.config.fields import ConfigError
from mismatch.config.paths import REFERENCE


def fail(path: Path) -> None:
    path.write_text("half of it")
    raise OSError(28, "No space left on device")


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path):
    path = files.write(tmp_path / "new" / "table.csv", "old")
    with pytest.raises(OSError, match="No space left"):
        files.write(path, fail)
    assert tree(tmp_path) == {"new/table.csv": "old"}


def test_a_link_is_followed_and_a_pipe_is_never_made_a_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "table.csv")
    files.write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "table.csv").read_text() == "new"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no plain file"):
        files.write(tmp_path / "pipe", "new")
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    "content", ["text", b"text", lambda path: path.write_text("text")], ids=["str", "bytes", "call"]
)
def test_contents_may_be_text_bytes_or_a_function(content, tmp_path):
    files.write(tmp_path / "a.csv", content)
    files.write_set(tmp_path / "set", {"deep/b.csv": content})
    assert tree(tmp_path) == {"a.csv": "text", "set/deep/b.csv": "text"}


def test_a_writer_sees_the_suffix_of_the_file(tmp_path):
    seen = []
    files.write(tmp_path / "a.png", lambda path: (seen.append(path.suffix), path.write_bytes(b"")))
    files.write_set(tmp_path, {"b.parquet": lambda path: (seen.append(path.suffix), path.write_bytes(b""))})
    assert seen == [".png", ".parquet"]


def test_a_set_with_one_file_that_fails_changes_none(tmp_path):
    files.write_set(tmp_path / "out", {"a": "1", "figures/b": "1"})
    with pytest.raises(OSError, match="No space left"):
        files.write_set(tmp_path / "out", {"a": "2", "figures/b": fail}, obsolete=("figures",))
    assert tree(tmp_path) == {"out/a": "1", "out/figures/b": "1"}


def test_a_set_that_cannot_be_moved_in_is_taken_back(tmp_path, monkeypatch):
    files.write_set(tmp_path, {"a": "1", "b": "1"})
    real, moves = Path.replace, []

    def breaks(self, target):
        moves.append(target)
        if len(moves) == 4:
            raise OSError(5, "Input/output error")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", breaks)
    with pytest.raises(OSError, match="Input/output"):
        files.write_set(tmp_path, {"a": "2", "b": "2"})
    assert tree(tmp_path) == {"a": "1", "b": "1"}


def test_a_set_that_fails_leaves_no_folder_behind(tmp_path):
    with pytest.raises(OSError, match="No space left"):
        files.write_set(tmp_path / "out", {"a": fail})
    assert not (tmp_path / "out").exists()


def test_what_is_obsolete_goes_with_the_set(tmp_path):
    files.write_set(tmp_path, {"figures/old.png": "1", "gone.csv": "1", "kept.csv": "1"})
    files.write_set(tmp_path, {"figures/new.png": "2"}, obsolete=("figures", "gone.csv", "never_there.csv"))
    assert tree(tmp_path) == {"figures/new.png": "2", "kept.csv": "1"}


@pytest.mark.parametrize("folder", [REFERENCE, REFERENCE / "padding", Path("/elsewhere/results/reference/text")])
def test_the_reference_is_written_to_only_on_request(folder):
    with pytest.raises(ConfigError, match="only an explicit --out may change"):
        files.guard(folder)
    assert files.guard(folder, explicit=True) == folder


def test_a_link_into_the_reference_is_the_reference(tmp_path):
    (tmp_path / "results" / "reference").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "results" / "reference")
    with pytest.raises(ConfigError):
        files.guard(tmp_path / "link" / "padding")
    assert files.guard(tmp_path / "results" / "padding") == tmp_path / "results" / "padding"
