"""What the film says of the racers in words: who they are, and who leads."""

from __future__ import annotations

from typing import Self

from manim import LEFT, Group

from races import Trace
from scenes.captions import Captions
from scenes.sprite import Label, fitted, line_width
from scenes.standings import Standings
from scenes.theme import BODY, INK

ROOM = 13.0  # the widest that words may be, in scene units
MOST = 6  # racers that are introduced one by one
SIZE = 26  # of the words on who leads, in points
LEVEL = -3.4  # of the words' base line


def introductions(trace: Trace, captions: Captions) -> list[Label]:
    """A line for each racer on how it moves; one line for all of them where they are many."""
    racers = trace.spec.racers
    if len(racers) > MOST:
        u, v = trace.spec.start[0]
        words = captions.start.format(u=f"{u:g}", v=f"{v:g}")
        return [Label(fitted(words, ROOM), BODY, INK).stand(0, LEVEL)]
    return [
        Label(
            fitted(_habit(captions, racer.name, racer.optimizer), ROOM, bold=True),
            BODY,
            racer.colour,
            bold=True,
        ).stand(0, LEVEL)
        for racer in racers
    ]


class Lead(Group):
    """Who leads, and how it moves; to be fixed in the frame.

    Args:
        trace: the race.
        standings: who leads when.
        captions: the words.
        place: x and y of the left end of the base line.
        width: the widest that the words may be, in scene units.
    """

    def __init__(
        self, trace: Trace, standings: Standings, captions: Captions, place: tuple[float, float], width: float
    ) -> None:
        self._leaders = standings.leaders
        super().__init__()
        for racer in trace.spec.racers:
            leads = captions.leads.format(name=racer.name)
            words = _habit(captions, leads, racer.optimizer)
            words = words if line_width(words, SIZE, bold=True) <= width else leads
            line = Label(fitted(words, width, SIZE, bold=True), SIZE, racer.colour, bold=True)
            self.add(line.stand(*place, LEFT))
        self.at(0.0)

    def at(self, t: float) -> Self:
        """Say who leads at step t; nothing is said of the start."""
        step = int(t)
        for i, line in enumerate(self):
            line.set_opacity(float(step > 0 and i == self._leaders[step]))
        return self


def _habit(captions: Captions, racer: str, optimizer: str) -> str:
    habit = captions.habits.get(optimizer)
    return captions.because.format(racer=racer, habit=habit) if habit else racer
