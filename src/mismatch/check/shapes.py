"""How the shape of an input differs from the declared one, in one word each, so that one thing is said once.

In: an input. Out: the words that apply, the most telling one first.
"""

from collections.abc import Sequence

from mismatch.check.inputs import Fed


def named(shape: Sequence[int | None]) -> str:
    """``(None, 6, 4)`` as people write shapes: (N, 6, 4)."""
    sizes = ["N" if i == 0 and size is None else "any" if size is None else str(size) for i, size in enumerate(shape)]
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"


def unlike(fed: Fed) -> tuple[str, ...]:
    """What is unlike in shape: rank, expanded, squeezed, swapped, features, steps; nothing where none is declared.

    expanded: Keras adds a last axis in silence; squeezed: it drops a last axis of 1.
    """
    given, declared = fed.shape, fed.declared
    if declared is None:
        return ()
    if len(given) == len(declared) - 1 and declared[-1] == 1:
        return ("expanded", *_steps(given, declared))
    if len(given) == len(declared) + 1 and given[-1] == 1:
        return ("squeezed", *_of_same_rank(given[:-1], declared))
    return ("rank",) if len(given) != len(declared) else _of_same_rank(given, declared)


def _of_same_rank(given: Sequence[int], declared: Sequence[int | None]) -> tuple[str, ...]:
    if len(given) < 3:
        return _steps(given, declared)
    differs = [want is not None and size != want for size, want in zip(given[1:], declared[1:], strict=True)]
    turned = [declared[0], declared[2], declared[1], *declared[3:]]
    fits_turned = all(want is None or size == want for size, want in zip(given[1:], turned[1:], strict=True))
    if differs[-1] and fits_turned and len(given) == 3:
        return ("swapped",)
    return (*(("features",) if differs[-1] else ()), *(("steps",) if any(differs[:-1]) else ()))


def _steps(given: Sequence[int], declared: Sequence[int | None]) -> tuple[str, ...]:
    """A 2-D input: ids (N, T), or flat vectors (N, F)."""
    want = declared[1] if len(declared) > 1 else None
    return ("steps",) if want is not None and len(given) > 1 and given[1] != want else ()
