"""Ids of arms and their runs in bulk: the same as `Arm.id` and `Arm.run_id` give, with an arm written out once.

In: an arm. Out: its id and those of its replicates. Planning names every run of a sweep, a hundred thousand or more.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Self

from mismatch.config.arm import LATER, Arm


@dataclass(frozen=True)
class Names:
    """arm: its id. text: the arm as it is hashed. code: the code that its numbers come from, likewise."""

    arm: str
    text: str
    code: str

    @classmethod
    def of(cls, arm: Arm) -> Self:
        """The names of an arm and its runs."""
        named = {name: value for name, value in arm.parameters().items() if (name, value) not in LATER.items()}
        text = json.dumps(named, sort_keys=True)
        return cls(_hash(text)[:12], text, json.dumps(arm.code))

    def run(self, replicate: int) -> str:
        """The id of a run."""
        return _hash(f"[{self.text}, {replicate}, {self.code}]")[:16]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
