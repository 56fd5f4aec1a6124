"""Sequences set aside before anything is chosen: which they are, and what that leaves to choose and to train with.

In: the `Pool` of a file and a share. Out: an `Aside`, and the pools of ``data.hold``: out, without what is set aside;
test, with it as the test part of every replicate. The file and the share alone decide which they are, no seed does.
"""

from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import require
from mismatch.data._pool import Pool
from mismatch.data._split import sides
from mismatch.data.streams import Streams

SHARE = 0.25
"""Of the sequences, where nobody gives a share."""


@dataclass(frozen=True, eq=False)
class Aside:
    """What is set aside of `whole`, the pool of a file, and what is not: places in it, ascending (M,) int64.

    A row that is in neither is used by nothing: it equals one that is set aside, or is of its group.
    """

    whole: Pool
    rest: np.ndarray
    tested: np.ndarray

    def pool(self, hold: str) -> Pool:
        """The pool that parts are drawn from under ``data.hold``, out or test."""
        if hold == "out":
            return self.whole.at(self.rest)
        rows = np.sort(np.concatenate([self.rest, self.tested]))
        return self.whole.at(rows, np.where(np.isin(rows, self.tested), "test", "train"), fixed=True)

    def untrained(self) -> np.ndarray:
        """Classes of which nothing is left: (C,) int64."""
        return self._lacking(self.rest)

    def untested(self) -> np.ndarray:
        """Classes of which nothing is set aside: (C,) int64."""
        return self._lacking(self.tested)

    def _lacking(self, rows: np.ndarray) -> np.ndarray:
        there = self.whole.counts(np.arange(len(self.whole)))
        return np.flatnonzero((self.whole.counts(rows) == 0) & (there > 0))

    def told(self, noun: str, lengths: np.ndarray | None) -> str:
        """How many are set aside and what becomes of them; `lengths` (N,) of the items only where they are tested on.

        noun: what one of them is called.
        """
        count, every = len(self.tested), len(self.whole)
        named = "" if self.whole.parts is None else ", the test part of the file"
        fate = "used by nothing" if lengths is None else "the test part of every replicate"
        others = every - count - len(self.rest)
        more = f"; {others} more equal one of them or belong to their groups and are left out" if others else ""
        cut = "" if lengths is None else self._longer(lengths)
        return f"set aside: {count} of {every} {noun}s ({count / every:.1%}){named}, {fate}{more}{cut}"

    def _longer(self, lengths: np.ndarray) -> str:
        """How many are longer than all the rest, whose longest is what ``length.steps=max`` means."""
        most = int(lengths[self.whole.rows[self.rest]].max())
        longer = int((lengths[self.whole.rows[self.tested]] > most).sum())
        return f"; {longer} are longer than all others, of {most} at most" if longer else ""


def aside(whole: Pool, share: float | None) -> Aside:
    """Set the test part of the file aside, or where it names none a `share`, one row and one group at least.

    Groups, and equal sequences, stay on one side; every class is on both where it can be.

    Raises:
        ConfigError: where nothing could be set aside, or nothing would be left.
    """
    if whole.parts is not None:
        size = whole.room(whole.test_side)
        accepted = "names no row that can be set aside, or none of the rarest class for equal shares"
        require(size > 0, "data.split", "test", accepted)
    else:
        size = max(round((share or SHARE) * whole.room(np.arange(len(whole)))), whole.smallest_group)
    side, tested = sides(Streams(0, 0).rng("held"), whole, size)
    key, value = ("data.split", "test") if whole.parts is not None else ("data.held", share)
    require(len(tested) > 0, key, value, f"sets none of {len(whole)} rows aside")
    require(len(side) > 0, key, value, f"leaves none of {len(whole)} rows: all are set aside or equal to one that is")
    return Aside(whole, np.sort(side), np.sort(tested))
