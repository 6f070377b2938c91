"""`Squares`: squares whose areas are an optimizer's squared terms, and what is divided by their sides."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import LEFT, Group, ImageMobject
from manim.utils.color import ManimColor
from numpy.typing import NDArray

from optimizers.equations import Quantity
from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Corners, Drawing, Label, Sprite
from scenes.depth.uncopied import Shared
from scenes.step.look import Look
from scenes.step.rules import compared
from scenes.step.steps import Steps
from scenes.text.equations import names
from scenes.text.math_boxes import Setting, row, word
from scenes.text.typesetting import Equation
from scenes.theme import SMALL, colour_of
from support.formulas import parse
from views.theme import FAINT, INK

Array = NDArray[np.float64]

_AXES = ("u", "v")
_BAR = 9.0  # the width of bars, in Manim's units
_ROOM = 0.34  # above the squares, for the bars on them


class Patch(Drawing):
    """A unit square of one colour.

    Args:
        colour: of it.
        opacity: from 0 to 1.
    """

    __slots__ = ("_ink",)

    def __init__(self, colour: str, opacity: float) -> None:
        colour = colour_of(colour)
        self._ink = np.array([*ManimColor(colour).to_rgb(), 1.0]) * opacity * 255
        super().__init__((0.0, 0.0, 1.0, 1.0), repr((colour, opacity)))

    def paint(self, unit: float, size: tuple[int, int], left: int, top: int) -> NDArray[np.uint8]:
        """Colour it, except the margin."""
        picture, side = np.zeros((size[1], size[0], 4), dtype=np.uint8), int(np.ceil(unit))
        picture[top - side : top, -left : side - left] = np.rint(self._ink)
        return picture

    def plain(self) -> ImageMobject:
        """The same as Manim's image."""
        picture, _, _ = self.picture(4)
        return ImageMobject(picture).scale_to_fit_width(1.0).move_to((0.5, 0.5, 0.0))


class Field(Sprite):
    """A rectangle of one colour, for any place."""

    def cover(self, box: Corners) -> Self:
        """Cover a rectangle."""
        left, bottom, right, top = box
        self.points = np.array([[left, bottom, 0.0], [right, bottom, 0.0], [left, top, 0.0]])
        return self


