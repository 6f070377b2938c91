"""Directs the camera: near while the racers are close together, wide where they are far apart.

A race is seen in a few shots with the camera at rest, and moves between them. A shot is as near as can be
while every racer stays in view, from the begin of the move before it to the end of the one after it; so no
move loses a racer either, as what is inside a rectangle at both ends of a move is inside all along. A camera
at rest is also cheap: the surface is not drawn again.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import DEGREES, smootherstep
from numpy.typing import NDArray

from scenes.depth.camera import DepthCamera
from scenes.frame import Area, frame
from scenes.race.stage import RADIUS, Stage

Array = NDArray[np.float64]

MOMENTS = 41  # of the race at which the racers' places are known
MOST = 4  # shots
STILL = 1.6  # the shortest shot, in seconds
MOVE = (1.6, 3.6)  # the shortest and the longest move, in seconds
SHARE = 0.17  # of the race for a move
COST = 0.02  # of a move, in logarithms of the zoom
NEAR = 2.8  # the nearest shot, as a multiple of `_View.even`
FINISH = 3.6  # the same for the last shot
FULL = 1.0  # and for a look at the whole race
CENTRE = 0.35  # of the room around the racers, that is kept free on each side of them in a near shot
EDGE = 1.6  # room around a ball, in radii
PEAK = 1.875  # the greatest speed of a move, as a multiple of its mean: smootherstep's
# The fastest moves: turns in radians a second, zooms in logarithms, racers across the picture in scene units.
TURN, ZOOM, PAN = 15 * DEGREES, 0.5, 3.0


Side = tuple[float, float]  # phi and theta


class Pose(NamedTuple):
    """How a camera sees the scene: its angles and zoom, the picture's shift and lower end, in scene units."""

    phi: float
    theta: float
    zoom: float
    x: float
    y: float
    floor: float

    def towards(self, other: Pose, part: float) -> Pose:
        """The pose on the way to another one."""
        return Pose(*(a + part * (b - a) for a, b in zip(self, other, strict=True)))

    def seen(self, lens: DepthCamera, points: Array) -> Array:
        """Where points of shape (n, 3) are in the picture, of shape (n, 2)."""
        at_one = project(lens, self.phi, self.theta, points)
        return np.asarray(self.zoom * at_one + np.array([self.x, self.y]))


class CameraShot(NamedTuple):
    """A part of the race, as fractions of it, and the camera's poses at its ends: one pose if it rests."""

    begin: float
    end: float
    first: Pose
    last: Pose


def project(lens: DepthCamera, phi: float, theta: float, points: Array) -> Array:
    """Where points of shape (n, 3) are in the picture at a zoom of 1, of shape (n, 2)."""
    lens.set_zoom(1.0)
    lens.aside = np.zeros(3)
    lens.set_phi(phi)
    lens.set_theta(theta)
    lens.reset_rotation_matrix()
    return np.asarray(lens.project_points(points)[:, :2])


def pose_at(shots: Sequence[CameraShot], fraction: float) -> Pose:
    """The camera's pose at a fraction of the race."""
    shot = next((shot for shot in shots if fraction <= shot.end), shots[-1])
    part = (fraction - shot.begin) / max(shot.end - shot.begin, 1e-9)
    return shot.first.towards(shot.last, float(smootherstep(min(part, 1.0))))


