"""The heights at which a surface's contours are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from surfaces import Surface

Array = NDArray[np.float64]

_STEEP = 100  # times as high as the lowest twentieth of the domain: even contours would miss the valley
_HUGE = 1e300  # beyond it, differences of heights may overflow
_SOME = 12  # contours at least


@dataclass(frozen=True, eq=False)
class Heights:
    """A surface's heights on a grid, and the levels of its contours.

    Attributes:
        u: of the grid.
        v: of the grid.
        z: the heights there; masked where they are not finite.
        levels: increasing; fewer than two if the surface is flat.
        steep: whether they are spaced logarithmically above the lowest.
    """

    u: Array
    v: Array
    z: Any
    levels: Array
    steep: bool


def heights(surface: Surface, points: int = 161) -> Heights:
    """The heights of a surface, and levels that show its shape.

    They are evenly spaced, unless the surface is steep, as Rosenbrock's is: then they rise from the lowest
    height by factors such as 1, 3, 10, 30, so that the valley, which lies below the first even level, has
    contours of its own.
    """
    u, v = np.meshgrid(np.linspace(*surface.u_range, points), np.linspace(*surface.v_range, points))
    z = np.ma.masked_invalid(np.clip(np.broadcast_to(surface(u, v), u.shape), -_HUGE, _HUGE))
    known = z.compressed()
    if not known.size or known.min() == known.max():
        return Heights(u, v, z, np.array([]), steep=False)
    low, high = known.min(), known.max()
    inside = [point for point in surface.minima if surface.contains(*point)]
    # Heights must not be measured from a pole that goes down to -inf.
    low = max(low, surface.z_range[0]) if low < surface.z_range[0] < high else low
    low = min([low, *(value for point in inside if np.isfinite(value := surface(*point)))])
    above = known - low
    deep = float(np.quantile(above, 0.05))
    steep = high - low > _STEEP * deep
    levels = _rising(low, above) if steep else MaxNLocator(2 * _SOME).tick_values(low, high)
    return Heights(u, v, z, np.unique(levels), steep)


def _rising(low: float, above: Array) -> Array:
    """Levels above `low`, with enough of them for each power of ten, up to the highest."""
    top = above.max()
    first = max(float(np.quantile(above, 0.005)), 1e-12 * top)
    powers = np.arange(np.floor(np.log10(first)), np.ceil(np.log10(top)) + 1)
    spacing: tuple[tuple[float, ...], ...] = ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7))
    factors = next((x for x in spacing if len(x) * np.log10(top / first) >= _SOME), spacing[-1])
    rising = np.outer(10.0**powers, factors).ravel()
    inner = rising[(rising >= first) & (rising < top)]
    return np.concatenate([[low], low + inner, [low + top]])
