"""`Painter`: draws depth-tested mobjects with OpenGL into a picture.

It keeps two pictures with their depths: the static one, and a copy of it on which moving mobjects are drawn.
So while the camera is at rest, the surface is drawn only once, and balls and trails in each frame. If
everything that moves is fixed in the frame, a `RestingLayer` between the two holds what rests for a while.
"""

from __future__ import annotations

import ctypes
import itertools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import moderngl
import numpy as np
from manim import Mobject
from numpy.typing import NDArray

from scenes.depth.atlas import Atlas
from scenes.depth.mobjects import Ball, DepthMobject, LossSurface, Trail
from scenes.depth.resting_layer import RestingLayer
from scenes.depth.sprite import Sprite, places
from scenes.depth.vertex_buffers import CORNERS, Mesh, Rectangles, set_uniforms
from views.theme import rgb

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

SHADERS = Path(__file__).parent / "shaders"
LIGHT = np.array([-0.45, -0.35, 0.82]) / np.linalg.norm([-0.45, -0.35, 0.82])
CONTOURS, CELLS = 14.0, 24.0
SAMPLES = 4  # for a static picture
_CASING = 1.5  # the width of the edge of a line, in Manim's units of stroke width
NEARER = 0.0006  # of the depth range: how far a line is drawn in front of the surface it lies on
_DEVICES = 8  # devices to try: the user may have no permission for a card that is listed
_CLIP_DISTANCE = 0x3000  # OpenGL's GL_CLIP_DISTANCE0


@dataclass(frozen=True)
class View:
    """The camera's view of the scene.

    Attributes:
        matrix: from scene points (x, y, z, 1) to OpenGL's clip space, its y pointing down as pictures do.
        axes: the camera's right, up and backward directions in the scene, as rows.
    """

    matrix: Array
    axes: Array


@dataclass(frozen=True)
class Sight:
    """The mobjects to draw, and their views.

    Attributes:
        view: of the scene.
        frame: the view of mobjects fixed in the frame.
        rows: how many rows of pixels, from the top, the scene is drawn in.
        scene: mobjects in the scene.
        facing: sprites in the scene that face the camera, each with its centre.
        fixed: mobjects fixed in the frame, drawn over the scene in this order.
    """

    view: View
    frame: View
    rows: int
    scene: list[DepthMobject] = field(default_factory=list)
    facing: list[tuple[Sprite, Array]] = field(default_factory=list)
    fixed: list[DepthMobject] = field(default_factory=list)

    def sprites(self) -> list[Sprite]:
        """All sprites, wherever they are."""
        rest = [mobject for mobject in (*self.scene, *self.fixed) if isinstance(mobject, Sprite)]
        return [*rest, *(sprite for sprite, _ in self.facing)]


@cache
def make_context() -> moderngl.Context:
    """The OpenGL context that all painters share: on the graphics card if there is one, else in software.

    On Linux, the first of EGL's devices that can makes it; cards are listed first, and software last.

    Raises:
        Exception: moderngl's or the platform's, if there is none.
    """
    egl: list[Any] = [{"backend": "egl", "device_index": number} for number in range(_DEVICES)]
    refusals = []
    for settings in egl if sys.platform.startswith("linux") else [{}]:
        try:
            context = moderngl.create_context(standalone=True, **settings)
        except Exception as error:  # noqa: BLE001  (moderngl raises nothing more specific)
            refusals.append(error)
        else:
            context.gc_mode = "auto"  # objects are freed with their painter
            return context
    raise refusals[0]


