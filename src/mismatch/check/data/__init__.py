"""Rules on data, one module each, found by name: ``D1xx``."""
