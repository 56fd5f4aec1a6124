"""Ids of arms and their runs in bulk: the same as `Arm.id` and `Arm.run_id` give, with an arm written out once.

In: an arm. Out: its id and those of its replicates. Planning names every run of a sweep, a hundred thousand or more.
"""

import hashlib
import json
from typing import Self

from mismatch.config.arm import LATER, Arm


class Names:
    """arm: its id. Of the arm as it is hashed only the state of the hash is kept, in which every run goes on."""

    __slots__ = ("_begun", "_code", "arm")

    def __init__(self, arm: str, text: str, code: str) -> None:
        self.arm, self._code = arm, code
        self._begun = hashlib.sha256(f"[{text}, ".encode())

    @classmethod
    def of(cls, arm: Arm) -> Self:
        """The names of an arm and its runs."""
        named = {name: value for name, value in arm.parameters().items() if (name, value) not in LATER.items()}
        text = json.dumps(named, sort_keys=True)
        return cls(hashlib.sha256(text.encode()).hexdigest()[:12], text, json.dumps(arm.code))

    def run(self, replicate: int) -> str:
        """The id of a run."""
        whole = self._begun.copy()
        whole.update(f"{replicate}, {self._code}]".encode())
        return whole.hexdigest()[:16]
