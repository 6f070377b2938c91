"""`Readout`: a number that changes every frame, from digits that were set once."""

from __future__ import annotations

from functools import cache

import numpy as np
from manim import VMobject
from numpy.typing import NDArray

from scenes.theme import BODY, INK, text

_CHARACTERS = "0123456789.-+e"

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


class Readout(VMobject):
    """A number in tabular figures, all of it one outline: a frame then costs one mobject a number.

    Args:
        anchor: where the right end of its line stands.
        size: of the text, in points.
        colour: of the text.
    """

    def __init__(self, anchor: Points, size: float = BODY, colour: str = INK) -> None:
        super().__init__(fill_color=colour, fill_opacity=1, stroke_width=0)
        self._anchor, self._size = np.asarray(anchor, dtype=float), size
        self._written = ""

    def write(self, content: str) -> Readout:
        """Write digits, points, signs and e; "" writes nothing."""
        if content == self._written:
            return self
        self._written = content
        glyphs, digit = _glyphs(self._size)
        outlines = [np.zeros((0, 3))]
        x = 0.0
        for character in reversed(content):
            width = float(np.ptp(glyphs[character][:, 0]))
            advance = digit if character.isdigit() else width + 0.35 * digit
            x -= advance
            outlines.append(glyphs[character] + self._anchor + np.array([x + (advance - width) / 2, 0, 0]))
        self.set_points(np.concatenate(outlines))
        return self
