"""A folder of files for the readers of one's own data, which messages name as a person would type them."""

import pytest


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file of text or bytes below a fresh starting directory, and give its name."""
    from mismatch.config import paths

    monkeypatch.setattr(paths, "START", tmp_path)

    def written(name, content=""):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return written
