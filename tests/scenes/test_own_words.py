"""A race's own title, subtitle and captions, in any script for which there is a font."""

from __future__ import annotations

from typing import Any

import pytest
from manim import VGroup, VMobject

from optimizer_race import OptimizerRace
from races import RaceSpec, run_race
from scenes import coverage
from scenes.coverage import is_shown, require_letters
from scenes.decision_boundaries import DecisionBoundaries
from scenes.depth.sprite import Label
from tests.races.helpers import race
from tests.scenes.moments import said, small
from views.captions import captions_of

OWN = {"title": "Wettlauf {1}", "subtitle": "{surface} heißt Tal, 100 %", "surface": "Das Tal"}


def spec(film: dict[str, Any] | None = None, **racer: Any) -> RaceSpec:
    return race(steps=4, film=film or {}, racers=[{"optimizer": "sgd", "lr": 0.1, **racer}])


def test_title_subtitle_and_captions_are_the_races_own() -> None:
    own = spec(OWN, caption="langsam, aber sicher")
    words = captions_of(own)
    assert (words.title, words.boundaries, words.same_start) == (OWN["title"], OWN["title"], OWN["subtitle"])
    assert words.subtitle.format(surface="x", steps="4") == OWN["subtitle"]
    assert words.habit(own.racers[0]) == "langsam, aber sicher"
    assert own.surface_name == "Das Tal"
    assert RaceSpec.model_validate_json(own.model_dump_json(by_alias=True), by_alias=True) == own
    assert captions_of(spec()).title == "Optimizer Race"


def test_the_films_show_them() -> None:
    trace = run_race(spec(OWN, caption="langsam, aber sicher"))
    with small():
        film = OptimizerRace(trace=trace)
        film.prepare()
        film.refresh(3)
        lines = {said(part) for part in film.lead.get_family() if isinstance(part, Label)}
        assert any("langsam, aber sicher" in line for line in lines)
        assert DecisionBoundaries(trace=trace).captions.boundaries == OWN["title"]


@pytest.mark.parametrize(
    ("film", "racer", "place"),
    [
        ({"title": "The 山 race"}, {}, "film: title: no font here has '山' (cjk unified ideograph-5c71)"),
        ({}, {"name": "Адам 🚀"}, "racer 1: name: no font here has '🚀' (rocket), in 'Адам 🚀': install"),
        ({}, {"caption": "ש"}, "racer 1: caption: no font here has 'ש' (hebrew letter shin)"),
    ],
)
def test_a_letter_that_no_font_has_is_refused_with_a_font(
    film: dict[str, Any],
    racer: dict[str, Any],
    place: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(coverage, "letters", lambda _: VGroup(*(VMobject() for _ in range(5))))
    is_shown.cache_clear()
    with pytest.raises(SystemExit, match="2"):
        require_letters(spec(film, **racer))
    is_shown.cache_clear()
    told = capsys.readouterr().err
    assert place in told
    assert "install one, such as" in told
    assert told.count("\n") == 1


def test_greek_and_cyrillic_are_shown_by_the_films_font() -> None:
    require_letters(spec({"title": "Αγώνας βελτιστοποιητών"}, name="Гонка"))
