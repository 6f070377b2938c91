"""Scenes: what films are drawn with. Everything that uses Manim is here.

`DepthCamera` and its mobjects work in anyone's ThreeDScene::

    class Valley(ThreeDScene):
        def __init__(self, **options):
            super().__init__(camera_class=DepthCamera, **options)

        def construct(self):
            self.set_camera_orientation(phi=60 * DEGREES, theta=-80 * DEGREES)
            box = Box(get_surface("himmelblau"))
            ball = Ball(box.on_surface(3.5, 3.5), colour=ORANGE)
            self.play(FadeIn(LossSurface(box)), FadeIn(ball))
            self.move_camera(theta=-20 * DEGREES)
"""

from scenes.depth.camera import DepthCamera
from scenes.depth.mobjects import Ball, LossSurface, Trail
from views.box import Box

__all__ = ["Ball", "Box", "DepthCamera", "LossSurface", "Trail"]
