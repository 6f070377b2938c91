"""`StepMap`: the map around a few steps, and on it the ball, its trail, and the arrows of a step."""

from __future__ import annotations

from typing import Self, cast

import numpy as np
from manim import RIGHT, Group
from manim.utils.color import ManimColor
from numpy.typing import NDArray

from optimizers.equations import Quantity, Unit
from scenes.depth.mobjects import Trail
from scenes.depth.sprite import Label, Sprite, line_width
from scenes.depth.uncopied import Shared
from scenes.race.arrows import HEAD, arrow_lines
from scenes.race.balls_and_trails import Runners
from scenes.race.plan import Relief
from scenes.step.look import Look
from scenes.step.squares import Field, Patch
from scenes.step.steps import Steps
from scenes.step.window import Window
from scenes.text.equations import evaluate, kept_and_added
from scenes.text.math_boxes import row, word
from scenes.text.typesetting import Equation
from scenes.theme import SMALL, colour_of
from support.formulas import parse
from views.box import Box
from views.racer_path import way
from views.theme import FAINT, GROUND, INK

Array = NDArray[np.float64]

LONGEST = 0.3  # of an arrow, as a share of the map's shorter side
_BOLD, _THIN, _EDGE = 5.5, 3.0, 3.5  # of lines, in Manim's units of stroke width
_PAST = 0.4  # the opacity of arrows that are no longer needed
BELOW = 0.42  # the height of the names below a map


class StepMap(Group):
    """The map of a window, to be fixed in the frame.

    Args:
        steps: the racer's.
        look: colours and words.
        window: the part of the domain shown.
        times: its magnification relative to the map of the whole race; 0 for that map.
        shown: the first step shown at this magnification, and the one after the last.

    Attributes:
        live: the part that moves.
        window: the part of the domain shown.
    """

    def __init__(
        self, steps: Steps, look: Look, window: Window, times: float, shown: tuple[int, int]
    ) -> None:
        left, bottom, right, top = window.corners
        surface = window.part(whole=times == 0)
        relief = Sprite(Relief(Box(surface), window.corners))
        ring = [[left, bottom, 0], [right, bottom, 0], [right, top, 0], [left, top, 0], [left, bottom, 0]]
        positions = steps.positions[: steps.count + 1].copy()
        if times:  # of the path before, only the end
            positions[: shown[0]] = positions[shown[0]]
        path = way(surface, positions, window.place)
        self._runners = Runners([steps.racer.colour], [path], radius=0.08, width=4.0)
        self._arrows = StepArrows(steps, look, window, shown)
        self.live = Group(*self._runners, *self._arrows)
        self.window = window
        magnified = _times(times, look)
        words = look.words.whole if times == 0 else look.words.near.format(times=magnified)
        if line_width(words, SMALL) > right - left - 1.3:
            words = f"×{magnified}" if times else "×1"
        below = bottom - BELOW + 0.08
        names = Group(
            Label("u", SMALL, FAINT).stand(left + 0.3, below),
            Label("v", SMALL, FAINT).stand(left - 0.14, bottom + 0.25, RIGHT),
            Label(words, SMALL, FAINT).stand(right, below, RIGHT),
        )
        across = arrow_lines(np.array([left + 0.5, below + 0.1, 0.0]), np.array([0.6, 0.0, 0.0]), 0.1)
        up = arrow_lines(np.array([left - 0.22, bottom + 0.6, 0.0]), np.array([0.0, 0.6, 0.0]), 0.1)
        names.add(Trail(colour=FAINT, width=2.0).set_pieces([*across, *up]))
        super().__init__(relief, Trail(ring, FAINT, width=1.5), names, self.live)

    def at(self, step: int, line: int, progress: float, ball: float) -> Self:
        """Show a step with one of its lines partly done, and the ball at its place then."""
        self._runners.at(ball)
        self._arrows.at(step, line, progress)
        return self


