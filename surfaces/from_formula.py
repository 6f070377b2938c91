"""Surfaces made of a formula and its ranges; what else a race needs to know is read off a grid."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from support.messages import shorten
from surfaces.expression import Expression
from surfaces.surface import Formula, Point, Surface

Array = NDArray[np.float64]
_GRID = 65  # points along each side
_ZOOM = 17  # points along each side of the neighbourhood of a peak


def expression_surface(text: str, u_range: Point, v_range: Point, **record: Any) -> Surface:
    """The surface z = `text` over the given ranges, named after its text; see `formula_surface`.

    Args:
        text: the formula, as an `Expression` takes it.
        u_range: the least and the greatest u.
        v_range: the same for v.
        record: other attributes of the `Surface`.

    Raises:
        ExpressionError: if the text is not allowed.
        ValueError: if the formula is not finite everywhere on a grid over the ranges.

    >>> expression_surface("u**2 + v**2", (-1, 1), (-1, 1)).z_range
    (0.0, 2.0)
    """
    what = f"expression {shorten(text)!r}"
    return formula_surface(
        Expression(text), u_range, v_range, what, name=text, source="an expression", **record
    )


def formula_surface(
    formula: Formula, u_range: Point, v_range: Point, what: str = "the formula", **record: Any
) -> Surface:
    """The surface ``z = formula(u, v)`` over the given ranges.

    Unless given, its heights are read off a grid, with the tips of poles between its points cut off, and its
    start is a quarter of the way in from the lower corner.

    Args:
        formula: as a `Surface` has it.
        u_range: the least and the greatest u.
        v_range: the same for v.
        what: what errors call the formula.
        record: other attributes of the `Surface`.

    Raises:
        ValueError: if the formula is not finite all over a grid of the ranges, or the start lies outside.

    >>> bowl = formula_surface(lambda u, v: u**2 + v**2, (-1, 1), (-1, 1), name="bowl")
    >>> bowl.start, bowl.z_range
    ((-0.5, -0.5), (0.0, 2.0))
    """
    if not all(math.isfinite(high - low) for low, high in (u_range, v_range)):
        raise ValueError(
            f"u_range and v_range must be finite and of finite width, got {u_range} and {v_range}"
        )
    start = (0.75 * u_range[0] + 0.25 * u_range[1], 0.75 * v_range[0] + 0.25 * v_range[1])
    given = {"start": start, "z_range": (0.0, 0.0)} | record
    surface = Surface(formula=formula, u_range=u_range, v_range=v_range, **given)
    if not surface.contains(*surface.start):
        raise ValueError(f"start must lie in u_range and v_range, got {list(surface.start)}")
    u, v, z = _on_grid(surface, u_range, v_range, _GRID)
    bad = np.argwhere(~np.isfinite(z))
    if bad.size:
        i, j = bad[0]
        raise ValueError(
            f"{what} is {z[i, j]} at u = {u[i, j]:g}, v = {v[i, j]:g}; "
            f"it must be finite all over u_range = {list(u_range)} and v_range = {list(v_range)}"
        )
    return surface if "z_range" in record else replace(surface, z_range=_heights(surface, u, v, z))


def _on_grid(surface: Formula, u_range: Point, v_range: Point, count: int) -> tuple[Array, Array, Array]:
    """A grid over the ranges, and the heights there, each of shape (count, count)."""
    u, v = np.meshgrid(np.linspace(*u_range, count), np.linspace(*v_range, count))
    return u, v, np.broadcast_to(np.asarray(surface(u, v), dtype=np.float64), u.shape)


def _heights(surface: Surface, u: Array, v: Array, z: Array) -> Point:
    """The heights to show: all those on the grid, but for spikes, which would flatten everything else."""
    low = -_highest(lambda a, b: -surface(a, b), u, v, -z)
    return low, _highest(surface, u, v, z)


def _highest(surface: Formula, u: Array, v: Array, z: Array) -> float:
    """The greatest z; or, if that is the tip of a spike, a height up to which all else is seen.

    A spike, such as a pole between the grid's points, is far higher than nearly all of the grid and thinner
    than its meshes: around its highest point, up to the neighbouring ones, it rises to more than twice the
    height, or most is much lower. A peak that the grid resolves, however narrow, is none.
    """
    with np.errstate(all="ignore"):  # differences of huge heights
        low, middle, high = map(float, np.quantile(z, (0.05, 0.5, 0.95)))
    top, fence = float(z.max()), high + (high - low)
    if high == low or top <= fence:
        return top
    i, j = divmod(int(z.argmax()), z.shape[1])
    last = len(z) - 1
    u_range, v_range = (
        (float(x[max(k - 1, 0)]), float(x[min(k + 1, last)])) for x, k in ((u[0], j), (v[:, 0], i))
    )
    *_, around = _on_grid(surface, u_range, v_range, _ZOOM)
    typical, greatest = float(np.nanmedian(around)) - middle, float(np.nanmax(around)) - middle
    return fence if typical < 0.3 * (top - middle) or greatest > 2 * (top - middle) else top
