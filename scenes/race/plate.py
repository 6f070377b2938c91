"""`Plate`: a rectangle of the background's colour behind text that stands upon the surface."""

from __future__ import annotations

import numpy as np
from manim import Rectangle
from numpy.typing import NDArray

from scenes.depth.sprite import Drawing, Sprite
from scenes.frame import Area
from scenes.theme import theme
from views.theme import GROUND, rgb

Picture = NDArray[np.uint8]

COVER = 0.78  # how much of what is behind it a plate covers
ROUND = 0.14  # the radius of its corners, in scene units


class Plate(Sprite):
    """A plate, to be fixed in the frame below what stands on it.

    Args:
        area: of the plate.
    """

    def __init__(self, area: Area) -> None:
        super().__init__(_Rounded(area))


class _Rounded(Drawing):
    """A rectangle with round corners."""

    __slots__ = ("_colour",)

    def __init__(self, area: Area) -> None:
        self._colour = theme().colour(GROUND)
        super().__init__(area, f"plate {tuple(area)} {self._colour}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Colour every pixel by how much of it is inside."""
        x0, y0, x1, y1 = (side * unit for side in self.box)
        x, y = left + np.arange(size[0]) + 0.5, top - np.arange(size[1]) - 0.5
        radius = ROUND * unit
        beyond = [
            np.maximum(np.abs(at - (low + high) / 2) - (high - low) / 2 + radius, 0.0)
            for at, low, high in ((x, x0, x1), (y, y0, y1))
        ]
        away = np.hypot(beyond[0][None, :], beyond[1][:, None]) - radius
        opacity = COVER * np.clip(0.5 - away, 0.0, 1.0)
        ink = 255 * np.array([*rgb(self._colour), 1.0])
        return np.asarray(np.rint(opacity[..., None] * ink), dtype=np.uint8)

    def plain(self) -> Rectangle:
        """A rectangle of Manim's own."""
        area = Area(*self.box)
        plate = Rectangle(width=area.width, height=area.height, stroke_width=0)
        return plate.set_fill(self._colour, opacity=COVER).move_to((*area.middle, 0.0))
