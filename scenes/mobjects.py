"""What stands in the box: the loss surface, the racers' balls, and their trails."""

from __future__ import annotations

import numpy as np
from manim import Sphere, Surface, VMobject
from manim.utils.color import ManimColor

from scenes.box import Box
from scenes.path import Path
from scenes.theme import height_colours


class LossSurface(Surface):
    """The surface of a `Box`, coloured by height.

    Args:
        box: the surface and its room.
        resolution: faces along each side.
    """

    def __init__(self, box: Box, resolution: int = 28) -> None:
        super().__init__(
            lambda u, v: box.on_surface(np.asarray(u), np.asarray(v)),
            u_range=box.surface.u_range,
            v_range=box.surface.v_range,
            resolution=resolution,
            checkerboard_colors=False,
            fill_opacity=1.0,
            stroke_width=0.6,
        )
        heights = np.array([face.get_center()[2] for face in self]) / box.height + 0.5
        for face, colour in zip(self, height_colours(heights), strict=True):
            face.set_fill(ManimColor(colour), family=False)
            face.set_stroke(ManimColor(colour), family=False)


class Ball(Sphere):
    """A racer: a ball that stands on the surface where its path is at step `at`."""

    def __init__(self, path: Path, colour: str, radius: float = 0.13) -> None:
        super().__init__(radius=radius, resolution=(8, 8), checkerboard_colors=False, stroke_width=0)
        self.set_fill(colour, opacity=1)
        self._path = path
        self.at(0.0)

    def at(self, t: float) -> Ball:
        """Move to step t; a ball that has diverged or left the domain is not shown."""
        shown = self._path.shown(t)
        self.set_opacity(1.0 if shown else 0.0)
        if shown:
            self.move_to(self._path.point(t))
        return self


class Trail(VMobject):
    """A racer's way so far, as a line on the surface."""

    def __init__(self, path: Path, colour: str, width: float = 4.0) -> None:
        super().__init__(stroke_color=colour, stroke_width=width)
        self._path = path

    def at(self, t: float) -> Trail:
        """Draw the way up to step t."""
        self.clear_points()
        for piece in self._path.trail(t):
            self.start_new_path(piece[0])
            self.add_points_as_corners(piece[1:])
        return self
