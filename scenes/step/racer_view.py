"""`RacerView`: all that `InsideTheStep` shows of one racer, alone in the picture or beside another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
from manim import Group

from optimizers.equations import Quantity
from races import Trace
from scenes.depth.sprite import Corners
from scenes.frame import frame
from scenes.step.captions import StepCaptions
from scenes.step.equation_fit import fit
from scenes.step.look import Look
from scenes.step.map import BELOW, StepMap
from scenes.step.panel import HEAD, Panel, Room, card_height
from scenes.step.shots import Moment, Shot
from scenes.step.squares import Squares
from scenes.step.steps import Steps
from scenes.step.window import Window
from views.captions import Captions

_EDGE_X, _EDGE_Y = 0.3, 0.3  # from the frame's edges
_GUTTER = 0.16  # from the middle of the frame, where two racers share it
_AXIS = 0.38  # left of a map, for the name of v
_WIDTHS = (5.35, 4.35), (2.75, 2.0)  # of a map, and the least: of one racer, and of each of two
_SQUARES = 1.9  # the height of the squares where they have the map's width, or their width beside it
_BETWEEN = 0.3  # between a map and the equations beside it
_UP_TO = 0.55  # between the base line of a racer's name and the first equation
# The frame's widths from which two racers have room, and equations beside a map.
_TWO, _SIDE_BY_SIDE = 14.0, 13.0
_LEGIBLE = 7.0  # the width from which equations have room beside a map, with words below both
_LOW_SQUARES = 1.5  # the height of squares there

Rooms = tuple[Corners, Corners, tuple[Corners, Room, Room]]


class RacerView:
    """One racer's step: its map, its squares, its equations.

    Args:
        trace: the race.
        racer: the racer's index.
        others: the indices of all racers that are shown.
        words: of this film.
        common: of all films of a race.
    """

    def __init__(
        self, trace: Trace, racer: int, others: Sequence[int], words: StepCaptions, common: Captions
    ) -> None:
        self.steps = Steps(trace, racer)
        taken = [trace.spec.racers[i].colour for i in others]
        self._surface = trace.surface
        has_squares = any(line.quantity in {Quantity.SQUARE, Quantity.SIZE} for line in self.steps.lines)
        single = len(others) == 1
        for columns, place in _places(others.index(racer), len(others), has_squares):
            self._look = Look.of(self.steps, taken, words, common, columns)
            self._corners, room, rooms = place
            left, bottom, right, top = rooms[0]
            if fit(self.steps, self._look, right - left, top - bottom):
                break
        wide = single and frame().width >= _SIDE_BY_SIDE
        self.panel = Panel(trace, racer, self.steps, self._look, rooms, size=36 if wide else 28)
        self.squares = (
            Squares(self.steps, self._look, room, wide=wide) if room[3] > room[1] and has_squares else None
        )
        self._whole = Window.around(
            self._surface, self.steps.positions[: self.steps.count + 1], self._corners, near=False
        )
        self._maps: dict[tuple[int, int] | None, StepMap] = {}
        self._shown: object = None  # what was shown last
        self.map = self.look_at(Shot(0, 1, 1.0))

    def look_at(self, shot: Shot) -> StepMap:
        """Take the map and the scales of a shot."""
        count = self.steps.count
        if shot.view not in self._maps:
            first, end = shot.view or (0, count)
            first, end = min(first, count - 1), min(max(end, 1), count)
            window, times = self._whole, 0.0
            if shot.view:
                positions = self.steps.positions[first : end + 1]
                window = Window.around(self._surface, positions, self._corners, near=True)
                times = window.scale / self._whole.scale
                if times < 1.5:
                    window, times = self._whole, 0.0
            self._maps[shot.view] = StepMap(self.steps, self._look, window, times, (first, end))
        self.map = self._maps[shot.view]
        self._shown = None
        if self.squares:
            first, end = shot.view or (shot.first, shot.end)
            self.squares.set_scale(min(first, count - 1), min(end, count))
        return self.map

    @property
    def live(self) -> Group:
        """What moves; first what often rests, which is then not drawn anew."""
        return Group(self.panel.live, *([self.squares] if self.squares else []), self.map.live)

    def at(self, moment: Moment) -> Self:
        """Show a moment."""
        lines, count = len(self.steps.lines), self.steps.count
        step, part, slow = moment
        over = step + part >= count
        if step >= count:
            step, part, slow = count - 1, 1.0, False
        line, progress, ball = lines - 1, 1.0, step + part
        if slow:
            line = min(int(part * lines), lines - 1)
            progress = part * lines - line
            ball = step + (_smooth((progress - 0.4) / 0.45) if line == lines - 1 else 0.0)
            progress = progress / 0.4 if line == lines - 1 else progress / 0.6
        done = _smooth(progress)
        if (now := (step, line, done, ball, slow, over)) == self._shown:
            return self
        self._shown = now
        self.map.at(step, line, done, ball)
        if self.squares:
            self.squares.at(step, line, done)
        self.panel.at(step, line if slow else None, done, over and not slow)
        return self


def _smooth(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * part * (3 - 2 * part)


def most_shown() -> int:
    """How many racers there is room for."""
    return 2 if frame().width >= _TWO else 1


def _places(place: int, count: int, squares: bool) -> Iterator[tuple[bool, Rooms]]:
    """Layouts, each with a smaller map, and whether all values stand beside the equations.

    Args:
        place: 0 for the first racer that is shown, 1 for the second.
        count: how many there are.
        squares: whether the racer has any.
    """
    safe, edge = frame().safe, frame().width / 2 - _EDGE_X
    if frame().width >= _SIDE_BY_SIDE:
        halves = (-edge, edge) if count == 1 else ((-edge, -_GUTTER), (_GUTTER, edge))[place]
        widest, least = _WIDTHS[count > 1]
        for across in np.arange(widest, least, -0.05):  # as wide as the equations leave room for
            yield count == 1, (_beside if count == 1 else _over)(*halves, squares, float(across))
    elif safe.width >= _LEGIBLE:
        for across in np.arange(0.46 * safe.width, 1.6, -0.05):
            yield False, _over(safe.left, safe.right, squares, float(across))
    else:
        for shown in (squares, False):  # where there is room for them
            for high in np.arange(0.42 * safe.height, 0.9, -0.05):
                yield False, _below(shown, float(high))


def _beside(left: float, right: float, squares: bool, across: float) -> Rooms:
    """The rooms of a map so wide and squares below it, and on the right of a panel as high as the picture."""
    bottom, top, name = _heights()
    middle = left + _AXIS + across
    card = (middle + 0.35, right, bottom)
    start = bottom + BELOW + (_SQUARES + 0.1) * squares
    panel = (middle + _BETWEEN, bottom + card_height(card[1] - card[0]), right, name - _UP_TO)
    return (
        (left + _AXIS, start, middle, top),
        (left + _AXIS, bottom, middle, bottom + _SQUARES),
        (panel, card, (panel[0], right, name)),
    )


def _over(left: float, right: float, squares: bool, across: float) -> Rooms:
    """The same, but for the words: these are below all, as wide as it, and the name above all."""
    bottom, _, name = _heights()
    middle, floor, high = left + _AXIS + across, bottom + card_height(right - left), name - 0.18
    start = floor + BELOW + (_LOW_SQUARES + 0.1) * squares
    return (
        (left + _AXIS, start, middle, high),
        (left + _AXIS, floor, middle, floor + _LOW_SQUARES),
        ((middle + _BETWEEN, floor, right, high), (left, right, bottom), (left, right, name)),
    )


def _below(squares: bool, high: float) -> Rooms:
    """The rooms of a map so high, of squares beside it, and of a panel below it."""
    left, right = frame().safe.left, frame().safe.right
    bottom, _, name = _heights()
    low, high = name - 0.18 - high, name - 0.18
    side = right - _SQUARES * squares
    panel = (left, bottom + card_height(right - left), right, low - BELOW - 0.15)
    return (
        (left + _AXIS, low, side - _BETWEEN * squares, high),
        (side, low, right, high if squares else low),
        (panel, (left, right, bottom), (left, right, name)),
    )


def _heights() -> tuple[float, float, float]:
    """The lowest and the highest place, and the base line of a racer's name."""
    top = frame().height / 2 - _EDGE_Y
    return -top, top, top - HEAD + 0.18
