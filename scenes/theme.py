"""How every film looks: colours, the font, and text made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import manimpango
import numpy as np
from manim import Text
from matplotlib import colormaps
from numpy.typing import NDArray

BACKGROUND = "#0F1218"
INK = "#F2F4F8"  # what must be read
FAINT = "#9AA4B5"  # axes, captions of axes

# The font comes with the project, so that a film looks the same on every machine.
FONT = "Inter"
FONT_FILES = [Path(__file__).parent / "fonts" / f"Inter-{weight}.otf" for weight in ("Regular", "SemiBold")]
for _file in FONT_FILES:
    manimpango.register_font(str(_file))

# Heights of text, in points of a frame 8 units high: 26 is about 1/30 of the picture.
EM = 0.01386  # scene units to a point, as Manim's Text has it
SMALL = 24
BODY = 28
HEADING = 40
TITLE = 64

# A perceptually uniform map whose upper end, as bright as the racers, is left out.
_HEIGHTS = colormaps["cividis"](np.linspace(0.0, 0.62, 256))[:, :3]


def text(content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> Text:
    """A line of text in the film's font."""
    options: dict[str, Any] = {"weight": "SEMIBOLD"} if bold else {}
    return Text(content, font=FONT, font_size=size, color=colour, **options)


def height_colours(fraction: NDArray[np.float64]) -> NDArray[np.float64]:
    """The surface's colours, RGB in 0..1, for heights given as a fraction of the range shown."""
    colours = _HEIGHTS[(np.clip(fraction, 0, 1) * 255).astype(int)]
    return np.asarray(colours, dtype=np.float64)
