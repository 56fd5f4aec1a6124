"""Hydra plugins of `mismatch`: the local launcher and the experiments search path."""
