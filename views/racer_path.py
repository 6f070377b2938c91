"""`Path`: a racer's path over the surface, the plan or the plot, at any moment of the race."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from races.status import exits
from support.lazy import Lazy
from surfaces import Surface

Array = NDArray[np.float64]

FINE = 1 / 80  # of the box's width: the longest straight piece of a trail, so that it follows the surface
MOST = 24  # pieces of a step at most
NEAR = 0.003  # scene units, half a pixel: the largest error of a simplified trail
SPAN = 256  # points, of which a trail keeps at least one
POINTS = 200_000  # pieces of all steps at most: in a longer race no frame shows a single step


class Path:
    """A path through the scene during a race.

    Args:
        moments: increasing steps from 0, also fractional; between two of them the path is straight.
        points: the point at each moment, in scene units, of shape (n, 3).
        seen: whether the path is visible at each moment.

    Attributes:
        digest: equal for equal paths.
    """

    def __init__(self, moments: Array, points: Array, seen: NDArray[np.bool_]) -> None:
        self._moments, self._points, self._seen = moments, points, seen
        self.digest = hashlib.sha256(points.tobytes() + seen.tobytes()).hexdigest()

    @Lazy
    def _line(self) -> tuple[Array, Array, list[tuple[int, int]]]:
        """Moments and points of the trail's corners, and the first and the end of each visible piece."""
        corners = _apart(self._points, self._seen)
        seen = np.concatenate([[False], self._seen[corners], [False]])
        edges = np.flatnonzero(np.diff(seen))
        pieces = [(int(first), int(end)) for first, end in edges.reshape(-1, 2)]
        return self._moments[corners], self._points[corners], pieces

    def shown(self, t: float) -> bool:
        """Whether it is visible at step t."""
        after = int(self._moments.searchsorted(t))
        return bool(self._seen[min(after, len(self._seen) - 1)])

    def point(self, t: float) -> Array:
        """The point in the scene at step t."""
        after = min(int(self._moments.searchsorted(t)), len(self._moments) - 1)
        if after == 0 or t >= self._moments[after]:
            return np.array(self._points[after])
        before, then = self._moments[after - 1 : after + 1]
        part = (t - before) / (then - before)
        return np.asarray((1 - part) * self._points[after - 1] + part * self._points[after])

    def trail(self, t: float) -> list[Array]:
        """The visible pieces of the path up to step t, each of shape (n, 3)."""
        moments, points, pieces = self._line
        past = int(moments.searchsorted(t, side="right"))
        trail = [points[first : min(end, past)] for first, end in pieces if first < past]
        if trail and pieces[len(trail) - 1][1] >= past and self.shown(t):
            trail[-1] = np.concatenate([trail[-1], self.point(t)[None]])
        return [piece for piece in trail if np.ptp(piece, axis=0).any()]


def way(surface: Surface, positions: Array, place: Callable[[Array, Array], Array]) -> Path:
    """A racer's path, visible inside the domain until it has left or diverged; steps are straight in (u, v).

    Args:
        surface: the surface of the race.
        positions: (u, v) after each step, of shape (steps + 1, 2); nan once the racer has diverged.
        place: maps u and v to points in the scene.
    """
    steps = len(positions) - 1
    finite = np.asarray(np.isfinite(positions).all(axis=1))
    last = steps if finite.all() else int(finite.argmin()) - 1
    held = np.where(finite[:, None], positions, positions[last])
    moments = np.linspace(0, steps, steps * _pieces(surface, held) + 1)
    u, v = (np.interp(moments, np.arange(steps + 1), held[:, axis]) for axis in (0, 1))
    left = exits(surface, positions[:, None])[0]
    with np.errstate(all="ignore"):
        return Path(moments, place(u, v), surface.contains(u, v) & (moments <= min(last, left)))


