"""Figures within the page: smaller, with a palette, as text of an address.

In: a PNG of a results folder. Out: an `Image`; none where the file is not there.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

WIDE = 1100
"""Pixels across, at most: twice what a column of the page shows."""
COLOURS = 64


@dataclass(frozen=True)
class Image:
    """A figure: its bytes as an address, its size in pixels, and where the whole of it is."""

    source: str
    width: int
    height: int
    whole: str


def image(folder: Path, experiment: str, name: str) -> Image | None:
    """The figure `name` of an experiment's results in `folder`."""
    path = folder / experiment / "figures" / f"{name}.png"
    if not name or not path.is_file():
        return None
    from PIL import Image as Pillow

    try:
        with Pillow.open(path) as found:
            drawn = found.convert("RGB")
    except OSError:  # no picture: the page of the experiment, which is made first, would have said so
        return None
    if drawn.width > WIDE:
        drawn = drawn.resize((WIDE, round(drawn.height * WIDE / drawn.width)), Pillow.Resampling.LANCZOS)
    small = drawn.quantize(COLOURS, dither=Pillow.Dither.NONE)
    file = BytesIO()
    small.save(file, "PNG", optimize=True)
    encoded = base64.b64encode(file.getvalue()).decode()
    whole = path.relative_to(folder).as_posix()
    return Image(f"data:image/png;base64,{encoded}", drawn.width, drawn.height, whole)
