"""Hydra callback: whatever launcher ran the jobs, the results folder ends with its tables and figures."""

import sys
from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback


class Report(Callback):
    def on_multirun_end(self, config: Any, **_: Any) -> None:
        _write(Path(config.out), config.figures)

    def on_run_end(self, config: Any, **_: Any) -> None:
        _write(Path(config.out), config.figures)


def _write(out: Path, figures: bool) -> None:
    from mismatch import sweep

    if not (out / "records").is_dir():  # nothing was trained
        return
    try:
        sweep.report(out, figures)
    except Exception as error:  # Hydra would turn it into a warning and end with 0
        sweep.exit_code = 1
        print(f"mismatch: error: the records are in {out}/records, but not the report: {error!r}", file=sys.stderr)
        return
    print(f"{out}: runs.csv, summary.csv{', report.html, figures/' if figures else ''}", file=sys.stderr)
