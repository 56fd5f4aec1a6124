"""Generators, posteriors and ceilings. Monte-Carlo tolerances are 4 binomial standard errors unless said."""

import numpy as np
import pytest

from mismatch.adapt.features import projection
from mismatch.adapt.length import place
from mismatch.checks import ConfigError
from mismatch.data import View, classes
from mismatch.data._text import Corpus, build_index, encode, stratified_split, tokenise, word_vectors
from mismatch.streams import Streams, batch_order

DRAWS = 40_000
SYNTHETIC = ["early", "late", "uniform", "sparse_features"]
CUES = ["early", "late", "uniform"]
SIDES = ["pre", "post", "head_tail"]


def standard_error(share: float, count: int = DRAWS) -> float:
    return float(np.sqrt(max(share * (1 - share), 1e-4) / count))


def sample(name: str, seed: int = 0, **settings: object):
    dataset = classes()[name](**settings)
    return dataset, dataset.sample(np.random.default_rng(seed), DRAWS)


def test_every_dataset_is_found_by_the_name_of_its_module():
    assert set(classes()) >= {"early", "late", "uniform", "sparse_features", "snippets", "reviews"}


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_bayes_rule_scores_the_full_ceiling(name):
    dataset, data = sample(name)
    full = dataset.ceiling(View(dataset.longest, "pre", dataset.feature_count))
    predicted = data.posterior.argmax(1)
    assert (predicted == data.labels).mean() == pytest.approx(full, abs=4 * standard_error(full))
    assert data.posterior[np.arange(DRAWS), predicted].mean() == pytest.approx(full, abs=4 * standard_error(full))


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


@pytest.mark.parametrize("name", CUES)
def test_length_says_nothing_about_the_label(name):
    dataset, data = sample(name)
    half = DRAWS // 2
    counts = np.zeros((dataset.longest + 1, dataset.classes_count))
    np.add.at(counts, (data.lengths[:half], data.labels[:half]), 1)
    hits = (counts.argmax(1)[data.lengths[half:]] == data.labels[half:]).mean()
    assert hits == pytest.approx(dataset.chance, abs=4 * standard_error(dataset.chance, half))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("steps", [1, 3, 4, 6, 9, 12, 24])
@pytest.mark.parametrize("name", CUES)
def test_ceiling_under_truncation_equals_the_best_rule_found_by_simulation(name, steps, side):
    """The rule sees what the model sees: the visible cue class or none, and the number of kept steps."""
    for features in (2, 6):
        dataset, data = sample(name, seed=steps)
        placed = place(data, steps, "post", side, 0.0)
        shown = placed.values[:, :, : min(features, dataset.classes_count)]
        cue = np.where(shown.any((1, 2)), shown.sum(1).argmax(1), dataset.classes_count)
        counts = np.zeros((dataset.classes_count + 1, steps + 1, dataset.classes_count))
        np.add.at(counts, (cue, placed.mask.sum(1), data.labels), 1)
        simulated = counts.max(-1).sum() / DRAWS  # the best rule on its own sample: at most a few cells too good
        ceiling = dataset.ceiling(View(steps, side, features))
        optimism = 0.005  # cells where all classes tie gain O(sqrt(cells / DRAWS)) from picking the winner
        assert simulated == pytest.approx(ceiling, abs=4 * standard_error(ceiling) + optimism)


@pytest.mark.parametrize(
    ("name", "side", "kept"),
    [("early", "pre", "short"), ("early", "post", "all"), ("early", "head_tail", "all"),
     ("late", "pre", "all"), ("late", "post", "short"), ("late", "head_tail", "all"),
     ("uniform", "pre", "share"), ("uniform", "post", "share"), ("uniform", "head_tail", "share")],
)  # fmt: skip
def test_ceiling_under_truncation_has_its_closed_form(name, side, kept):
    """P(cue kept) A0 + P(cue cut) / K, exactly: lengths are uniform on 4..12, T = 8."""
    dataset, lengths = classes()[name](), np.arange(4, 13)
    share = {"all": 1.0, "short": (lengths <= 8).mean(), "share": np.minimum(1, 8 / lengths).mean()}[kept]
    expected = share * 0.9 + (1 - share) / 4
    assert dataset.ceiling(View(8, side, 6)) == pytest.approx(expected, abs=1e-12)


