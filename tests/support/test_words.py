"""Every language says everything, with the same gaps, in letters that the films' font has."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest
from PIL import ImageFont

from optimizers import OPTIMIZERS
from scenes.theme import FONT_FILES
from support.words import LANGUAGES, words

TRANSLATED = pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])


def said(table: dict[str, Any], where: str = "") -> Iterator[tuple[str, str]]:
    """Every text, and where it is in the file."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from said(value, f"{where}{key}.")
        for i, text in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(text, str):
                yield f"{where}{key}.{i}", text


def gaps(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_the_languages_are_those_of_the_files() -> None:
    assert LANGUAGES == ("de", "en", "es", "fr")


@TRANSLATED
def test_a_language_says_what_english_does(language: str) -> None:
    english, other = dict(said(words("en"))), dict(said(words(language)))
    assert {name for name in other if not name.startswith("habits.")} == set(english)
    assert {name: gaps(other[name]) for name in english} == {name: gaps(english[name]) for name in english}
    assert all(text == text.strip() for name, text in other.items() if not name.startswith("numbers."))
    alike = {name for name in english if english[name] == other[name] and len(english[name]) > 14}
    assert alike <= {"race.axis.0", "race.because.0", "graph.title.0"}, "not translated"


@TRANSLATED
def test_a_language_says_how_each_optimizer_moves(language: str) -> None:
    assert set(words(language)["habits"]) == set(OPTIMIZERS)
    assert all(optimizer.habit for optimizer in OPTIMIZERS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_films_font_has_the_letters(language: str) -> None:
    fonts = [ImageFont.truetype(file, 40) for file in FONT_FILES]
    letters = {letter for _, text in said(words(language)) for letter in text}
    for font in fonts:
        missing = bytes(font.getmask("\U0010ffff"))
        assert [c for c in letters if not c.isspace() and bytes(font.getmask(c)) == missing] == []
