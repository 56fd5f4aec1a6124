"""The `Arm`: one resolved configuration, whose every number is known and possible.

A parameter that cannot act in an arm (the pool size without pooling, the side of truncation where nothing is longer
than T) is None there, so two configurations that differ in it alone are one arm with one identity.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from mismatch.config import program
from mismatch.config.groups import GROUPS, Control, Features, Layout, Length, Mask, Model, Reduction, Train
from mismatch.config.identity import code_hash
from mismatch.config.registry import ADAPTERS, REDUCTIONS

LATER = {
    "data.hold": "none",
    "data.held": None,
    "model.cell": "gru",
    "model.dropout": 0.0,
    "model.build": None,
    "model.sha256": None,
    "train.keep": "last",
}
"""Parameters younger than results that are kept, at the value that says what was done before there was a choice."""


@dataclass(frozen=True)
class Arm:
    """One resolved configuration. Build it with `resolve`; its fields are checked and canonical."""

    data: Any  # a `data.base.Dataset`: this room imports no other
    features: Features
    length: Length
    mask: Mask
    reduction: Reduction
    layout: Layout
    control: Control
    model: Model
    train: Train
    seed: int

    @property
    def steps(self) -> int:
        """T, the timesteps the model is given."""
        return int(self.length.steps)

    @property
    def width(self) -> int:
        """D, the features of a timestep the model works on (the Embedding's width for token ids)."""
        return int(self.features.width or self.data.feature_count)

    @property
    def input_width(self) -> int:
        """Features of a timestep of the array: D, but d where a learned layer makes D of them."""
        return self.data.feature_count if self.adapter.learned else self.width

    @property
    def adapter(self) -> Any:
        """The part that makes D features of d, an `Adapter`."""
        return ADAPTERS.get(self.features.adapter)()

    @property
    def front(self) -> Any:
        """The part that stands before the GRU, a `Reduction`."""
        return REDUCTIONS.get(self.reduction.kind)(self.reduction)

    @property
    def bucketed(self) -> bool:
        """Whether batches hold sequences of one length, unpadded."""
        return self.length.padding == "none"

    @property
    def gru_steps(self) -> int:
        """Timesteps that reach the GRU, behind the reduction."""
        return int(self.front.steps(self.steps))

    @property
    def gru_width(self) -> int:
        """Features of a timestep that reach the GRU, behind the reduction."""
        return int(self.front.width(self.width))

    @property
    def gates(self) -> int:
        """Gates of the recurrent layer, its candidate among them, all directions together: 2 H (D + H) FLOPs each.

        A model of one's own has none that are known.
        """
        return {"gru": 3, "lstm": 4, None: 0}[self.model.cell] * (2 if self.model.bidirectional else 1)

    def parameters(self) -> dict[str, Any]:
        """Flat, dotted and ordered: the group's choice under the group's name, the rest ``group.key``."""
        row: dict[str, Any] = {}
        for group in ("data", *GROUPS):
            for key, value in asdict(getattr(self, group)).items():
                row[group if key in ("name", "kind") else f"{group}.{key}"] = value
        return row | {"seed": self.seed}

    def _named(self) -> dict[str, Any]:
        """The parameters that name the arm: all but the `LATER` ones that change nothing, so that old names stay."""
        return {name: value for name, value in self.parameters().items() if (name, value) not in LATER.items()}

    @cached_property
    def id(self) -> str:
        """12 hex digits that name the arm: the hash of its parameters."""
        return _hash(self._named())[:12]

    def run_id(self, replicate: int) -> str:
        """16 hex digits that name a run: arm, replicate and the code that can change its numbers."""
        return _hash([self._named(), replicate, self.code])[:16]

    @property
    def code(self) -> str:
        """12 hex digits that name the code its numbers come from."""
        return code_hash(self.data.name, self.features.adapter, self.reduction.kind)

    @property
    def program(self) -> tuple[Any, ...]:
        """What decides the compiled program: arms with equal keys share one."""
        return program.key(self)


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
