"""Generators and posteriors. Monte-Carlo tolerances are 4 binomial standard errors unless said."""

import numpy as np
import pytest

from mismatch.config.fields import ConfigError
from mismatch.config.registry import DATASETS
from mismatch.data._split import stratified_split
from mismatch.data.streams import Streams
from tests.data.tasks import BITS, DRAWS, MARKERS, SYNTHETIC, sample, standard_error


def test_every_dataset_is_found_by_the_name_of_its_module():
    assert set(DATASETS.all()) >= {*SYNTHETIC, "digits", "snippets", "reviews", "text"}


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_posterior_is_a_distribution_and_calibrated(name):
    _, data = sample(name)
    assert np.allclose(data.posterior.sum(1), 1, atol=1e-6)
    for low, high in [(0.0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.0)]:
        inside = (data.posterior[:, 0] >= low) & (data.posterior[:, 0] < high)
        if inside.sum() > 500:
            expected = data.posterior[inside, 0].mean()
            error = 4 * standard_error(expected, int(inside.sum()))
            assert (data.labels[inside] == 0).mean() == pytest.approx(expected, abs=error)


@pytest.mark.parametrize("name", SYNTHETIC)
def test_length_says_nothing_about_the_label(name):
    dataset, data = sample(name)
    half = DRAWS // 2
    counts = np.zeros((dataset.longest + 1, dataset.classes_count))
    np.add.at(counts, (data.lengths[:half], data.labels[:half]), 1)
    hits = (counts.argmax(1)[data.lengths[half:]] == data.labels[half:]).mean()
    assert hits == pytest.approx(dataset.chance, abs=4 * standard_error(dataset.chance, half))


def label_of(name: str, steps: np.ndarray, dataset) -> int:
    """The label without noise, said once more in plain words, of one raw sequence (L, channels) of bits."""
    if name == "ends_xor":
        return int(steps[0, 0]) ^ int(steps[-1, 0])
    if name == "parity":
        return int(steps.sum()) % 2
    if name == "majority":
        return int(steps.sum() * 2 > len(steps))
    if name == "gap":
        first, second = np.flatnonzero(steps[:, 0])
        return int(second - first >= dataset.threshold)
    (a,), (b,) = np.flatnonzero(steps[:, 0]), np.flatnonzero(steps[:, 1])
    assert name == "order" or abs(a - b) == dataset.gap
    return int(b < a)


@pytest.mark.parametrize("coding", ["signs", "bits", "flag"])
@pytest.mark.parametrize("name", BITS + MARKERS)
def test_drawn_sequences_are_what_their_task_says(name, coding):
    """Labels and posterior of 2000 draws, one after another; every length about equally often."""
    dataset, data = DATASETS.get(name)(coding=coding), None
    data = dataset.sample(np.random.default_rng(3), 2000)
    bits = (data.values[:, : dataset.channels] > 0).astype(int)
    assert (data.values.any(1)).all() == (coding != "bits")
    assert dataset.feature_count == data.values.shape[1] == dataset.channels + (coding == "flag")
    assert data.values.dtype == np.float32 and (data.lengths.min(), data.lengths.max()) == (
        dataset.shortest, dataset.longest,
    )  # fmt: skip
    for start, length, label, posterior in zip(data.offsets, data.lengths, data.labels, data.posterior, strict=True):
        steps = bits[start : start + length]
        expected = label_of(name, steps, dataset)
        if name == "majority":
            odds = ((0.5 + 0.15) / (0.5 - 0.15)) ** (2 * steps.sum() - length)
            assert posterior[1] == pytest.approx(odds / (1 + odds), abs=1e-6)  # float32
        else:
            right = 0.95**2 + 0.05**2 if name == "ends_xor" else 1.0
            assert posterior[expected] == pytest.approx(right, abs=1e-6)
            assert name == "ends_xor" or label == expected
    lengths = np.bincount(data.lengths)[dataset.shortest :] / 2000
    share = 1 / (dataset.longest - dataset.shortest + 1)
    assert lengths == pytest.approx(share, abs=4 * standard_error(share, 2000))
    assert data.labels.mean() == pytest.approx(0.5, abs=4 * standard_error(0.5, 2000))


