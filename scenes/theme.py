"""How every film looks: colours, the font, and text made of them."""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import manimpango
import numpy as np
from manim import Text, VMobject, tempconfig
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

_NEVER_WRAPPED = 100_000  # pixels

# Matplotlib's cividis, a perceptually uniform map, without its upper end, which is as bright as the racers;
# thirteen places of it, with straight lines between. Matplotlib itself takes a third of a second to import.
_CIVIDIS = "00224E 002C64 0C3470 263D6E 36466C 454F6C 52596D 5E626E 696B71 747575 807E78 8D8878 999277"
_PLACES = np.array([list(bytes.fromhex(colour)) for colour in _CIVIDIS.split()]) / 255


def letters(content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> Text:
    """A line of text in the film's font, each letter a mobject of its own."""
    options: dict[str, Any] = {"weight": "SEMIBOLD"} if bold else {}
    # Pango wraps lines at the width of the picture in pixels, and Manim keeps what it has made for others.
    with tempconfig({"text_dir": _text_folder(), "pixel_width": _NEVER_WRAPPED}):
        try:
            return Text(content, font=FONT, font_size=size, color=colour, **options)
        except ParseError:  # Pango does not tell that there was no room for all of it
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), _text_folder()) from None


@cache
def _text_folder() -> str:
    """Where Manim keeps letters, which it takes for whole once they have a name: not shared between films."""
    folder = tempfile.mkdtemp(prefix="race-letters-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Words(VMobject):
    """A line of text in the film's font, each piece of one colour a single mobject.

    A `Text` has one for each letter, with all that it was read from, and Manim's cache looks at all of it.

    Args:
        pieces: what it says, in pieces with their colours.
        size: in points.
        bold: whether it is heavy.

    Attributes:
        content: what it says.
    """

    def __init__(self, pieces: Sequence[tuple[str, str]], size: float = BODY, bold: bool = False) -> None:
        super().__init__()
        self.content = "".join(piece for piece, _ in pieces)
        glyphs = letters(self.content, size, bold=bold).submobjects
        for piece, colour in pieces:
            count = len("".join(piece.split()))  # Manim draws nothing for a space
            outlines = [glyph.points for glyph in glyphs[:count]] or [np.zeros((0, 3))]
            whole = VMobject(fill_color=colour, fill_opacity=1, stroke_width=0)
            self.add(whole.set_points(np.concatenate(outlines)))
            del glyphs[:count]
        self._points_per_unit = size / max(self.height, 1e-9)

    @property
    def font_size(self) -> float:
        """In points, as it is scaled."""
        return float(self.height * self._points_per_unit)


def text(content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> Words:
    """A line of text of one colour."""
    return Words([(content, colour)], size, bold)


def height_colours(fraction: NDArray[np.float64]) -> NDArray[np.float64]:
    """The surface's colours, RGB in 0..1, for heights given as a fraction of the range shown."""
    places = np.clip(fraction, 0, 1) * (len(_PLACES) - 1)
    channels = [np.interp(places, np.arange(len(_PLACES)), _PLACES[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1)
