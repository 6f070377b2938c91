"""`DepthCamera`: a `ThreeDCamera` that hides what is behind something else.

It draws the mobjects of `scenes.mobjects` with OpenGL and a depth buffer into the same picture that Cairo
then draws everything else on, text above all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any, Self, cast

import numpy as np
from manim import Mobject, ThreeDCamera, logger
from numpy.typing import NDArray

from scenes.mobjects import DepthMobject
from scenes.painter import Painter, Picture, View

Array = NDArray[np.float64]


# Stands for the picture that the painter has drawn last, before it is known as what stands still.
_FRESH = object()


class DepthCamera(ThreeDCamera):
    """Pass it as a scene's `camera_class`.

    Where no OpenGL context can be had, it says so once and draws with Manim's own mobjects instead.

    Attributes:
        aside: how far the picture of the scene is moved in its plane, in scene units; what is fixed in the
            frame stays where it is.
    """

    def __init__(self, **options: Any) -> None:
        self.aside = np.zeros(3)
        self._painter: Painter | None = None
        self._without = False  # whether OpenGL has been found missing
        self._still: Any = None  # the picture of what stands still that is drawn on; None: a new picture
        self._ground: Any = None  # the picture of what stands still that the painter holds
        self._put = True  # whether the picture holds what stands still
        self._drawn: tuple[list[Mobject], dict[str, Any]] | None = None  # on the last new picture, roughly
        self._moving = False  # whether the last picture was new too, as in a film whose camera moves
        super().__init__(**options)

    def reset(self) -> Self:
        """Start a new picture: nothing stands there yet."""
        self._still = None
        return super().reset()

    def set_frame_to_background(self, background: Any) -> None:
        """Start from a picture of what stands still, with the depths that it had."""
        if self._drawn is not None:
            self._draw_again(background, *self._drawn)
        # It is put into the picture when it is known how: by the painter, or here.
        self._still, self._put = background, False
        self._moving = False

    def _draw_again(self, picture: Any, mobjects: list[Mobject], options: dict[str, Any]) -> None:
        """Draw what has been drawn roughly with smooth edges, into the picture that was made of it."""
        self._moving = False
        self.reset()
        self.capture_mobjects(mobjects, **options)
        picture[:] = self.pixel_array

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        """Draw mobjects on the picture: the depth-tested ones first."""
        self.reset_rotation_matrix()
        mobjects = list(mobjects)
        family = self.get_mobjects_to_display(mobjects, **options)
        deep = [mobject for mobject in family if isinstance(mobject, DepthMobject)]
        flat = [mobject for mobject in family if not isinstance(mobject, DepthMobject)]
        if self._still is None:
            self._drawn = (mobjects, options) if deep and self._moving else None
        painter = self._find_painter() if deep else None
        if painter is not None:
            self._paint(painter, deep)
        else:
            self._start_flat(deep, flat)
        for kind, group in itertools.groupby(flat, self.type_or_raise):
            self.display_funcs[kind](list(group), self.pixel_array)

    def _start_flat(self, deep: list[DepthMobject], flat: list[Mobject]) -> None:
        """Start a picture without the painter; depth-tested mobjects are replaced by plain ones."""
        if self._still is None:
            self._ground = None  # the painter has not seen this picture
        elif not self._put:
            super().set_frame_to_background(self._still)
            self._put = True
        if deep:
            plain = [mobject.plain() for mobject in deep if mobject.opacity > 0]
            flat[:] = self.get_mobjects_to_display([*plain, *flat])

    def _paint(self, painter: Painter, deep: list[DepthMobject]) -> None:
        """Have the painter draw on what stands still, or start a new picture."""
        view = self.view()
        picture = cast("Picture", self.pixel_array)
        if self._still is None:
            smooth, self._moving = not self._moving, True
            self._ground = _FRESH
            painter.paint_ground(picture, deep, view, smooth)
            return
        if self._ground is _FRESH:
            painter.set_ground(self._still)
        elif self._ground is not self._still:
            picture[:] = self._still
            painter.paint_ground(picture, [], view, smooth=False)
        self._ground, self._put = self._still, True
        painter.paint_work(picture, deep, view)

    def _find_painter(self) -> Painter | None:
        """The painter, made at its first use; None where there is no OpenGL."""
        if self._painter is None and not self._without:
            try:
                self._painter = Painter(self.pixel_width, self.pixel_height)
            except Exception as error:  # noqa: BLE001 - drivers raise what they like
                self._without = True
                logger.warning(
                    f"No OpenGL ({error}): drawing with Manim's own mobjects, slowly and without depth."
                )
        return self._painter

    def view(self) -> View:
        """How the scene is seen now: the same projection as `project_points`, as a matrix."""
        turn = self.get_rotation_matrix()
        focal, zoom = self.get_focal_distance(), self.get_zoom()
        near, far = 0.05 * focal, 4.0 * focal
        centre = self.frame_center
        shift = self.aside - centre
        across, down = 2 / self.frame_width, -2 / self.frame_height
        # Camera space: z towards the viewer, w = (focal - z) / focal.
        project = np.array(
            [
                [across * zoom, 0, -across * shift[0] / focal, across * shift[0]],
                [0, down * zoom, -down * shift[1] / focal, down * shift[1]],
                [
                    0,
                    0,
                    -(far + near) / (focal * (far - near)),
                    ((far + near) - 2 * far * near / focal) / (far - near),
                ],
                [0, 0, -1 / focal, 1],
            ]
        )
        place = np.eye(4)
        place[:3, :3] = turn
        place[:3, 3] = -turn @ centre
        return View(project @ place, turn)

    def project_points(self, points: Array) -> Array:
        """The points in the picture's plane."""
        return np.asarray(super().project_points(points) + self.aside)
