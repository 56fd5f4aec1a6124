"""What tests of the verb and of the function share."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

from mismatch.sweep import session


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """Workers that never start: nothing here trains. What executors were asked for."""
    asked: list[tuple[str, Any]] = []

    class Idle:
        workers = 1

        def __init__(self, count: Any) -> None: ...

        now = staticmethod(time.monotonic)

        def warm(self) -> None: ...

        def stop(self) -> None: ...

    def get(name: str) -> Any:
        def made(count: Any) -> Idle:
            asked.append((name, count))
            return Idle(count)

        return made

    monkeypatch.setattr(session, "EXECUTORS", SimpleNamespace(get=get))
    return asked
