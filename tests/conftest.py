"""How the suite is shared between processes, and how much hypothesis tries; plain helpers are in `tests/helpers.py`."""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "default")


# All processes of a suite share what they compile, and nothing with what was compiled before it.
SHARED = None if "PYTEST_XDIST_WORKER" in os.environ else tempfile.mkdtemp(prefix="mismatch-cache-")
if SHARED:
    os.environ["MISMATCH_CACHE"] = SHARED
    # Each of the processes that tests start would compile our own modules anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_unconfigure() -> None:
    if SHARED:
        shutil.rmtree(SHARED, ignore_errors=True)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported to collect the tests stays: no garbage collection need walk TensorFlow's million objects."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with slow tests go first, each to one process: none is left to the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
