"""`Stage`: a race set up in space: the surface in its box, the axes, the racers, and how it is framed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DEGREES
from numpy.typing import NDArray

from races import Trace
from scenes.axes import BoxAxes
from scenes.box import Box
from scenes.mobjects import LossSurface
from scenes.path import way
from scenes.runners import Runners
from scenes.sprite import Corners

Array = NDArray[np.float64]

RADIUS = 0.13  # of a ball, in scene units
LIFT = 0.012  # of a trail above the surface, in scene units
WORDS = 0.3  # scene units around the middle of a label


class Stage:
    """Everything that stands in the scene for a race; it shows the first start of a trace."""

    def __init__(self, trace: Trace) -> None:
        surface = trace.spec.build_surface()
        self.box = Box(surface)
        self.phi, self.theta = (angle * DEGREES for angle in surface.camera)
        self.surface = LossSurface(self.box)
        self.axes = BoxAxes(self.box)
        ways = trace.positions[:, :, 0]

        def above(u: Array, v: Array, lift: float) -> Array:
            return self.box.on_surface(u, v) + lift * self.box.normal(u, v)

        self.runners = Runners(
            [racer.colour for racer in trace.spec.racers],
            [way(surface, positions, lambda u, v: above(u, v, LIFT)) for positions in ways],
            RADIUS,
            width=4.0,
            balls=[way(surface, positions, lambda u, v: above(u, v, RADIUS)) for positions in ways],
        )

    def outline(self) -> Array:
        """Points that what stands here is between, of shape (n, 3)."""
        surface = self.surface
        shown = surface.points[(surface.place[:, 2] >= 0) & (surface.place[:, 2] <= 1)]
        ends = [point for axis in self.axes for point in axis.points]
        peaks = shown[:: max(1, len(shown) // 600)] + np.array([0.0, 0.0, RADIUS])
        return np.concatenate([peaks, ends, *(label.points for label in self.axes.labels)])


def frame(pictures: Sequence[Array], room: Corners, taken: tuple[float, float]) -> tuple[float, Array]:
    """The zoom, and how far to move the picture, at which points fill a room in the picture.

    Args:
        pictures: the points as the camera sees them, from each side, of shape (n, 3).
        room: left, bottom, right and top.
        taken: the lower right corner of what stands in the room's upper left corner.
    """
    seen = np.concatenate(pictures)[:, :2]
    left, bottom, right, top = room

    def aside(zoom: float) -> Array:
        # As far to the right and down as there is room: away from the upper left corner.
        x, y = right - WORDS - zoom * seen[:, 0].max(), bottom + WORDS - zoom * seen[:, 1].min()
        middle = (left + right) / 2 - zoom * (seen[:, 0].min() + seen[:, 0].max()) / 2
        return np.array([max(x, middle), y, 0.0])

    def fits(zoom: float) -> bool:
        x, y = (zoom * seen + aside(zoom)[:2]).T
        clear = (x - WORDS > taken[0]) | (y + WORDS / 2 < taken[1])
        return bool((x.min() >= left + WORDS) and (y.max() <= top - WORDS / 2) and clear.all())

    zooms = np.linspace(1.4, 0.3, 111)
    zoom = float(next((zoom for zoom in zooms if fits(zoom)), zooms[-1]))
    return zoom, aside(zoom)