class Director:
    """Finds the shots of a race.

    Args:
        stage: the scene.
        lens: the camera, whose pose is changed.
        rooms: rectangles in which nothing covers a racer; the best one is used.
        fill: the rectangle that the surface is to fill.
        floor: where the picture of the scene ends, below.
        seconds: the length of the race.
    """

    def __init__(
        self,
        stage: Stage,
        lens: DepthCamera,
        rooms: Sequence[Area],
        fill: Area,
        floor: float,
        seconds: float,
    ) -> None:
        self._stage, self._lens, self._rooms, self._fill = stage, lens, rooms, fill
        self._floor = floor
        self._seconds = seconds
        self._move = float(np.clip(SHARE * seconds, *MOVE))

    def shots(self, angles: Sequence[Side]) -> list[CameraShot]:
        """The shots of the race, and the moves between them.

        Args:
            angles: phi and theta at its begin, and at its end if there is time to turn so far.
        """
        (phi, theta), (last_phi, last_theta) = angles
        steps = np.linspace(0, 1, MOMENTS) * self._stage.steps
        balls = self._stage.runners.ball_places(steps)
        half = 0.5 * self._move / self._seconds * (MOMENTS - 1)
        least = int(np.ceil((STILL + self._move) / self._seconds * (MOMENTS - 1)))
        best: tuple[float, list[int], list[Pose]] | None = None
        for count in range(MOST, 0, -1):
            parts = np.linspace(0, 1, count) if count > 1 else np.zeros(1)
            turn = (count - 1) * TURN * self._move / PEAK / max(last_phi - phi, last_theta - theta, key=abs)
            parts *= min(1.0, abs(turn))
            sides = [(phi + p * (last_phi - phi), theta + p * (last_theta - theta)) for p in parts]
            nearest = [*[NEAR] * (count - 1), FINISH if count > 1 else NEAR]
            for room in self._rooms:
                place = room, self._fill, self._floor
                views = [
                    _View(self._lens, self._stage, side, balls, *place, near)
                    for side, near in zip(sides, nearest, strict=True)
                ]
                ends = _cut(views, count, least, half)
                if ends is None:
                    continue
                poses = self._slowed(views, ends, half)
                lengths = np.diff([0, *ends]) / (MOMENTS - 1)
                value = float(lengths @ np.log([pose.zoom for pose in poses])) - COST * (count - 1)
                if best is None or value > best[0] + 1e-9:
                    best = value, ends, poses
        if best is None:
            raise RuntimeError("a race in one shot is always possible")
        return self._timed(best[1], best[2])

    def whole(self, phi: float, theta: float, room: Area, fill: Area) -> Pose:
        """The pose from which the whole race is seen in a room, and the surface fills a rectangle."""
        steps = np.linspace(0, 1, MOMENTS) * self._stage.steps
        balls = self._stage.runners.ball_places(steps)
        view = _View(self._lens, self._stage, (phi, theta), balls, room, fill, frame().whole.bottom, FULL)
        return view.pose(0, MOMENTS - 1)

    def _slowed(self, views: Sequence[_View], ends: Sequence[int], half: float) -> list[Pose]:
        """The shots' poses, wider where the moves would be too fast."""
        windows = list(_windows(ends, half))
        near = [view.pose(*window) for view, window in zip(views, windows, strict=True)]
        wide = [view.pose(0, MOMENTS - 1) for view in views]
        spots = [self._pack(end) for end in ends[:-1]]
        wider = [0.0] * len(near)
        while True:
            poses = [a.towards(b, part) for a, b, part in zip(near, wide, wider, strict=True)]
            fast = [
                k
                for k, ((one, other), spot) in enumerate(zip(itertools.pairwise(poses), spots, strict=True))
                if self._time(one, other, spot) > self._move
            ]
            # Of the two shots of a move, the nearer one is made wider, unless it is as wide as can be.
            changed = [
                min((i for i in (k, k + 1) if wider[i] < 1), key=lambda i: -poses[i].zoom, default=None)
                for k in fast
            ]
            if not any(k is not None for k in changed):
                return poses
            for k in changed:
                if k is not None:
                    wider[k] += 0.125

    def _pack(self, moment: int) -> Array:
        """The middle of the racers at a moment, of shape (1, 3)."""
        (balls,) = self._stage.runners.ball_places(np.array([moment / (MOMENTS - 1) * self._stage.steps]))
        return balls.mean(axis=0, keepdims=True) if len(balls) else np.zeros((1, 3))

    def time(self, one: Pose, other: Pose) -> float:
        """The seconds that a move takes that is as fast as one during the race may be, before it."""
        return self._time(one, other, self._pack(0))

    def _time(self, one: Pose, other: Pose, spot: Array) -> float:
        """The same, with a spot to look at."""
        turn = max(abs(one.phi - other.phi), abs(one.theta - other.theta))
        zoom = abs(np.log(one.zoom / other.zoom))
        pan = np.linalg.norm(one.seen(self._lens, spot) - other.seen(self._lens, spot))
        return PEAK * float(max(turn / TURN, zoom / ZOOM, pan / PAN))

    def _timed(self, ends: Sequence[int], poses: Sequence[Pose]) -> list[CameraShot]:
        """The shots and moves with their times."""
        half = 0.5 * self._move / self._seconds
        shots, begin = [], 0.0
        for end, (one, other) in zip(ends, itertools.pairwise(poses), strict=False):
            middle = end / (MOMENTS - 1)
            move = CameraShot(middle - half, middle + half, one, other)
            shots += [CameraShot(begin, move.begin, one, one), move]
            begin = middle + half
        return [*shots, CameraShot(begin, 1.0, poses[-1], poses[-1])]


