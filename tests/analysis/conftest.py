"""Fixtures for the tests of the analysis."""

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
