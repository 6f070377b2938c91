"""`Atlas`: the pictures of many sprites in one texture, so that all are drawn in one call."""

from __future__ import annotations

from collections.abc import Iterable

import moderngl

from scenes.depth.sprite import Drawing

Place = tuple[int, int, int, int, int, int]


class Atlas:
    """A texture that is filled with pictures shelf by shelf; once full, it is cleared.

    Args:
        context: of OpenGL.
        side: the initial side of the texture, in pixels.
        unit: pixels to a scene unit.

    Attributes:
        places: for each drawing, by its digest: x, y, width and height in the texture, and its left and top
            edges as in `Drawing.picture`, all in pixels.
    """

    def __init__(self, context: moderngl.Context, side: int, unit: float) -> None:
        self._context, self._unit = context, unit
        self._begin(side)

    def prepare(self, drawings: Iterable[Drawing]) -> None:
        """Make sure that all of them have a place."""
        wanted = list(drawings)
        new = [drawing for drawing in wanted if drawing.digest not in self.places]
        if not all(self._put(drawing) for drawing in new):
            self._begin(self.side)
            while not all(self._put(drawing) for drawing in wanted):
                self._begin(2 * self.side)

    def sharpen(self, sharp: bool) -> None:
        """Sample the nearest pixel, if pictures are neither scaled nor shifted by fractions, or blend."""
        kind = moderngl.NEAREST if sharp else moderngl.LINEAR
        self.texture.filter = (kind, kind)

    def _begin(self, side: int) -> None:
        """Start with an empty texture."""
        self.side = side
        self.texture = self._context.texture((side, side), 4)
        self.sharpen(False)
        self.places: dict[str, Place] = {}
        self._x, self._y, self._shelf = 0, 0, 0

    def _put(self, drawing: Drawing) -> bool:
        """Place a drawing; False if there is no room."""
        if drawing.digest in self.places:
            return True
        picture, left, top = drawing.picture(self._unit)
        height, width = picture.shape[:2]
        if self._x + width > self.side:
            self._x, self._y, self._shelf = 0, self._y + self._shelf, 0
        if self._y + height > self.side or width > self.side:
            return False
        self.texture.write(picture.tobytes(), viewport=(self._x, self._y, width, height))
        self.places[drawing.digest] = (self._x, self._y, width, height, left, top)
        self._x, self._shelf = self._x + width, max(self._shelf, height)
        return True