def test_codings_write_the_same_draws():
    draws = [DATASETS.get("order")(coding=c).sample(np.random.default_rng(0), 500) for c in ("signs", "bits", "flag")]
    assert (draws[0].values == 2 * draws[1].values - 1).all()
    assert (draws[2].values[:, :2] == draws[1].values).all() and (draws[2].values[:, 2] == 1).all()
    assert all((draw.labels == draws[0].labels).all() for draw in draws)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("ends_xor", {"max_length": 17}, "data.max_length=17: must be at least 2 and at most 16"),
        ("uniform", {"max_length": 200}, "data.max_length=200: must be at most 135 for data.classes=4"),
        ("ends_xor", {"noise": 0.5}, "data.noise=0.5: must be below 0.5"),
        ("majority", {"delta": 0.6}, "data.delta=0.6: must be at most 0.5"),
        ("majority", {"min_length": 9, "max_length": 8}, "data.min_length=9: must be at most data.max_length=8"),
        ("parity", {"coding": "words"}, "data.coding=words: must be one of signs, bits, flag"),
        ("gap", {"threshold": 4}, "data.threshold=4: must be below data.min_length=4"),
        ("pool_order", {"gap": 16}, "data.gap=16: must be below data.steps=16"),
        ("digits", {"steps": 7}, "data.steps=7: must divide 64"),
        ("digits", {"train": 1500}, "data.train=1500: must be at most 1090, what data.probe and data.test leave"),
    ],
)
def test_impossible_tasks_are_refused_with_what_would_be_accepted(name, settings, message):
    with pytest.raises(ConfigError, match=message):
        DATASETS.get(name)(**settings).check()


def test_a_larger_training_set_leaves_the_test_set_as_it_was():
    small, large = (DATASETS.get("early")(train=n).draw(Streams(0, 0)) for n in (100, 200))
    assert small.test.hash() == large.test.hash()
    assert small.train.hash() != large.train.hash()


def test_streams_differ_by_seed_replicate_and_name_and_repeat():
    draws = {
        (s, r, n): float(Streams(s, r).rng(n).random()) for s in (0, 1) for r in (0, 1) for n in ("data/train", "order")
    }
    assert len(set(draws.values())) == 8
    assert Streams(0, 0).rng("order").random() == draws[0, 0, "order"]


def test_digits_are_split_in_equal_shares_and_keep_their_pixels():
    dataset = DATASETS.get("digits")()
    dataset.check()
    splits = dataset.draw(Streams(0, 0))
    assert [len(part) for part in (splits.train, splits.probe, splits.test)] == [1024, 128, 512]
    images = np.concatenate([part.values for part in (splits.train, splits.probe, splits.test)])
    assert images.dtype == np.float32 and images.shape == (1664 * 8, 8)
    assert (images.min(), images.max()) == (0, 1) and set(np.unique(images * 16)) == set(range(17))
    assert np.ptp(np.bincount(splits.test.labels)) <= 1 and dataset.classes_count == 10
    assert dataset.law() is None
    columns = DATASETS.get("digits")(steps=16).draw(Streams(0, 0)).test
    assert columns.values.shape == (512 * 16, 4) and (columns.values.ravel() == splits.test.values.ravel()).all()
    other = dataset.draw(Streams(0, 1))
    assert other.test.hash() != splits.test.hash() and splits.test.posterior is None


def test_splits_are_disjoint_stratified_and_differ_by_replicate():
    labels = np.repeat([0, 1], 500)
    parts = stratified_split(
        Streams(0, 0).rng("split"), np.arange(1000), labels, {"train": 600, "probe": 50, "test": 301}
    )
    rows = np.concatenate(list(parts.values()))
    assert len(set(rows)) == len(rows) == 951
    assert [int(labels[part].sum()) for part in parts.values()] == [300, 25, 150]
    other = stratified_split(
        Streams(0, 1).rng("split"), np.arange(1000), labels, {"train": 600, "probe": 50, "test": 301}
    )
    assert set(other["test"]) != set(parts["test"])
