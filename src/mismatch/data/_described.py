"""What is said of a person's own data before anything is trained on them, in numbers; and what is refused.

In: the `Items` of a file, the `Pool` of usable ones, and the sizes of the parts. Out: lines of text for the terminal,
free of control characters; or a `ConfigError` of one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mismatch.config.fields import ConfigError, plain, require
from mismatch.config.paths import shown
from mismatch.data._hold import Aside
from mismatch.data._pool import Pool
from mismatch.data._sizes import Sizes, few
from mismatch.data.sources.base import Dropped, Items

WARN, REFUSE = 0.05, 0.5
"""Shares of lost rows or characters above which a person is warned, and above which the data are refused."""
CLASSES, PLACES, WIDTH = 8, 3, 40
"""How many classes and places are named, and how many characters of a name are shown."""


@dataclass(frozen=True, eq=False)
class Described:
    """Own data as far as they are known before the parts are drawn.

    lengths: (N,) int64, timesteps of each of the items. usable: (M,) int64, the items of which copies are not yet left
    out. limit: longest sequence that is used, or None. noun: what one is called. aside: what is set aside, if anything.
    """

    path: str
    items: Items
    pool: Pool
    lengths: np.ndarray
    usable: np.ndarray
    limit: int | None
    noun: str
    aside: Aside | None = None

    @property
    def whole(self) -> Pool:
        """The pool with what is set aside."""
        return self.pool if self.aside is None else self.aside.whole

    @property
    def lost(self) -> tuple[Dropped, ...]:
        """Why rows are not used, those left out by the reader first. Copies are not lost, nor is what was not asked."""
        empty = np.flatnonzero(self.lengths == 0)
        found = (_of(self.items, empty, "nothing left"),) if len(empty) else ()
        return (*self.items.reading.dropped, *found)

    def _lost(self) -> tuple[tuple[int, int, str], ...]:
        """Rows or sequences that are lost, of how many, and what they are; and steps of the others, where some are."""
        steps = sum(each.count for each in self.lost if each.steps)
        rows = sum(each.count for each in self.lost if not each.steps)
        of_steps = (steps, int(self.lengths.sum()) + steps, "steps")
        return ((rows, self.items.reading.read, "rows"), *([of_steps] if steps else []))

    def refuse(self) -> None:
        """Refuse what no honest comparison can be made of.

        Raises:
            ConfigError: where most rows are lost, a class has no usable row, or groups cannot be kept together.
        """
        for lost, read, what in self._lost():
            accepted = f"loses {lost} of {read} {what}, more than half: {_reasons(self.lost)}"
            require(lost <= REFUSE * read, "data.path", shown(self.path), accepted)
        counts = self.pool.counts(np.arange(len(self.pool)))
        gone = ", ".join(_name(self.items.classes[k]) for k in np.flatnonzero(counts == 0)[:CLASSES])
        accepted = "every class needs a row that can be used; none is left of these"
        require(counts.min() > 0, "data.label", gone, accepted)
        accepted = "every class stands in one row alone: none can be both trained on and tested"
        require(counts.max() > 1, "data.label", f"{len(counts)} classes", accepted)
        _refuse_groups(self.items, self.pool)

    def refuse_rest(self) -> None:
        """Refuse to split what is left, where something is set aside, into parts that its groups cannot make."""
        if self.aside is not None and not self.pool.fixed:
            _refuse_groups(self.items, self.pool, f"; {len(self.aside.tested)} {self.noun}s are set aside")

    def refuse_few(self, sizes: Sizes, asked: int | None) -> None:
        """Refuse a training set below a tenth of the rows that could be in it, unless it was asked for."""
        rows = self._trainable()
        if asked is not None or not few(sizes, rows):
            return
        counts = self.pool.counts(self.pool.training_side)
        rarest = f"{_name(self.items.classes[int(counts.argmin())])} has {counts.min()}"
        accepted = f"leaves {sizes.train} of {rows} rows to train on, below a tenth; data.train={sizes.train}"
        if self.pool.equal:
            raise ConfigError("data.balance", "equal", f"{accepted} accepts that ({rarest}), natural uses all")
        raise ConfigError("data.path", shown(self.path), f"{accepted} accepts that")

    def _trainable(self) -> int:
        """Rows of the file that it does not name as its test part."""
        parts = self.items.parts
        return len(self.items) if parts is None else int((parts != "test").sum())

    def lines(self, sizes: Sizes, extra: Sequence[str] = ()) -> list[str]:
        """All there is to say, line by line, the file first; `extra` is said of this kind of data alone."""
        reading = self.items.reading
        what = "sequences" if self.items.texts is None else "rows"
        head = f"data.path={plain(shown(self.path))}: {plain(reading.kind)}; {reading.read} {what} read, "
        body = [
            f"left out: {_reasons(self.lost)}" if self.lost else "",
            *(f"note: {plain(note)}" for note in reading.notes),
            *(f"warning: {plain(warning)}" for warning in (*reading.warnings, *self._warnings(sizes))),
            self._copies(),
            self._classes(),
            self._lengths(),
            *extra,
            self._aside(),
            self._parts(sizes),
        ]
        return [f"{head}{len(self.pool)} used", *(f"  {line}" for line in body if line)]

    def _warnings(self, sizes: Sizes) -> list[str]:
        found = [
            f"{lost} of {read} {what} are lost ({lost / read:.1%})"
            for lost, read, what in self._lost()
            if lost > WARN * read
        ]
        rows = self._trainable()
        if few(sizes, rows):
            found.append(f"training on {sizes.train} of {rows} rows, below a tenth")
        found += [*_absent(self.items, self.pool), *_lone(self.items, self.whole)]
        if self.aside is None:
            return found
        found += _named(self.items, "set aside whole, so never trained on", self.aside.untrained())
        return found + _named(self.items, "not set aside, so not tested in the end", self.aside.untested())

    def _copies(self) -> str:
        """Equal sequences, and what becomes of them."""
        pool, again = self.whole, len(self.usable) - len(self.whole)
        pairs = np.unique(np.stack([pool.copies, pool.labels], 1), axis=0)
        _, labels = np.unique(pairs[:, 0], return_counts=True)
        several, noun = int((labels > 1).sum()), self.noun
        fate = "" if pool.parts is not None else ", never on both sides"
        found = [f"{again} {noun}s stand there again with the same label, the first is kept"] if again else []
        found += [f"{several} stand under more than one label{fate}"] if several else []
        if pool.leaks:
            found.append(f"{pool.leaks} of the training side stand in the test part too and are not trained on")
        return f"copies: {'; '.join(found)}" if found else ""

    def _classes(self) -> str:
        counts, total = self.pool.counts(np.arange(len(self.pool))), len(self.pool)
        order = np.argsort(-counts, kind="stable") if len(counts) > CLASSES else np.arange(len(counts))
        names = [f"{_name(self.items.classes[k])} {counts[k]} ({counts[k] / total:.1%})" for k in order[:CLASSES]]
        more = f", {len(counts) - CLASSES} more of {counts.min()} at least" if len(counts) > CLASSES else ""
        return f"classes: {len(counts)}: {', '.join(names)}{more}"

    def _lengths(self) -> str:
        lengths = self.lengths[self.pool.rows]
        low, high = int(lengths.min()), int(lengths.max())
        marks = np.quantile(lengths, [0.25, 0.5, 0.75, 0.95], method="inverted_cdf").astype(int)
        above = 0 if self.limit is None else int((self.lengths > self.limit).sum())
        cut = f"; {above} above data.max_length={self.limit} not used" if above else ""
        if low == high:
            return f"lengths: {low} each{cut}"
        return f"lengths: {low} to {high}, quartiles {marks[0]}, {marks[1]}, {marks[2]}, 95% up to {marks[3]}{cut}"

    def _aside(self) -> str:
        """What is set aside; how long it is, only where it is tested on."""
        return "" if self.aside is None else self.aside.told(self.noun, self.lengths if self.pool.fixed else None)

    def _parts(self, sizes: Sizes) -> str:
        pool = self.pool
        most = "" if pool.exact else " at most"
        how = "in equal shares" if pool.equal else "in natural shares"
        named = pool.parts is not None and self.whole.parts is not None
        said = ", as the file says" if named else ""
        bound = "" if pool.groups is None else f", {len(np.unique(pool.groups))} groups kept whole"
        counts = f"train {sizes.train}{most}, probe {sizes.probe}, test {sizes.test}{most}"
        return f"parts: {counts}{said}, classes {how}{bound}; guessing reaches {pool.chance:.3f}"


def _of(items: Items, rows: np.ndarray, reason: str) -> Dropped:
    return Dropped(reason, len(rows), tuple(items.places[row] for row in rows[:PLACES]))


def _reasons(dropped: Sequence[Dropped]) -> str:
    texts = []
    for each in dropped:
        places = ", ".join(plain(place, WIDTH) for place in each.examples[:PLACES])
        more = ", ..." if places and each.count > len(each.examples[:PLACES]) else ""
        texts.append(f"{plain(each.reason)}: {each.count}{f' ({places}{more})' if places else ''}")
    return "; ".join(texts)


def _name(label: str) -> str:
    return plain(label, WIDTH)


def _absent(items: Items, pool: Pool) -> list[str]:
    """Warnings of classes that one side has lost, though the file has rows of them there, or that have one row left."""
    there = np.bincount(items.labels, minlength=pool.classes)
    if pool.parts is None:
        kinds = np.flatnonzero((pool.counts(np.arange(len(pool))) == 1) & (there > 1))
        return _named(items, "of one usable row, so trained on and never tested", kinds)
    if pool.fixed:
        return []
    assert items.parts is not None
    found = []
    for side, what, rows in (
        (items.parts != "test", "no row left to train on", pool.training_side),
        (items.parts == "test", "no row left to test on", pool.test_side),
    ):
        before = np.bincount(items.labels[side], minlength=pool.classes)
        found += _named(items, what, np.flatnonzero((pool.counts(rows) == 0) & (before > 0)))
    return found


def _named(items: Items, what: str, kinds: np.ndarray) -> list[str]:
    names = ", ".join(_name(items.classes[kind]) for kind in kinds[:CLASSES])
    return [f"{what}: {names}"] if names else []


def _lone(items: Items, pool: Pool) -> list[str]:
    """A warning of the classes that stand in one group alone: they are either trained on or tested, never both."""
    if pool.groups is None or pool.parts is not None:
        return []
    pairs = np.unique(np.stack([pool.labels, pool.groups], 1), axis=0)
    kinds = np.flatnonzero(np.bincount(pairs[:, 0], minlength=pool.classes) == 1)
    return _named(items, "of one group alone, so never both trained on and tested", kinds)


def _refuse_groups(items: Items, pool: Pool, beside: str = "") -> None:
    if pool.groups is None:
        return
    key, column = "data.group", "the group column"
    if pool.parts is None:
        pairs = np.unique(np.stack([pool.labels, pool.groups], 1), axis=0)
        several = (np.bincount(pairs[:, 0], minlength=pool.classes) > 1).any()
        accepted = "must hold several groups of a class: as every class is in one group alone, none can be both trained"
        require(bool(several), key, column, f"{accepted} on and tested{beside}")
        return
    tested = pool.parts == "test"
    both = np.intersect1d(pool.groups[tested], pool.groups[~tested])
    if len(both):
        rows = [pool.rows[np.flatnonzero(side & (pool.groups == both[0]))[0]] for side in (~tested, tested)]
        where = " and ".join(plain(items.places[row], WIDTH) for row in rows)
        raise ConfigError(key, column, f"{len(both)} groups stand on both sides of the file's own parts: {where}")
