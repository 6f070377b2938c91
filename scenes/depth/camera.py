"""`DepthCamera`: a `ThreeDCamera` with a depth buffer.

It draws the mobjects of `scenes.depth.mobjects` with OpenGL and a depth buffer into the picture on which
Cairo then draws everything else, mainly text. A picture's static part is what Manim calls its static image:
everything that does not move in an animation.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Self, cast

import cairo
import numpy as np
from manim import ComplexValueTracker, Mobject, ThreeDCamera, ValueTracker, VMobject, logger
from numpy.typing import NDArray
from PIL import Image

from scenes.depth.mobjects import Ball, DepthMobject, LossSurface
from scenes.depth.occlusion import Footprint, Occlusion, Veil, veils
from scenes.depth.painter import Painter, Picture, Sight, View
from scenes.depth.sprite import Sprite
from support.pictures import straight

Array = NDArray[np.float64]


# Stands for the picture that the painter drew last, until it is known as the static picture.
_FRESH = object()


class _State:
    """The state of drawing. It has no __dict__, so Manim's cache does not hash it."""

    __slots__ = (
        "clean", "drawn", "flat", "hiding", "moving", "occlusion", "painted", "painter", "plain", "put",
        "still", "veils", "without",
    )  # fmt: skip

    def __init__(self) -> None:
        self.painter: Painter | None = None
        self.without = False  # whether OpenGL is missing
        self.clean = False  # whether the picture must start from the background, which is not drawn yet
        self.still: Any = None  # the static picture to draw on; None for a new picture
        self.painted: Any = None  # the static picture that the painter holds
        self.put = True  # whether the picture contains the static picture
        self.drawn: tuple[list[Mobject], dict[str, Any]] | None = None  # roughly, in the last new picture
        self.plain: list[Mobject] = []  # Manim's own, in place of others
        self.moving = False  # whether the last picture was new too, as while the camera moves
        # Of the last new picture:
        self.flat: list[Mobject] = []  # what Cairo has drawn, if any of it is in the scene
        self.hiding: list[LossSurface | Ball] = []  # what may hide it
        self.veils: list[Veil] | None = None  # the depths of those, once needed
        self.occlusion: Occlusion | None = None  # hides the mobjects that Cairo draws now


