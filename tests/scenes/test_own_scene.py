"""The depth-tested mobjects in a scene of somebody's own, through Manim's own animations."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

import numpy as np
from manim import LEFT, PI, Create, FadeIn, FadeOut, Rotate, ThreeDScene, VMobject, tempconfig

from scenes import Ball, Box, DepthCamera, LossSurface, Trail
from surfaces import get_surface

TINY = {"pixel_width": 96, "pixel_height": 54, "frame_rate": 4, "dry_run": True, "progress_bar": "none"}


class Valley(ThreeDScene):
    """Keeps the last picture of each play."""

    def __init__(self, **options: Any) -> None:
        super().__init__(camera_class=DepthCamera, **options)  # type: ignore[no-untyped-call]
        self.pictures: list[np.ndarray] = []

    def play(self, *animations: Any, **options: Any) -> None:
        super().play(*animations, **options)
        self.pictures.append(np.array(cast("DepthCamera", self.renderer.camera).pixel_array))

    def construct(self) -> None:
        self.set_camera_orientation(phi=1.0, theta=-1.4)
        box = Box(get_surface("himmelblau"))
        surface, ball = (
            LossSurface(box, 32),
            Ball(box.on_surface(np.array(3.5), np.array(3.5)), "#FF0000", 0.5),
        )
        trail = Trail([[-2, -2, 2], [2, 2, 2], [2, -2, 2]], "#00FF00")
        self.play(FadeIn(surface), FadeIn(ball))
        self.play(Create(cast("VMobject", trail)))
        self.play(ball.animate.shift(LEFT).scale(2))
        self.move_camera(theta=0.0)
        self.play(Rotate(trail, PI / 2))
        self.begin_ambient_camera_rotation(1.0)
        self.wait(1)
        self.stop_ambient_camera_rotation()  # type: ignore[no-untyped-call]
        self.play(FadeOut(ball), trail.animate.set_opacity(0.3))
        self.play(FadeOut(surface))


def test_manims_animations_move_and_fade_them() -> None:
    with tempconfig(TINY):
        scene = Valley()
        scene.render()
    pictures = [picture.astype(int) for picture in scene.pictures]
    assert len(pictures) >= 7
    for before, after in pairwise(pictures):
        assert (before != after).any()
    red = [((p[..., 0] > 100) & (p[..., 1] < 60)).sum() for p in pictures]
    assert red[2] > 2 * red[1] > 0, "the ball has grown"
    assert red[-1] == 0, "the ball has gone"
    lit = [(p[..., :3].max(axis=-1) > 40).sum() for p in pictures]
    assert lit[-1] < lit[0] / 4, "the surface has gone"
