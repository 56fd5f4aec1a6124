"""Names of results folders, from what was resolved: however a question is typed, it finds its own results again.

In: overrides as typed, the experiment chosen, the resolved request. Out: the name of the sweep.
"""

from collections.abc import Sequence

from mismatch.config.identity import Identified, name_of

ADHOC = "adhoc"
CONTROLS = {"replicates", "time_limit", "impossible", "figures", "hydra", "debug", "experiment"}
"""Overrides that change how much is trained and how, but not what is asked."""


def name(configured: str, overrides: Sequence[str], experiment: str | None, arms: Sequence[Identified]) -> str | None:
    """The name of a sweep, or None where the configured one stands: it was given, or an experiment runs as it is.

    An experiment with overrides of its own is another question: it gets a folder of its own, and no verdicts.
    """
    keys = {word.split("=", 1)[0].lstrip("+~") for word in overrides}
    if keys & {"name", "out"}:
        return None
    prefix = configured
    if configured == ADHOC and experiment:  # a user's own experiment need not name itself
        prefix = experiment.partition("/")[0]
    asked = {key.split(".")[0].split("/")[0] for key in keys} - CONTROLS
    return prefix if experiment and not asked else name_of(arms, prefix)