def test_early_ceiling_falls_with_the_cue_channels_by_formula():
    """m of K channels: P(seen) A0 + the best guess among the K - m unseen classes."""
    dataset = classes()["early"]()
    for m in range(1, 5):
        unseen = (0.9 + (4 - m - 1) * 0.1 / 3) / 4 if m < 4 else 0.0
        assert dataset.ceiling(View(12, "pre", m)) == pytest.approx(m * 0.9 / 4 + unseen, abs=1e-12)


@pytest.mark.parametrize("width", [1, 2, 4, 5, 8])
def test_sparse_features_ceiling_equals_the_linear_rule_on_the_kept_features(width):
    dataset, data = sample("sparse_features")
    evidence = data.values.reshape(DRAWS, dataset.steps, -1)[:, :, :width].sum(1, dtype=np.float64)
    weights = np.zeros(width)
    kept = dataset.informative_positions[dataset.informative_positions < width]
    weights[kept] = 1
    hits = ((evidence @ weights > 0) == data.labels).mean()
    assert hits == pytest.approx(dataset.ceiling(View(10, "pre", width)), abs=4 * standard_error(0.5))


@pytest.mark.parametrize("width", [1, 2, 4, 7])
def test_projected_ceiling_equals_the_best_linear_rule_in_the_projection(width):
    dataset, data = sample("sparse_features")
    matrix = projection(Streams(0, 3), 8, width)
    seen = (data.values @ matrix).reshape(DRAWS, dataset.steps, width).sum(1, dtype=np.float64)
    gap = seen[data.labels == 1].mean(0) - seen[data.labels == 0].mean(0)
    rule = np.linalg.solve(np.atleast_2d(np.cov(seen[data.labels == 0].T)), gap)
    hits = ((seen - seen.mean(0)) @ rule > 0) == data.labels
    ceiling = dataset.ceiling(View(10, "pre", width, matrix))
    assert hits.mean() == pytest.approx(ceiling, abs=4 * standard_error(ceiling) + 0.004)  # 0.004: rule estimated


def test_sparse_features_ceiling_matches_the_published_formula():
    """Phi(0.35 sqrt(10 s)): s = 2 gives 0.941, s = 1 gives 0.866, s = 0 is chance."""
    dataset = classes()["sparse_features"]()
    ceilings = [dataset.ceiling(View(10, "pre", width)) for width in (8, 4)]
    assert ceilings == pytest.approx([0.9412, 0.8658], abs=1e-4)


def test_a_larger_training_set_leaves_the_test_set_as_it_was():
    small, large = (classes()["early"](train=n).draw(Streams(0, 0)) for n in (100, 200))
    assert small.test.hash() == large.test.hash()
    assert small.train.hash() != large.train.hash()


def test_streams_differ_by_seed_replicate_and_name_and_repeat():
    draws = {
        (s, r, n): float(Streams(s, r).rng(n).random()) for s in (0, 1) for r in (0, 1) for n in ("data/train", "order")
    }
    assert len(set(draws.values())) == 8
    assert Streams(0, 0).rng("order").random() == draws[0, 0, "order"]


def test_batch_order_covers_each_epoch_once_and_extends():
    order = batch_order(np.random.default_rng(0), 100, 30, 10)
    assert sorted(order[:10].ravel()) == list(range(100))
    longer = batch_order(np.random.default_rng(0), 100, 45, 10)
    assert (longer[:30] == order).all()


def test_tokens_are_lower_case_words_without_markup():
    assert tokenise("It's GREAT!<br />Isn't it? (9/10)") == ["it's", "great", "!", "isn't", "it", "?", "9", "10"]


