"""`Readout`: a number that changes every frame, from digits that were set once."""

from __future__ import annotations

from functools import cache

import numpy as np
from manim import VGroup, VMobject
from numpy.typing import NDArray

from scenes.theme import BODY, INK, text

_CHARACTERS = "0123456789.-+e"
_LONGEST = 10

Points = NDArray[np.float64]


@cache
def _glyphs(size: float) -> tuple[dict[str, Points], float]:
    """Each character's outline, standing on the line with its left end at 0, and a digit's width."""
    line = text(_CHARACTERS, size)
    base = line[0].get_bottom()[1]
    outlines = {
        character: glyph.points - np.array([glyph.get_left()[0], base, 0])
        for character, glyph in zip(_CHARACTERS, line, strict=True)
    }
    return outlines, 1.12 * max(np.ptp(outlines[digit][:, 0]) for digit in "0123456789")


class Readout(VGroup):
    """A number in tabular figures.

    Its characters are mobjects that stay the same from frame to frame and only change their outlines:
    copying glyphs would cost more than all the rest of a frame.

    Args:
        anchor: where the right end of its line stands.
        size: of the text, in points.
        colour: of the text.
    """

    def __init__(self, anchor: Points, size: float = BODY, colour: str = INK) -> None:
        slots = (VMobject(fill_color=colour, fill_opacity=1, stroke_width=0) for _ in range(_LONGEST))
        super().__init__(*slots)
        self._anchor, self._size = np.asarray(anchor, dtype=float), size

    def write(self, content: str) -> Readout:
        """Write at most `_LONGEST` characters, of digits, point, signs and e."""
        glyphs, digit = _glyphs(self._size)
        x = 0.0
        for slot, character in zip(self, reversed(content.ljust(_LONGEST)), strict=True):
            if character == " ":
                slot.clear_points()
                continue
            width = float(np.ptp(glyphs[character][:, 0]))
            advance = digit if character.isdigit() else width + 0.35 * digit
            x -= advance
            slot.set_points(glyphs[character] + self._anchor + np.array([x + (advance - width) / 2, 0, 0]))
        return self
