"""`Spoken`: what a film of a race says in words, section by section, for its file of captions."""

from __future__ import annotations

import math
from itertools import pairwise

from races import Status, Trace
from races.metrics import final_loss
from scenes.race.commentary import one_by_one
from support.messages import shorten
from support.words import words
from views.captions import captions_of
from views.standings import Standings

LEAST = 1.2  # seconds that a caption stays at least while the race runs
_ROWS = 6  # of the results

Line = tuple[float, str]  # when it begins, in seconds, and what it says


class Spoken:
    """The captions of a film of a race.

    Args:
        trace: the race.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace, self._captions = trace, captions_of(trace.spec)
        self._words = words(trace.spec.film.language)["spoken"]
        self._standings = Standings(trace)

    def section(self, name: str, seconds: float) -> list[Line]:
        """What is said in a section of a film; nothing if it needs no words.

        Args:
            name: of the section.
            seconds: how long it lasts.
        """
        match name:
            case "title":
                return [(0.0, self.title())]
            case "start":
                return self.introductions(seconds)
            case "race":
                return self.race(seconds)
            case "results" | "end":
                return [(0.0, self.results())]
            case _:
                return [(0.0, self._words[name])] if name in self._words else []

    def title(self) -> str:
        """The film's title, and what race it is."""
        spec, say = self._trace.spec, self._captions
        surface = shorten(spec.surface_name, 60)
        return f"{say.title}\n{say.subtitle.format(surface=surface, steps=say.count(spec.steps))}"

    def introductions(self, seconds: float) -> list[Line]:
        """The racers, one after the other, and how each moves; or else only where they start."""
        racers = self._trace.spec.racers
        if not one_by_one(len(racers), seconds):
            return [(0.0, self._start())]
        return [(seconds * i / len(racers), self._moves(i, "{name}")) for i in range(len(racers))]

    def race(self, seconds: float) -> list[Line]:
        """Who leads, and who has won, from when on."""
        standings, steps = self._standings, self._trace.spec.steps
        alone = len(self._trace.names) == 1
        told: list[tuple[int, str]] = [(0, self._start())]
        for step in range(1, steps + 1):
            leader = int(standings.leaders[step])
            if leader >= 0:
                won = step >= standings.finish[leader]
                words = "{name}" if alone else self._captions.wins if won else self._captions.leads
                if (line := self._moves(leader, words)) != told[-1][1]:
                    told.append((step, line))
        lines = [(seconds * step / steps, line) for step, line in told]
        kept = [one for one, following in pairwise(lines) if following[0] - one[0] >= LEAST]
        (_, first), *others = [*kept, lines[-1]]
        return [(0.0, first), *others]

    def results(self) -> str:
        """The best racers, with their losses and what has become of them."""
        trace, ranks = self._trace, self._standings.ranks[:, -1]
        finals = final_loss(trace)[:, 0]
        rows: list[str] = []
        for i in ranks.argsort(kind="stable")[:_ROWS]:
            loss = self._captions.numbers.loss(finals[i]) if math.isfinite(finals[i]) else "-"
            status = self._captions.statuses[Status(trace.status[i, 0])]
            name = f"{ranks[i]}. {trace.names[i]}"
            rows.append(self._captions.because.format(racer=name, habit=f"{loss}, {status}"))
        return "\n".join(rows)

    def _start(self) -> str:
        u, v = self._trace.spec.start[0] if self._trace.spec.start else self._trace.positions[0, 0, 0]
        numbers = self._captions.numbers
        return self._captions.start.format(u=numbers.place(u), v=numbers.place(v))

    def _moves(self, racer: int, line: str) -> str:
        """A line about a racer, and how it moves."""
        spec = self._trace.spec.racers[racer]
        habit = self._captions.habit(spec)
        return self._captions.because.format(racer=line.format(name=spec.name), habit=habit)


def chapters(language: str) -> dict[str, str]:
    """The names of films' chapters in a language, by the names of their sections."""
    return dict(words(language)["spoken"]["chapters"])
