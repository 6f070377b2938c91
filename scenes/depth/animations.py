"""`Rise`: a loss surface grows out of the floor of its box."""

from __future__ import annotations

from typing import Any

from manim import Animation

from scenes.depth.mobjects import LossSurface


class Rise(Animation):
    """Raise a surface from a flat sheet at its lowest point to its full height.

    Args:
        surface: the surface.
    """

    def __init__(self, surface: LossSurface, **options: Any) -> None:
        self._opacity = surface.opacity
        super().__init__(surface, introducer=True, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Set how far it has risen; `alpha` goes from 0 to 1."""
        risen = self.rate_func(alpha)
        surface, whole = self.mobject, self.starting_mobject
        floor = whole.points[:, 2].min()
        surface.points[:, 2] = floor + risen * (whole.points[:, 2] - floor)
        surface.set_opacity(min(1.0, 2 * alpha) * self._opacity)
