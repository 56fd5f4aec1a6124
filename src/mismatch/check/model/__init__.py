"""Rules on a model and what it is given, one module each, found by name: ``M2xx``."""