class Painter:
    """Draws pictures, all of one size in pixels.

    Pictures are premultiplied RGBA, uint8 of shape (height, width, 4), top row first.

    Args:
        width: of every picture, in pixels.
        height: of every picture, in pixels.
        unit: pixels to a scene unit.
    """

    def __init__(self, width: int, height: int, unit: float) -> None:
        self.context = make_context()
        self.size = (width, height)
        self.unit = unit
        self._static_colours = self.context.texture(self.size, 4)
        self._static = self.context.framebuffer(
            [self._static_colours], self.context.depth_renderbuffer(self.size)
        )
        self._work = self._canvas(0)
        self._layer = RestingLayer(self.context.framebuffer([self.context.renderbuffer(self.size, 4)]))
        self._smooth = self._canvas(min(SAMPLES, self.context.max_samples))
        self._backdrop = self.context.texture(self.size, 4)
        self._backdrop.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._atlas = Atlas(self.context, 1 << (max(width, height) - 1).bit_length(), unit)
        # As context.finish(), but without blocking Python's other threads, mainly the encoder's.
        self._finish = ctypes.CFUNCTYPE(None)(self.context.mglo._context.load("glFinish"))
        self._sheet = self.context.vertex_array(
            self._program("backdrop"), [(self.context.buffer(CORNERS), "2f", "corner")]
        )
        self._surface = self._program("surface")
        self._meshes: WeakKeyDictionary[Mobject, Mesh] = WeakKeyDictionary()
        self._balls = self._rectangles("ball", "3f 1f 4f", "centre", "radius", "tint")
        self._lines = self._rectangles("line", "3f 3f 1f 4f", "tail", "head", "width", "tint")
        self._sprites = self._rectangles(
            "sprite", "4f 4f 4f 4f 1f", "base", "across", "down", "part", "opacity"
        )

    def paint_static(self, picture: Picture, sight: Sight, smooth: bool, backdrop: Picture) -> None:
        """Draw into `picture`, and keep it, with its depths, as the static picture.

        Args:
            picture: the picture to draw.
            sight: what to draw.
            smooth: whether to spend time on smooth edges.
            backdrop: the picture behind everything; a single pixel is used everywhere.
        """
        canvas = self._smooth if smooth else self._static
        red, green, blue, opacity = (backdrop[0, 0] / 255.0).tolist()
        canvas.clear(red, green, blue, opacity)
        canvas.use()
        if backdrop.size > 4:
            self._backdrop.write(backdrop)
            self.context.disable(moderngl.DEPTH_TEST | moderngl.BLEND)
            self._backdrop.use(0)
            self._sheet.render(moderngl.TRIANGLE_STRIP)
        self._draw(sight)
        if smooth:
            self.context.copy_framebuffer(self._static, self._smooth)
        self._layer.forget()
        self._read(self._static, picture)

    def set_static(self, picture: Picture) -> None:
        """Make `picture` the static picture; the depths stay as they are."""
        self._static_colours.write(picture)
        self._layer.forget()

    def paint_work(self, picture: Picture, sight: Sight) -> None:
        """Draw on a copy of the static picture, and write the result to `picture`."""
        fixed = sight.fixed
        if sight.scene or sight.facing:
            self.context.copy_framebuffer(self._work, self._static)
        else:
            fixed = self._paint_layer(sight)
            self.context.copy_framebuffer(self._work, self._layer.canvas)
        self._work.use()
        self._draw(replace(sight, fixed=fixed))
        self._read(self._work, picture)

    def _paint_layer(self, sight: Sight) -> list[DepthMobject]:
        """Draw mobjects that have come to rest on the static picture, and return the others."""
        layer = self._layer
        resting = layer.settle(sight.fixed)
        if not layer.begun:
            self.context.copy_framebuffer(layer.canvas, self._static)
        if resting > layer.drawn:
            layer.canvas.use()
            self._draw(replace(sight, fixed=sight.fixed[layer.drawn : resting]))
        layer.begun, layer.drawn = True, resting
        return sight.fixed[resting:]

    def depths(self, view: View, hiding: Sequence[LossSurface | Ball]) -> NDArray[np.float32]:
        """The depth of surfaces and balls at each pixel, from -1 to 1; 1 where there is none."""
        self._work.color_mask = (False,) * 4
        self._work.clear()
        self._work.use()
        self.context.enable(moderngl.DEPTH_TEST)
        self.context.depth_func = "<="
        self._see(view)
        for mobject in hiding:
            if isinstance(mobject, LossSurface):
                self._draw_surface(mobject)
        self._draw_balls(mobject for mobject in hiding if isinstance(mobject, Ball))
        self._work.color_mask = (True,) * 4
        depths = np.empty(self.size[::-1], dtype="f4")
        self._finish()
        self._work.read_into(depths, components=1, attachment=-1, dtype="f4")
        return 2 * depths - 1

    def _read(self, canvas: moderngl.Framebuffer, picture: Picture) -> None:
        self._finish()
        canvas.read_into(picture, components=4)

    def _draw(self, sight: Sight) -> None:
        """Draw the scene, with a depth test, and over it what is fixed in the frame."""
        # New pictures are written to the atlas first, as writing would wait for drawing to finish.
        self._atlas.prepare(mobject.drawing for mobject in sight.sprites() if mobject.opacity > 0)
        self.context.enable(moderngl.DEPTH_TEST | moderngl.BLEND)
        self.context.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        self._see(sight.view)
        canvas = self.context.fbo
        canvas.scissor = 0, 0, self.size[0], sight.rows
        self._draw_scene([mobject for mobject in sight.scene if mobject.opacity > 0], sight)
        canvas.scissor = None  # type: ignore[assignment]
        canvas.use()  # the context still has the old one
        if sight.fixed:
            self.context.disable(moderngl.DEPTH_TEST)
            self._see(sight.frame)
            self._draw_frame([mobject for mobject in sight.fixed if mobject.opacity > 0], sight.frame)

    def _draw_scene(self, seen: Sequence[DepthMobject], sight: Sight) -> None:
        """Draw surfaces, ghosts of trails (which balls cover), balls, visible parts of trails, sprites."""
        for surface in seen:
            if isinstance(surface, LossSurface):
                self._draw_surface(surface)
        trails = [mobject for mobject in seen if isinstance(mobject, Trail)]
        canvas = self.context.fbo
        canvas.depth_mask = False
        self.context.depth_func = ">"
        lines = self._line_rows(trails)
        ghosts = np.repeat([trail.ghost for trail in trails], [len(rows) for rows in lines])
        self._draw_lines(lines, ghosts)
        canvas.depth_mask = True
        self.context.depth_func = "<="
        self._draw_balls(mobject for mobject in seen if isinstance(mobject, Ball))
        canvas.depth_mask = False
        self._draw_lines(_casings(trails, lines, self.unit))
        self._draw_lines(lines)
        standing = [mobject for mobject in seen if isinstance(mobject, Sprite)]
        if standing:
            self._draw_sprites(standing, *_in_space(standing, sight.view))
        canvas.depth_mask = True
        facing = [(sprite, centre) for sprite, centre in sight.facing if sprite.opacity > 0]
        if facing:
            # Text that faces the camera must be legible: nothing hides it.
            self.context.disable(moderngl.DEPTH_TEST)
            self._draw_sprites([sprite for sprite, _ in facing], *_facing(facing, sight))

    def _draw_frame(self, seen: Sequence[DepthMobject], frame: View) -> None:
        """Draw what is fixed in the frame, one over the other."""
        for kind, group in itertools.groupby(seen, type):
            if issubclass(kind, Trail):
                trails = [m for m in group if isinstance(m, Trail)]
                lines = self._line_rows(trails)
                cased = zip(_casings(trails, lines, self.unit), lines, strict=True)
                self._draw_lines([rows for both in cased for rows in both])
            elif issubclass(kind, Ball):
                self._draw_balls(m for m in group if isinstance(m, Ball))
            elif issubclass(kind, Sprite):
                sprites = [m for m in group if isinstance(m, Sprite)]
                self._atlas.sharpen(True)
                self._draw_sprites(sprites, *self._on_pixels(sprites, frame))
                self._atlas.sharpen(False)
            else:
                for surface in group:
                    if isinstance(surface, LossSurface):
                        self._draw_surface(surface)

    def _see(self, view: View) -> None:
        halfway = LIGHT + view.axes[2]
        halfway /= np.linalg.norm(halfway)
        for program in (self._surface, self._balls.program, self._lines.program):
            set_uniforms(program, view=view.matrix.T, right=view.axes[0], up=view.axes[1], eye=view.axes[2])
            set_uniforms(program, light=LIGHT, halfway=halfway)

    def _draw_surface(self, surface: LossSurface) -> None:
        mesh = self._meshes.get(surface)
        if mesh is None or not mesh.shows(surface):
            mesh = self._meshes[surface] = Mesh(self.context, self._surface, surface)
        fine = max(1.0, self.size[1] / 900)
        set_uniforms(
            self._surface, opacity=surface.opacity, density=np.array([CELLS, CELLS, CONTOURS]), fine=fine
        )
        set_uniforms(self._surface, begun=surface.begun, reach=surface.reach, contour=surface.lines)
        for number in range(4):
            self.context.enable_direct(_CLIP_DISTANCE + number)
        if surface.opacity == 1:
            self.context.disable(moderngl.BLEND)  # which in software costs a tenth of the surface
        mesh.array.render(moderngl.TRIANGLES)
        self.context.enable(moderngl.BLEND)
        for number in range(4):
            self.context.disable_direct(_CLIP_DISTANCE + number)

    def _draw_balls(self, balls: Iterable[Ball]) -> None:
        self._balls.draw([[*ball.points.mean(axis=0), ball.radius, *ball.rgba()] for ball in balls])

    def _line_rows(self, trails: Sequence[Trail]) -> list[Array]:
        """The rows to draw for each trail, one for each straight piece."""
        lines = []
        for trail in trails:
            tails, heads = trail.segments()
            rows = np.empty((len(tails), 11))
            rows[:, :3], rows[:, 3:6] = tails, heads
            rows[:, 6] = max(trail.thickness * self.unit / 100, 1.0)
            rows[:, 7:] = trail.rgba()
            lines.append(rows)
        return lines

    def _draw_lines(self, lines: Sequence[Array], ghosts: Array | None = None) -> None:
        """Draw the visible parts of trails, or, with the opacity of each row's ghost, the hidden ones."""
        if not lines:
            return
        rows = np.concatenate(lines)
        if ghosts is not None:
            rows[:, 10] *= ghosts
            rows = rows[ghosts > 0]
        program = self._lines.program
        set_uniforms(program, size=np.array(self.size), nearer=NEARER, butt=ghosts is not None)
        self._lines.draw(rows)

    def _draw_sprites(self, sprites: Sequence[Sprite], origins: Array, x: Array, y: Array) -> None:
        """Draw sprites, each given by its origin and the vectors of a unit right and up, in clip space."""
        self._atlas.texture.use(0)
        where = np.array([self._atlas.places[sprite.digest] for sprite in sprites])
        width, height, left, top = where.T[2:, :, None] / self.unit
        rows = np.empty((len(sprites), 17))
        rows[:, :4] = origins + left * x + top * y
        rows[:, 4:8], rows[:, 8:12] = width * x, -height * y
        rows[:, 12:16] = where[:, :4] / self._atlas.side
        rows[:, 16] = [sprite.opacity for sprite in sprites]
        self._sprites.draw(rows)

    def _on_pixels(self, sprites: Sequence[Sprite], frame: View) -> tuple[Array, Array, Array]:
        """The sprites' places in clip space, aligned to whole pixels, to be as sharp as drawn."""
        origins, x, y = _in_space(sprites, frame)
        half = np.array(self.size) / 2
        origins[:, :2] = np.round((origins[:, :2] + 1) * half) / half - 1
        return origins, x, y

    def _canvas(self, samples: int) -> moderngl.Framebuffer:
        """A framebuffer with depths."""
        colour = self.context.renderbuffer(self.size, 4, samples=samples)
        return self.context.framebuffer([colour], self.context.depth_renderbuffer(self.size, samples=samples))

    def _program(self, name: str) -> moderngl.Program:
        vertex, fragment = ((SHADERS / f"{name}.{kind}").read_text() for kind in ("vert", "frag"))
        return self.context.program(vertex_shader=vertex, fragment_shader=fragment)

    def _rectangles(self, name: str, layout: str, *columns: str) -> Rectangles:
        return Rectangles(self.context, self._program(name), layout, *columns)


