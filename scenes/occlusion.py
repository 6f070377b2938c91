"""How much of Manim's own mobjects is seen behind surfaces and balls.

Cairo draws them over the picture, whole. `Occlusion.through` draws one through a mask instead, in which every
pixel says how much of the mobject is seen there: the depth of the mobject is compared with those of what may
hide it. Nothing of the mobject itself is changed.

What is flat, as a line, a dot, a letter, an arrow's tip or a face is, has a depth that is linear over the
picture, and is hidden to the pixel. A curve that is not flat is hidden to about its own width. Not exact: a
filled shape that is not flat is taken for flat, and several hiding things of the same opacity, one behind the
other, hide as much as one of them. What lies within `NEARER` behind a surface is seen, as a `Trail` is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cairo
import numpy as np
from numpy.typing import NDArray

from scenes.painter import NEARER

Array = NDArray[np.float64]
Depths = NDArray[np.float32]
Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels

FLAT = NEARER / 2  # how far a flat shape's points may be from a plane, in depth
_SPIKE = 5  # how far a stroke reaches beyond its path where it turns sharply, in widths: Cairo's miter limit
_MOST = 4096  # samples of a curve


@dataclass(frozen=True)
class Veil:
    """Things of the same opacity that hide what is behind them.

    Attributes:
        depths: how deep they are at each pixel, in normalised device coordinates, of shape (height, width).
        opacity: from 0, hiding nothing, to 1.
    """

    depths: Depths
    opacity: float


@dataclass(frozen=True)
class Shape:
    """Where a mobject is drawn.

    Attributes:
        spots: the control points of its cubic Bézier curves as Cairo draws them: x and y in pixels, and the
            depth in normalised device coordinates, of shape (n, 3).
        width: of its stroke, in pixels.
        filled: whether it is more than a stroke.
        anchor: the spot by which all of it is seen or hidden; None where each pixel is for itself.
    """

    spots: Array
    width: float
    filled: bool
    anchor: Array | None = None

    def depths(self, box: Box) -> Depths:
        """How deep it is at each pixel of a box; what is said of pixels that it does not cover is of no use."""
        centre = self.spots.mean(axis=0)
        away = self.spots - centre
        # As if flat: depth = centre + slope * (x, y). Across a line that is thinner than a pixel there is none.
        least = 0.5 * len(away) ** 0.5 / max(float(np.linalg.norm(away[:, :2])), 1e-9)
        slope = np.linalg.lstsq(away[:, :2], away[:, 2], rcond=min(least, 1.0))[0]
        if not self.filled and np.abs(away[:, :2] @ slope - away[:, 2]).max() > FLAT:
            return self._along(box)
        left, top, right, bottom = box
        x = slope[0] * (np.arange(left, right) + 0.5 - centre[0])
        y = slope[1] * (np.arange(top, bottom) + 0.5 - centre[1]) + centre[2]
        plane = np.add.outer(y, x).astype(np.float32)
        return np.clip(plane, self.spots[:, 2].min(), self.spots[:, 2].max(), out=plane)

    def _along(self, box: Box) -> Depths:
        """How deep its stroke is: at each pixel as the point of the curve that is next to it."""
        left, top, right, bottom = box
        points = sample(self.spots)
        points = points[np.argsort(-points[:, 2])]
        reach = int(np.ceil(self.width / 2)) + 2  # further than is drawn, for the softening
        around = np.stack(np.meshgrid(*2 * [np.arange(-reach, reach + 1)]), axis=-1).reshape(-1, 1, 2)
        around = around[np.argsort(-np.hypot(*around[:, 0].T), kind="stable")]
        # What is written last stays: the next point, and of two that are as near the one before the other.
        x, y = np.moveaxis(np.floor(points[:, :2]).astype(int) + around - [left, top], -1, 0)
        inside = (x >= 0) & (x < right - left) & (y >= 0) & (y < bottom - top)
        depths = np.full((bottom - top, right - left), -np.inf, dtype=np.float32)
        depths[y[inside], x[inside]] = np.broadcast_to(points[:, 2], x.shape)[inside]
        return depths


class Occlusion:
    """What hides Manim's own mobjects in a picture.

    Args:
        veils: each hides for itself.
    """

    def __init__(self, veils: Sequence[Veil]) -> None:
        self._veils = veils

    def through(
        self, context: cairo.Context[cairo.ImageSurface], shape: Shape, draw: Callable[[], object]
    ) -> None:
        """Draw what is seen of a shape with `draw`."""
        box = self._room(shape)
        share = self._share(shape, box) if box else None
        if box is None or share is None:
            draw()
        elif share.any():
            _draw_masked(context, box, share, draw)

    def _room(self, shape: Shape) -> Box | None:
        """The pixels that a shape may cover, and those next to them; None where there are none."""
        height, width = self._veils[0].depths.shape
        reach = _SPIKE * shape.width + 2
        left, top = np.floor(shape.spots[:, :2].min(axis=0) - reach).clip(0, [width, height]).astype(int)
        right, bottom = np.ceil(shape.spots[:, :2].max(axis=0) + reach).clip(0, [width, height]).astype(int)
        return (int(left), int(top), int(right), int(bottom)) if left < right and top < bottom else None

    def _share(self, shape: Shape, box: Box) -> Depths | None:
        """How much of a shape is seen at each pixel of a box, from 0 to 1; None where all of it is."""
        left, top, right, bottom = box
        if shape.anchor is not None:
            point = Shape(shape.anchor[None], 0.0, filled=True)
            near = self._room(point)
            there = self._share(point, near) if near else None
            return None if there is None else np.full((bottom - top, right - left), there.mean(), np.float32)
        farthest = shape.spots[:, 2].max() - NEARER
        cuts = [(veil.depths[top:bottom, left:right], veil.opacity) for veil in self._veils]
        cuts = [(depths, opacity) for depths, opacity in cuts if depths.min() < farthest]
        if not cuts:
            return None
        deep = shape.depths(box) - np.float32(NEARER)
        share = np.ones(deep.shape, dtype=np.float32)
        for depths, opacity in cuts:
            share[depths < deep] *= 1 - opacity
        return soften(share)


def sample(spots: Array) -> Array:
    """Points of cubic Bézier curves, no more than a pixel apart, of shape (n, 3).

    Args:
        spots: four control points for each curve, of shape (4 n, 3), x and y in pixels.
    """
    curves = spots[: len(spots) // 4 * 4].reshape(-1, 4, 3)
    lengths = np.linalg.norm(np.diff(curves[..., :2], axis=1), axis=-1).sum(axis=-1)
    counts = np.minimum(np.ceil(lengths).astype(int) + 2, _MOST)
    first = np.cumsum(counts) - counts
    t = ((np.arange(counts.sum()) - np.repeat(first, counts)) / np.repeat(counts - 1, counts))[:, None]
    a, b, c, d = np.repeat(curves, counts, axis=0).transpose(1, 0, 2)
    return np.asarray((1 - t) ** 3 * a + 3 * t * (1 - t) * ((1 - t) * b + t * c) + t**3 * d)


def soften(share: Depths) -> Depths:
    """The mean over each pixel and its eight neighbours, so that edges are not jagged."""
    padded = np.pad(share, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    return (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / np.float32(9)


def _draw_masked(
    context: cairo.Context[cairo.ImageSurface], box: Box, share: Depths, draw: Callable[[], object]
) -> None:
    """Draw with as much of the ink at each pixel of a box as `share` says, from 0 to 1, and none elsewhere."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    stride = cairo.ImageSurface.format_stride_for_width(cairo.FORMAT_A8, width)
    alpha = np.zeros((height, stride), dtype=np.uint8)
    alpha[:, :width] = np.rint(share * 255)
    mask = cairo.ImageSurface.create_for_data(alpha.data, cairo.FORMAT_A8, width, height, stride)
    matrix = context.get_matrix()
    context.save()
    context.identity_matrix()
    context.rectangle(left, top, width, height)
    context.clip()
    context.set_matrix(matrix)
    context.push_group()
    draw()
    context.pop_group_to_source()
    context.identity_matrix()
    context.mask_surface(mask, left, top)
    context.restore()
