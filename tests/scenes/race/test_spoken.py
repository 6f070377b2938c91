"""What films of a race say in words, and when."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from races import Trace, run_race
from scenes.race.commentary import READ
from scenes.race.spoken import LEAST, Spoken
from support.words import LANGUAGES
from tests.races.helpers import DEFAULT, race
from views.standings import Standings


@pytest.fixture(scope="module")
def trace() -> Trace:
    return run_race(race(surface="funky", start=(0.1, 0.45), racers=DEFAULT))


def test_the_race_is_told_as_it_goes(trace: Trace) -> None:
    lines = Spoken(trace).race(600.0)
    assert lines[0] == (0.0, "One start for all: u = 0.1, v = 0.45")
    standings, steps = Standings(trace), trace.spec.steps
    for begin, line in lines[1:]:
        step = round(begin / 600.0 * steps)
        name = trace.names[standings.leaders[step]]
        assert line.startswith((f"{name} leads: ", f"{name} wins: "))
    winner = trace.names[int(standings.finish.argmin())]
    assert lines[-1][1].startswith(f"{winner} wins: ")


@pytest.mark.parametrize("seconds", [2.0, 6.0, 20.0])
def test_a_caption_stays_long_enough_to_be_read(trace: Trace, seconds: float) -> None:
    lines = Spoken(trace).race(seconds)
    assert all(after - before >= LEAST for (before, _), (after, _) in pairwise(lines))
    assert lines[0][0] == 0.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_is_told_in_every_language(trace: Trace, language: str) -> None:
    film = trace.spec.film.model_copy(update={"language": language})
    spoken = Spoken(replace(trace, spec=trace.spec.model_copy(update={"film": film})))
    for section in ("title", "surface", "map", "panels", "start", "race", "results", "orbit", "end"):
        lines = spoken.section(section, 10.0)
        assert lines[0][0] == 0.0
        assert all(line and "{" not in line for _, line in lines)
    assert len(spoken.section("start", 8.0)) == len(trace.names)
    assert spoken.results().splitlines()[0].startswith("1. RMSProp")
    assert spoken.section("nothing", 1.0) == []


def test_racers_are_introduced_one_by_one_only_if_that_can_be_read(trace: Trace) -> None:
    assert len(Spoken(trace).introductions(READ * len(trace.names))) == len(trace.names)
    assert len(Spoken(trace).introductions(0.9 * READ * len(trace.names))) == 1


def test_many_racers_are_not_introduced_one_by_one() -> None:
    racers = [{"optimizer": "sgd", "lr": 0.01 * (i + 1)} for i in range(9)]
    spoken = Spoken(run_race(race(racers=racers, steps=5)))
    assert len(spoken.introductions(50.0)) == 1
    assert len(spoken.results().splitlines()) == 6
