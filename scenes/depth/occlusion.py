"""`Occlusion`: hides the parts of Manim's own mobjects that are behind surfaces and balls.

Cairo would draw all of them over the picture. Here they are drawn through a mask that gives the visible share
at every pixel, by comparing the mobject's depth with the depths of what may hide it. The mobject itself is
not changed.

A stroke is cut where its middle is hidden. A filled mobject, such as a dot, a letter, an arrow's tip or a
face, is taken to be flat: its depth is then linear over the picture, and it is hidden to the pixel. This is
inexact for filled mobjects that are not flat, and for several mobjects of one opacity behind each other, of
which only one hides. Whatever lies within `NEARER` behind a surface is visible, as for a `Trail`. Images and
point clouds are not hidden.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cairo
import numpy as np
from numpy.typing import NDArray

from scenes.depth.mobjects import Ball, LossSurface
from scenes.depth.painter import NEARER, Painter, View

Array = NDArray[np.float64]
Depths = NDArray[np.float32]  # in normalised device coordinates, from -1 to 1
Share = NDArray[np.float32]  # the visible share, from 0 to 1
Region = tuple[int, int, int, int]  # left, top, right, bottom, in pixels

_SPIKE = 5  # how far a stroke reaches beyond its path where it turns sharply, in widths: Cairo's miter limit
_MOST = 4096  # samples of a curve


@dataclass(frozen=True)
class Veil:
    """Mobjects of one opacity that hide what is behind them.

    Attributes:
        depths: at each pixel, of shape (height, width); 1 where there is none.
        opacity: from 0, hiding nothing, to 1.
    """

    depths: Depths
    opacity: float


def veils(painter: Painter, view: View, hiding: Sequence[LossSurface | Ball]) -> Iterator[Veil]:
    """The veils, one for each opacity."""
    ordered = sorted(hiding, key=lambda mobject: mobject.opacity)
    for opacity, group in itertools.groupby(ordered, lambda mobject: mobject.opacity):
        yield Veil(painter.depths(view, list(group)), opacity)


@dataclass(frozen=True)
class Footprint:
    """Where a mobject is drawn.

    Attributes:
        spots: the control points of its cubic Bézier curves as Cairo draws them: x and y in pixels, and the
            depth in normalised device coordinates, of shape (n, 3).
        width: of its stroke, in pixels.
        filled: whether it is more than a stroke.
        anchor: the point that decides whether all of it is visible; None if each pixel is decided by itself.
    """

    spots: Array
    width: float
    filled: bool
    anchor: Array | None = None

    def plane(self) -> Array:
        """The coefficients a, b and c of its depth a + b x + c y at (x, y)."""
        centre = self.spots.mean(axis=0)
        away = self.spots - centre
        # If it is less than a pixel wide, its depth changes along it only.
        thin = 0.5 * len(away) ** 0.5 / max(float(np.linalg.norm(away[:, :2])), 1e-9)
        slope = np.linalg.lstsq(away[:, :2], away[:, 2], rcond=min(thin, 1.0))[0]
        return np.array([centre[2] - centre[:2] @ slope, *slope])


class Occlusion:
    """What hides Manim's own mobjects in a picture.

    Args:
        found: the veils, at least one; each hides independently.
        view: the camera's view of the scene.
    """

    def __init__(self, found: Sequence[Veil], view: View) -> None:
        self._veils = found
        self._rows = view.matrix[2:]  # of depth and distance

    def place(self, context: cairo.Context[Any], points: Array, projected: Array) -> Array:
        """The scene's points in the picture: x and y in pixels, and depth, of shape (n, 3).

        Args:
            context: Cairo's, for the picture.
            points: of shape (n, 3).
            projected: the points projected to the picture's plane, in the context's units.
        """
        units = context.get_matrix()
        x, y = projected[:, 0] * units.xx + units.x0, projected[:, 1] * units.yy + units.y0
        z, w = self._rows[:, :3] @ points.T + self._rows[:, 3:]
        # Points behind the viewer are taken to be in front of everything.
        return np.stack([x, y, np.where(w > 0, z / np.maximum(w, 1e-9), -1.0)], axis=-1)

    def through(self, context: cairo.Context[Any], shape: Footprint, draw: Callable[[], object]) -> None:
        """Draw the visible part of a shape, with a function that draws all of it."""
        region = self._region(shape)
        share = self._share(shape, region) if region else None
        if region is None or share is None:
            draw()
        elif share.any():
            _draw_masked(context, region, share, draw)

    def _region(self, shape: Footprint) -> Region | None:
        """The pixels that a shape may cover, and those next to them; None if there are none."""
        height, width = self._veils[0].depths.shape
        reach = _SPIKE * shape.width + 2
        left, top = np.floor(shape.spots[:, :2].min(axis=0) - reach).clip(0, [width, height]).astype(int)
        right, bottom = np.ceil(shape.spots[:, :2].max(axis=0) + reach).clip(0, [width, height]).astype(int)
        return (int(left), int(top), int(right), int(bottom)) if left < right and top < bottom else None

    def _share(self, shape: Footprint, region: Region) -> Share | None:
        """The visible share of a shape at each pixel of a region; None if all of it is visible."""
        left, top, right, bottom = region
        if shape.anchor is not None:
            share = self._share_at(shape.anchor)
            return None if share == 1 else np.full((bottom - top, right - left), share, dtype=np.float32)
        deepest = shape.spots[:, 2].max() - NEARER
        cuts = [Veil(veil.depths[top:bottom, left:right], veil.opacity) for veil in self._veils]
        cuts = [veil for veil in cuts if veil.depths.min() < deepest]
        if not cuts:
            return None
        return _fill(cuts, shape, region) if shape.filled else _stroke(cuts, shape, region)

    def _share_at(self, spot: Array) -> float:
        """The visible share around one spot."""
        point = Footprint(spot[None], width=0.0, filled=True)
        region = self._region(point)
        share = self._share(point, region) if region else None
        return 1.0 if share is None else float(share.mean())


def _fill(cuts: Sequence[Veil], shape: Footprint, region: Region) -> Share:
    """The visible share of a flat shape at each pixel: a local mean, for smooth edges."""
    left, top, right, bottom = region
    x, y = np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5
    plane = shape.plane()
    depths = np.add.outer(plane[0] + plane[2] * y, plane[1] * x).astype(np.float32)
    # Not beyond its points: a plane seen edge-on is steep.
    np.clip(depths, shape.spots[:, 2].min(), shape.spots[:, 2].max(), out=depths)
    share = _seen((veil.depths, veil.opacity, depths) for veil in cuts)
    padded = np.pad(share, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Share = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)
    return mean


def _stroke(cuts: Sequence[Veil], shape: Footprint, region: Region) -> Share:
    """The visible share of a stroke at each pixel: its visible pieces, in its width."""
    left, top, right, _ = region
    points, ends = sample(shape.spots - [left, top, 0])
    shares = _seen((_deepest(veil.depths, points), veil.opacity, points[:, 2]) for veil in cuts)
    _lengthen(points, ends, shape.width + 1)
    alpha, surface = _sheet(region)
    pen = cairo.Context(surface)
    pen.set_operator(cairo.Operator.SOURCE)
    pen.set_line_width(shape.width + 2)  # so that the mask's edges do not show
    pen.set_line_join(cairo.LineJoin.ROUND)
    for share in np.unique(shares[shares > 0]):
        # From the point before each run of equal visibility to the one after it.
        joined = ((shares[:-1] == share) | (shares[1:] == share)) & ~ends[:-1]
        for first, last in np.flatnonzero(np.diff(joined, prepend=False, append=False)).reshape(-1, 2):
            pen.move_to(*points[first, :2])
            for point in points[first + 1 : last + 1, :2].tolist():
                pen.line_to(*point)
        pen.set_source_rgba(0, 0, 0, share)
        pen.stroke()
    surface.flush()
    return np.divide(alpha[:, : right - left], 255, dtype=np.float32)


def sample(spots: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Points of cubic Bézier curves, no more than a pixel apart, and whether a path ends at each.

    Args:
        spots: four control points for each curve, of shape (4 n, 3), x and y in pixels.
    """
    curves = spots[: len(spots) // 4 * 4].reshape(-1, 4, 3)
    lengths = np.linalg.norm(np.diff(curves[..., :2], axis=1), axis=-1).sum(axis=-1)
    counts = np.minimum(np.ceil(lengths), _MOST).astype(int) + 2
    last = np.cumsum(counts)
    t = (np.arange(last[-1]) - np.repeat(last - counts, counts)) / np.repeat(counts - 1, counts)
    a, b, c, d = np.repeat(curves, counts, axis=0).transpose(1, 2, 0)
    points = (1 - t) ** 3 * a + 3 * t * (1 - t) * ((1 - t) * b + t * c) + t**3 * d
    ends = np.zeros(last[-1], dtype=bool)
    ends[last - 1] = True
    ends[last[:-1] - 1] = np.abs(curves[1:, 0, :2] - curves[:-1, 3, :2]).max(axis=-1) > 0.5
    return points.T, ends


def _lengthen(points: Array, ends: NDArray[np.bool_], reach: float) -> None:
    """Extend the ends of paths, so that they include the caps of strokes."""
    last = np.flatnonzero(ends)
    first = np.r_[0, last[:-1] + 1]
    for end, inner in ((first, first + 1), (last, last - 1)):
        way = points[end, :2] - points[inner, :2]
        points[end, :2] += reach * way / np.maximum(np.linalg.norm(way, axis=-1, keepdims=True), 1e-9)


def _deepest(depths: Depths, points: Array) -> Depths:
    """The greatest depth of the four pixels around each point, so that mobjects on a surface are visible."""
    height, width = depths.shape
    x, y = np.floor(points[:, :2] - 0.5).astype(int).T
    around = [
        depths[np.clip(y + down, 0, height - 1), np.clip(x + across, 0, width - 1)]
        for down in (0, 1)
        for across in (0, 1)
    ]
    return np.asarray(np.max(around, axis=0))


def _seen(pairs: Iterable[tuple[Depths, float, Any]]) -> Share:
    """The visible share at some depths behind veils, given the veils' opacities."""
    share: Any = 1
    for before, opacity, depths in pairs:
        share = share * np.where(before < depths - NEARER, np.float32(1 - opacity), np.float32(1))
    return np.asarray(share)


def _draw_masked(
    context: cairo.Context[Any], region: Region, share: Share, draw: Callable[[], object]
) -> None:
    """Draw with the ink at each pixel of a region scaled by its visible share, and none elsewhere."""
    left, top, right, bottom = region
    alpha, mask = _sheet(region)
    alpha[:, : right - left] = np.rint(share * 255)
    mask.mark_dirty()
    units = context.get_matrix()
    context.save()
    context.identity_matrix()
    context.new_path()  # Manim leaves the last path there
    context.rectangle(left, top, right - left, bottom - top)
    context.clip()
    context.set_matrix(units)
    context.push_group()
    draw()
    context.pop_group_to_source()
    context.identity_matrix()
    context.mask_surface(mask, left, top)
    context.restore()


def _sheet(region: Region) -> tuple[NDArray[np.uint8], cairo.ImageSurface]:
    """A surface for Cairo to draw a region on, and its pixels as an array, whose rows may be longer."""
    left, top, right, bottom = region
    width, height = right - left, bottom - top
    stride = cairo.ImageSurface.format_stride_for_width(cairo.Format.A8, width)
    alpha = np.zeros((height, stride), dtype=np.uint8)
    return alpha, cairo.ImageSurface.create_for_data(alpha.data, cairo.Format.A8, width, height, stride)
