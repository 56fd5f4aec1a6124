"""What each of several looks at growing data may spend of one error rate.

In: the rate and the numbers of replicates at the looks. Out: shares that sum to the rate, so that what is decided at
each look at the level of its share errs at any of them no more often than that (Bonferroni).
"""

import math
from collections.abc import Sequence
from itertools import pairwise


def shares(alpha: float, looks: Sequence[int]) -> tuple[float, ...]:
    """What each look may spend of `alpha`: the spending function of Pocock's type (Lan & DeMets 1983), step by step.

    It spends nearly evenly, where O'Brien & Fleming's would leave the first look next to nothing; most is decided
    there.
    """
    spent = [0.0, *(alpha * math.log(1 + (math.e - 1) * n / looks[-1]) for n in looks)]
    return tuple(after - before for before, after in pairwise(spent))
