"""`Plan`: the race from above, on a map of the surface coloured by height with contour lines."""

from __future__ import annotations

import numpy as np
from manim import Group, ManimColor, Rectangle, VGroup
from numpy.typing import NDArray

from races import Trace
from scenes.depth.mobjects import Trail
from scenes.depth.painter import CONTOURS
from scenes.depth.sprite import Corners, Drawing, Sprite
from scenes.race.balls_and_trails import Runners
from scenes.theme import theme
from views.box import Box
from views.drawn_surface import box_of
from views.racer_path import way
from views.theme import FAINT, rgb

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

FEW = 40  # steps that are marked by dots
PLAIN = 32  # squares along each side of a map made of Manim's own mobjects


class Relief(Drawing):
    """A surface from above: colours of its heights and contour lines.

    Args:
        box: the surface and the heights to show.
        corners: left, bottom, right and top, in scene units.
    """

    __slots__ = ("_box", "_theme")

    def __init__(self, box: Box, corners: Corners) -> None:
        self._box, self._theme = box, theme()
        heights = _heights(box, 33, 33)
        shown = f"{box.surface.name} {box.z_shown} {heights.tobytes().hex()}"
        super().__init__(corners, f"{self._theme.name} {corners} {shown}")

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Colour every pixel by its height."""
        x0, y0, x1, y1 = (round(side * unit) for side in self.box)
        heights = _heights(self._box, x1 - x0, y1 - y0)
        levels = heights * CONTOURS
        slope = np.maximum(np.hypot(*np.gradient(levels)), 1e-9)
        away = np.abs((levels - 0.5) % 1 - 0.5) / slope
        line = np.clip(1.2 - away, 0, 1) * np.clip((0.5 - slope) / 0.3, 0, 1) * (slope > 1e-6)
        colours = self._colours(heights)
        colours += 0.35 * line[..., None] * (np.array(rgb(self._theme.lines)) - colours)
        picture = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        picture[top - y1 : top - y0, x0 - left : x1 - left, :3] = np.rint(255 * np.clip(colours, 0, 1))
        picture[top - y1 : top - y0, x0 - left : x1 - left, 3] = 255
        return picture

    def plain(self) -> VGroup:
        """Squares of one colour each."""
        left, bottom, right, top = self.box
        colours = self._colours(_heights(self._box, PLAIN, PLAIN))
        width, height = (right - left) / PLAIN, (top - bottom) / PLAIN
        cells = VGroup()
        for (row, column), colour in zip(np.ndindex(PLAIN, PLAIN), colours.reshape(-1, 3), strict=True):
            cell = Rectangle(
                width=width, height=height, stroke_width=1, color=ManimColor(colour), fill_opacity=1
            )
            cells.add(cell.move_to((left + (column + 0.5) * width, top - (row + 0.5) * height, 0.0)))
        return cells

    def _colours(self, heights: Array) -> Array:
        return np.asarray(np.clip(self._theme.lamp * self._theme.height_colours(heights), 0, 1))


class Plan(Group):
    """A map of the surface with the racers on it, to be fixed in the frame.

    Args:
        trace: the race; its first start is shown.
        corners: left, bottom, right and top, in scene units.
        radius: of the balls.
        width: of the trails, in Manim's units of stroke width.

    Attributes:
        runners: the part that moves.
        ground: the map.
    """

    def __init__(self, trace: Trace, corners: Corners, radius: float, width: float) -> None:
        box = box_of(trace)
        surface = box.surface
        left, bottom, right, top = corners
        (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range

        def place(u: Array, v: Array) -> Array:
            x = left + (u - u_low) / (u_high - u_low) * (right - left)
            y = bottom + (v - v_low) / (v_high - v_low) * (top - bottom)
            return np.stack([x, y, np.zeros_like(x)], axis=-1)

        paths = [way(surface, positions, place) for positions in trace.positions[:, :, 0]]
        colours = [racer.colour for racer in trace.spec.racers]
        self.runners = Runners(colours, paths, radius, width, steps=trace.spec.steps <= FEW)
        ring = [[left, bottom, 0], [right, bottom, 0], [right, top, 0], [left, top, 0], [left, bottom, 0]]
        self.ground = Group(Sprite(Relief(box, corners)), Trail(ring, FAINT, width=1.5))
        super().__init__(self.ground, self.runners)


def _heights(box: Box, across: int, up: int) -> Array:
    """Heights as fractions of the range shown, at the middle of each pixel, top row first."""
    (u_low, u_high), (v_low, v_high) = box.surface.u_range, box.surface.v_range
    u = u_low + (np.arange(across) + 0.5) / across * (u_high - u_low)
    v = v_high - (np.arange(up) + 0.5) / up * (v_high - v_low)
    u, v = np.meshgrid(u, v)
    return np.clip(box.height_fraction(np.broadcast_to(box.surface(u, v), u.shape)), 0, 1)
