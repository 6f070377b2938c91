"""The look of all films: font, sizes, and text made with them."""

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

from views.colours import INK

# The font comes with the project, so that films look the same on every machine.
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


def letters(content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> Text:
    """A line of text in the film's font, each letter a mobject of its own."""
    options: dict[str, Any] = {"weight": "SEMIBOLD"} if bold else {}
    # Pango wraps lines at the picture's width in pixels, and Manim caches the result for other pictures.
    with tempconfig({"text_dir": _text_folder(), "pixel_width": _NEVER_WRAPPED}):
        try:
            return Text(content, font=FONT, font_size=size, color=colour, **options)
        except ParseError:  # Pango does not report that it ran out of room
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), _text_folder()) from None


@cache
def _text_folder() -> str:
    """Where Manim caches letters, whose files it trusts as soon as they exist: not shared between films."""
    folder = tempfile.mkdtemp(prefix="race-letters-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class ColouredText(VMobject):
    """A line of text in the film's font, each piece of one colour a single mobject.

    A `Text` has one mobject for each letter, with all of its source, and Manim's cache hashes all of it.

    Args:
        pieces: the text, in pieces with their colours.
        size: in points.
        bold: whether it is bold.

    Attributes:
        content: the text.
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
        """The size in points, after scaling."""
        return float(self.height * self._points_per_unit)


def text(content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> ColouredText:
    """A line of text of one colour."""
    return ColouredText([(content, colour)], size, bold)
