"""Numbers in films: the decimal comma of French, in all that any of them shows."""

from __future__ import annotations

import re
from typing import Any, Literal

import pytest
from manim import Mobject

from optimizer_race import OptimizerRace
from races import RaceSpec, run_race
from scenes.backprop_graph import BackpropGraph
from scenes.contour_race import ContourRace
from scenes.depth.sprite import Label
from scenes.film import Film
from scenes.inside_the_step import InsideTheStep
from scenes.text.typesetting import Equation, Typeset, Typesetter
from scenes.theme import ColouredText
from support.formulas import parse
from support.numbers import numbers
from tests.scenes.moments import Watched, said, small

ENGLISH, FRENCH = re.compile(r"\d\.\d"), re.compile(r"\d,\d")
Language = Literal["en", "fr"]


def race(language: Language, **fields: Any) -> RaceSpec:
    values: dict[str, Any] = {
        "surface": {"expression": "0.25*u**2 + 1e6*v**2", "u_range": [-1.25, 1.5], "v_range": [-0.5, 0.75]},
        "start": [0.1, 0.45],
        "steps": 40,
        "film": {"language": language, "length": 20.0},
        "racers": [{"optimizer": "nadam", "lr": 0.0125}, {"optimizer": "rprop"}],
    }
    return RaceSpec(**(values | fields))


def shown(mobject: Mobject) -> list[str]:
    """All texts of a mobject, whether they are to be seen or not."""
    found = []
    for part in mobject.get_family():
        if isinstance(part, Label):
            found.append(said(part))
        elif isinstance(part, ColouredText):
            found.append(part.content)
        elif isinstance(part, Equation) and isinstance(part.drawing, Typeset):
            found.append(" ".join(run.words for run in part.drawing._setting.runs))
    return found


def has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def texts(kind: type[Film], language: Language) -> list[str]:
    """All texts of a film at its start, in the middle and at its end."""
    spec = race(language, record="state") if kind is InsideTheStep else race(language)
    with small():
        film: Any = kind(Watched(), trace=run_race(spec))
        film.prepare()
        found = []
        for t in (0.0, 0.4, 0.97, 17.3, 40.0):
            film.refresh(t)
            for name in ("stage", "board", "plot", "plan", "table", "words", "views"):
                held: Any = getattr(film, name, [])
                if name == "stage" and held:
                    held = held.axes.labels
                if name == "views":
                    held = Mobject().add(
                        *(part for h in held for part in (h.panel, h.map, h.squares) if part)
                    )
                found += shown(held) if isinstance(held, Mobject) else []
    return found


@pytest.mark.parametrize("kind", [OptimizerRace, ContourRace, InsideTheStep])
def test_french_films_have_a_comma_where_english_ones_have_a_point(kind: type[Film]) -> None:
    english, french = texts(kind, "en"), texts(kind, "fr")
    assert sum(bool(ENGLISH.search(text)) for text in english) > 8
    assert not any(FRENCH.search(text.replace("1,000", "")) for text in english)
    assert [text for text in french if ENGLISH.search(text)] == []
    assert sum(bool(FRENCH.search(text)) for text in french) > 8
    assert sum(map(has_digit, french)) == sum(map(has_digit, english))


def test_the_film_of_a_graph_has_commas_too() -> None:
    with small():
        film = BackpropGraph(language="fr", expression="tanh(0.5*u) + v**1.5")
        film.construct()
    found = [text for mobject in film.mobjects for text in shown(mobject)]
    found += [text for card in film.picture.cards for text in shown(card)]
    assert any("0,5" in text for text in found)
    assert [text for text in found if ENGLISH.search(text)] == []


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.0, "0.00000", "0,00000"),
        (-1.5, "−1.50000", "−1,50000"),
        (1e-12, "1.00e−12", "1,00e−12"),
        (-1e6, "−1.00e+06", "−1,00e+06"),
        (1e300, "1.0e+300", "1,0e+300"),
    ],
)
def test_losses_of_any_size(value: float, english: str, french: str) -> None:
    assert (numbers("en").loss(value), numbers("fr").loss(value)) == (english, french)


def test_numbers_of_a_list_are_told_from_their_decimals() -> None:
    clip = parse("s = clip(f*s, low, high)")[1]
    values = {"f": 1.2, "s": 0.5, "low": 1e-6, "high": 50.0}
    settings = [
        Typesetter({}, values=values, numbers=numbers(language)).set(clip) for language in ("en", "fr")
    ]
    english, french = ("".join(run.words for run in shown.runs) for shown in settings)
    assert english == "clip(1.20·0.500,10⁻⁶,50)" or "," in english
    assert french.replace("\xa0;", ";") == english.replace(",", ";").replace(".", ",")
