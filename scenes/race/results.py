"""`Results`: the table at the end of a race, best first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from manim import LEFT, RIGHT, Group

from races import Status, Trace
from races.metrics import final_loss
from scenes.depth.sprite import Label, fitted, line_width
from scenes.frame import frame
from scenes.theme import BODY, HEADING, SMALL
from views.captions import Captions
from views.standings import Standings
from views.theme import FAINT, INK

GAPS = (0.6, 0.3)  # between columns: the usual one, and the least, in scene units
NAMES, STUMP = 4.4, 2.4  # the widest that a name is, and to what it is shortened at most to save a column
PITCH = 0.66  # from one row to the next, at most
HEAD = 1.4  # from the top to the heads of the columns
FLAT = 0.4  # the least height of a line

Cells = tuple[str, ...]


class ResultRow(NamedTuple):
    """What is told of a racer."""

    name: str
    loss: str
    settled: str
    status: str
    colour: str


class Results(Group):
    """For each racer its name, final loss, the step at which it settled, and its status.

    Where there is no room for four columns, who has settled has the step in place of the status; and where
    there is none for three, that is below the name.

    Args:
        trace: the race.
        standings: of the race.
        captions: the film's text.
    """

    def __init__(self, trace: Trace, standings: Standings, captions: Captions) -> None:
        super().__init__()
        room = frame().safe
        rows = _rows(trace, standings, captions)
        pitch = min(PITCH, (room.height - HEAD) / (len(rows) + 0.5))
        size = float(np.clip(46 * pitch, SMALL, BODY))
        racer, loss, settled, status = captions.columns
        whole = [(row.loss, row.settled, row.status) for row in rows]
        short = [(row.loss, row.status if row.settled == "-" else row.settled) for row in rows]
        ways: list[tuple[Cells, list[Any]]] = [
            ((racer, loss, settled, status), whole),
            ((racer, loss, settled), short),
        ]
        names = min(NAMES, max(line_width(row.name, size, bold=True) for row in rows))
        for heads, cells in ways:
            for gap in GAPS:
                widths = _widths(heads[1:], cells, size)
                left = room.width - sum(widths) - gap * len(widths)
                if left >= min(names, STUMP if heads is ways[-1][0] else names):
                    name = max(min(names, left), line_width(racer, SMALL))
                    self._tabulate(captions.results, heads, rows, cells, (name, *widths), gap, pitch, size)
                    return
        self._list(captions, rows, short, pitch, size)

    def _tabulate(
        self,
        title: str,
        heads: Cells,
        rows: Sequence[ResultRow],
        cells: Sequence[Cells],
        widths: Sequence[float],
        gap: float,
        pitch: float,
        size: float,
    ) -> None:
        """A row for each racer below the columns' heads."""
        x = -(sum(widths) + gap * (len(widths) - 1)) / 2
        y = (pitch * len(rows) - 0.5) / 2
        self.add(Label(title, HEADING, INK, bold=True).stand(x, y + 0.85, LEFT))
        # Numbers are set flush right, words flush left.
        edges = [LEFT, RIGHT, RIGHT, LEFT][: len(heads)]
        places = []
        for width, edge in zip(widths, edges, strict=True):
            places.append(x + (width if edge is RIGHT else 0.0))
            x += width + gap
        for place, edge, head in zip(places, edges, heads, strict=True):
            self.add(Label(head, SMALL, FAINT).stand(place, y, edge))
        for row, told in zip(rows, cells, strict=True):
            y -= pitch
            name = Label(fitted(row.name, widths[0], size, bold=True), size, row.colour, bold=True)
            for place, edge, label in zip(
                places, edges, (name, *(Label(t, size) for t in told)), strict=True
            ):
                self.add(label.stand(place, y, edge))

    def _list(
        self, captions: Captions, rows: Sequence[ResultRow], cells: Sequence[Cells], pitch: float, size: float
    ) -> None:
        """Two lines for each racer: its name and loss, and below them how its race ended."""
        room = frame().safe
        line = min(0.46, max(pitch / 2, FLAT - 0.04))
        pitch = min(2 * line + 0.25, (room.height - 0.9) / len(rows))
        y = min(pitch * len(rows) / 2, room.top - 0.9)
        self.add(Label(captions.results, HEADING, INK, bold=True).stand(room.left, y + 0.25, LEFT))
        for row, (loss, end) in zip(rows, cells, strict=True):
            value = Label(loss, size).stand(room.right, y - 0.3, RIGHT)
            name = fitted(row.name, room.width - value.width - GAPS[1], size, bold=True)
            words = end if end == row.status else f"{captions.columns[2]} {end}"
            self.add(Label(name, size, row.colour, bold=True).stand(room.left, y - 0.3, LEFT), value)
            self.add(
                Label(fitted(words, room.width, SMALL), SMALL, FAINT).stand(room.left, y - 0.3 - line, LEFT)
            )
            y -= pitch


def _rows(trace: Trace, standings: Standings, captions: Captions) -> list[ResultRow]:
    """What is told of each racer, best first."""
    finals, last = final_loss(trace)[:, 0], trace.spec.steps
    rows = []
    for i in standings.ranks[:, -1].argsort(kind="stable"):
        racer, final = trace.spec.racers[i], float(finals[i])
        settled = standings.status(i, last) is Status.CONVERGED
        rows.append(
            ResultRow(
                racer.name,
                captions.numbers.loss(final) if math.isfinite(final) else "-",
                captions.count(int(standings.finish[i])) if settled else "-",
                captions.statuses[Status(trace.status[i, 0])],
                racer.colour,
            )
        )
    return rows


def _widths(heads: Iterable[str], cells: Sequence[Cells], size: float) -> list[float]:
    """The widths of columns, in scene units."""
    columns = zip(*cells, strict=True)
    return [
        max(line_width(head, SMALL), *(line_width(cell, size) for cell in column))
        for head, column in zip(heads, columns, strict=True)
    ]
