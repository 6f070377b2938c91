"""`Stage`: a race in space, with the surface in its box, the axes, the racers, and the camera's framing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from manim import DEGREES
from numpy.typing import NDArray

from races import Trace
from scenes.depth.camera import DepthCamera
from scenes.depth.mobjects import LossSurface
from scenes.frame import Area
from scenes.race.axes import BoxAxes
from scenes.race.balls_and_trails import Runners
from scenes.race.off_plane import Stalks
from views.captions import Captions, axis_names
from views.drawn_surface import box_of
from views.racer_path import way

Array = NDArray[np.float64]

RADIUS = 0.1  # of a ball, in scene units
LIFT = 0.012  # of a trail above the surface, in scene units
SIGHT = 9.0  # the longest line of sight through the box, in scene units


class Stage:
    """Everything in the scene for a race; it shows the first start of a trace.

    Args:
        trace: the race.
        captions: the film's text.
    """

    def __init__(self, trace: Trace, captions: Captions) -> None:
        self.box = box_of(trace)
        surface = self.box.surface
        self.steps = trace.spec.steps
        self.phi, self.theta = (angle * DEGREES for angle in surface.camera)
        self.surface = LossSurface(self.box)
        self.axes = BoxAxes(self.box, captions.loss, captions.numbers, axis_names(trace, captions))
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
        self.stalks = Stalks(trace, self.box, self.runners)

    def outline(self) -> Array:
        """Points that bound the surface, its balls and the axes, of shape (n, 3)."""
        surface = self.surface
        at_edge = ((surface.place[:, :2] == 0) | (surface.place[:, :2] == 1)).any(axis=1)
        some = np.arange(len(surface.points)) % max(1, len(surface.points) // 600) == 0
        shown = (surface.place[:, 2] >= 0) & (surface.place[:, 2] <= 1) & (at_edge | some)
        ends = [point for axis in self.axes for point in axis.points]
        return np.concatenate([surface.points[shown] + np.array([0.0, 0.0, RADIUS]), ends])

    def pictures(self, lens: DepthCamera, sides: Iterable[Array]) -> list[tuple[Array, Array]]:
        """The pictures from each viewpoint, phi and theta, for `fill`; labels are then kept clear."""
        rays = self.axes.rays()
        outlines, beside = [], []
        lens.set_zoom(1.0)
        lens.aside = np.zeros(3)
        for phi, theta in sides:
            lens.set_phi(phi)
            lens.set_theta(theta)
            lens.reset_rotation_matrix()
            outlines.append(lens.project_points(self.outline())[:, :2])
            beside.append(lens.project_points(rays.reshape(-1, 3))[:, :2].reshape(*rays.shape[:2], 2))
        self.axes.keep_clear(beside)
        labels = [self.axes.corners(seen) for seen in beside]
        return [
            (np.concatenate([outline, at]), np.concatenate([np.zeros_like(outline), away]))
            for outline, (at, away) in zip(outlines, labels, strict=True)
        ]

    def best_seen(self, lens: DepthCamera, routes: Mapping[float, Array], moments: Array) -> float:
        """The first camera route that hides the balls hardly more than the best one.

        Args:
            lens: the camera.
            routes: phi and theta at each moment, of shape (n, 2), by the routes' names.
            moments: steps, of shape (n,).
        """
        places = self.runners.ball_places(moments)
        shares = {}
        for name, angles in routes.items():
            phi, theta = angles.T
            away = [np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)]
            eyes = lens.get_focal_distance() * np.stack(away, axis=-1)
            hidden = [self._hides(balls, eye) for balls, eye in zip(places, eyes, strict=True)]
            shares[name] = float(np.concatenate(hidden).sum())
        count = sum(map(len, places))
        return next(name for name, share in shares.items() if share <= min(shares.values()) + 0.04 * count)

    def _hides(self, points: Array, eye: Array) -> NDArray[np.bool_]:
        """Whether the surface hides each of some points, of shape (n, 3), from an eye."""
        way = eye - points
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        between = points[:, None] + np.linspace(RADIUS, SIGHT, 80)[:, None] * way[:, None]
        heights = self.box.heights_at(between[..., 0], between[..., 1])
        return np.asarray((between[..., 2] < heights).any(axis=1))


def fill(pictures: Sequence[tuple[Array, Array]], room: Area) -> tuple[float, Array]:
    """The zoom and the shift of the picture at which its content fills a rectangle, in its middle.

    Args:
        pictures: the content from each viewpoint: points at a zoom of 1, and offsets from them that do not
            depend on zoom; two arrays of shape (n, 2).
        room: the rectangle.
    """
    points, beside = (np.concatenate(arrays) for arrays in zip(*pictures, strict=True))

    def extent(zoom: float) -> tuple[Array, Array]:
        seen = zoom * points + beside
        return seen.min(axis=0), seen.max(axis=0)

    def fits(zoom: float) -> bool:
        low, high = extent(zoom)
        return bool((high - low <= [room.width, room.height]).all())

    zooms = np.linspace(2.5, 0.3, 221)
    zoom = float(next((zoom for zoom in zooms if fits(zoom)), zooms[-1]))
    low, high = extent(zoom)
    return zoom, np.array([*(np.array(room.middle) - (low + high) / 2), 0.0])
