"""InsideTheStep in pictures of any shape, in any theme: words are large, inside the picture, and apart."""

from __future__ import annotations

from typing import Any

import pytest

from support.words import LANGUAGES
from tests.scenes.moments import small
from tests.scenes.test_inside_the_step import faults, recorded, shown

SHAPES = {"16:9": (480, 270), "9:16": (270, 480), "1:1": (360, 360), "4:3": (400, 300), "21:9": (630, 270)}
RACERS: dict[str, list[dict[str, Any]]] = {
    "usual": [{"optimizer": "rmsprop"}, {"optimizer": "adam"}],
    "many lines": [{"optimizer": "adamw", "amsgrad": True}, {"optimizer": "nadam", "weight_decay": 0.1}],
    "long name": [{"optimizer": "momentum", "name": "Momentum, heavy, 0.9 (2)"}],
}
CASES = [
    *(("usual", language, theme) for language, theme in (("en", "dark"), ("fr", "light"))),
    *(("usual", language, "dark") for language in LANGUAGES if language not in {"en", "fr"}),
    ("many lines", "fr", "dark"),
    ("long name", "en", "transparent"),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("racers", "language", "theme"), CASES)
def test_words_are_large_inside_and_apart_in_any_shape(
    racers: str, language: str, theme: str, shape: str
) -> None:
    film_table = {"length": 20.0, "language": language, "theme": theme}
    trace = recorded(*RACERS[racers], film=film_table)
    with small(*SHAPES[shape]):
        for film, t in shown(trace):
            assert faults(film) == [], t
