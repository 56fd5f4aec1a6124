"""What to do with your sequences before a GRU, why, and the code: ``mismatch.advise(sequences, labels, minutes=5)``.

advise(sequences, labels, groups=None, parts=None, lengths=None, features=None, *, minutes=5.0, margin=0.01, units=16,
       seed=0, missing='refuse', out=None, model=None)

Args:
    sequences, labels, groups, parts, lengths, features: as `mismatch.check` takes them.
    minutes: time it may take.
    margin: accuracy that is nothing to you: of the ways shown to be within it, the cheapest is advised.
    units: of the GRU.
    seed: of all that is drawn.
    missing: what becomes of missing numbers: refuse, previous, linear or zero.
    out: results folder (default: results/advise-sequences). The sequences are written there once, so that the same
        call goes on where it was stopped, with the records, advice.html, advice.json, advice.md and model.py.
    model: a function of T, D and K (for texts of T, the size of the vocabulary, and K) that returns a Keras model, or
        where it is, 'my_model.py:build': it is raced by fit in the place of the GRU, which is slower. It is given
        (N, T, D) or numbers of words (N, T) and gives logits or probabilities (N, K); one that has an argument
        ``mask=False`` is also tried with the mask (N, T) as a second input. A compiled one keeps its optimizer.

Returns:
    The advice: prints as a paragraph with tables, shows itself in a notebook; `.settings`, `.table`, `.code()`,
    `.plot()`, `.prepare(sequences)`, `.html()`, `.to_json()`, `.markdown()`.

Raises:
    ConfigError: a ValueError whose one line names what cannot be used, and what would be accepted.

This package is what it calls: candidates, racing, recommendation, the words and pages that say it, and a script.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mismatch.advise.answer import Advice


class _Advise(ModuleType):
    """A module that can be called: a package's name cannot be that of a function too, once it is imported."""

    def __call__(
        self,
        sequences: Any,
        labels: Any,
        groups: Any = None,
        parts: Any = None,
        lengths: Any = None,
        features: Sequence[str] | None = None,
        *,
        minutes: float = 5.0,
        margin: float = 0.01,
        units: int = 16,
        seed: int = 0,
        missing: str = "refuse",
        out: str | Path | None = None,
        model: Any = None,
    ) -> "Advice":
        from mismatch.advise.asking import advise

        more: dict[str, Any] = {
            "margin": margin,
            "units": units,
            "seed": seed,
            "missing": missing,
            "out": out,
            "model": model,
        }
        return advise(sequences, labels, groups, parts, lengths, features, minutes=minutes, **more)


_Advise.__call__.__doc__ = __doc__
sys.modules[__name__].__class__ = _Advise
