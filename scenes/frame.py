"""The frame of a film: its size in scene units for a picture of any shape, and rectangles to lay parts in.

Films are laid out from these rectangles alone. Their units are the film's own, whatever `frame_width` and
`frame_height` Manim is given: only the shape of the picture, in pixels, matters, and none is letterboxed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from manim import config

HEIGHT, TALL = 8.0, 10.0  # of a frame as wide as high or wider, and of one of 9:16; in scene units
USUAL = 16 / 9  # width over height of most films
NARROW = 9 / 16  # width over height; a narrower picture has a frame as wide as this one's
WIDE = 1.2  # width over height, from which there is room for a panel beside what is shown
MARGIN = 0.4  # between the frame's edge and text; in a narrow frame half of that


class Area(NamedTuple):
    """A rectangle in the frame, in scene units from its middle.

    >>> box = Area(-4.0, -2.0, 4.0, 2.0)
    >>> box.width, box.height, box.middle
    (8.0, 4.0, (0.0, 0.0))
    """

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def inset(self, by: float) -> Area:
        """The rectangle inside it, so far from each of its sides."""
        return Area(self.left + by, self.bottom + by, self.right - by, self.top - by)

    def columns(self, *shares: float, gap: float = 0.0) -> list[Area]:
        """Rectangles beside each other, from the left, as wide as their shares of the whole.

        >>> [box[::2] for box in Area(0.0, 0.0, 9.0, 4.0).columns(3, 1, gap=1.0)]
        [(0.0, 6.0), (7.0, 9.0)]
        """
        ends = _ends(self.left, self.width, shares, gap)
        return [Area(low, self.bottom, high, self.top) for low, high in ends]

    def rows(self, *shares: float, gap: float = 0.0) -> list[Area]:
        """Rectangles below each other, from the top, as high as their shares of the whole.

        >>> [box[1::2] for box in Area(0.0, 1.0, 9.0, 5.0).rows(1, 3)]
        [(4.0, 5.0), (1.0, 4.0)]
        """
        ends = _ends(-self.top, self.height, shares, gap)
        return [Area(self.left, -high, self.right, -low) for low, high in ends]


def _ends(start: float, length: float, shares: Sequence[float], gap: float) -> list[tuple[float, float]]:
    """Where pieces of a length begin and end."""
    unit = (length - gap * (len(shares) - 1)) / sum(shares)
    ends = []
    for share in shares:
        ends.append((start, start + share * unit))
        start += share * unit + gap
    return ends


class Frame(NamedTuple):
    """The size of a film's frame, in scene units."""

    width: float
    height: float

    @classmethod
    def of(cls, across: int, up: int) -> Frame:
        """The frame of a picture of so many pixels.

        >>> [tuple(Frame.of(*size)) for size in ((1280, 720), (720, 720), (1080, 1920))]
        [(14.222222222222221, 8.0), (8.0, 8.0), (5.625, 10.0)]
        """
        aspect = across / up
        if abs(aspect / USUAL - 1) < 0.01:  # as 854 x 480: all of them have the same layout
            return cls(USUAL * HEIGHT, USUAL * HEIGHT / aspect)
        upright = min(1.0, max(0.0, (1 - aspect) / (1 - NARROW)))
        height = max(HEIGHT + upright * (TALL - HEIGHT), NARROW * TALL / aspect)
        return cls(height * aspect, height)

    @property
    def wide(self) -> bool:
        """Whether panels stand beside what is shown (16:9, 4:3, 21:9), or below it (1:1, 9:16)."""
        return self.width >= WIDE * self.height

    @property
    def whole(self) -> Area:
        """All of it."""
        return Area(-self.width / 2, -self.height / 2, self.width / 2, self.height / 2)

    @property
    def safe(self) -> Area:
        """The part that text may stand in."""
        return self.whole.inset(MARGIN if self.width >= HEIGHT else MARGIN / 2)


def frame() -> Frame:
    """The frame of the film that is being made."""
    return Frame.of(config.pixel_width, config.pixel_height)
