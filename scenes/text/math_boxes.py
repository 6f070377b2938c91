"""`Setting`: letters and strokes that stand together; fractions, roots, brackets and cases of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from PIL import ImageFont

from scenes.theme import FONT_FILES
from views.theme import FAINT, INK

_MEASURED = 200  # pixels to the em at which texts are measured
UP, DOWN = 0.74, 0.2  # of a line of text, in ems
_AXIS = 0.27  # the height of signs and fraction bars


class GlyphRun(NamedTuple):
    """Letters: what they say, where they begin on their base line, their size and colour; in ems."""

    words: str
    x: float
    y: float
    scale: float
    colour: str


class Stroke(NamedTuple):
    """A line through points, in ems."""

    points: tuple[tuple[float, float], ...]
    colour: str


class Setting(NamedTuple):
    """What is set, and its extent from the left end of its base line, in ems."""

    width: float
    up: float
    down: float
    runs: tuple[GlyphRun, ...] = ()
    strokes: tuple[Stroke, ...] = ()

    def moved(self, x: float, y: float, scale: float = 1.0) -> Setting:
        """The same in another place and size; its width is counted from where it was."""
        runs = (
            GlyphRun(r.words, x + scale * r.x, y + scale * r.y, scale * r.scale, r.colour) for r in self.runs
        )
        strokes = (
            Stroke(tuple((x + scale * a, y + scale * b) for a, b in s.points), s.colour) for s in self.strokes
        )
        up, down = scale * self.up + y, scale * self.down - y
        return Setting(x + scale * self.width, up, down, tuple(runs), tuple(strokes))

    def __or__(self, other: Setting) -> Setting:
        """Both, where they are."""
        return Setting(
            max(self.width, other.width),
            max(self.up, other.up),
            max(self.down, other.down),
            self.runs + other.runs,
            self.strokes + other.strokes,
        )


def word(words: str, colour: str = INK) -> Setting:
    """A piece of text."""
    return Setting(advance(words), UP, DOWN, (GlyphRun(words, 0.0, 0.0, 1.0, colour),))


def row(*parts: Setting, gap: float = 0.0) -> Setting:
    """Parts one after the other."""
    whole = Setting(0.0, UP, DOWN)
    for i, part in enumerate(parts):
        whole = whole | part.moved(whole.width + gap * (i > 0), 0.0)
    return whole


def fraction(over: Setting, under: Setting) -> Setting:
    """One over the other."""
    width = max(over.width, under.width) + 0.2
    bar = Stroke(((0.04, _AXIS), (width - 0.04, _AXIS)), FAINT)
    upper = over.moved((width - over.width) / 2, _AXIS + 0.1 + over.down)
    lower = under.moved((width - under.width) / 2, _AXIS - 0.12 - under.up)
    return Setting(width, UP, DOWN, (), (bar,)) | upper | lower


def table(rows: Sequence[Sequence[Setting]], pitch: float) -> Setting:
    """Rows of settings in brackets, each column as wide as its widest, `pitch` ems from line to line."""
    widths = [max(cell.width for cell in column) for column in zip(*rows, strict=True)]
    whole = Setting(sum(widths) + 0.7 * (len(widths) - 1), UP, DOWN)
    for i, cells in enumerate(rows):
        right, y = 0.0, ((len(rows) - 1) / 2 - i) * pitch
        for cell, width in zip(cells, widths, strict=True):
            right += width
            whole |= cell.moved(right - cell.width, y)
            right += 0.7
    return brackets(whole, "()")


def root(inner: Setting) -> Setting:
    """Its square root."""
    top, bottom = inner.up + 0.1, -inner.down + 0.08
    start = 0.5
    line = (
        (0.0, 0.26), (0.1, 0.32), (0.24, bottom), (start - 0.1, top), (start + inner.width + 0.06, top),
    )  # fmt: skip
    sign = Setting(start + inner.width + 0.06, top + 0.06, inner.down, (), (Stroke(line, FAINT),))
    return sign | inner.moved(start, 0.0)


def brackets(inner: Setting, pair: str) -> Setting:
    """Something between two brackets, which are as tall as it."""
    tall = inner.up + inner.down
    if pair == "()" and tall <= 1.3:
        return row(word("(", FAINT), inner, word(")", FAINT))
    top, bottom = inner.up + 0.02, -inner.down - 0.02
    bend = 0.12 if pair == "()" else 0.0
    width = inner.width + 0.44

    def side(x: float, inward: float) -> Stroke:
        heights = np.linspace(top, bottom, 9)
        return Stroke(tuple((x + inward * (i - 4) ** 2 / 16, float(y)) for i, y in enumerate(heights)), FAINT)

    strokes = side(0.1, bend), side(width - 0.1, -bend)
    return Setting(width, top, -bottom, (), strokes) | inner.moved(0.22, 0.0)


def cases(branches: Sequence[tuple[Setting, Setting]], narrow: bool = False) -> Setting:
    """What holds, and beside it when, below each other after a brace; if `narrow`, when it does below it."""
    left = 0.34
    if narrow:
        lines = [line for what, when in branches for line in (what, when.moved(0.5, 0.0))]
        branches = [(line, Setting(0.0, UP, DOWN)) for line in lines]
    aside = left + max(what.width for what, _ in branches) + 0.5 * (not narrow)
    heights = [max(what.up, when.up) + max(what.down, when.down) + 0.12 for what, when in branches]
    y = _AXIS + sum(heights) / 2
    top, bottom = y, y - sum(heights)
    whole = Setting(0.0, UP, DOWN)
    for (what, when), height in zip(branches, heights, strict=True):
        base = y - 0.06 - max(what.up, when.up)
        whole = whole | what.moved(left, base) | when.moved(aside, base)
        y -= height
    middle = (top + bottom) / 2
    brace = (
        (0.24, top), (0.16, top - 0.05), (0.13, top - 0.16), (0.13, middle + 0.12), (0.1, middle + 0.03),
        (0.03, middle), (0.1, middle - 0.03), (0.13, middle - 0.12), (0.13, bottom + 0.16),
        (0.16, bottom + 0.05), (0.24, bottom),
    )  # fmt: skip
    return whole | Setting(0.3, top, -bottom, (), (Stroke(brace, FAINT),))


@lru_cache(maxsize=4096)
def advance(words: str) -> float:
    """How far a piece of text leads, in ems."""
    return float(font(_MEASURED).getlength(words)) / _MEASURED


@cache
def font(size: float) -> ImageFont.FreeTypeFont:
    """The font, of so many pixels to the em."""
    return ImageFont.truetype(FONT_FILES[0], size)
