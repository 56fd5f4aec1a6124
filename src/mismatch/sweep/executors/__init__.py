"""Where runs are trained: one module per executor, chosen by name (``hydra.launcher.executor``)."""
