"""What tests of the verb and of the function share."""

from types import SimpleNamespace

import pytest

from mismatch.advise import asking


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that never start: nothing here trains."""

    class Idle:
        workers = 1

        def __init__(self, count: int) -> None: ...

        def warm(self) -> None: ...

        def stop(self) -> None: ...

    monkeypatch.setattr(asking, "EXECUTORS", SimpleNamespace(get=lambda name: Idle))
