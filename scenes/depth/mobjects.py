"""The mobjects that `DepthCamera` draws: the loss surface, balls, and trails.

Manim's own methods work on them: `shift`, `scale`, `rotate`, `move_to`, `become`, `set_opacity`, `FadeIn`,
updaters. `scenes.depth.painter` draws them; `plain` is the same thing made of Manim's own mobjects, for
cameras without OpenGL.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from manim import ORIGIN, Mobject, Sphere, VGroup, VMobject
from manim.utils.color import ManimColor
from numpy.typing import NDArray

from scenes.theme import colour_of, theme
from views.box import Box
from views.theme import rgb

Array = NDArray[np.float64]


class DepthMobject(Mobject):
    """A mobject drawn with a depth buffer: hidden by what is in front of it.

    Args:
        points: its points, of shape (n, 3).
        colour: of all of it, or its role in the theme.
        opacity: from 0, invisible, to 1.
    """

    def __init__(self, points: Array, colour: str = "#FFFFFF", opacity: float = 1.0) -> None:
        super().__init__()
        self.color: ManimColor = ManimColor(colour_of(colour))
        self.points = np.array(points, dtype=np.float64).reshape(-1, 3)
        self.opacity = opacity

    @abstractmethod
    def plain(self) -> Mobject:
        """The same made of Manim's own mobjects."""

    def rgba(self) -> tuple[float, float, float, float]:
        """Colour and opacity, each from 0 to 1."""
        red, green, blue = self.color.to_rgb()
        return float(red), float(green), float(blue), float(self.opacity)

    def set_opacity(self, opacity: float, family: bool = True) -> Self:  # noqa: ARG002
        """Make it more or less transparent."""
        self.opacity = float(opacity)
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:  # noqa: ARG002
        """Reduce its opacity by the fraction `darkness`, from 0 to 1."""
        self.opacity *= 1 - darkness
        return self

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Colour and opacity between those of two others."""
        self.opacity = (1 - alpha) * mobject1.opacity + alpha * mobject2.opacity
        self.color = mobject1.color.interpolate(mobject2.color, alpha)
        return self

    def align_points_with_larger(self, larger_mobject: Mobject) -> Self:
        """Repeat the last point until there are as many as in the other."""
        missing = len(larger_mobject.points) - len(self.points)
        last = self.points[-1:] if len(self.points) else np.zeros((1, 3))
        self.points = np.concatenate([self.points, np.repeat(last, missing, axis=0)])
        return self


class LossSurface(DepthMobject):
    """The surface of a `Box`, coloured by height, with contour lines and a fine grid.

    Args:
        box: the surface and its room.
        resolution: cells along each side of the mesh; lines and light are smooth at any.

    Attributes:
        lines: the colour of its contour lines, RGB in 0..1.
        begun: where along u it begins to be drawn, from 0 to 1.
        reach: how far along u it is drawn, from 0 to 1.

    >>> from surfaces import get_surface
    >>> LossSurface(Box(get_surface("sphere")), resolution=16).grid().shape
    (17, 17, 3)
    """

    def __init__(self, box: Box, resolution: int = 64) -> None:
        (u_low, u_high), (v_low, v_high) = box.surface.u_range, box.surface.v_range
        fractions = np.linspace(0.0, 1.0, resolution + 1)
        across, along = np.meshgrid(fractions, fractions, indexing="ij")
        u, v = u_low + across * (u_high - u_low), v_low + along * (v_high - v_low)
        super().__init__(box.on_surface(u, v))
        self.resolution = resolution
        heights = box.height_fraction(np.broadcast_to(box.surface(u, v), u.shape))
        self.place = np.stack([across, along, heights], axis=-1).reshape(-1, 3)
        self.tints = theme().height_colours(heights).reshape(-1, 3)
        self.lines = np.array(rgb(theme().lines))
        self.begun, self.reach = 0.0, 1.0

    def grid(self) -> Array:
        """The points as a grid of shape (resolution + 1, resolution + 1, 3)."""
        side = self.resolution + 1
        return np.asarray(self.points.reshape(side, side, 3))

    def align_points_with_larger(self, larger_mobject: Mobject) -> Self:
        """Refine the mesh to that of another surface."""
        if not isinstance(larger_mobject, LossSurface):
            return super().align_points_with_larger(larger_mobject)
        values = np.concatenate([self.points, self.place, self.tints], axis=1)
        side = self.resolution + 1
        self.resolution = larger_mobject.resolution
        finer = np.linspace(0, side - 1, self.resolution + 1)
        lower = np.minimum(finer.astype(int), side - 2)
        part = (finer - lower)[:, None, None]
        grid = values.reshape(side, side, -1)
        for _ in range(2):  # along each side
            grid = ((1 - part) * grid[lower] + part * grid[lower + 1]).swapaxes(0, 1)
        self.points, self.place, self.tints = np.split(grid.reshape(-1, values.shape[1]), 3, axis=1)
        return self

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Colours, lines and opacity between those of two other surfaces."""
        super().interpolate_color(mobject1, mobject2, alpha)
        for name in ("place", "tints", "begun", "reach"):
            one, other = getattr(mobject1, name), getattr(mobject2, name)
            whole = alpha == 1 or one is other or np.array_equal(one, other)
            setattr(self, name, other if whole else (1 - alpha) * one + alpha * other)
        self.resolution = mobject2.resolution
        return self

    def pointwise_become_partial(self, mobject: Any, a: float, b: float) -> Self:
        """Become the part of another surface from a to b, each from 0 to 1 along u: what `Create` does."""
        self.points = mobject.points.copy()
        self.begun, self.reach = a, b
        return self

    def plain(self) -> VMobject:
        """Faces of one colour each, clipped like the surface."""
        step = max(1, self.resolution // 28)
        values = np.concatenate([self.points, self.place, self.tints], axis=1)
        corners = values.reshape(*self.grid().shape[:2], -1)[::step, ::step]
        faces = VGroup()
        for i in range(len(corners) - 1):
            for j in range(len(corners) - 1):
                ring = corners[[i, i + 1, i + 1, i], [j, j, j + 1, j + 1]]
                for column, least, most in ((5, 0.0, 1.0), (3, self.begun, self.reach)):
                    ring = _cut(_cut(ring, column, least), column, most, above=False)
                if len(ring):
                    colour = ManimColor(corners[i, j, 6:])
                    face = VMobject(shade_in_3d=True, stroke_color=colour, stroke_width=0.6)
                    face.set_fill(colour, opacity=self.opacity).set_stroke(opacity=self.opacity)
                    faces.add(face.set_points_as_corners([*ring[:, :3], ring[0, :3]]))
        return faces


def _cut(ring: Array, column: int, bound: float, above: bool = True) -> Array:
    """Clip a polygon, a row for each corner, to where a column is above or below a bound.

    >>> _cut(np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]]), 0, 1.0).tolist()
    [[1.0, 1.0], [1.0, 0.0], [4.0, 0.0], [4.0, 4.0]]
    """
    inside = ring[:, column] - bound if above else bound - ring[:, column]
    if (inside >= 0).all():
        return ring
    kept = []
    for k, here in enumerate(inside):
        before = inside[k - 1]
        if (here >= 0) != (before >= 0):
            kept.append(ring[k] + (ring[k - 1] - ring[k]) * here / (here - before))
        if here >= 0:
            kept.append(ring[k])
    return np.array(kept).reshape(-1, ring.shape[1])


class Ball(DepthMobject):
    """A lit ball.

    Args:
        point: its centre.
        colour: of its light side.
        radius: in scene units.

    >>> Ball([0.0, 0.0, 1.0], colour="#E69F00").radius
    0.13
    """

    def __init__(
        self, point: Sequence[float] | Array = ORIGIN, colour: str = "#FFFFFF", radius: float = 0.13
    ) -> None:
        poles = radius * np.vstack([np.eye(3), -np.eye(3)])
        super().__init__(np.asarray(point) + poles, colour)

    @property
    def radius(self) -> float:
        """Half the distance between the poles, in scene units."""
        return float(np.linalg.norm(self.points[0] - self.points[3]) / 2)

    def plain(self) -> VMobject:
        """A sphere of faces."""
        sphere = Sphere(self.points.mean(axis=0), radius=self.radius, resolution=(8, 8), stroke_width=0)
        return sphere.set_fill(self.color, opacity=self.opacity)


class Trail(DepthMobject):
    """A line in space, of constant width on the screen; hidden parts show as a faint ghost.

    Args:
        points: of shape (n, 3); joined by straight pieces.
        colour: of the line.
        width: in Manim's units of stroke width, 100 to a scene unit.
        ghost: the opacity of hidden parts, 0 for none.

    Attributes:
        casing: the colour of an edge on both sides; none where the theme has no outline.

    >>> Trail([[0.0, 0.0, 0.0], [3.0, 4.0, 0.0]]).get_end().tolist()
    [3.0, 4.0, 0.0]
    """

    def __init__(
        self,
        points: Array | Sequence[Array] | Sequence[Sequence[float]] = (),
        colour: str = "#FFFFFF",
        width: float = 4.0,
        ghost: float = 0.22,
    ) -> None:
        super().__init__(np.asarray(points, dtype=np.float64), colour)
        self.thickness = width
        self.ghost = ghost
        self.casing = theme().outline
        self._breaks = np.zeros(0, dtype=int)

    def set_pieces(self, pieces: Sequence[Array]) -> Self:
        """Draw these lines instead, each of shape (n, 3), not joined to each other."""
        self.points = np.concatenate([*pieces, np.zeros((0, 3))])
        self._breaks = np.cumsum([len(piece) for piece in pieces])[:-1] - 1
        return self

    def joints(self) -> tuple[int, ...]:
        """The last point of each line except the last line."""
        return tuple(self._breaks.tolist())

    def segments(self) -> tuple[Array, Array]:
        """The tails and heads of its straight pieces, each of shape (n, 3)."""
        if not len(self._breaks):
            return self.points[:-1], self.points[1:]
        joined = np.delete(np.arange(max(len(self.points) - 1, 0)), self._breaks)
        return self.points[joined], self.points[joined + 1]

    def interpolate_color(self, mobject1: Any, mobject2: Any, alpha: float) -> Self:
        """Colour, width and opacity between those of two other trails; the nearer one's pieces."""
        super().interpolate_color(mobject1, mobject2, alpha)
        self.thickness = (1 - alpha) * mobject1.thickness + alpha * mobject2.thickness
        self.ghost = (1 - alpha) * mobject1.ghost + alpha * mobject2.ghost
        self._breaks = (mobject1 if alpha < 0.5 else mobject2)._breaks
        return self

    def pointwise_become_partial(self, mobject: Any, a: float, b: float) -> Self:
        """Become the part of another trail from a to b, each from 0 to 1 along it: what `Create` does."""
        last = len(mobject.points) - 1
        moments = np.unique(np.r_[a * last, np.arange(np.ceil(a * last), np.floor(b * last) + 1), b * last])
        columns = [np.interp(moments, np.arange(last + 1), mobject.points[:, axis]) for axis in range(3)]
        self.points = np.stack(columns, axis=-1) if last > 0 else mobject.points.copy()
        self._breaks = np.zeros(0, dtype=int)
        return self

    def plain(self) -> VMobject:
        """A line of Manim's own, drawn over everything."""
        line = VMobject(stroke_color=self.color, stroke_width=self.thickness, stroke_opacity=self.opacity)
        for piece in np.split(self.points, self._breaks + 1):
            if len(piece) > 1:
                line.start_new_path(piece[0])
                line.add_points_as_corners(piece[1:])
        return line