class DepthCamera(ThreeDCamera):
    """Pass it as a scene's `camera_class`.

    Surfaces and balls also hide Manim's own mobjects, if these are in the scene: see
    `scenes.depth.occlusion`. Mobjects that are not fixed in the frame are redrawn in each frame in which
    anything with depth moves, so that it can hide them.

    Without an OpenGL context, it warns once and draws with Manim's own mobjects instead.

    Attributes:
        aside_tracker: the shift of the scene's picture in its plane, in scene units, x as the real and y as
            the imaginary part; mobjects fixed in the frame are not shifted.
        floor_tracker: the height in the frame below which nothing of the scene is drawn.

    Args:
        options: as Manim's `ThreeDCamera` takes them.

    >>> DepthCamera().aside.tolist()
    [0.0, 0.0, 0.0]
    """

    def __init__(self, **options: Any) -> None:
        self.aside_tracker = ComplexValueTracker(0)
        self.floor_tracker = ValueTracker(-1e3)
        self._state = _State()
        super().__init__(**options)
        super().reset()

    @property
    def aside(self) -> Array:
        """The shift of the scene's picture, of shape (3,)."""
        to = complex(self.aside_tracker.get_value())
        return np.array([to.real, to.imag, 0.0])

    @aside.setter
    def aside(self, to: Array) -> None:
        self.aside_tracker.set_value(complex(to[0], to[1]))

    def get_value_trackers(self) -> list[ValueTracker]:
        """The trackers that move the camera."""
        return [*super().get_value_trackers(), self.aside_tracker, self.floor_tracker]

    def reset(self) -> Self:
        """Start a new, empty picture."""
        # The background is drawn later, by the painter or here.
        self._state.still, self._state.clean = None, True
        return self

    def set_frame_to_background(self, background: Any) -> None:
        """Start from a static picture, with the depths that it had."""
        state = self._state
        if state.drawn is not None:
            self._draw_again(background, *state.drawn)
        # It is copied into the picture later, too.
        state.still, state.put, state.clean = background, False, False
        state.moving = False

    def _draw_again(self, picture: Any, mobjects: list[Mobject], options: dict[str, Any]) -> None:
        """Redraw with smooth edges what was drawn without, into the picture made of it."""
        self._state.moving = False
        self.reset()
        self.capture_mobjects(mobjects, **options)
        picture[:] = self.pixel_array

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        """Draw mobjects on the picture: the depth-tested ones first."""
        state = self._state
        self.reset_rotation_matrix()
        mobjects = list(mobjects)
        family = self.get_mobjects_to_display(mobjects, **options)
        deep = [mobject for mobject in family if isinstance(mobject, DepthMobject)]
        flat = [mobject for mobject in family if not isinstance(mobject, DepthMobject)]
        standing = any(map(self._stands, flat))
        if state.still is None:
            state.drawn = (mobjects, options) if deep and state.moving else None
            state.flat = flat if standing and state.clean else []
        painter = self._find_painter() if deep else None
        if painter is not None:
            if state.still is not None and state.flat:
                # Moving mobjects may hide static ones, which are redrawn.
                flat, standing = [*state.flat, *flat], True
            self._paint(painter, deep)
        else:
            self._start_flat()
            flat = [*self._plain(deep), *flat]
        state.occlusion = self._occlude(deep) if standing else None
        for kind, group in itertools.groupby(flat, self.type_or_raise):
            self.display_funcs[kind](list(group), self.pixel_array)

    def get_mobjects_to_display(
        self, mobjects: Iterable[Mobject], *args: Any, **options: Any
    ) -> list[Mobject]:
        """As Manim's, but quicker for mobjects with depth, which it need not sort by theirs."""
        mobjects = list(mobjects)
        if not args and all(value is True for value in options.values()):
            found = [mobject for mobject in _family(mobjects) if not isinstance(mobject, ValueTracker)]
            if all(isinstance(mobject, DepthMobject) and not mobject.z_index for mobject in found):
                return found
        return super().get_mobjects_to_display(mobjects, *args, **options)

    def _stands(self, mobject: Mobject) -> bool:
        """Whether one of Manim's own mobjects is in the scene, where it can be hidden."""
        return isinstance(mobject, VMobject) and mobject not in self.fixed_in_frame_mobjects

    def _start_flat(self) -> None:
        """Start a picture without the painter."""
        state = self._state
        if state.still is None:
            state.painted = None  # the painter has not seen this picture
            state.hiding, state.veils = [], None
            if state.clean:
                super().reset()
                state.clean = False
        elif not state.put:
            super().set_frame_to_background(state.still)
            state.put = True

    def _plain(self, deep: list[DepthMobject]) -> list[Mobject]:
        """Manim's own mobjects in place of depth-tested ones, fixed like these."""
        for stand_in in self._state.plain:
            self.remove_fixed_in_frame_mobjects(stand_in)
            self.remove_fixed_orientation_mobjects(stand_in)
        plain = self._state.plain = []
        for mobject in deep:
            if mobject.opacity > 0:
                stand_in = mobject.plain()
                if mobject in self.fixed_in_frame_mobjects:
                    if isinstance(stand_in, VMobject):  # else Manim draws it first, below what it is on
                        stand_in.set_shade_in_3d(False)
                    self.add_fixed_in_frame_mobjects(stand_in)
                elif mobject in self.fixed_orientation_mobjects:
                    self.add_fixed_orientation_mobjects(stand_in)
                plain.append(stand_in)
        return self.get_mobjects_to_display(plain)

    def _paint(self, painter: Painter, deep: list[DepthMobject]) -> None:
        """Let the painter draw on the static picture, or start a new picture."""
        state = self._state
        sight = self._sight(deep)
        picture = cast("Picture", self.pixel_array)
        if state.still is None:
            # Over a ground that is not known, no later frame hides a jagged edge.
            smooth, state.moving = not state.moving or self.background_opacity < 1, True
            state.painted = _FRESH
            state.hiding, state.veils = self._hiding(deep), None
            backdrop: Any = self.background if state.clean else picture
            plain = state.clean and self.background_image is None
            painter.paint_static(picture, sight, smooth, backdrop[:1, :1] if plain else backdrop)
            state.clean = False
            return
        if state.painted is _FRESH:
            if not state.flat:
                painter.set_static(state.still)
        elif state.painted is not state.still:
            backdrop = self.background if state.flat else state.still
            painter.paint_static(picture, self._sight([]), False, cast("Picture", backdrop))
            state.hiding, state.veils = [], None
        state.painted, state.put = state.still, True
        painter.paint_work(picture, sight)

    def _hiding(self, deep: Sequence[DepthMobject]) -> list[LossSurface | Ball]:
        """The mobjects that may hide Manim's own."""
        standing = (mobject for mobject in deep if mobject not in self.fixed_in_frame_mobjects)
        return [m for m in standing if isinstance(m, LossSurface | Ball) and m.opacity > 0]

    def _occlude(self, deep: Sequence[DepthMobject]) -> Occlusion | None:
        """What hides Manim's own mobjects, among the static and the moving ones."""
        state = self._state
        if state.painter is None:
            return None
        if state.veils is None:
            state.veils = list(veils(state.painter, self.view(), state.hiding))
        moving = [] if state.still is None else self._hiding(deep)
        found = [*state.veils, *veils(state.painter, self.view(), moving)]
        return Occlusion(found, self.view()) if found else None

    def display_vectorized(self, vmobject: VMobject, ctx: cairo.Context[Any]) -> Self:
        """Draw the visible part of one of Manim's own mobjects."""
        draw = partial(super().display_vectorized, vmobject, ctx)
        occlusion = self._state.occlusion
        if occlusion is None or not self._stands(vmobject):
            draw()
            return self
        points = self.transform_points_pre_display(vmobject, vmobject.points)
        if len(points) != len(vmobject.points) or len(points) < vmobject.n_points_per_cubic_curve:
            return self  # nothing to draw
        anchor = None
        if vmobject in self.fixed_orientation_mobjects:
            centre = self.fixed_orientation_mobjects[vmobject]()
            anchor = occlusion.place(ctx, centre[None], self.project_points(centre[None]))[0]
        spots = occlusion.place(ctx, vmobject.points, points)
        strokes = vmobject.get_stroke_width(), vmobject.get_stroke_width(background=True)
        width = max(strokes) * self.cairo_line_width_multiple * ctx.get_matrix().xx
        filled = bool((vmobject.get_fill_opacities() > 0).any())
        occlusion.through(ctx, Footprint(spots, float(width), filled, anchor), draw)
        return self

    def _find_painter(self) -> Painter | None:
        """The painter, made on first use; None without OpenGL."""
        if self._state.painter is None and not self._state.without:
            try:
                self._state.painter = Painter(
                    self.pixel_width, self.pixel_height, self.pixel_height / self.frame_height
                )
            except Exception as error:  # noqa: BLE001 - drivers raise anything
                self._state.without = True
                logger.warning(
                    f"No OpenGL ({error}): drawing with Manim's own mobjects, slowly and without depth."
                )
        return self._state.painter

    def _sight(self, mobjects: list[DepthMobject]) -> Sight:
        """How each mobject is seen: in the scene, facing the camera, or fixed in the frame."""
        frame = np.diag([2 / self.frame_width, -2 / self.frame_height, 0.0, 1.0])
        frame[:2, 3] = -frame[[0, 1], [0, 1]] * self._middle()
        share = 0.5 - self.floor_tracker.get_value() / self.frame_height
        rows = int(np.clip(round(share * self.pixel_height), 0, self.pixel_height))
        sight = Sight(self.view(), View(frame, np.eye(3)), rows)
        for mobject in mobjects:
            if mobject in self.fixed_in_frame_mobjects:
                sight.fixed.append(mobject)
            elif mobject in self.fixed_orientation_mobjects and isinstance(mobject, Sprite):
                sight.facing.append((mobject, self.fixed_orientation_mobjects[mobject]()))
            else:
                sight.scene.append(mobject)
        return sight

    def get_image(self, pixel_array: Any = None) -> Image.Image:
        """The picture, with straight colours, as files store them."""
        picture: Any = self.pixel_array if pixel_array is None else pixel_array
        clear: Any = straight(picture)
        return super().get_image(clear)

    def view(self) -> View:
        """The current view of the scene: the same projection as `project_points`, as a matrix."""
        turn = self.get_rotation_matrix()
        focal, zoom = self.get_focal_distance(), self.get_zoom()
        near, far = 0.05 * focal, 4.0 * focal
        centre = self.frame_center
        shift = self.aside[:2] - self._middle()
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

    def _middle(self) -> Array:
        """The middle of Cairo's picture: the frame's centre when it began to draw this picture."""
        units = self.get_cairo_context(self.pixel_array).get_matrix()
        return np.array([self.pixel_width / 2 - units.x0, self.pixel_height / 2 - units.y0]) / [
            units.xx,
            units.yy,
        ]

    def project_points(self, points: Array) -> Array:
        """The points projected to the picture's plane."""
        return np.asarray(super().project_points(points) + self.aside)


def _family(mobjects: Sequence[Mobject]) -> list[Mobject]:
    """The mobjects and their submobjects that have points, each where it is last."""
    found, todo = [], [*reversed(mobjects)]
    while todo:
        mobject = todo.pop()
        if len(mobject.points):
            found.append(mobject)
        todo += reversed(mobject.submobjects)
    return [*reversed(dict.fromkeys(reversed(found)))]
