"""New sequences as a model of the advised arm takes them: the same features, T, padding and mask, to the last bit.

In: an arm on a person's own data, and sequences in memory. Out: `Prepared` arrays. What is learnt from data, the
vocabulary or the scale of features, is that of the training part of replicate 0, as in the script.
"""

from typing import Any, NamedTuple

import numpy as np

from mismatch.adapt import adapt
from mismatch.config.arm import Arm
from mismatch.config.fields import plain, require
from mismatch.data._ragged import RaggedData, Splits
from mismatch.data._text import Corpus, build_index, encode
from mismatch.data._tokens import Numbered, tokenise
from mismatch.data.series import Series
from mismatch.data.sources.missing import fill, refuse_infinite
from mismatch.data.sources.numeric import end_to_end
from mismatch.data.sources.objects import arrays_of, describe, rows_of
from mismatch.data.sources.words import listed
from mismatch.data.streams import Streams
from mismatch.data.text import YourText


class Prepared(NamedTuple):
    """inputs: (N, T, D) float32, or (N, T) int32 numbers of words. mask: (N, T) bool, True at real steps."""

    inputs: np.ndarray
    mask: np.ndarray


def prepare(arm: Arm, sequences: Any) -> Prepared:
    """N new sequences, without labels: texts, or (L, d) numbers, as `mismatch.check` takes them.

    Raises:
        ConfigError: for what is no list of such sequences, other features, and sequences without a step.
    """
    data, shown = arm.data, describe(sequences)
    require(isinstance(data, YourText | Series), "data", data.name, "must be text or series, a file of your own")
    held = rows_of(sequences, shown)
    require(len(held.rows) > 0, "sequences", shown, "must hold at least one sequence")
    names = held.names or tuple(f"sequences[{number}]" for number in range(len(held.rows)))
    streams = Streams(arm.seed, 0)
    rows = data.places(streams)
    if isinstance(data, YourText):
        train, new = _texts(data, rows["train"], held.rows, names)
    else:
        train, new = _numbers(data, rows, list(held.rows), names, shown)
    made = adapt(arm, Splits(train, new, new), streams)["test"]
    return Prepared(made.inputs, made.mask)


def _texts(data: YourText, train: np.ndarray, texts: Any, names: tuple[str, ...]) -> tuple[RaggedData, RaggedData]:
    """Numbers of the words of the training part, and of the new texts."""
    accepted = "must be learned: word vectors are not made for new texts"
    require(data.embedding == "learned", "data.embedding", data.embedding, accepted)
    tokens = []
    for name, text in zip(names, texts, strict=True):
        require(isinstance(text, str), "sequences", describe(texts), f"{name} is no text, as those of the advice are")
        tokens.append(tokenise(text, data.tokens))
        require(bool(tokens[-1]), "sequences", plain(text, 40), f"{name} must hold a word at least")
    known = data.corpus()
    index = build_index(known, train, data.vocabulary)
    new = Corpus(Numbered(tokens, list), np.zeros(len(tokens), np.int64))
    return encode(known, train, index), encode(new, np.arange(len(tokens)), index)


def _numbers(
    data: Series, rows: dict[str, np.ndarray], sequences: list[Any], names: tuple[str, ...], shown: str
) -> tuple[RaggedData, RaggedData]:
    """The training part, and the new sequences in the same form: missing values filled as there, in 32 bits."""
    arrays, titles = arrays_of(sequences, names, shown)
    features, d = data.items().features, data.feature_count
    same = titles is None or titles == features
    accepted = f"must have the {d} features of the file, in their order: {listed(features)}"
    require(same and arrays[0].shape[1] == d, "sequences", shown, accepted)
    empty = next((name for name, array in zip(names, arrays, strict=True) if not len(array)), None)
    require(empty is None, "sequences", shown, f"{empty} has no step")
    values, sizes = end_to_end(arrays, d)
    refuse_infinite(values, sizes, names, features, "sequences", shown)
    values, _ = fill(values, sizes, data.missing, names, features, "missing")
    new = RaggedData(values.astype(np.float32), sizes, np.zeros(len(sizes), np.int64))
    return data.encoded({part: rows[part] for part in rows}).train, new
