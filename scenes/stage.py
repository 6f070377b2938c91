"""`Stage`: a trace set up for a film: the surface in its box, axes, racers, and where the camera looks."""

from __future__ import annotations

import numpy as np
from manim import DEGREES, Group

from races import Trace
from scenes.axes import BoxAxes
from scenes.box import Box
from scenes.mobjects import Ball, LossSurface, Trail
from scenes.path import Path

RADIUS = 0.13  # of a ball, in scene units
LIFT = 0.012  # of a trail above the surface, in scene units
ASIDE = np.array([-1.9, -0.2, 0.0])  # where the stage stands in the picture, to leave room for the board


class Stage:
    """Everything that stands in the scene for a race, and moves with its clock.

    The film shows the first start of a trace.
    """

    def __init__(self, trace: Trace) -> None:
        surface = trace.spec.build_surface()
        self.box = Box(surface)
        self.phi, self.theta = (angle * DEGREES for angle in surface.camera)
        self.surface = LossSurface(self.box)
        self.axes = BoxAxes(self.box)
        ways = trace.positions[:, :, 0]
        self._ball_paths = [Path(self.box, way, RADIUS) for way in ways]
        self._trail_paths = [Path(self.box, way, LIFT) for way in ways]
        colours = [racer.colour for racer in trace.spec.racers]
        self.balls = Group(*(Ball(colour=colour, radius=RADIUS) for colour in colours))
        self.trails = Group(*(Trail(colour=colour) for colour in colours))
        self.at(0.0)

    def at(self, t: float) -> None:
        """Put every racer where it is at step t; one that has diverged or left the domain is not shown."""
        for ball, path in zip(self.balls, self._ball_paths, strict=True):
            ball.set_opacity(float(path.shown(t)))
            if path.shown(t):
                ball.move_to(path.point(t))
        for trail, path in zip(self.trails, self._trail_paths, strict=True):
            trail.set_pieces(path.trail(t))
