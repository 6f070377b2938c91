"""`Runners`: each racer's ball and the trail behind it, on the surface, on a plan or on a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from manim import Group
from numpy.typing import NDArray

from scenes.mobjects import Ball, Trail
from scenes.path import Path

Array = NDArray[np.float64]


class Runners(Group):
    """Balls and trails that move along paths with the clock of a race.

    Args:
        colours: of the racers.
        trails: the way of each trail.
        radius: of the balls, in scene units.
        width: of the trails, in Manim's units of stroke width.
        balls: the way of each ball, where it is not the trail's.

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
    ) -> None:
        self.trails = Group(*(Trail(colour=colour, width=width) for colour in colours))
        self.balls = Group(*(Ball(colour=colour, radius=radius) for colour in colours))
        super().__init__(self.trails, self.balls)
        self._ways = _Ways(trails, balls or trails, Ball(radius=radius).points)
        self.digest = [path.digest for path in (*trails, *(balls or ()))]
        self.at(0.0)

    @property
    def paths(self) -> Sequence[Path]:
        """The ways of the trails."""
        return self._ways.trails

    def at(self, t: float) -> Self:
        """Put every racer where it is at step t; one that has diverged or left the domain has no ball."""
        for ball, path in zip(self.balls, self._ways.balls, strict=True):
            ball.set_opacity(float(path.shown(t)))
            if path.shown(t):
                ball.points = path.point(t) + self._ways.poles
        for trail, path in zip(self.trails, self._ways.trails, strict=True):
            trail.set_pieces(path.trail(t))
        return self


class _Ways:
    """The paths. They do not change: Manim need not copy them, and its cache goes by their digests."""

    __slots__ = ("balls", "poles", "trails")

    def __init__(self, trails: Sequence[Path], balls: Sequence[Path], poles: Array) -> None:
        self.trails, self.balls, self.poles = trails, balls, poles

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
