"""`Sprite`: a picture that is drawn once and then costs one rectangle per frame; `Label`: a sprite of text.

Manim draws every letter of a text as its own curve, in every frame in which the camera moves.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Self

import numpy as np
from manim import DOWN, LEFT, ORIGIN, RIGHT, UP, Camera, Mobject, VGroup, VMobject
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from scenes.depth.mobjects import DepthMobject
from scenes.theme import BODY, EM, FONT_FILES, OUTLINE, colour_of, letters, theme
from views.theme import INK, rgb

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]
Corners = tuple[float, float, float, float]  # left, bottom, right, top

_MEASURED = 200  # pixels per em at which text is measured


class Drawing(ABC):
    """The picture of a sprite. It is immutable, so that copies of a sprite share it.

    Args:
        box: its bounds, in scene units from its origin.
        digest: equal for drawings of a kind that look the same.
        em: of its text, in scene units, which gets the theme's outline; 0 for what is no text.

    Attributes:
        box: its bounds.
        digest: equal for drawings that look the same.
    """

    # No __dict__: Manim's cache then uses the sprite's digest.
    __slots__ = ("_outline", "_pictures", "box", "digest")

    def __init__(self, box: Corners, digest: str, em: float = 0.0) -> None:
        self.box = box
        self._outline = (theme().outline, OUTLINE * em) if em and theme().outline else ("", 0.0)
        self.digest = digest + self._outline[0]
        self._pictures: dict[float, tuple[Picture, int, int]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def picture(self, unit: float) -> tuple[Picture, int, int]:
        """Premultiplied RGBA, and the left and top edges relative to the origin, all in pixels.

        Args:
            unit: pixels to a scene unit.
        """
        if unit not in self._pictures:
            left, bottom, right, top = np.array(self.box) * unit
            colour, width = self._outline
            around = round(width * unit) if colour else 0
            margin = 2 + around
            x, y = int(np.floor(left)) - margin, int(np.ceil(top)) + margin
            size = int(np.ceil(right)) + margin - x, y - int(np.floor(bottom)) + margin
            picture = self.paint(unit, size, x, y)
            self._pictures[unit] = (outlined(picture, colour, around) if colour else picture), x, y
        return self._pictures[unit]

    @abstractmethod
    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Draw it into a new picture of `size`, with these left and top edges relative to the origin."""

    @abstractmethod
    def plain(self) -> Mobject:
        """The same as a mobject of Manim's own."""


