"""Fixtures for all tests; plain helpers are in `tests/helpers.py`."""
