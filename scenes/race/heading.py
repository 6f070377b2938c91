"""`Heading`: a film's title and the lines below it, as large as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from manim import ORIGIN, UP, Group

from scenes.depth.sprite import Label, line_width, wrapped
from scenes.frame import Area, frame
from scenes.theme import BODY, EM, HEADING, SMALL, TITLE
from views.theme import FAINT, INK

# Sizes, in points: the first that fits in one line, or else the last in several.
TITLES = (TITLE, 56, 48, HEADING, 34)
LINES = (HEADING, 34, BODY, SMALL)
LEADING = 1.35  # from one base line to the next, as a multiple of the size
BETWEEN = 0.3  # the title and what is below it, in scene units


class Heading(Group):
    """A title, and lines below it, centred in the frame.

    Args:
        title: the title.
        lines: what is below it.

    Attributes:
        area: its bounds.
    """

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        width = frame().safe.width
        size = _size(title, width, TITLES, bold=True)
        below = min(_size(line, width, LINES) for line in lines)
        told = [(part, size, INK, True) for part in wrapped(title, width, size, bold=True)]
        told += [(part, below, FAINT, False) for line in lines for part in wrapped(line, width, below)]
        half = (sum(LEADING * size * EM for _, size, _, _ in told) + BETWEEN) / 2
        y = half
        for number, (words, size, colour, bold) in enumerate(told):
            y -= LEADING * size * EM + (BETWEEN if number and told[number - 1][3] > bold else 0.0)
            self.add(Label(words, size, colour, bold).stand(0.0, y + 0.35 * size * EM, ORIGIN))
        wide = max(label.width for label in self)
        self.area = Area(-wide / 2, -half, wide / 2, half)

    def stand(self, bottom: float) -> Self:
        """Move it so that it ends at this height, in scene units."""
        up = bottom - self.area.bottom
        self.area = self.area._replace(bottom=bottom, top=self.area.top + up)
        return self.shift(up * UP)


def _size(words: str, width: float, sizes: Sequence[float], bold: bool = False) -> float:
    return next((size for size in sizes if line_width(words, size, bold) <= width), sizes[-1])
