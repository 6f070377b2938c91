"""`Painter`: draws depth-tested mobjects with OpenGL into a picture.

It keeps two pictures with their depths: the ground, what stands still, and a copy of it on which what moves
is drawn. So while the camera stands still, the surface is drawn once, and only balls and trails each frame.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from scenes.mobjects import Ball, DepthMobject, LossSurface, Trail

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

SHADERS = Path(__file__).parent / "shaders"
LIGHT = np.array([-0.45, -0.35, 0.82]) / np.linalg.norm([-0.45, -0.35, 0.82])
CONTOURS, CELLS = 14.0, 24.0
SAMPLES = 4  # for a picture that stays
NEARER = 0.0006  # of the depth range: how far a line is drawn before what it lies on


@dataclass(frozen=True)
class View:
    """How the camera sees the scene.

    Attributes:
        matrix: from scene points (x, y, z, 1) to OpenGL's clip space, its y pointing down as pictures do.
        axes: the camera's right, up and backward directions in the scene, as rows.
    """

    matrix: Array
    axes: Array


def make_context() -> moderngl.Context:
    """An OpenGL context without a window: on the graphics card where there is one, else in software.

    Raises:
        Exception: of moderngl's or its platform's choosing, where none can be had.
    """
    if sys.platform.startswith("linux"):
        return moderngl.create_context(standalone=True, backend="egl")  # type: ignore[arg-type]
    return moderngl.create_context(standalone=True)


class Painter:
    """An OpenGL context with its pictures, all of one size in pixels.

    Pictures are premultiplied RGBA, uint8 of shape (height, width, 4), top row first.

    Args:
        width: of every picture, in pixels.
        height: of every picture, in pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self.context = make_context()
        self.size = (width, height)
        self._still = self.context.texture(self.size, 4)  # the colours of the ground
        self._ground = self.context.framebuffer([self._still], self.context.depth_renderbuffer(self.size))
        self._work = self._canvas(0)
        self._smooth = self._canvas(min(SAMPLES, self.context.max_samples))
        self._backdrop = self.context.texture(self.size, 4)
        self._backdrop.filter = (moderngl.NEAREST, moderngl.NEAREST)
        corners = np.array([-1, -1, 1, -1, -1, 1, 1, 1], dtype="f4")
        self._corners = self.context.buffer(corners.tobytes())
        self._programs = {name: self._program(name) for name in ("backdrop", "surface", "ball", "line")}
        self._sheet = self.context.vertex_array(self._programs["backdrop"], [(self._corners, "2f", "corner")])

    def paint_ground(
        self, picture: Picture, mobjects: Sequence[DepthMobject], view: View, smooth: bool
    ) -> None:
        """Draw `mobjects` over `picture`, in place, and keep it, with its depths, as what stands still.

        Args:
            picture: what is behind everything.
            mobjects: what to draw.
            view: how it is seen.
            smooth: whether to take the time that smooth edges cost.
        """
        if smooth:
            self._backdrop.write(picture)
            self._smooth.use()
            self._smooth.clear()
            self.context.disable(moderngl.DEPTH_TEST | moderngl.BLEND)
            self._backdrop.use(0)
            self._sheet.render(moderngl.TRIANGLE_STRIP)
            self._draw(mobjects, view)
            self.context.copy_framebuffer(self._ground, self._smooth)
        else:
            self._ground.clear()
            self._still.write(picture)
            self._ground.use()
            self._draw(mobjects, view)
        self._ground.read_into(picture, components=4)

    def set_ground(self, picture: Picture) -> None:
        """Take `picture` for what stands still; the depths stay as they are."""
        self._still.write(picture)

    def paint_work(self, picture: Picture, mobjects: Sequence[DepthMobject], view: View) -> None:
        """Draw `mobjects` among what stands still, and put the result into `picture`."""
        self.context.copy_framebuffer(self._work, self._ground)
        self._work.use()
        self._draw(mobjects, view)
        self._work.read_into(picture, components=4)

    def _draw(self, mobjects: Sequence[DepthMobject], view: View) -> None:
        """Surfaces; the ghosts of trails, which balls must cover; balls; and what is seen of the trails."""
        self.context.enable(moderngl.DEPTH_TEST | moderngl.BLEND)
        self.context.blend_func = moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA
        halfway = LIGHT + view.axes[2]
        halfway /= np.linalg.norm(halfway)
        for program in self._programs.values():
            _set(program, view=view.matrix.T, right=view.axes[0], up=view.axes[1], eye=view.axes[2])
            _set(program, light=LIGHT, halfway=halfway)
        seen = [mobject for mobject in mobjects if mobject.opacity > 0]
        for surface in seen:
            if isinstance(surface, LossSurface):
                self._draw_surface(surface)
        trails = [mobject for mobject in seen if isinstance(mobject, Trail)]
        self._draw_trails([trail for trail in trails if trail.ghost > 0], hidden=True)
        self._draw_balls([mobject for mobject in seen if isinstance(mobject, Ball)])
        self._draw_trails(trails, hidden=False)

    def _draw_surface(self, surface: LossSurface) -> None:
        grid = surface.grid()
        normals = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1)).reshape(-1, 3)
        vertices = np.concatenate([surface.points, normals, surface.place, surface.tints], axis=1)
        program = self._programs["surface"]
        fine = max(1.0, self.size[1] / 900)
        _set(program, opacity=surface.opacity, contours=CONTOURS, cells=CELLS, fine=fine)
        buffers = [
            (self.context.buffer(_floats(vertices)), "3f 3f 3f 3f", "position", "normal", "place", "tint")
        ]
        self._render(program, buffers, index=self.context.buffer(_triangles(surface.resolution)))

    def _draw_balls(self, balls: Sequence[Ball]) -> None:
        rows = [[*ball.points.mean(axis=0), ball.radius, *ball.rgba()] for ball in balls]
        self._instances("ball", rows, "3f 1f 4f/i", ("centre", "radius", "tint"))

    def _draw_trails(self, trails: Sequence[Trail], hidden: bool) -> None:
        """What is seen of the trails, or what is hidden: behind what has been drawn so far."""
        program = self._programs["line"]
        _set(program, size=np.array(self.size), nearer=NEARER, butt=hidden)
        pixels = self.size[1] / 8 / 100  # a unit of stroke width, in a frame 8 scene units high
        canvas = self.context.fbo
        canvas.depth_mask = False
        self.context.depth_func = ">" if hidden else "<="
        for trail in trails:
            tails, heads = trail.segments()
            style = np.tile([max(trail.thickness * pixels, 1.0), *trail.rgba()], (len(tails), 1))
            _set(program, faded=trail.ghost if hidden else 1.0)
            rows = np.hstack([tails, heads, style])
            self._instances("line", rows, "3f 3f 1f 4f/i", ("tail", "head", "width", "tint"))
        self.context.depth_func = "<="
        canvas.depth_mask = True

    def _instances(self, name: str, rows: Any, layout: str, columns: tuple[str, ...]) -> None:
        """Draw a rectangle for each row, made of it by the program's vertex shader."""
        if len(rows):
            buffers = [
                (self._corners, "2f", "corner"),
                (self.context.buffer(_floats(rows)), layout, *columns),
            ]
            self._render(self._programs[name], buffers, instances=len(rows))

    def _render(
        self, program: moderngl.Program, buffers: list[Any], index: Any = None, instances: int = 1
    ) -> None:
        array = self.context.vertex_array(program, buffers, index_buffer=index)
        array.render(moderngl.TRIANGLES if index else moderngl.TRIANGLE_STRIP, instances=instances)
        array.release()
        for buffer in (index, *(row[0] for row in buffers)):
            if buffer is not None and buffer is not self._corners:
                buffer.release()

    def _canvas(self, samples: int) -> moderngl.Framebuffer:
        """A picture to draw on, with depths."""
        colour = self.context.renderbuffer(self.size, 4, samples=samples)
        return self.context.framebuffer([colour], self.context.depth_renderbuffer(self.size, samples=samples))

    def _program(self, name: str) -> moderngl.Program:
        vertex, fragment = ((SHADERS / f"{name}.{kind}").read_text() for kind in ("vert", "frag"))
        return self.context.program(vertex_shader=vertex, fragment_shader=fragment)


@cache
def _triangles(resolution: int) -> bytes:
    """The vertices of a grid's triangles, two for each cell."""
    rows, columns = np.meshgrid(np.arange(resolution), np.arange(resolution), indexing="ij")
    first = (rows * (resolution + 1) + columns).ravel()
    below = first + resolution + 1
    return np.stack([first, below, first + 1, first + 1, below, below + 1], axis=-1).astype("i4").tobytes()


def _floats(rows: Any) -> bytes:
    return np.ascontiguousarray(rows, dtype="f4").tobytes()


def _set(program: moderngl.Program, **uniforms: Any) -> None:
    """Set those of the uniforms that the program has."""
    for name, value in uniforms.items():
        if name in program:
            uniform = program[name]
            if isinstance(value, np.ndarray):
                uniform.write(_floats(value))  # type: ignore[union-attr]
            else:
                uniform.value = value  # type: ignore[union-attr]