class Curves(Drawing):
    """A drawing of Manim's mobject, with the scene's origin as its own."""

    __slots__ = ("_mobject",)

    def __init__(self, mobject: VMobject, digest: str, em: float = 0.0) -> None:
        self._mobject = mobject
        (left, top, _), (right, bottom, _) = mobject.get_corner(LEFT + UP), mobject.get_corner(RIGHT + DOWN)
        super().__init__((float(left), float(bottom), float(right), float(top)), digest, em)

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Draw it with Cairo."""
        width, height = size
        camera = Camera(
            frame_center=np.array([left + width / 2, top - height / 2, 0.0]) / unit,
            pixel_width=width,
            pixel_height=height,
            frame_width=width / unit,
            frame_height=height / unit,
            background_opacity=0.0,
        )
        camera.capture_mobjects([self._mobject])
        return np.array(camera.pixel_array)

    def plain(self) -> VMobject:
        """A copy of it."""
        return self._mobject.copy()


class TextLine(Drawing):
    """A line of text in the project's font, its origin at the left end of the base line.

    All digits have the same width, so that a changing number does not move.
    """

    __slots__ = ("_bold", "_colour", "_content", "_size")

    def __init__(self, content: str, size: float, colour: str, bold: bool) -> None:
        self._content, self._size, self._colour, self._bold = content, size, colour, bold
        left, top, right, bottom = _extent(content, bold)
        em = size * EM
        super().__init__(
            (left * em, -bottom * em, right * em, -top * em), repr((content, size, colour, bold)), em
        )

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> Picture:
        """Draw it with Pillow."""
        em = self._size * EM * unit
        font = _font(self._bold, round(em, 2))
        mask = Image.new("L", size)
        pen = ImageDraw.Draw(mask)
        for piece, x in _pieces(self._content, self._bold):
            pen.text((x * em - left, top), piece, font=font, anchor="ls", fill=255)
        ink = np.array([*rgb(self._colour), 1.0])
        return np.asarray(np.rint(np.asarray(mask)[..., None] * ink), dtype=np.uint8)

    def plain(self) -> VMobject:
        """Set by Manim."""
        return _set(self._content, self._size, self._colour, self._bold)


class Sprite(DepthMobject):
    """A picture in the scene, drawn once. Fixed in the frame, its pixels are those of its drawing.

    Args:
        drawing: its picture. Its origin is placed at the scene's, to be moved from there.
    """

    def __init__(self, drawing: Drawing) -> None:
        super().__init__(_corners(drawing.box))
        self.drawing = drawing
        self.digest = drawing.digest

    def redraw(self, drawing: Drawing) -> Self:
        """Show another drawing, with the same bounds, in its place."""
        self.drawing, self.digest = drawing, drawing.digest
        return self

    def place(self) -> tuple[Array, Array, Array]:
        """The drawing's origin in the scene, and the vectors of a unit right and a unit up."""
        origins, x, y = places([self])
        return origins[0], x[0], y[0]

    def plain(self) -> Mobject:
        """Its drawing, where it stands."""
        origin, x, y = self.place()
        turn = np.stack([x, y, np.cross(x, y)])
        plain = self.drawing.plain()
        plain.apply_points_function_about_point(lambda points: points @ turn + origin, about_point=ORIGIN)
        plain.set_opacity(self.opacity)
        return plain


class Label(Sprite):
    """A line of text.

    Args:
        content: the text.
        size: in points, such as those of `scenes.theme`.
        colour: of the letters.
        bold: whether they are bold.
    """

    def __init__(self, content: str, size: float = BODY, colour: str = INK, bold: bool = False) -> None:
        self._style = (size, colour_of(colour), bold)
        super().__init__(_line(content, *self._style, theme().outline))

    def stand(self, x: float, y: float, edge: Array = ORIGIN) -> Self:
        """Put its base line at y, and its LEFT end, middle (ORIGIN) or RIGHT end at x."""
        origin, _, _ = self.place()
        at = self.get_edge_center(edge)[0] if edge is not ORIGIN else self.get_center()[0]
        return self.shift(np.array([x - at, y - origin[1], -origin[2]]))

    def write(self, content: str, edge: Array = RIGHT) -> Self:
        """Change the text, keeping its edge and its original size."""
        line = _line(content, *self._style, theme().outline)
        if line is not self.drawing:
            origin, _, _ = self.place()
            x = self.get_edge_center(edge)[0]
            self.points = _corners(line.box)
            self.drawing, self.digest = line, line.digest
            self.stand(x, origin[1], edge)
        return self


def places(sprites: Sequence[Sprite]) -> tuple[Array, Array, Array]:
    """`Sprite.place` of several sprites, each of the three of shape (n, 3)."""
    left, bottom, right, top = np.array([sprite.drawing.box for sprite in sprites]).T[..., None]
    corner, across, up = np.stack([sprite.points for sprite in sprites], axis=1)
    x, y = (across - corner) / (right - left), (up - corner) / (top - bottom)
    return corner - left * x - bottom * y, x, y


def outlined(picture: Picture, colour: str, width: int) -> Picture:
    """A picture, premultiplied RGBA, on an outline around what it shows, `width` pixels wide."""
    shape = Image.fromarray(picture[..., 3]).filter(ImageFilter.MaxFilter(2 * max(width, 1) + 1))
    spread = np.asarray(shape.filter(ImageFilter.GaussianBlur(0.3 * max(width, 1))), dtype=float)
    behind = spread[..., None] * np.array([*rgb(colour), 1.0])
    rest = 1 - picture[..., 3:] / 255
    return np.asarray(np.rint(picture + rest * behind), dtype=np.uint8)


