"""Hydra callback: after a single arm, or a multirun of another launcher, the folder gets its tables and figures.

Sweeps of the local launcher are trained and reported by `sweep.run_pending`, once Hydra has composed them all.
"""

from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback


class Report(Callback):
    def on_run_end(self, config: Any, **_: Any) -> None:
        from mismatch.sweep.session import finish

        finish(Path(config.out), config.figures)

    def on_multirun_end(self, config: Any, **_: Any) -> None:
        if not config.hydra.launcher._target_.endswith("LocalLauncher"):
            self.on_run_end(config)
