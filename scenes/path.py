"""`Path`: a racer's way over the drawn surface, at any moment of the race."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenes.box import Box

Array = NDArray[np.float64]

FINE = 1 / 80  # of the box's width: no straight piece of a trail is longer, so that it follows the surface
MOST = 24  # but no step is cut into more pieces
NEAR = 0.02  # scene units, a few pixels: corners of a trail that are nearer than that are drawn as one


class Path:
    """Where a racer stands at step t, which need not be whole: between two steps it moves straight in (u, v).

    Args:
        box: the room of the surface.
        positions: (u, v) after each step, of shape (steps + 1, 2); nan from where the racer has diverged.
        lift: how far above the surface the way lies, along the normal, in scene units.
    """

    def __init__(self, box: Box, positions: Array, lift: float) -> None:
        steps = len(positions) - 1
        finite = np.asarray(np.isfinite(positions).all(axis=1))
        self.last = float(len(positions) - 1 if finite.all() else finite.argmin() - 1)
        held = np.where(finite[:, None], positions, positions[int(self.last)])
        self._pieces = _pieces(box, held)
        moments = np.linspace(0, steps, steps * self._pieces + 1)
        u, v = (np.interp(moments, np.arange(steps + 1), held[:, axis]) for axis in (0, 1))
        self._moments = moments
        self._inside = np.asarray(box.surface.contains(u, v)) & (moments <= self.last)
        with np.errstate(all="ignore"):
            self._points = box.on_surface(u, v) + lift * box.normal(u, v)

    @cached_property
    def _corners(self) -> NDArray[np.int_]:
        return _apart(self._points, self._inside)

    def shown(self, t: float) -> bool:
        """Whether the racer still races at step t and stands on the drawn surface."""
        return bool(self._inside[min(int(np.ceil(t * self._pieces)), len(self._inside) - 1)])

    def point(self, t: float) -> Array:
        """The scene's point at step t."""
        return np.array([np.interp(t, self._moments, self._points[:, axis]) for axis in range(3)])

    def trail(self, t: float) -> list[Array]:
        """The way up to step t, of shape (n, 3), in as many pieces as it has on the surface."""
        corners = self._corners[self._corners <= t * self._pieces]
        points, inside = self._points[corners], self._inside[corners]
        if self.shown(t):
            points, inside = np.vstack([points, self.point(t)]), np.append(inside, True)
        breaks = np.flatnonzero(np.diff(inside.astype(int))) + 1
        pieces = np.split(points, breaks)
        return [
            piece for piece, on in zip(pieces, inside[np.r_[0, breaks]], strict=True) if on and len(piece) > 1
        ]


def _pieces(box: Box, positions: Array) -> int:
    """Into how many straight pieces to cut each step, so that the longest one follows the surface."""
    spans = np.array([np.ptp(box.surface.u_range), np.ptp(box.surface.v_range)])
    longest = np.abs(np.diff(positions, axis=0) / spans).max(initial=0.0)
    return int(np.clip(np.ceil(longest / FINE), 1, MOST))


def _apart(points: Array, inside: NDArray[np.bool_]) -> NDArray[np.int_]:
    """Which points a trail keeps: each `NEAR` or more from the one before, and all at the surface's edge."""
    kept = [0]
    places = points.tolist()
    for i in range(1, len(places)):
        edge = inside[i] != inside[i - 1]
        if edge and kept[-1] != i - 1:
            kept.append(i - 1)
        if edge or (inside[i] and math.dist(places[i], places[kept[-1]]) >= NEAR):
            kept.append(i)
    return np.array(kept)
