"""One colour for every meaning in all figures, and the inks, markers and lines that tell series apart.

In: what is drawn, by its meaning or by a setting and its level. Out: a colour. Every colour has a contrast of at least
4.5 to 1 against white (WCAG 2.1), so that words can have it too; series differ in markers as well, for readers in grey.
"""

from __future__ import annotations

COLOURS = ("#0072B2", "#B84A00", "#007A5A", "#A3457A", "#8A6100", "#5B3A9E", "#7B2D00")
"""For levels without a meaning of their own, in this order."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
LINES = ("-", "--", ":", "-.")
BLUE, VERMILION, GREEN, PLUM, OCHRE, PURPLE, BROWN = COLOURS
INK, PALE, BAND, PREDICTED, TRACK, RULE = "#000000", "#444444", "#dddddd", "#dcecf7", "#cfcfcf", "#e6e6e6"
"""Words; words of less weight; behind differences too small to matter, and where a claim says that an effect lies;
behind a bar; a line that guides the eye."""

MEANING = {
    "before": BLUE,
    "after": VERMILION,
    "between": PLUM,
    "masked": GREEN,
    "mask lost": VERMILION,
    "open gates": PURPLE,
    "untouched": "#1F1F1F",
    "dead": "#737373",
    "no effect": "#737373",
    "ceiling": PALE,
    "chance": PALE,
    "baseline": BROWN,
    "zeros": BLUE,
    "noise": OCHRE,
    "information": PURPLE,
    "learnability": OCHRE,
    "main effect": "#1F1F1F",
    "interaction": BLUE,
    "short": VERMILION,
    "long": BLUE,
    "graph": BLUE,
    "xla": VERMILION,
    "valid": BLUE,
    "void": VERMILION,
    "raises": BLUE,
    "silent": OCHRE,
    "wrong": VERMILION,
    "check": PURPLE,
    "both": GREEN,
    "neither": VERMILION,
    "supported": BLUE,
    "refuted": VERMILION,
    "equivalent": GREEN,
    "identical": PURPLE,
    "open": "#666666",
    "withheld": BROWN,
    "advice": BLUE,
    "rule": VERMILION,
}
"""What a colour says, in every figure. Meanings that never meet in one figure may share one."""
LEVELS = {
    ("length.padding", "pre"): "before",
    ("length.padding", "post"): "after",
    ("length.padding", "mid"): "between",
    ("length.truncating", "pre"): "before",
    ("length.truncating", "post"): "after",
    ("mask", "masking"): "masked",
    ("mask", "explicit"): "masked",
    ("reduction.mask", "destroyed"): "mask lost",
    ("reduction.mask", "rebuilt"): "masked",
    ("reduction", "none"): "untouched",
    ("features.adapter", "native"): "untouched",
    ("features.adapter", "zero"): "zeros",
    ("features.adapter", "noise"): "noise",
    ("layout", "correct"): "untouched",
    ("model.bias_init", "chrono"): "open gates",
}
"""Settings and levels that have a meaning; a mask says more than the side of the pads that it takes out of sight."""


def of_level(name: str, level: object) -> str | None:
    """The colour of a level of the setting `name`; None for one without a meaning of its own."""
    meaning = LEVELS.get((name, str(level)))
    return MEANING[meaning] if meaning else None


def colours(name: str, levels: tuple[object, ...]) -> dict[object, str]:
    """A colour for each level of a setting: that of its meaning, else the next that no other level, nor a mask, has."""
    known = {level: colour for level in levels if (colour := of_level(name, level))}
    free = [colour for colour in COLOURS if colour not in {*known.values(), MEANING["masked"]}] or list(COLOURS)
    others = [level for level in levels if level not in known]
    return known | {level: free[place % len(free)] for place, level in enumerate(others)}


def contrast(one: str, other: str) -> float:
    """Ratio of the luminances of two colours, 1 to 21 (WCAG 2.1, 1.4.3)."""
    first, second = sorted(map(_luminance, (one, other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def ink_on(fill: str) -> str:
    """Black or white, whichever can be read better on `fill`."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, fill))


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.1)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