class Squares(Group):
    """A square or a bar of each squared term or size, for u and for v; to be fixed in the frame.

    Args:
        steps: the racer's.
        look: colours and words.
        corners: of the rectangle to fit.
        wide: whether there is room for a legend.
    """

    def __init__(self, steps: Steps, look: Look, corners: Corners, wide: bool) -> None:
        self._steps = Shared(steps)
        self._slots = _slots(steps)
        left, bottom, right, top = corners
        cells = 2 * len(self._slots)
        self._look = look
        words = (
            [Equation(said, SMALL) for said in self._said(self._slots[0][0])]
            if wide and len(self._slots) == 1
            else []
        )
        room = max((label.width for label in words), default=-0.3) + 0.3
        upright = top - bottom > right - left  # one above the other
        across, down = right - left - room, top - bottom
        across, down = (across, down / cells) if upright else (across / cells, down)
        self._side = min(down - _ROOM, across - 0.42)
        self._widest = min(1.3 * self._side, across - 0.38)
        self._corners = [
            (left + 0.34 + i * across * (not upright), top - down + 0.05 - i * down * upright)
            for i in range(cells)
        ]
        colours = [look.colours[self._symbol(slot)] for slot in self._slots for _ in _AXES]
        self._fills = Group(*(Field(Patch(colour, 0.3)) for colour in colours))
        self._rims = Group(*(Trail(colour=colour, width=3.0, ghost=0.0) for colour in colours))
        self._outlines = Group(*(Trail(colour=INK, width=2.0, ghost=0.0) for _ in colours))
        self._bars = Group(*(Trail(colour=INK, width=_BAR, ghost=0.0) for _ in colours))
        self._scales: tuple[float, ...] = (0.0,) * len(self._slots)
        self._words = words
        labels = Group()
        for i, (x, y) in enumerate(self._corners):
            labels.add(Label(_AXES[i % 2], SMALL, FAINT).stand(x - 0.27, y, LEFT))
        for i, label in enumerate(words):
            labels.add(label.stand(right - room + 0.3, bottom + 0.1 + 0.45 * (len(words) - 1 - i)))
        super().__init__(self._fills, self._rims, self._outlines, self._bars, labels)

    def _symbol(self, slot: list[int]) -> str:
        return parse(self._steps.value.lines[slot[0]].text)[0]

    def _said(self, line: int) -> list[Setting]:
        """The legend of areas and sides, or of lengths, once a line is done."""
        symbol, _ = parse(self._steps.value.lines[line].text)
        words, setter = self._look.words, self._look.setter()
        over = next((pair[0] for other in self._steps.value.lines if (pair := compared(other))), None)
        bar = [row(word(words.bar, FAINT), setter.name(over), gap=0.3)] if over else []
        if self._steps.value.lines[line].quantity is Quantity.SIZE:
            return [*bar, row(word(words.length, FAINT), setter.name(symbol), gap=0.3)]
        root = setter.set(parse(f"x = sqrt({symbol})")[1])
        return [
            *bar,
            row(word(words.area, FAINT), setter.name(symbol), gap=0.3),
            row(word(words.side, FAINT), root, gap=0.3),
        ]

    def set_scale(self, first: int, end: int) -> None:
        """Scale so that the largest square of these steps fills its place."""
        steps = self._steps.value
        scales = []
        for slot in self._slots:
            unit = steps.lines[slot[0]].unit
            over = {"g", *(pair[0] for line in steps.lines if (pair := compared(line)))}
            most = steps.largest(unit, {Quantity.SQUARE, Quantity.SIZE}, first, end, over)
            scales.append(self._side / most if most > 0 else 0.0)
        self._scales = tuple(scales)

    def at(self, step: int, line: int, progress: float) -> Self:
        """Show a step with one of its lines partly done."""
        steps = self._steps.value
        moments = steps.values(step)
        for i, (slot, scale) in enumerate(zip(self._slots, self._scales, strict=True)):
            begun = [place for place in slot if place <= line]
            symbol = self._symbol(slot)
            before = after = moments[0].get(symbol, np.zeros(2))  # not kept between steps: grows from nothing
            for place in begun:
                before, after = after, moments[place + 1][parse(steps.lines[place].text)[0]]
            now = progress if begun and begun[-1] == line else 1.0
            for label, said in zip(self._words, self._said(begun[-1] if begun else slot[0]), strict=False):
                label.write(said)
            if self._words and any(map(compared, steps.lines)):  # the first is for the bar
                self._words[0].set_opacity(float(any(map(compared, steps.lines[: line + 1]))))
            shape = steps.lines[slot[0]].quantity
            for axis in range(2):
                value = before[axis] + now * (after[axis] - before[axis])
                size = float(np.sqrt(max(value, 0.0)) if shape is Quantity.SQUARE else abs(value)) * scale
                self._draw(2 * i + axis, shape, size)
                self._compare(2 * i + axis, moments, line, progress, size * (shape is Quantity.SQUARE))
        return self

    def _draw(self, cell: int, shape: Quantity, size: float) -> None:
        x, y = self._corners[cell]
        size = float(np.clip(size, 0.0, self._widest)) if np.isfinite(size) else 0.0
        self._fills[cell].set_opacity(float(size > 0))
        if not size:
            self._rims[cell].set_pieces([])
        elif shape is Quantity.SQUARE:
            self._fills[cell].cover((x, y, x + max(size, 0.02), y + max(size, 0.02)))
            self._rims[cell].set_pieces([_ring(x, y, size)])
        else:
            self._fills[cell].cover((x, y, x + max(size, 0.02), y + 0.2))
            self._rims[cell].set_pieces([_ring(x, y, size, 0.2)])

    def _compare(self, cell: int, moments: Any, line: int, progress: float, height: float) -> None:
        """The square of the gradient beside a term that takes a share of it; a bar of what is divided."""
        steps, axis = self._steps.value, cell % 2
        slot, scale = self._slots[cell // 2], self._scales[cell // 2]
        x, y = self._corners[cell]
        outline, bar = self._outlines[cell], self._bars[cell]
        outline.set_pieces([])
        bar.set_pieces([])
        shown = steps.lines[line]
        _, right = parse(shown.text)
        if line == slot[0] and shown.quantity is Quantity.SQUARE:
            added = next((name for name in names(right) if name in {"g", "d"}), "g")
            size = abs(float(moments[line + 1][added][axis])) * scale
            if np.isfinite(size) and size <= self._widest:
                outline.set_pieces([_ring(x, y, size)])
                outline.set_opacity(min(1.0, 3 * progress))
        over = next((pair for part in steps.lines[: line + 1] if (pair := compared(part))), None)
        if over and any(parse(steps.lines[place].text)[0] == over[1] for place in slot):
            length = abs(float(moments[line + 1][over[0]][axis])) * scale
            if np.isfinite(length):
                begun = progress if compared(shown) else 1.0
                top = y + (height if shown.quantity is not Quantity.SIZE else 0.0) + 0.12
                top = max(top, y + 0.32) if steps.lines[slot[0]].quantity is Quantity.SIZE else top
                ends = np.array([[x, top, 0.0], [x + begun * min(length, self._widest), top, 0.0]])
                bar.set_pieces([ends])
                bar.set_color(ManimColor(colour_of(self._look.colours[over[0]])))


def _slots(steps: Steps) -> list[list[int]]:
    """The lines whose values share a square: one that is made of another's takes its place."""
    slots: list[list[int]] = []
    symbols: list[set[str]] = []
    for i, line in enumerate(steps.lines):
        if line.quantity not in {Quantity.SQUARE, Quantity.SIZE}:
            continue
        symbol, right = parse(line.text)
        found = next((k for k, known in enumerate(symbols) if known & set(names(right))), None)
        if found is None:
            slots.append([i])
            symbols.append({symbol})
        else:
            slots[found].append(i)
            symbols[found].add(symbol)
    return slots


def _ring(x: float, y: float, side: float, high: float | None = None) -> Array:
    up = side if high is None else high
    corners = [[0, 0, 0], [side, 0, 0], [side, up, 0], [0, up, 0], [0, 0, 0]]
    return np.asarray(np.array(corners, dtype=np.float64) + np.array([x, y, 0.0]))