class StepArrows(Group):
    """The arrows of the lines of a step."""

    def __init__(self, steps: Steps, look: Look, window: Window, shown: tuple[int, int]) -> None:
        self._steps, self._window = Shared(steps), window.corners
        self._place = Shared(window)
        self._scales = self._scaled(steps, window, shown)
        setter = look.setter()
        self._lines = [
            i
            for i, line in enumerate(steps.lines)
            if line.quantity in {Quantity.DIRECTION, Quantity.POSITION}
        ]
        colours = []
        self._names: dict[int, Equation] = {}
        for i in self._lines:
            line = steps.lines[i]
            name, _ = parse(line.text)
            colours.append(look.colours.get(name, INK))
            if line.quantity is Quantity.DIRECTION:
                sign = [] if line.ahead else [word("−", colours[-1])]
                self._names[i] = Equation(row(*sign, setter.name(name)), SMALL)
        # The kept part of a term, and the part added to it; then an arrow for each line.
        self._edges = Group(*(Trail(colour=GROUND, ghost=0.0) for _ in range(2 + len(self._lines))))
        self._shafts = Group(*(Trail(colour=colour, ghost=0.0) for colour in (INK, INK, *colours)))
        self._colours = colours
        self._plate = Field(Patch(GROUND, 0.6))  # behind a name
        super().__init__(*self._edges, *self._shafts, self._plate, *self._names.values())

    def _scaled(self, steps: Steps, window: Window, shown: tuple[int, int]) -> dict[Unit, float]:
        """Scene units per unit of the arrows: the longest one has the greatest length."""
        left, bottom, right, top = window.corners
        longest = LONGEST * min(right - left, top - bottom)
        scales = {Unit.WAY: window.scale}
        for unit in (Unit.SLOPE, Unit.PURE):
            most = steps.largest(unit, {Quantity.DIRECTION}, *shown)
            scales[unit] = longest / most if most > 0 else 0.0
        return scales

    @np.errstate(all="ignore")  # an arrow that is not finite is not drawn
    def at(self, step: int, line: int, progress: float) -> Self:
        """Show a step with one of its lines partly done."""
        steps = self._steps.value
        tail = self._place.value.place(*steps.positions[step])
        self._draw(0, tail, np.zeros(2), 0, 0)
        self._draw(1, tail, np.zeros(2), 0, 0)
        self._plate.set_opacity(0.0)
        for i, number in enumerate(self._lines):
            label = self._names.get(number)
            along = self._vector(number, step)
            if number > line:
                along = np.zeros(2)
            elif number == line:
                along = self._growing(number, step, progress, tail)
            current = number == line
            weight = _BOLD if current or number == self._lines[-1] else _THIN
            self._draw(2 + i, tail, along, weight, 1.0 if current else _PAST)
            if label is not None:
                shown = current and self._name(label, step, tail, along)
                label.set_opacity(float(shown))
        return self

    def _vector(self, number: int, step: int) -> Array:
        line = self._steps.value.lines[number]
        return self._steps.value.arrow(line, step) * self._scales[line.unit]

    def _growing(self, number: int, step: int, progress: float, tail: Array) -> Array:
        """Draw a line's arrow in progress, with its parts beside it."""
        steps = self._steps.value
        line = steps.lines[number]
        name, _ = parse(line.text)
        whole = self._vector(number, step)
        parts = kept_and_added(line.text)
        values = steps.values(step)[number]
        if parts is not None and line.quantity is Quantity.DIRECTION and np.any(values[name]):
            scale = -self._scales[line.unit]
            old = scale * np.asarray(values[name])
            kept, added = (scale * np.asarray(evaluate(part, values)) for part in parts)
            if np.allclose(kept + added, whole, rtol=1e-6, atol=1e-9):
                fade, push, grow = (float(np.clip(3 * progress - k, 0, 1)) for k in range(3))
                self._draw(0, tail, old + fade * (kept - old), _THIN, 0.8, self._colour(number))
                self._draw(1, tail + np.array([*kept, 0.0]), push * added, _THIN, 1.0)
                return grow * whole
        source = steps.source(line)
        if source is None:
            return progress * whole
        places = [k for k in self._lines if parse(steps.lines[k].text)[0] == source and k < number]
        begin = self._vector(places[-1], step) if places else np.zeros(2)
        return np.asarray(begin + progress * (whole - begin))

    def _colour(self, number: int) -> ManimColor:
        return ManimColor(colour_of(self._colours[self._lines.index(number)]))

    def _draw(
        self,
        i: int,
        tail: Array,
        along: Array,
        width: float,
        opacity: float,
        colour: ManimColor | None = None,
    ) -> None:
        """Draw an arrow, clipped to the map."""
        shaft, edge = cast("Trail", self._shafts[i]), cast("Trail", self._edges[i])
        whole, along = along, self._cut(tail, along) if along.any() else along
        length = float(np.hypot(*along))
        if not np.isfinite(length) or length < 0.02:
            if len(shaft.points):
                shaft.set_pieces([])
                edge.set_pieces([])
            return
        lines = arrow_lines(tail, np.array([*along, 0.0]), min(HEAD, 0.5 * length))
        if not np.array_equal(whole, along):  # it ends beyond the map: no head
            lines = lines[:1]
        for trail, wide, seen in ((edge, width + _EDGE, 0.5 * opacity), (shaft, width, opacity)):
            trail.thickness = wide
            trail.set_opacity(seen)
            trail.set_pieces(lines)
        if colour is not None:
            shaft.color = colour

    def _cut(self, tail: Array, along: Array) -> Array:
        """A vector from `tail`, shortened to end on the map; zero if it starts outside."""
        left, bottom, right, top = self._window
        if not (left <= tail[0] <= right and bottom <= tail[1] <= top):
            return np.zeros(2)
        with np.errstate(all="ignore"):
            room = np.where(along > 0, np.array([right, top]) - tail[:2], tail[:2] - np.array([left, bottom]))
            shares = np.where(along != 0, (room - 0.03) / np.abs(along), 1.0)
            return np.asarray(along * np.clip(shares.min(), 0.0, 1.0))

    def _name(self, label: Equation, step: int, tail: Array, along: Array) -> bool:
        """Place an arrow's name beside its tip; False if there is no arrow."""
        length = float(np.hypot(*along))
        if not np.isfinite(length) or length < 0.02:
            return False
        left, bottom, right, top = self._window
        # Beside the tip, on the side away from the gradient's arrow.
        first = self._vector(self._lines[0], step)
        side = -1.0 if along[0] * first[1] - along[1] * first[0] > 0 else 1.0
        tip = tail[:2] + self._cut(tail, along) + np.array([-along[1], along[0]]) / length * 0.32 * side
        wide, high = label.width, label.height
        x = np.clip(tip[0], left + 0.1 + wide / 2, right - 0.1 - wide / 2)
        y = np.clip(tip[1], bottom + 0.1 + high / 2, top - 0.1 - high / 2)
        label.move_to(np.array([x, y, 0.0]))
        wide, high = wide / 2 + 0.04, high / 2 + 0.04
        self._plate.cover((x - wide, y - high, x + wide, y + high)).set_opacity(1.0)
        return True


def _times(times: float, look: Look) -> str:
    """A magnification, as text."""
    digits = max(0, int(np.log10(max(times, 1.0))) - 1)
    numbers = look.common.numbers
    return numbers.written(f"{times:.1f}") if times < 10 else numbers.count(int(round(times, -digits)))
