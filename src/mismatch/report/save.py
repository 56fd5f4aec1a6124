"""A figure on disk, in the style of this package: the same table gives the same bytes.

In: a matplotlib figure. Out: a PNG with a palette (150 dpi) and, unless it is to be published small, an SVG.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("mismatch.mplstyle")
"""Sizes, frames and colours of every figure, instead of a person's own matplotlibrc."""


LAYOUTS = 2
"""Long names to the left and labels to the right find their room in the second one."""


@dataclass(frozen=True)
class Drawing:
    """A figure on disk: its name, its title and its files (`.png` first, then `.svg` if there is one)."""

    name: str
    title: str
    paths: tuple[Path, ...]


@contextmanager
def style() -> Iterator[None]:
    """Draw in `STYLE` alone; figures are made and saved within it."""
    import matplotlib.style

    with matplotlib.style.context(STYLE, after_reset=True):
        yield


def save(figure: Figure, folder: Path, name: str, vector: bool = True) -> Drawing:
    """Write `figure` into `folder` as `.png`, and as `.svg` if `vector`."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.png"]
    FigureCanvasAgg(figure)
    for _ in range(LAYOUTS):
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    figure.savefig(paths[0], metadata={"Software": None})
    if vector:
        paths.append(folder / f"{name}.svg")
        with matplotlib.rc_context({"svg.hashsalt": name}):  # ids that differ between figures, not between days
            figure.savefig(paths[1], metadata={"Date": None, "Creator": None})
    _shrink(paths[0])
    return Drawing(name, " ".join(figure.get_suptitle().split()), tuple(paths))


def _shrink(path: Path) -> None:
    """Store a `.png` with a palette: a quarter of the bytes, no visible change in flat colours."""
    from PIL import Image

    with Image.open(path) as image:
        small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(path, optimize=True, dpi=(150, 150))
