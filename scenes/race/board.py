"""The live board beside the race, and the table of results at its end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from manim import LEFT, RIGHT, Group

from races import Status, Trace
from scenes.depth.mobjects import Ball
from scenes.depth.sprite import Label, fitted, line_width
from scenes.frame import Area
from scenes.theme import SMALL
from support.numbers import DECIMALS, loss_digits
from views.captions import Captions
from views.standings import Standings
from views.theme import FAINT

ROW = 26  # the largest text size of a row, in points
_PACE = 0.45  # the height of the line above the rows, in scene units
_PITCH = 0.62  # from one row to the next, at most
_TALL, _BELOW = 0.95, 0.4  # of a row whose loss is below the name: its height, and how far below
_BETWEEN = 0.8  # a row's width beside rank, name and loss: for ball, mark and gaps
MARK = "✓"


class Fit(NamedTuple):
    """The layout of a board's rows."""

    size: float  # of the text, in points
    decimals: int  # of losses
    room: float  # for a name beside its loss, in scene units
    long: frozenset[int]  # the rows whose loss is below the name


class Board(Group):
    """The step, and for each racer its rank, its name in its colour, its live loss, and its status.

    If a name does not fit beside its loss, all rows are set smaller or losses have fewer decimals; a longer
    name gets its own line if there is room, or else is shortened.

    Args:
        trace: the race.
        standings: of the race.
        captions: the film's text.
        width: of the board, in scene units.
        most: its greatest height.

    Attributes:
        live: the part that changes.
        extent: its height.
    """

    def __init__(
        self, trace: Trace, standings: Standings, captions: Captions, width: float, most: float
    ) -> None:
        self._standings, self._captions, self._room = standings, captions, most - _PACE
        count = len(trace.names)
        indent = line_width("0" * len(str(count)), self._largest(count)) + 0.12
        size, self._decimals, room, long = self._fit(trace.names, width - indent - _BETWEEN)
        pitch = self._pitch(count, len(long))
        self.extent = _PACE + pitch * (count - len(long)) + _TALL * len(long)
        left, right, top = -width / 2, width / 2, self.extent / 2
        self._pace = Label("", SMALL, FAINT).stand(left, top - 0.27, LEFT)
        self._ranks, self._losses, self._marks = Group(), Group(), Group()
        self.live = Group(self._pace, self._ranks, self._losses, self._marks)
        super().__init__()
        edge = top - _PACE
        for i, racer in enumerate(trace.spec.racers):
            below = _BELOW if i in long else 0.0
            y = edge - (_BELOW if i in long else pitch / 2 + 0.1)
            name = fitted(racer.name, width - indent - 0.3 if i in long else room, size, bold=True)
            self.add(Ball((left + indent + 0.12, y + 0.11, 0), racer.colour, radius=0.11))
            self.add(Label(name, size, racer.colour, bold=True).stand(left + indent + 0.3, y, LEFT))
            self._ranks.add(Label("0", size, FAINT).stand(left, y, LEFT))
            self._losses.add(Label("0", size).stand(right - 0.36, y - below, RIGHT))
            self._marks.add(Label(MARK, size, racer.colour, bold=True).stand(right, y - below, RIGHT))
            edge -= _TALL if i in long else pitch
        self.add(self.live)
        self.at(0.0)

    def stand(self, area: Area) -> Self:
        """Move it to the top of an area."""
        x, _ = area.middle
        return self.shift(np.array([x, area.top - self.extent / 2, 0.0]))

    def _largest(self, count: int) -> float:
        """The largest text size of so many rows, in points."""
        return float(np.clip(46 * self._pitch(count), SMALL, ROW))

    def _pitch(self, count: int, long: int = 0) -> float:
        """The height of a row if this many of all rows have two lines."""
        return min(_PITCH, (self._room - _TALL * long) / max(count - long, 1))

    def _fit(self, names: Sequence[str], width: float) -> Fit:
        """The first layout of the rows with the fewest names that are too long.

        Args:
            names: of the racers.
            width: for a name and its loss, in scene units.
        """
        largest = self._largest(len(names))
        losses, words = self._widest()
        written = self._captions.numbers.written
        ways = []
        for decimals, size in itertools.product(DECIMALS, dict.fromkeys((largest, SMALL))):
            shown = {*words, *(written(loss_digits(loss, decimals)) for loss in losses)}
            room = width - max(line_width(one, size) for one in shown)
            widths = [line_width(name, size, bold=True) for name in names]
            ways.append(
                Fit(size, decimals, room, frozenset(i for i, wide in enumerate(widths) if wide > room))
            )
        best = min(ways, key=lambda way: len(way.long))
        tall = self._pitch(len(names), len(best.long)) >= ROW / 46
        return best if tall else best._replace(long=frozenset())

    def at(self, t: float) -> Self:
        """Show the standings after step t."""
        step, standings = int(t), self._standings
        steps = standings.losses.shape[1] - 1
        count = self._captions.count
        self._pace.write(self._captions.pace.format(step=count(step), steps=count(steps)), LEFT)
        for i, (rank, loss, mark) in enumerate(zip(self._ranks, self._losses, self._marks, strict=True)):
            status = standings.status(i, step)
            out = standings.out[i, step]
            rank.write("-" if out else f"{standings.ranks[i, step]}", LEFT)
            loss.write(
                self._captions.out[status]
                if out and status
                else self._captions.numbers.loss(standings.losses[i, step], self._decimals)
            )
            mark.set_opacity(float(status is Status.CONVERGED))
        return self

    def _widest(self) -> tuple[list[float], set[str]]:
        """The widest losses shown, and the words shown in place of losses."""
        out = self._standings.out
        losses = self._standings.losses[~out]
        size = np.abs(losses)
        plain = (size >= 1e-3) & (size < 999.99)
        alike = [losses[sign & kind] for sign in (losses < 0, losses >= 0) for kind in (plain, ~plain)]
        ends = [end for part in alike if len(part) for end in (part.min(), part.max())]
        last = out.shape[1] - 1
        first = [(i, int(part.argmax())) for i, part in enumerate(out) if part.any()]
        places = [*first, *((i, last) for i, _ in first)]
        statuses = {self._standings.status(i, step) for i, step in places}
        words = {said for status, said in self._captions.out.items() if status in statuses}
        return [0.0, *map(float, ends)], words
