"""`Box`: the box that a surface is drawn in, which maps its points (u, v) to the scene."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from surfaces import Surface

Array = NDArray[np.float64]

MOST = float(np.finfo(np.float64).max)


@dataclass(frozen=True)
class Box:
    """Maps (u, v, z) to a box around the origin, `width` wide and deep and `height` high, in scene units.

    The heights shown fill the box: those that the surface takes, clipped to its z_range. Points above or
    below them lie above or below the box. A flat surface lies at mid-height.

    Attributes:
        surface: the surface shown.
        width: along u and v, in scene units.
        height: along z, in scene units.
        also: other heights that the box holds.
        z_shown: the lowest and the highest loss in the box.

    >>> from surfaces import get_surface
    >>> Box(get_surface("sphere")).on_surface(5.0, 5.0).tolist()
    [2.8, 2.8, 1.1]
    """

    surface: Surface
    width: float = 5.6
    height: float = 2.2
    also: tuple[float, ...] = ()
    z_shown: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        u, v = np.meshgrid(np.linspace(*self.surface.u_range, 129), np.linspace(*self.surface.v_range, 129))
        z = np.clip(np.broadcast_to(self.surface(u, v), u.shape), *self.surface.z_range)
        low, high = min([float(z.min()), *self.also]), max([float(z.max()), *self.also])
        if high - low <= 1e-12 * max(abs(low), abs(high)):
            room = min(abs(low) or 1.0, MOST - abs(low))
            low, high = low - room, high + room
        object.__setattr__(self, "z_shown", (low, high))

    def height_fraction(self, z: Array) -> Array:
        """z as a fraction of the heights shown, from 0 for the lowest to 1 for the highest."""
        low, high = self.z_shown
        # Where the difference of two heights would overflow, the difference of their quarters does not.
        share = 1.0 if high - low <= MOST else 0.25
        with np.errstate(all="ignore"):
            return np.asarray((share * z - share * low) / (share * high - share * low))

    def place(self, u: Array, v: Array, z: Array) -> Array:
        """The scene's points for (u, v, z), of shape (..., 3)."""
        (u_low, u_high), (v_low, v_high) = self.surface.u_range, self.surface.v_range
        x = ((u - u_low) / (u_high - u_low) - 0.5) * self.width
        y = ((v - v_low) / (v_high - v_low) - 0.5) * self.width
        return np.stack([x, y, (self.height_fraction(z) - 0.5) * self.height], axis=-1)

    def on_surface(self, u: Array, v: Array) -> Array:
        """The scene's points on the surface over (u, v), of shape (..., 3)."""
        return self.place(u, v, np.broadcast_to(self.surface(u, v), np.shape(u)))

    def heights_at(self, x: Array, y: Array) -> Array:
        """The surface's height over the scene's (x, y); -inf where none of it is shown."""
        (u_low, u_high), (v_low, v_high) = self.surface.u_range, self.surface.v_range
        u = u_low + (x / self.width + 0.5) * (u_high - u_low)
        v = v_low + (y / self.width + 0.5) * (v_high - v_low)
        with np.errstate(all="ignore"):
            z = self.height_fraction(np.broadcast_to(self.surface(u, v), np.shape(u)))
            shown = self.surface.contains(u, v) & (z >= 0) & (z <= 1)
        return np.where(shown, (z - 0.5) * self.height, -np.inf)

    def normal(self, u: Array, v: Array) -> Array:
        """The upward unit normals of the drawn surface over (u, v), of shape (..., 3)."""
        (u_low, u_high), (v_low, v_high) = self.surface.u_range, self.surface.v_range
        du, dv = 1e-4 * (u_high - u_low), 1e-4 * (v_high - v_low)
        along_u = self.on_surface(u + du, v) - self.on_surface(u - du, v)
        along_v = self.on_surface(u, v + dv) - self.on_surface(u, v - dv)
        normal = np.cross(along_u, along_v)
        return np.asarray(normal / np.linalg.norm(normal, axis=-1, keepdims=True))
