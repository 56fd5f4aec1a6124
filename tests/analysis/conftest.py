"""Fixtures for the tests of the analysis."""

import gc
import warnings
from collections.abc import Iterator

import pytest

from mismatch.analysis.intervals import UnreliableInterval


@pytest.fixture
def unwarned() -> Iterator[None]:
    """Intervals of few or of equal differences may say that they are not reliable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnreliableInterval)
        yield


@pytest.fixture
def frozen() -> Iterator[None]:
    """Take what is loaded from the sight of the collector, which `multipletests` runs at every call."""
    gc.freeze()
    yield
    gc.unfreeze()
