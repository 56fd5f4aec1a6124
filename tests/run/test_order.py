"""Batch orders: whole epochs, one after another, of one length each where batches are not padded."""

import numpy as np
import pytest

from mismatch.run.order import batch_order, bucketed_order


def test_batch_order_covers_each_epoch_once_and_extends():
    order = batch_order(np.random.default_rng(0), 100, 30, 10)
    assert sorted(order[:10].ravel()) == list(range(100))
    longer = batch_order(np.random.default_rng(0), 100, 45, 10)
    assert (longer[:30] == order).all()


def test_bucketed_batches_hold_one_length_each_as_often_as_sequences_do():
    lengths = np.random.default_rng(0).integers(4, 9, 400)
    order = bucketed_order(np.random.default_rng(1), lengths, 500, 16)
    assert (lengths[order].std(axis=1) == 0).all()
    drawn = np.bincount(lengths[order[:, 0]], minlength=9)[4:] / 500
    share = np.bincount(lengths, minlength=9)[4:] / 400
    assert drawn == pytest.approx(share, abs=4 * np.sqrt(0.2 * 0.8 / 500))  # 4 binomial standard errors
    first = order[lengths[order[:, 0]] == 5].ravel()
    epoch = np.flatnonzero(lengths == 5)
    assert sorted(first[: len(epoch)]) == sorted(epoch)  # every sequence once before any comes again
