"""What `replicates=auto` asks of the analysis: whether claims could need more replicates, and which arms do.

In: the name of a sweep, or its folder and the number of a look. Out: a `More`, for the session to plan with.
"""

from __future__ import annotations

from pathlib import Path

from mismatch.config.groups import LOOKS
from mismatch.report import experiment
from mismatch.report.material import gather
from mismatch.sweep.auto import More


def asks(name: str) -> bool:
    """Whether a claim registered with the sweep `name` could ask for more replicates."""
    from mismatch.analysis.needs import askers

    registered = experiment.registry(name)
    return registered is not None and bool(askers(registered))


def more(folder: Path, look: int) -> More:
    """Which arms need more replicates than they have at the `look`-th look, from 1 on."""
    from mismatch.analysis.needs import look as looked

    found = gather(folder)
    registered = experiment.registry(found.name)
    if registered is None or found.planned is None or found.runs.empty:
        return More()
    came = looked(registered, found.runs, found.planned, LOOKS, look)
    return More(came.arms, tuple(f"{need.contrast} {need.why}" for need in came.needs), came.contrasts)
