"""The vertex buffers of the painter: hundreds of rectangles, and the meshes of surfaces."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any

import moderngl
import numpy as np

from scenes.depth.mobjects import LossSurface

CORNERS = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], dtype="f4")


class Rectangles:
    """Draws a rectangle for each row of numbers, from which a program's vertex shader computes it.

    A row is repeated for each corner, as in Mesa's software renderer an instance costs as much as a hundred
    vertices.
    """

    def __init__(
        self, context: moderngl.Context, program: moderngl.Program, layout: str, *columns: str
    ) -> None:
        self.program = program
        self._context, self._layout, self._columns = context, layout, columns
        self._make(256)

    def draw(self, rows: Any) -> None:
        """Draw them in order."""
        if len(rows):
            if len(rows) > self._most:
                self._make(2 * len(rows))
            data = np.empty((len(rows), 4, 2 + len(rows[0])), dtype="f4")
            data[..., :2] = CORNERS
            data[..., 2:] = np.asarray(rows)[:, None]
            self._buffer.orphan()
            self._buffer.write(data)
            self._array.render(moderngl.TRIANGLES, vertices=6 * len(rows))

    def _make(self, most: int) -> None:
        self._most = most
        self._buffer = self._context.buffer(reserve=4 * most * struct.calcsize(f"2f {self._layout}"))
        first = 4 * np.arange(most, dtype="i4")[:, None]
        index = self._context.buffer(first + np.array([0, 1, 2, 2, 1, 3], dtype="i4"))
        columns = (self._buffer, f"2f {self._layout}", "corner", *self._columns)
        self._array = self._context.vertex_array(self.program, [columns], index_buffer=index)


class Mesh:
    """A surface's vertices at the time it was made."""

    def __init__(self, context: moderngl.Context, program: moderngl.Program, surface: LossSurface) -> None:
        self._shown = surface.points.copy(), surface.place, surface.tints
        grid = surface.grid()
        normals = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1)).reshape(-1, 3)
        vertices = np.concatenate([surface.points, normals, surface.place, surface.tints], axis=1)
        buffer = context.buffer(np.ascontiguousarray(vertices, dtype="f4"))
        columns = (buffer, "3f 3f 3f 3f", "position", "normal", "place", "tint")
        index = context.buffer(_triangles(surface.resolution))
        self.array = context.vertex_array(program, [columns], index_buffer=index)

    def shows(self, surface: LossSurface) -> bool:
        """Whether the surface has not changed since."""
        now = surface.points, surface.place, surface.tints
        return all(a is b or np.array_equal(a, b) for a, b in zip(self._shown, now, strict=True))


@cache
def _triangles(resolution: int) -> bytes:
    """The vertices of a grid's triangles, two for each cell."""
    rows, columns = np.meshgrid(np.arange(resolution), np.arange(resolution), indexing="ij")
    first = (rows * (resolution + 1) + columns).ravel()
    below = first + resolution + 1
    return np.stack([first, below, first + 1, first + 1, below, below + 1], axis=-1).astype("i4").tobytes()


def set_uniforms(program: moderngl.Program, **uniforms: Any) -> None:
    """Set those of the uniforms that the program has."""
    for name, value in uniforms.items():
        uniform: Any = program.get(name, None)
        if isinstance(value, np.ndarray) and uniform:
            uniform.write(np.ascontiguousarray(value, dtype="f4"))
        elif uniform:
            uniform.value = value
