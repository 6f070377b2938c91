"""What stands beside the race: the live board, and the table of results at its end."""

from __future__ import annotations

import math

import numpy as np
from manim import LEFT, RIGHT, UP, Dot, Text, VGroup, config

from races import Status, Trace
from races.metrics import final_loss, steps_to_target
from scenes.captions import Captions
from scenes.readout import Readout
from scenes.theme import BODY, FAINT, HEADING, INK, SMALL, text

WIDTH = 4.6  # scene units, at the right edge of the frame
MARGIN = 0.4
_ROWS = 5.6  # the height that all rows share


def loss_digits(loss: float) -> str:
    """A loss in at most ten characters.

    >>> loss_digits(-0.3289210), loss_digits(123456.7), loss_digits(1e-8)
    ('-0.32892', '1.235e+05', '1.000e-08')
    """
    if 1e-3 <= abs(loss) < 999.99 or loss == 0:
        return f"{loss:.5f}"
    return f"{loss:.3e}" if 1e-99 < abs(loss) < 1e99 else f"{loss:.1e}"


def _name(name: str, size: float, colour: str, width: float) -> Text:
    """A racer's name, its end left out where it is wider than `width`."""
    label = text(name, size, colour, bold=True)
    while label.width > width and len(name) > 1:
        name = name[: min(len(name) - 1, int(len(name) * width / label.width))]
        label = text(f"{name.rstrip()}…", size, colour, bold=True)
    return label


def _edges() -> tuple[float, float, float]:
    """Left, right and top of the column, in scene units."""
    right = config.frame_width / 2 - MARGIN
    return right - WIDTH, right, config.frame_height / 2 - MARGIN


class Board(VGroup):
    """Names in their colours with live losses, and a word in their place once a racer has diverged.

    Attributes:
        live: the part of it that changes.
    """

    def __init__(self, trace: Trace, captions: Captions) -> None:
        super().__init__()
        self._losses = trace.losses[:, :, 0]
        left, right, top = _edges()
        pitch = min(0.8, _ROWS / len(trace.names))
        size = min(BODY, 46 * pitch)
        self.live = VGroup()
        self._readouts: list[Readout] = []
        self._endings: list[Text] = []
        for i, racer in enumerate(trace.spec.racers):
            y = top - 0.6 - i * pitch
            dot = Dot((left + 0.1, y + 0.13, 0), radius=0.1, color=racer.colour)
            name = _name(racer.name, size, racer.colour, WIDTH - 2.35)
            name.move_to((left + 0.35, y, 0), aligned_edge=LEFT).shift(UP * (y - name[0].get_bottom()[1]))
            self.add(dot, name)
            self._readouts.append(Readout(np.array([right, y, 0]), size))
            ending = text(captions.statuses[Status.DIVERGED], size, FAINT)
            ending.move_to((right, y, 0), aligned_edge=RIGHT).shift(UP * (y - ending[0].get_bottom()[1]))
            if not np.isfinite(trace.losses[i, :, 0]).all():
                self.live.add(ending)
            self._endings.append(ending)
        self.live.add(*self._readouts)
        self.add(self.live)
        self.at(0.0)

    def at(self, t: float) -> Board:
        """Show what is known after step t."""
        for losses, readout, ending in zip(self._losses, self._readouts, self._endings, strict=True):
            loss = float(losses[int(t)])
            readout.write(loss_digits(loss) if math.isfinite(loss) else "")
            ending.set_opacity(0 if math.isfinite(loss) else 1)
        return self


class Results(VGroup):
    """The table at the end: a heading, and for each racer final loss, steps to target and status."""

    def __init__(self, trace: Trace, captions: Captions) -> None:
        super().__init__()
        finals, steps = final_loss(trace)[:, 0], steps_to_target(trace)[:, 0]
        columns = [VGroup() for _ in captions.columns]
        for column, head in zip(columns, captions.columns, strict=True):
            column.add(text(head, SMALL, FAINT))
        for racer, final, count, status in zip(
            trace.spec.racers, finals, steps, trace.status[:, 0], strict=True
        ):
            cells = (
                _name(racer.name, BODY, racer.colour, 3.9),
                text(loss_digits(final) if math.isfinite(final) else "-", BODY, INK),
                text(f"{count:.0f}" if math.isfinite(count) else "-", BODY, INK),
                text(captions.statuses[Status(status)], BODY, INK),
            )
            for column, cell in zip(columns, cells, strict=True):
                column.add(cell)
        for row in range(len(columns[0])):
            for number, column in enumerate(columns):
                x = (-5.7, 0.2, 3.0, 3.5)[number]
                edge = LEFT if number in {0, 3} else RIGHT
                column[row].move_to((x, -0.62 * row, 0), aligned_edge=edge)
        heading = text(captions.results, HEADING, INK, bold=True)
        table = VGroup(*columns)
        heading.next_to(table, UP, buff=0.45).align_to(table, LEFT)
        self.add(heading, table)
        room = (config.frame_width - 2 * MARGIN, config.frame_height - 2 * MARGIN)
        self.scale(min(1.0, room[0] / self.width, room[1] / self.height)).center()
