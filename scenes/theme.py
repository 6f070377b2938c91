"""The look of all films: the theme that is worn, font, sizes, and text made with them."""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import manimpango
import numpy as np
from manim import BLACK, Text, VMobject, config, tempconfig
from numpy.typing import NDArray

from support.palette import Name
from views.theme import DARK, INK, THEMES, Theme, theme_on

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
OUTLINE = 0.06  # the width of an outline around letters, in ems

_worn: list[Theme] = [DARK]


def theme() -> Theme:
    """The theme that is worn: as Manim's `config`, it is that of the film being made."""
    return _worn[0]


def wear(chosen: Theme) -> None:
    """Make everything from now on in the colours of a theme."""
    _worn[0] = chosen


def colour_of(role: str) -> str:
    """The colour of a role in the theme that is worn: see `views.theme`."""
    return theme().colour(role)


def chosen_theme(name: Name) -> Theme:
    """The theme of a film.

    Manim's settings come before race.toml: transparency, and a background colour, which brings the theme that
    is more readable on it. Manim's own background, black, is none.

    Args:
        name: as race.toml names it.
    """
    ground = config.background_color.to_hex()
    if config.transparent or name == "transparent":
        return THEMES["transparent"]
    return THEMES[name] if ground == BLACK.to_hex() else theme_on(ground)


def letters(content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> Text:
    """A line of text in the film's font, each letter a mobject of its own."""
    options: dict[str, Any] = {"weight": "SEMIBOLD"} if bold else {}
    colour = colour_of(colour)
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


@lru_cache(maxsize=1024)
def _glyphs(content: str, size: float, bold: bool) -> tuple[NDArray[np.float64], ...]:
    """The outline of each letter of a line."""
    return tuple(np.array(glyph.points) for glyph in letters(content, size, bold=bold).submobjects)


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
        glyphs = list(_glyphs(self.content, size, bold))
        for piece, colour in pieces:
            count = len("".join(piece.split()))  # Manim draws nothing for a space
            outlines = glyphs[:count] or [np.zeros((0, 3))]
            whole = outlined(VMobject(fill_color=colour_of(colour), fill_opacity=1, stroke_width=0), size)
            self.add(whole.set_points(np.concatenate(outlines)))
            del glyphs[:count]
        self._points_per_unit = size / max(self.height, 1e-9)

    @property
    def font_size(self) -> float:
        """The size in points, after scaling."""
        return float(self.height * self._points_per_unit)


def outlined(mobject: VMobject, size: float) -> VMobject:
    """The mobject with the theme's outline behind it, if there is one; as wide as for text of that size."""
    if theme().outline:
        width = 2 * 100 * OUTLINE * size * EM  # Manim has 100 units of stroke width to a scene unit
        mobject.set_stroke(theme().outline, width, background=True)
    return mobject


def text(content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> ColouredText:
    """A line of text of one colour."""
    return ColouredText([(content, colour)], size, bold)
