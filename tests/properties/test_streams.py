"""What holds for every random stream and batch order, whatever the seed, the replicate and the sizes."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from mismatch.data.streams import Streams
from mismatch.run.order import batch_order, bucketed_order

from .strategies import SEEDS

NAMES = st.text("abcdefghijklmnopqrstuvwxyz/_", min_size=1, max_size=20)
ADDRESS = st.tuples(SEEDS, st.integers(0, 10_000), NAMES)


def first(seed, replicate, name):
    return Streams(seed, replicate).rng(name).integers(0, 2**63, 4).tolist()


@given(ADDRESS)
def test_a_stream_gives_the_same_numbers_at_every_call(address):
    assert first(*address) == first(*address)


@given(ADDRESS, ADDRESS)
def test_streams_that_differ_in_seed_replicate_or_name_differ(one, other):
    assume(one != other)
    assert first(*one) != first(*other)


@given(SEEDS, st.integers(1, 30), st.integers(1, 12), st.integers(1, 9))
def test_an_order_takes_every_sequence_once_per_epoch_and_more_updates_only_extend_it(seed, samples, updates, batch):
    def order(count):
        return batch_order(np.random.default_rng(seed), samples, count, batch)

    flat = order(updates).ravel()
    assert order(updates).shape == (updates, batch)
    for start in range(0, len(flat), samples):
        epoch = flat[start : start + samples]
        assert len(set(epoch.tolist())) == len(epoch) and set(epoch.tolist()) <= set(range(samples))
    assert (order(updates + 3)[:updates] == order(updates)).all()


@given(SEEDS, st.lists(st.integers(1, 5), min_size=1, max_size=20), st.integers(1, 12), st.integers(1, 6))
def test_a_bucketed_batch_holds_one_length_only(seed, lengths, updates, batch):
    lengths = np.array(lengths)
    order = bucketed_order(np.random.default_rng(seed), lengths, updates, batch)
    assert order.shape == (updates, batch)
    assert all(len(np.unique(lengths[rows])) == 1 for rows in order)
