"""The surface that pictures of a race draw: of a network's loss, a smooth one through a grid of true values.

A picture asks for a hundred thousand heights or more, each of which is the loss of a network on its data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from networks import Landscape
from races import Trace
from surfaces import Surface
from surfaces.surface import Point
from views.box import Box

Array = NDArray[np.float64]

SIDE = 129  # points of the grid along each side; those of a `Box` and of its mesh are among them


class Interpolated:
    """A function of u and v by cubic convolution of a grid: it goes through all of it, and has no kinks.

    Outside the grid it has the value of the nearest point of the edge.

    Args:
        grid: of shape (rows, columns), v along the first axis.
        u_range: of the first and the last column.
        v_range: of the first and the last row.

    Source: Keys, "Cubic convolution interpolation for digital image processing", 1981.

    >>> u, v = np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 2, 9))
    >>> bowl = Interpolated(u**2 + v**2, (0.0, 1.0), (0.0, 2.0))
    >>> print(bowl(0.5, 1.0), bowl(np.array([0.3]), 1.1).round(4))
    1.25 [1.3]
    """

    def __init__(self, grid: Array, u_range: Point, v_range: Point) -> None:
        self._grid, self._ranges = np.pad(grid, 1, mode="reflect", reflect_type="odd"), (u_range, v_range)

    def __call__(self, u: Any, v: Any) -> Any:
        """The value at (u, v), numbers or arrays."""
        (columns, across), (rows, along) = (
            _cell(x, *ends, count - 2)
            for x, ends, count in zip((u, v), self._ranges, self._grid.shape[::-1], strict=True)
        )
        return sum(
            w * sum(x * self._grid[rows + j, columns + i] for i, x in enumerate(across))
            for j, w in enumerate(along)
        )


def _cell(x: Any, low: float, high: float, count: int) -> tuple[Any, list[Any]]:
    """The first of the four points of a padded axis that x lies between, and their weights."""
    place = np.clip((np.asarray(x, dtype=np.float64) - low) / (high - low), 0.0, 1.0) * (count - 1)
    first = np.minimum(place.astype(int), count - 2)
    t = place - first
    return first, [
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    ]


def drawn_surface(trace: Trace) -> Surface:
    """The surface of a race, as pictures draw it."""
    formula = trace.surface.formula
    return _smooth(trace.surface, formula) if isinstance(formula, Landscape) else trace.surface


def box_of(trace: Trace) -> Box:
    """The box of a race; of a network's, it holds the true losses too, so far as they are in the z_range."""
    also: tuple[float, ...] = ()
    if trace.plane is not None:
        losses = trace.losses[:, :, 0]
        known = losses[np.isfinite(losses) & (losses <= trace.surface.z_range[1])]
        also = float(known.min()), float(known.max())
    return Box(drawn_surface(trace), also=also)


def compute_grid(trace: Trace, on_point: Callable[[], object]) -> None:
    """Compute the grid of a network's race ahead of its pictures, which then find it on the disk.

    Args:
        trace: the race.
        on_point: called for each of its `SIDE` squared points; not where they are known from before.
    """
    surface = trace.surface
    if isinstance(surface.formula, Landscape):
        surface.formula.grid(
            surface.u_range, surface.v_range, SIDE, lambda count: [on_point() for _ in range(count)]
        )


@lru_cache(maxsize=4)
def _smooth(surface: Surface, formula: Landscape) -> Surface:
    grid = formula.grid(surface.u_range, surface.v_range, SIDE)
    most = 100 * abs(surface.z_range[1]) + 1  # what is far above the box must not overflow
    known = np.minimum(np.where(np.isfinite(grid), grid, most), most)
    return replace(surface, formula=Interpolated(known, surface.u_range, surface.v_range))
