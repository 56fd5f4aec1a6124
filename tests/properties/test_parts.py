"""Parts of own rows, whatever the classes, copies, groups and parts of the file: what must never meet does not."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mismatch.config.fields import ConfigError
from mismatch.data._pool import Pool, distinct
from mismatch.data._sizes import choose
from mismatch.data._split import draw

from .strategies import SEEDS


@st.composite
def pools(draw):
    """Rows of two to four classes, some of them copies, in groups or not, with parts of a file or without."""
    rng, count, classes = np.random.default_rng(draw(SEEDS)), draw(st.integers(4, 60)), draw(st.integers(2, 4))
    labels = rng.choice(classes, count, p=rng.dirichlet(np.full(classes, draw(st.sampled_from([0.3, 1, 9])))))
    assume(len(np.unique(labels)) == classes)
    copies = rng.integers(0, count, count) if draw(st.booleans()) else np.arange(count)
    groups = rng.integers(0, draw(st.integers(2, count)), count) if draw(st.booleans()) else None
    equal, shares = draw(st.booleans()), draw(st.sampled_from([None, [0.6, 0.1, 0.3], [0.7, 0, 0.3]]))
    if shares is None:
        first = distinct(copies, labels, groups)
        groups = None if groups is None else groups[first]
        return Pool(np.arange(len(first)), labels[first], classes, copies[first], equal, None, groups)
    side = rng.choice(["train", "probe", "test"], count, p=shares)
    parts = side if groups is None else side[groups]  # a group is on one side
    return Pool(np.arange(count), labels, classes, copies, equal, parts, groups)


SIZES = st.one_of(st.none(), st.integers(1, 30))


@settings(max_examples=200)
@given(pools(), SIZES, SIZES, SIZES, SEEDS)
def test_no_copy_and_no_group_is_both_trained_on_and_tested(pool, train, probe, test, seed):
    try:
        sizes = choose(pool, train, probe, test)
    except ConfigError as error:
        assert str(error).isprintable()
        return
    wanted = {"train": sizes.train, "probe": sizes.probe, "test": sizes.test}
    drawn = draw(np.random.default_rng(seed), pool, wanted)
    learnt, tested = np.concatenate([drawn["train"], drawn["probe"]]), drawn["test"]
    assert len(np.unique(np.concatenate([learnt, tested]))) == len(learnt) + len(tested)
    assert not np.isin(pool.copies[tested], pool.copies[learnt]).any()
    assert pool.groups is None or not np.isin(pool.groups[tested], pool.groups[learnt]).any()
    if pool.parts is not None:
        assert (pool.parts[tested] == "test").all() and (pool.parts[learnt] != "test").all()
    found = {part: len(rows) for part, rows in drawn.items()}
    assert all(found[part] <= count for part, count in wanted.items())
    if pool.exact:
        assert found == wanted
    if pool.groups is None or pool.parts is not None:
        assert found["probe"] == sizes.probe and all(found.values())
