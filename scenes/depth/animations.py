"""`Rise`: a loss surface grows out of the floor of its box."""

from __future__ import annotations

from typing import Any

from manim import Animation

from scenes.depth.mobjects import LossSurface


class Rise(Animation):
    """Raise a surface from a flat sheet at its lowest point to the height that it has now.

    Args:
        surface: the surface.
    """

    def __init__(self, surface: LossSurface, **options: Any) -> None:
        self._whole = surface.points.copy()
        super().__init__(surface, introducer=True, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Set how far it has risen; `alpha` goes from 0 to 1."""
        risen = self.rate_func(alpha)
        floor = self._whole[:, 2].min()
        self.mobject.points[:, 2] = floor + risen * (self._whole[:, 2] - floor)
