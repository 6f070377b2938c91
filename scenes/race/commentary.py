"""The commentary on the race: who the racers are, and who leads."""

from __future__ import annotations

from typing import Self

from manim import DL, LEFT, ORIGIN, UR, Group, Mobject
from numpy import float64
from numpy.typing import NDArray

from races import RacerSpec, Trace
from scenes.depth.sprite import Label, Sprite, fitted, line_width, wrapped
from scenes.frame import Area, frame
from scenes.race.plate import Plate
from scenes.race.regions import LINE, PAD
from scenes.theme import BODY, SMALL
from views.captions import Captions
from views.standings import Standings
from views.theme import INK

MOST = 6  # racers introduced one by one
READ = 0.8  # seconds that it takes to read what is said of one
SIZE = 26  # of the line on the leader, in points
STUMP = 3.0  # names are not cut below this width, in scene units, for the sake of the rest of the line


def one_by_one(racers: int, seconds: float) -> bool:
    """Whether so many racers are introduced one by one, in so many seconds."""
    return racers <= MOST and seconds >= READ * racers


def introductions(trace: Trace, captions: Captions, seconds: float) -> list[Group]:
    """Words for each racer on how it moves, or else a single line, in `introduction_room`.

    Args:
        trace: the race.
        captions: the film's text.
        seconds: how long they are shown in all.
    """
    racers, area = trace.spec.racers, introduction_room()
    x, _ = area.middle
    if not one_by_one(len(racers), seconds):
        u, v = trace.spec.start[0]
        words = captions.start.format(u=captions.numbers.place(u), v=captions.numbers.place(v))
        size = BODY if line_width(words, BODY) <= area.width else SMALL
        told = wrapped(words, area.width, size)
        heights = [area.bottom + 0.06 + LINE * k for k in reversed(range(len(told)))]
        return [_plated(*(Label(line, size, INK).stand(x, y) for line, y in zip(told, heights, strict=True)))]
    lines = 1 if frame().wide else 2
    size = BODY if lines == 1 else SIZE
    said = [racer_lines(captions, "{name}", racer, area.width, size, lines) for racer in racers]
    return [_plated(*_told(t, racer, size, area, ORIGIN)) for t, racer in zip(said, racers, strict=True)]


def _plated(*labels: Mobject) -> Group:
    """Labels on a plate."""
    words = Group(*labels)
    (left, bottom, _), (right, top, _) = words.get_corner(DL), words.get_corner(UR)
    return Group(Plate(Area(left, bottom, right, top).inset(-PAD)), *words)


def introduction_room() -> Area:
    """The area of the introductions, at the bottom."""
    safe = frame().safe
    return Area(safe.left, safe.bottom, safe.right, safe.bottom + LINE * (1.4 if frame().wide else 2.2))


class Lead(Group):
    """Words on who leads or has won, and how it moves; to be fixed in the frame.

    For a single racer, they only say how that moves.

    Args:
        trace: the race.
        standings: of the race.
        captions: the film's text.
        area: of the words: at its bottom.
        lines: how many there are, 1 or 2.
        plated: whether they stand on a plate.
    """

    def __init__(
        self,
        trace: Trace,
        standings: Standings,
        captions: Captions,
        area: Area,
        lines: int = 1,
        plated: bool = False,
    ) -> None:
        self._leaders, self._finish = standings.leaders, standings.finish
        racers = trace.spec.racers
        alone = len(racers) == 1
        self._leads, self._wins = (
            Group(*(_lead(captions, words, racer, area, lines, plated) for racer in racers))
            for words in (("{name}", "{name}") if alone else (captions.leads, captions.wins))
        )
        super().__init__(self._leads, self._wins)
        self.at(0.0)

    def at(self, t: float) -> Self:
        """Show who leads at step t; nothing at the start."""
        step = int(t)
        for i, (leads, wins) in enumerate(zip(self._leads, self._wins, strict=True)):
            shown, won = step > 0 and i == self._leaders[step], step >= self._finish[i]
            for words, seen in ((leads, shown and not won), (wins, shown and won)):
                for part in words.get_family():
                    if isinstance(part, Sprite):
                        part.set_opacity(float(seen))
        return self


def _lead(captions: Captions, words: str, racer: RacerSpec, area: Area, lines: int, plated: bool) -> Group:
    """Words on a racer that leads or has won."""
    size = SIZE if lines == 1 else SMALL
    told = _told(racer_lines(captions, words, racer, area.width, size, lines), racer, size, area, LEFT)
    return _plated(*told) if plated else told


def _told(lines: list[str], racer: RacerSpec, size: float, area: Area, edge: NDArray[float64]) -> Group:
    """Lines at the bottom of an area, at its left or in its middle."""
    x = area.left if edge is LEFT else area.middle[0]
    heights = [area.bottom + 0.06 + LINE * k for k in reversed(range(len(lines)))]
    labels = zip(lines, heights, strict=True)
    return Group(*(Label(line, size, racer.colour, bold=True).stand(x, y, edge) for line, y in labels))


def racer_lines(
    captions: Captions, words: str, racer: RacerSpec, width: float, size: float, lines: int
) -> list[str]:
    """A racer's name, and how it moves, in one line or in two, no wider than `width`, in scene units."""
    if lines == 1:
        return [racer_caption(captions, words, racer, width, size)]
    rest = line_width(words.format(name=""), size, bold=True)
    name = words.format(name=fitted(racer.name, width - rest, size, bold=True))
    habit = captions.habits.get(racer.optimizer, captions.guest)
    return [name, habit] if line_width(habit, size, bold=True) <= width else [name]


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
