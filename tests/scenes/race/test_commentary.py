"""What the film says in words: who the racers are, who leads or has won, and why."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from manim import Mobject

from optimizers import OPTIMIZERS
from races import RaceSpec, run_race
from scenes.depth.mobjects import DepthMobject
from scenes.depth.sprite import line_width
from scenes.frame import Area
from scenes.race.commentary import Lead, racer_caption
from scenes.race.regions import ONE_LINE
from scenes.theme import BODY
from support.words import LANGUAGES
from views.captions import captions
from views.standings import Standings


def race(**fields: Any) -> RaceSpec:
    values: dict[str, Any] = {"surface": "slope", "steps": 20, "racers": [{"optimizer": "sgd", "lr": 0.1}]}
    return RaceSpec(**(values | fields))


def seen(group: Mobject) -> list[Mobject]:
    """The texts that are to be seen."""
    return [part for part in group.get_family() if isinstance(part, DepthMobject) and part.opacity > 0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_leads_and_why_is_said_in_one_line_by_every_optimizer(language: Any) -> None:
    words = captions(language)
    for optimizer in OPTIMIZERS:
        trace = run_race(race(racers=[{"optimizer": optimizer}, {"optimizer": "sgd", "name": "Other"}]))
        lead = Lead(trace, Standings(trace), words, Area(-6.7, -3.6, -6.7 + (width := ONE_LINE), -3.0))
        lines = [label for part in lead for group in part for label in group]
        assert all(label.width <= width + 0.01 for label in lines)
        habit = words.habits[optimizer]
        assert [spoken(part[0][0]).partition(habit)[1:] for part in lead] == [(habit, "")] * 2


def test_a_long_name_makes_room_for_how_it_moves_but_is_no_stump() -> None:
    (racer,) = race(racers=[{"optimizer": "adam", "name": "Adam with all its hyperparameters (0.01)"}]).racers
    english = captions("en")
    wide, narrow = (racer_caption(english, english.leads, racer, width, BODY) for width in (11.0, 8.8))
    assert wide.startswith("Adam with all")
    assert wide.endswith(f"…1) leads: {english.habits['adam']}")
    assert narrow.endswith("1) leads")
    for words, width in ((wide, 11.0), (narrow, 8.8)):
        assert line_width(words, BODY, bold=True) <= width


def test_an_optimizer_from_elsewhere_is_introduced_too() -> None:
    (racer,) = race().racers
    stranger = racer.model_copy(update={"optimizer": "mine.py:Own", "name": "Own"})
    assert racer_caption(captions("en"), "{name}", stranger, 13.0, BODY) == "Own: a guest with its own rule"
    assert (
        racer_caption(captions("fr"), captions("fr").wins, stranger, 13.0, BODY)
        == "Own gagne : un invité, avec sa règle"
    )


def test_it_is_said_who_leads_and_then_who_has_won() -> None:
    trace = run_race(race(steps=40, racers=[{"optimizer": "sgd", "lr": lr} for lr in (0.1, 0.2)]))
    standings = Standings(trace)
    lead = Lead(trace, standings, captions("en"), Area(0.0, 0.0, 12.0, 1.0))
    finish = int(standings.finish[1])
    assert 5 < finish < 35
    for step, word in ((5, "leads"), (finish, "wins"), (40, "wins")):
        (shown,) = seen(lead.at(step))
        assert spoken(shown).startswith(f"SGD 2 {word}: ")
    assert not seen(lead.at(0))
    alone = run_race(race())
    (shown,) = seen(Lead(alone, Standings(alone), captions("en"), Area(0.0, 0.0, 12.0, 1.0)).at(3))
    assert spoken(shown) == "SGD: straight down the slope"


def spoken(label: Any) -> str:
    return str(ast.literal_eval(label.digest)[0])


def test_whole_numbers_are_written_as_the_language_has_it() -> None:
    assert captions("en").count(1234567) == "1,234,567"
    assert captions("fr").count(1234567) == "1\u202f234\u202f567"
    assert captions("fr").count(999) == "999"
    assert (captions("de").count(1234), captions("es").count(12345)) == ("1234", "12\u202f345")