class _View:
    """The racers as they are seen from one side, and the poses that keep them in a room."""

    def __init__(
        self,
        lens: DepthCamera,
        stage: Stage,
        side: Side,
        balls: Sequence[Array],
        room: Area,
        fill: Area,
        floor: float,
        near: float,
    ) -> None:
        self._side, self._room = side, room
        phi, theta = side
        outline = project(lens, phi, theta, stage.outline())
        low, high = outline.min(axis=0), outline.max(axis=0)
        self._middle = (low + high) / 2
        self._target, self._floor = np.array(fill.middle), floor
        width, height = high - low
        # Halfway between the zoom at which the surface is all inside, and that at which nothing is beside it.
        self._even = float(np.sqrt(fill.width / width * fill.height / height))
        self._near = near * self._even
        edge = EDGE * RADIUS
        shown = np.split(project(lens, phi, theta, np.concatenate(balls)), np.cumsum([*map(len, balls)])[:-1])
        lows = [some.min(axis=0) - edge if len(some) else np.full(2, np.inf) for some in shown]
        highs = [some.max(axis=0) + edge if len(some) else np.full(2, -np.inf) for some in shown]
        self._lows, self._highs = np.array(lows), np.array(highs)

    def bounds(self, first: int, last: int) -> tuple[Array, Array]:
        """The lower left and upper right corners around all racers from one moment to another."""
        low = self._lows[first : last + 1].min(axis=0)
        high = self._highs[first : last + 1].max(axis=0)
        if not np.isfinite(low).all():  # no racer is left: look at the start
            return self._lows[0], self._highs[0]
        return low, high

    def zoom(self, first: int, last: int) -> float:
        """The greatest zoom that keeps the racers in the room."""
        low, high = self.bounds(first, last)
        width, height = high - low
        return float(min(self._room.width / width, self._room.height / height, self._near))

    def pose(self, first: int, last: int) -> Pose:
        """The pose with that zoom: the surface in the middle of what it is to fill, as far as can be."""
        zoom = self.zoom(first, last)
        low, high = self.bounds(first, last)
        # How far the picture may be shifted.
        least = np.array(self._room[:2]) - zoom * low
        most = np.array(self._room[2:]) - zoom * high
        nearness = np.clip((zoom / self._even - FULL) / (NEAR - FULL), 0.0, 1.0)
        slack = CENTRE * nearness * (most - least)
        shift = np.clip(self._target - zoom * self._middle, least + slack, most - slack)
        return Pose(*self._side, zoom, float(shift[0]), float(shift[1]), self._floor)


def _windows(ends: Sequence[int], half: float) -> list[tuple[int, int]]:
    """The moments from which to which each shot must show the racers, half a move more at both ends."""
    begins = [0, *ends[:-1]]
    return [
        (max(0, int(np.floor(a - half))) if a else 0, min(MOMENTS - 1, int(np.ceil(b + half))))
        for a, b in zip(begins, ends, strict=True)
    ]


def _cut(views: Sequence[_View], count: int, least: int, half: float) -> list[int] | None:
    """When to end shots that are as near as can be on average, if they can have `least` moments each."""
    last = MOMENTS - 1
    inner = range(int(least - half), last - int(least - half) + 1)
    best: tuple[float, list[int]] | None = None
    values: dict[tuple[int, int, int], float] = {}
    for cuts in itertools.combinations(inner, count - 1):
        if any(b - a < least for a, b in itertools.pairwise(cuts)):
            continue
        ends, total = [*cuts, last], 0.0
        for number, (begin, end, window) in enumerate(
            zip([0, *cuts], ends, _windows(ends, half), strict=True)
        ):
            key = (number, *window)
            if key not in values:
                values[key] = float(np.log(views[number].zoom(*window)))
            total += values[key] * (end - begin)
        if best is None or total > best[0]:
            best = total, ends
    return best and best[1]