def _corners(box: Corners) -> Array:
    left, bottom, right, top = box
    return np.array([[left, bottom, 0.0], [right, bottom, 0.0], [left, top, 0.0]])


@lru_cache(maxsize=4096)
def _line(content: str, size: float, colour: str, bold: bool, _outline: str) -> Drawing:
    """A line of text; if the project's font lacks a letter, Manim sets it in the machine's fonts."""
    if all(covered(letter, bold) for letter in content):
        return TextLine(content, size, colour, bold)
    return Curves(_set(content, size, colour, bold), repr((content, size, colour, bold)), size * EM)


def _set(content: str, size: float, colour: str, bold: bool) -> VMobject:
    """Manim's text with its base line and left end at the origin, found by an H in front, then removed."""
    first, *rest = letters(f"H{content}", size, colour, bold)
    base = first.get_bottom()[1]
    line = VGroup(*rest)
    return line.shift(np.array([-line.get_left()[0], -base, 0.0]))


def fitted(content: str, width: float, size: float = BODY, bold: bool = False) -> str:
    """The text, with its middle cut out if it is wider than `width`, in scene units; its last letters stay.

    At least three letters are cut, as the ellipsis is as wide as one or two.
    """
    short = content
    for kept in range(len(content) - 5, 0, -1):
        if line_width(short, size, bold) <= width:
            break
        short = f"{content[:kept].rstrip()}…{content[-2:]}"
    return short


def wrapped(content: str, width: float, size: float = BODY, bold: bool = False) -> list[str]:
    """The text in lines no wider than `width`, in scene units; a word that is wider is cut as by `fitted`."""
    lines: list[str] = []
    for word in content.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and line_width(longer, size, bold) <= width:
            lines[-1] = longer
        else:
            lines.append(fitted(word, width, size, bold))
    return lines


def line_width(content: str, size: float = BODY, bold: bool = False) -> float:
    """The width of a line of text, in scene units."""
    left, _, right, _ = _extent(content, bold)
    return (right - left) * size * EM


def _pieces(content: str, bold: bool) -> list[tuple[str, float]]:
    """The pieces to draw at once, and their starts in ems: each digit is a piece, as wide as a 0."""
    pieces, x = [], 0.0
    for piece in re.findall(r"\d|\D+", content):
        wide = _advance(piece, bold)
        room = _advance("0", bold) if piece.isdigit() else wide
        pieces.append((piece, x + (room - wide) / 2))
        x += room
    return pieces


def _extent(content: str, bold: bool) -> Corners:
    """Left, top, right and bottom of the ink, in ems from the base line's left end, y pointing down."""
    boxes = [(x, _ink(piece, bold)) for piece, x in _pieces(content, bold) if piece.strip()]
    if not boxes:
        return 0.0, -0.01, 0.01, 0.0
    return (
        min(x + left for x, (left, _, _, _) in boxes),
        min(top for _, (_, top, _, _) in boxes),
        max(x + right for x, (_, _, right, _) in boxes),
        max(bottom for _, (_, _, _, bottom) in boxes),
    )


@lru_cache(maxsize=4096)
def _advance(piece: str, bold: bool) -> float:
    return float(_font(bold, _MEASURED).getlength(piece)) / _MEASURED


@lru_cache(maxsize=4096)
def _ink(piece: str, bold: bool) -> Corners:
    left, top, right, bottom = _font(bold, _MEASURED).getbbox(piece, anchor="ls")
    return left / _MEASURED, top / _MEASURED, right / _MEASURED, bottom / _MEASURED


@lru_cache(maxsize=4096)
def covered(letter: str, bold: bool) -> bool:
    """Whether the project's font has a letter."""
    font = _font(bold, _MEASURED)
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask("\U0010ffff"))


@cache
def _font(bold: bool, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT_FILES[bold], size)
