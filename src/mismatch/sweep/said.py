"""What is said of a person's own data before the plan: what was read, and how often training goes over it.

In: the arms of a sweep. Out: lines, nothing where all data are generated or shipped. Lines that were said before, of
the same file, are not said again.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict

from mismatch.config.arm import Arm


def of_data(arms: Iterable[Arm]) -> list[str]:
    """Lines on the data of all `arms`."""
    found: list[str] = []
    before: set[tuple[str, str]] = set()  # first line of the data, and a line said of them
    for group in _by_data(arms):
        lines = group[0].data.reading()
        if not lines:
            continue
        head, *rest = lines
        fresh = [line for line in (*rest, *_epochs(group)) if (head, line) not in before]
        if fresh or (head, "") not in before:
            found += [head, *fresh]
        before.update((head, line) for line in ("", *fresh))
    return found


def _by_data(arms: Iterable[Arm]) -> list[list[Arm]]:
    """Arms of equal data together."""
    groups: dict[str, list[Arm]] = {}
    for arm in arms:
        groups.setdefault(json.dumps(asdict(arm.data), sort_keys=True), []).append(arm)
    return list(groups.values())


def _epochs(arms: list[Arm]) -> list[str]:
    """How many epochs the updates of these arms mean."""
    about = "" if arms[0].data.exact else "at least "
    asked = dict.fromkeys((arm.train.updates, arm.train.batch) for arm in arms)
    return [
        f"  epochs: train.updates={updates} x train.batch={batch} / data.train={arms[0].data.train} = "
        f"{about}{updates * batch / arms[0].data.train:.1f}"
        for updates, batch in asked
    ]
