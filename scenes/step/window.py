"""`Window`: the part of a surface's domain that a map of `InsideTheStep` shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenes.depth.sprite import Corners
from surfaces import Surface

Array = NDArray[np.float64]

_NEAR, _FAR = 0.5, 0.8  # the share of the map that its steps take


@dataclass(frozen=True)
class Window:
    """The part of a surface's domain shown on a map, with the same scale for u and v.

    Attributes:
        surface: the surface.
        corners: of the map, in scene units.
        centre: u and v at its middle.
        scale: scene units to a unit of u or v.
    """

    surface: Surface
    corners: Corners
    centre: tuple[float, float]
    scale: float

    @classmethod
    def around(cls, surface: Surface, positions: Array, corners: Corners, near: bool) -> Window:
        """The window around some positions, inside the domain as far as possible."""
        left, bottom, right, top = corners
        sides = np.array([right - left, top - bottom])
        spans = np.array([np.ptp(surface.u_range), np.ptp(surface.v_range)])
        known = positions[np.isfinite(positions).all(axis=1)]
        low, high = known.min(axis=0), known.max(axis=0)
        share = _NEAR if near else _FAR
        wide = np.maximum(high - low, 1e-5 * spans)
        scale = float(
            np.clip((share * sides / wide).min(), (sides / spans).min(), (sides / spans).max() * 1e4)
        )
        half = sides / (2 * scale)
        starts, ends = np.array([surface.u_range, surface.v_range]).T
        middle = np.where(
            2 * half < ends - starts,
            np.clip(
                (low + high) / 2,
                np.minimum(starts + half, ends - half),
                np.maximum(ends - half, starts + half),
            ),
            (starts + ends) / 2,
        )
        return cls(surface, corners, (float(middle[0]), float(middle[1])), scale)

    def place(self, u: Any, v: Any) -> Array:
        """The points in the scene for u and v."""
        left, bottom, right, top = self.corners
        x = (left + right) / 2 + (u - self.centre[0]) * self.scale
        y = (bottom + top) / 2 + (v - self.centre[1]) * self.scale
        return np.stack([x, y, np.zeros_like(x)], axis=-1)

    def part(self, whole: bool) -> Surface:
        """The surface within the window, with its own range of heights if it is a close-up."""
        left, bottom, right, top = self.corners
        half_u, half_v = (right - left) / (2 * self.scale), (top - bottom) / (2 * self.scale)
        u_range = (self.centre[0] - half_u, self.centre[0] + half_u)
        v_range = (self.centre[1] - half_v, self.centre[1] + half_v)
        u, v = np.meshgrid(np.linspace(*u_range, 65), np.linspace(*v_range, 65))
        heights = np.broadcast_to(self.surface(u, v), u.shape)
        finite = heights[np.isfinite(heights)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        if whole and self.surface.z_range[0] < high and self.surface.z_range[1] > low:
            low, high = max(low, self.surface.z_range[0]), min(high, self.surface.z_range[1])
        formula = self.surface

        def shown(u: Any, v: Any) -> Any:
            return np.clip(np.nan_to_num(formula(u, v), nan=high, posinf=high, neginf=low), low, high)

        return replace(self.surface, formula=shown, u_range=u_range, v_range=v_range, z_range=(low, high))
