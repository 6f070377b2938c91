"""`FilmRenderer`: Manim's renderer, except that what is not filmed is not drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from manim import CairoRenderer, Mobject, Scene


class FilmRenderer(CairoRenderer):
    """Manim draws two pictures for each animation that is skipped, or whose film exists already."""

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> Any:
        """Draw what does not move in an animation, if it is filmed."""
        if self.skip_animations:
            self.static_image = None
            return None
        return super().save_static_frame_data(scene, static_mobjects)

    def render(self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None) -> None:
        """Draw a frame, if it is filmed."""
        if not self.skip_animations:
            super().render(scene, time, moving_mobjects)
