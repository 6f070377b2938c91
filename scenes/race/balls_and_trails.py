"""`Runners`: each racer's ball and the trail behind it, on the surface, on a plan or on a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from manim import Group
from numpy.typing import NDArray

from scenes.depth.mobjects import Ball, Trail
from scenes.depth.uncopied import Shared
from views.racer_path import Path

Array = NDArray[np.float64]


DOT = 2.2  # the size of a dot, as a multiple of a trail's width


class Runners(Group):
    """Balls and trails that move along paths with the clock of a race.

    Args:
        colours: of the racers.
        trails: the path of each trail.
        radius: of the balls, in scene units.
        width: of the trails, in Manim's units of stroke width.
        balls: the path of each ball; by default the trail's.
        steps: whether dots on the trails mark the steps.

    Attributes:
        trails: the trails, as a group.
        balls: the balls, as a group.
    """

    def __init__(
        self,
        colours: Sequence[str],
        trails: Sequence[Path],
        radius: float,
        width: float,
        balls: Sequence[Path] | None = None,
        steps: bool = False,
    ) -> None:
        self.trails = Group(*(Trail(colour=colour, width=width) for colour in colours))
        self.balls = Group(*(Ball(colour=colour, radius=radius) for colour in colours))
        dotted = colours if steps else ()
        self.dots = Group(*(Trail(colour=colour, width=DOT * width, ghost=0.0) for colour in dotted))
        super().__init__(self.trails, self.dots, self.balls)
        self._trail_ways = Shared(trails)
        self._ball_ways = Shared(balls or trails)
        self._poles = Ball(radius=radius).points
        self.digest = [path.digest for path in (*trails, *(balls or ()))]
        self.at(0.0)

    @property
    def paths(self) -> Sequence[Path]:
        """The paths of the trails."""
        return self._trail_ways.value

    def ball_places(self, moments: Array) -> list[Array]:
        """The positions of the visible balls at each of some steps, each of shape (n, 3)."""
        ways = self._ball_ways.value
        shown = [[way.point(t) for way in ways if way.shown(t)] for t in moments.tolist()]
        return [np.array(balls).reshape(-1, 3) for balls in shown]

    def at(self, t: float) -> Self:
        """Move every racer to its place at step t; one that has diverged or left the domain has no ball."""
        for ball, path in zip(self.balls, self._ball_ways.value, strict=True):
            ball.set_opacity(float(path.shown(t)))
            if path.shown(t):
                ball.points = path.point(t) + self._poles
        for trail, path in zip(self.trails, self._trail_ways.value, strict=True):
            trail.set_pieces(path.trail(t))
        for dot, path in zip(self.dots, self._trail_ways.value, strict=False):
            passed = [path.point(k) for k in range(int(t) + 1) if path.shown(k)]
            dot.set_pieces([np.array([point, point]) for point in passed])
        return self
