"""What the properties draw: ragged data whose values say where they come from, and settings that can be resolved."""

import numpy as np
from hypothesis import strategies as st

from mismatch.data.base import RaggedData

PADDINGS = ("pre", "post", "mid", "none")
TRUNCATINGS = ("pre", "post", "head_tail", "crop", "stride")  # those that keep steps as they are
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def numbered(draw: st.DrawFn) -> RaggedData:
    """Sequences of one feature whose value is the step's position in its sequence, from 1; so 0 is never real."""
    lengths = np.array(draw(st.lists(st.integers(1, 15), min_size=1, max_size=6)))
    values = np.concatenate([np.arange(1, length + 1, dtype=np.float32) for length in lengths])
    return RaggedData(values[:, None], lengths, np.zeros(len(lengths), np.int64))