def curve(values: Array, low: float, high: float, place: Callable[[Array, Array], Array]) -> Path:
    """The curve of a value after each step, visible where it is between `low` and `high`.

    Args:
        values: of shape (steps + 1,).
        low: the lowest value shown.
        high: the highest value shown.
        place: maps steps and values to points in the scene.
    """
    steps = len(values) - 1
    whole = np.arange(steps + 1)
    finite = np.isfinite(values)
    room = high - low
    held = np.clip(np.where(finite, values, high), low - 9 * room, high + 9 * room)
    moments = np.linspace(0, steps, steps * min(MOST, 1 + 2000 // steps) + 1)
    moments = np.union1d(moments, _crossings(held, low, high))
    at = np.interp(moments, whole, held)
    shown = finite[np.floor(moments).astype(int)] & finite[np.ceil(moments).astype(int)]
    inside = (at >= low - 1e-9 * room) & (at <= high + 1e-9 * room)
    return Path(moments, place(moments, np.clip(at, low, high)), shown & inside)


def _crossings(values: Array, low: float, high: float) -> Array:
    """The moments between steps at which a line through the values crosses `low` or `high`.

    >>> _crossings(np.array([0.0, 4.0, 1.0]), -1.0, 3.0).round(3).tolist()
    [0.75, 1.333]
    """
    found = []
    for border in (low, high):
        with np.errstate(all="ignore"):
            parts = (border - values[:-1]) / np.diff(values)
        steps = np.flatnonzero((parts > 0) & (parts < 1))
        found.append(steps + parts[steps])
    return np.concatenate(found)


def _pieces(surface: Surface, positions: Array) -> int:
    """The number of straight pieces to cut each step into, so that the longest follows the surface."""
    spans = np.array([np.ptp(surface.u_range), np.ptp(surface.v_range)])
    with np.errstate(over="ignore"):
        longest = np.abs(np.diff(positions, axis=0) / spans).max(initial=0.0) / FINE
    return int(np.clip(np.ceil(longest), 1, max(1, min(MOST, POINTS // max(len(positions) - 1, 1)))))


def _apart(points: Array, seen: NDArray[np.bool_]) -> NDArray[np.int_]:
    """The points that a trail keeps: where it appears or vanishes, and those needed to stay within `NEAR`.

    The algorithm is that of Ramer, "An iterative procedure for the polygonal approximation of plane curves",
    1972, and Douglas and Peucker, on all spans at once. An oscillating path makes it quadratic in the length
    of a span, so none is longer than `SPAN`.
    """
    edges = np.flatnonzero(np.diff(seen.astype(int)))
    kept = np.zeros(len(points), dtype=np.bool_)
    kept[::SPAN] = kept[edges] = kept[edges + 1] = kept[-1] = True
    ends = np.flatnonzero(kept)
    first, last = ends[:-1], ends[1:]
    wanted = seen[first] & seen[last]
    while True:
        wanted &= last - first > 1
        first, last = first[wanted], last[wanted]
        if not len(first):
            return np.flatnonzero(kept)
        inner = last - first - 1
        begins = np.cumsum(inner) - inner
        index = np.arange(inner.sum()) + np.repeat(first + 1 - begins, inner)
        away = _distances(
            points[index], np.repeat(points[first], inner, 0), np.repeat(points[last], inner, 0)
        )
        most = np.maximum.reduceat(away, begins)
        # The first of the farthest points in each span.
        farthest = np.flatnonzero(away == np.repeat(most, inner))
        middle = index[farthest[np.searchsorted(farthest, begins)]]
        split = most > NEAR
        kept[middle[split]] = True
        first, last = (
            np.concatenate(pair) for pair in ((first[split], middle[split]), (middle[split], last[split]))
        )
        wanted = np.ones(len(first), dtype=np.bool_)


def _distances(points: Array, tails: Array, heads: Array) -> Array:
    """The distance of each point from its segment; all of shape (n, 3)."""
    piece, away = heads - tails, points - tails
    along = (away * piece).sum(axis=1) / np.maximum((piece * piece).sum(axis=1), 1e-300)
    return np.asarray(np.linalg.norm(away - np.clip(along, 0, 1)[:, None] * piece, axis=1))
