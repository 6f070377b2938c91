"""The commentary on the race: who the racers are, and who leads."""

from __future__ import annotations

from typing import Self

from manim import LEFT, Group

from races import RacerSpec, Trace
from scenes.depth.sprite import Label, fitted, line_width
from scenes.theme import BODY
from views.captions import Captions
from views.standings import Standings
from views.theme import INK

ROOM = 13.0  # the greatest width of a line, in scene units
MOST = 6  # racers introduced one by one
SIZE = 26  # of the line on the leader, in points
LEVEL = -3.4  # of the base line
STUMP = 3.0  # names are not cut below this width, in scene units, for the sake of the rest of the line


def introductions(trace: Trace, captions: Captions) -> list[Label]:
    """A line for each racer on how it moves, or a single line if there are many."""
    racers = trace.spec.racers
    if len(racers) > MOST:
        u, v = trace.spec.start[0]
        words = captions.start.format(u=captions.numbers.place(u), v=captions.numbers.place(v))
        return [Label(fitted(words, ROOM), BODY, INK).stand(0, LEVEL)]
    return [
        Label(racer_caption(captions, "{name}", racer, ROOM, BODY), BODY, racer.colour, bold=True).stand(
            0, LEVEL
        )
        for racer in racers
    ]


class Lead(Group):
    """A line on who leads or has won, and how it moves; to be fixed in the frame.

    For a single racer, it only says how that moves.

    Args:
        trace: the race.
        standings: of the race.
        captions: the film's text.
        place: x and y of the left end of the base line.
        width: the greatest width of the line, in scene units.
    """

    def __init__(
        self, trace: Trace, standings: Standings, captions: Captions, place: tuple[float, float], width: float
    ) -> None:
        self._leaders, self._finish = standings.leaders, standings.finish
        racers = trace.spec.racers
        alone = len(racers) == 1
        self._leads, self._wins = (
            Group(
                *(
                    Label(racer_caption(captions, words, racer, width, SIZE), SIZE, racer.colour, bold=True)
                    for racer in racers
                )
            )
            for words in (("{name}", "{name}") if alone else (captions.leads, captions.wins))
        )
        super().__init__(self._leads, self._wins)
        for line in (*self._leads, *self._wins):
            line.stand(*place, LEFT)
        self.at(0.0)

    def at(self, t: float) -> Self:
        """Show who leads at step t; nothing at the start."""
        step = int(t)
        for i, (leads, wins) in enumerate(zip(self._leads, self._wins, strict=True)):
            shown, won = step > 0 and i == self._leaders[step], step >= self._finish[i]
            leads.set_opacity(float(shown and not won))
            wins.set_opacity(float(shown and won))
        return self


def racer_caption(captions: Captions, words: str, racer: RacerSpec, width: float, size: float) -> str:
    """A line with a racer's name and how it moves, no wider than `width`, in scene units.

    In a line that is too wide the name is shortened; where that would leave too little of it, the line does
    not say how the racer moves.
    """
    own = line_width(racer.name, size, bold=True)

    def room(words: str) -> float:
        """The width left for the name."""
        return width - line_width(words.format(name="N"), size, bold=True) + line_width("N", size, bold=True)

    habit = captions.habit(racer)
    whole = captions.because.format(racer=words, habit=habit)
    words = whole if room(whole) >= min(STUMP, own) else words
    return words.format(name=fitted(racer.name, room(words), size, bold=True))