def test_the_index_knows_training_words_alone_and_ranks_them_by_count():
    index = build_index([["b", "a", "b"], ["a", "c"]], size=4)
    assert index == {"a": 2, "b": 3}  # equal counts in alphabetical order; c does not fit
    corpus = Corpus([["b", "never-seen", "a"]], np.array([0]))
    assert encode(corpus, np.array([0]), index).values[:, 0].tolist() == [3, 1, 2]


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


def test_too_small_a_corpus_is_refused_before_training_with_what_is_left():
    with pytest.raises(
        ConfigError, match=r"data.train=9000: must be at most 6226, what data.probe and data.test leave"
    ):
        classes()["snippets"](train=9000).check()  # 8530 sentences, half of each class


def test_your_own_csv_is_read_split_and_identified_by_its_content(tmp_path):
    path = tmp_path / "mine.csv"
    rows = [f'"film number {n} was {"good" if n % 3 else "bad"}",{5 if n % 3 else 1}' for n in range(300)]
    path.write_text("review,stars\n" + "\n".join(rows) + "\n,5\nno label,\n")
    dataset = classes()["csv"](path=str(path), text="review", label="stars")
    dataset.check()
    assert dataset.classes_count == 2 and dataset.longest == 5  # 100 bad ones: 200 in equal shares
    assert (dataset.train, dataset.probe, dataset.test) == (136, 10, 50)
    splits = dataset.draw(Streams(0, 0))
    assert splits.train.labels.sum() == 68 and len(splits.test) == 50
    before = dataset.sha256
    path.write_text(path.read_text() + "one more,5\n")
    again = classes()["csv"](path=str(path), text="review", label="stars")
    again.check()
    assert again.sha256 != before


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"path": "nowhere.csv"}, "data.path=nowhere.csv: must be a CSV file"),
        ({"text": "body"}, "data.text=body: must be a column of .*: review, stars"),
        ({"label": "score"}, "data.label=score: must be a column of"),
        ({"label": "review", "text": "stars"}, "data.train=1: must be at most"),
    ],
)
def test_an_unusable_csv_is_refused(settings, message, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("review,stars\ngood,5\nbad,1\n")
    with pytest.raises(ConfigError, match=message):
        classes()["csv"](**({"path": str(path), "text": "review", "label": "stars"} | settings)).check()


def test_word_vectors_put_words_that_keep_the_same_company_together():
    """Words 2 and 3 occur in the same contexts, 4 in others."""
    documents = [[5, 2, 6], [5, 3, 6], [7, 4, 8]] * 30
    corpus = Corpus([[str(w) for w in words] for words in documents], np.zeros(90, np.int64))
    data = encode(corpus, np.arange(90), {str(w): w for w in range(2, 9)})
    table = word_vectors(data, vocabulary=9, dimension=3, window=2)
    cosine = lambda a, b: table[a] @ table[b] / (np.linalg.norm(table[a]) * np.linalg.norm(table[b]))  # noqa: E731
    assert cosine(2, 3) > 0.9 > 0.5 > cosine(2, 4)
    assert (table[0] == 0).all()
    assert np.square(table[data.values[:, 0]]).mean() == pytest.approx(1, abs=1e-5)
    assert (table == word_vectors(data, vocabulary=9, dimension=3, window=2)).all()


@pytest.mark.parametrize(("name", "rows"), [("snippets", 8530), ("reviews", 24904)])
def test_the_shipped_text_is_the_one_we_know(name, rows):
    dataset = classes()[name]()
    assert len(dataset.corpus().tokens) == rows
    splits = dataset.draw(Streams(0, 0))
    assert (len(splits.train), len(splits.probe), len(splits.test)) == (dataset.train, 256, 2048)
    assert splits.train.lengths.max() <= dataset.longest
    assert splits.train.values.min() == 1 and splits.train.values.max() < 4000
    assert abs(splits.test.labels.mean() - 0.5) < 1e-9
