"""Ways in plain words: a whole one, what sets it apart from another, and what somebody does who takes it instead.

In: `Way`s. Out: words without any markup, which hold settings and nothing of a person's file.
"""

from mismatch.advise.candidates import FACTORS, OWN, Way, differing
from mismatch.config.groups import INTERPOLATE

SIDES = {"pre": "before", "post": "after", "mid": "in the middle"}
KEPT = {
    "pre": "keep the end",
    "post": "keep the beginning",
    "head_tail": "keep both ends",
    "stride": "keep every k-th step",
    "crop": "keep a random window",
}
"""What is left of sequences that are longer than T."""
KEEPING = {side: words.replace("keep ", "keeping ", 1) for side, words in KEPT.items()}
MASKS = {"none": "no mask", "masking": "mask the pads", "explicit": "mask the pads by an input of its own"}
OWNS = {"none": "your model", "explicit": "your model, given the mask"}
"""What stands for mask and front with a model of a person's own, which may have both."""
MASKED = {"none": "without a mask", "masking": "with a mask", "explicit": "with a mask as an input of its own"}
MASKING = {"none": "leaving out the mask", "masking": "masking the pads"}
MASKING |= {"explicit": "masking the pads by an input of its own"}
FRONTS = {
    "none": "no pooling or convolution",
    "pool": "max pooling by {pool}",
    "conv": "a convolution",
    "conv_pool": "a convolution and max pooling by {pool}",
    "strided": "a convolution that moves by {pool}",
}


def whole(way: Way, longest: int | None = None) -> str:
    """``T = 96 (keep the end), pad before, no mask, no pooling or convolution``; the side of truncation is left out
    where no sequence has more than T steps, the longest having `longest`."""
    return ", ".join(_parts(way, longest).values())


def apart(way: Way, other: Way, longest: int | None = None) -> str:
    """The parts of `way` in which it differs from `other`, as `whole` has them; ``the same`` where it does not."""
    mine, theirs = _parts(way, longest), _parts(other, longest)
    mine |= {"scale": "features as they are"} if way.scale == "none" and "scale" in theirs else {}
    return ", ".join(words for name, words in mine.items() if theirs.get(name) != words) or "the same"


def instead(way: Way, other: Way) -> str:
    """What somebody does who takes `way` and not `other`: ``padding after without a mask``, ``cutting at 64``."""
    names = set(differing(way, other))
    found = [*_length(way, other), *_padding(way, names), *_front(way, names)]
    return " and ".join(filter(None, (", ".join(found[:-1]), *found[-1:]))) or "the same"


def factor(way: Way, other: Way) -> str | None:
    """The one of `FACTORS` in which two ways differ; None where they differ in none, or in several."""
    names = {name for name, fields in FACTORS.items() if set(fields) & set(differing(way, other))}
    return names.pop() if len(names) == 1 else None


def front_of(reduction: str, pool: int | None) -> str:
    """What stands before the GRU: ``a convolution and max pooling by 2``."""
    return FRONTS.get(reduction, f"{reduction} by {{pool}}").format(pool=pool)


def capital(words: str) -> str:
    """`words` as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def _parts(way: Way, longest: int | None) -> dict[str, str]:
    own, scale = way.reduction == OWN, {"scale": "features standardised"} if way.scale != "none" else {}
    front = {"reduction": OWNS[way.mask] if own else front_of(way.reduction, way.pool)}
    if way.truncating == INTERPOLATE:
        return {"length": f"every sequence resampled to T = {way.steps}", **scale, **front}
    cut = "" if longest is not None and way.steps >= longest else f" ({KEPT.get(way.truncating, way.truncating)})"
    padding = f"pad {SIDES.get(way.padding, way.padding)}"
    mask = {} if own else {"mask": MASKS.get(way.mask, f"mask {way.mask}")}
    return {"length": f"T = {way.steps}{cut}", "padding": padding, **mask, **scale, **front}


def _length(way: Way, other: Way) -> list[str]:
    if way.of("length") == other.of("length"):
        return []
    if way.truncating == INTERPOLATE:
        return [f"resampling every sequence to {way.steps} steps"]
    kept = KEEPING.get(way.truncating, way.truncating)
    if way.steps == other.steps:
        return [f"{kept} of what is longer"]
    steps = f"cutting at {way.steps}" if way.steps < other.steps else f"taking up to {way.steps} steps"
    return [steps, kept] if way.truncating != other.truncating else [steps]


def _padding(way: Way, names: set[str]) -> list[str]:
    side = f"padding {SIDES.get(way.padding, way.padding)}"
    if {"padding", "mask"} <= names:
        return [f"{side} {MASKED.get(way.mask, f'with the mask {way.mask}')}"]
    if "padding" in names:
        return [side]
    return [MASKING.get(way.mask, f"masking by {way.mask}")] if "mask" in names else []


def _front(way: Way, names: set[str]) -> list[str]:
    found = []
    if "scale" in names:
        found.append("standardising the features" if way.scale != "none" else "leaving the features as they are")
    if names & {"reduction", "pool"}:
        found.append(front_of(way.reduction, way.pool))
    return found