def _casings(trails: Sequence[Trail], lines: Sequence[Array], unit: float) -> list[Array]:
    """The rows to draw beneath each line: none beneath one without an edge."""
    casings = []
    for trail, rows in zip(trails, lines, strict=True):
        casing = (rows if trail.casing else rows[:0]).copy()
        if trail.casing:
            casing[:, 6] += 2 * max(_CASING * unit / 100, 1.0)
            casing[:, 7:10] = rgb(trail.casing)
        casings.append(casing)
    return casings


def _in_space(sprites: Sequence[Sprite], view: View) -> tuple[Array, Array, Array]:
    """The origins of sprites, and the vectors of a unit right and up, in clip space."""
    origins, x, y = places(sprites)
    turn = view.matrix[:, :3].T
    return origins @ turn + view.matrix[:, 3], x @ turn, y @ turn


def _facing(sprites: Sequence[tuple[Sprite, Array]], sight: Sight) -> tuple[Array, Array, Array]:
    """The same for sprites that face the camera, around their centres as in the frame."""
    origins, x, y = places([sprite for sprite, _ in sprites])
    centres = np.array([centre for _, centre in sprites])
    at = centres @ sight.view.matrix[:, :3].T + sight.view.matrix[:, 3]
    flat, scale = sight.frame.matrix[:, :3].T, at[:, 3:]
    return at + scale * ((origins - centres) @ flat), scale * (x @ flat), scale * (y @ flat)
