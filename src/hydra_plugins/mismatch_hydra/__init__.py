"""Hydra's view of `mismatch`: its sweeper, its launcher, its experiments. Thin: `mismatch.sweep` does the work."""
