"""`Stage`: a trace set up for a film: the surface in its box, axes, racers, and where the camera looks."""

from __future__ import annotations

from manim import DEGREES, VGroup

from races import Trace
from scenes.axes import BoxAxes
from scenes.box import Box
from scenes.mobjects import Ball, LossSurface, Trail
from scenes.path import Path

RADIUS = 0.13  # of a ball, in scene units


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
        positions = trace.positions[:, :, 0]
        colours = [racer.colour for racer in trace.spec.racers]
        self.trails = VGroup(
            *(
                Trail(Path(self.box, way, 0.02), colour)
                for way, colour in zip(positions, colours, strict=True)
            )
        )
        self.balls = VGroup(
            *(
                Ball(Path(self.box, way, RADIUS), colour, RADIUS)
                for way, colour in zip(positions, colours, strict=True)
            )
        )

    def at(self, t: float) -> None:
        """Put every racer where it is at step t."""
        for mobject in (*self.trails, *self.balls):
            mobject.at(t)
