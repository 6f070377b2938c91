"""Whether the texts of a race can be shown: every letter must be in a font."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

from races import RaceSpec
from scenes.depth.sprite import covered
from scenes.named_output import refuse
from scenes.theme import letters
from support.messages import shorten

# Fonts to install, and their packages on Debian, for letters whose Unicode names begin so.
_FONTS = {
    ("CJK", "HIRAGANA", "KATAKANA", "HANGUL"): "Noto Sans CJK (on Debian: fonts-noto-cjk)",
    ("ARABIC", "HEBREW", "DEVANAGARI", "BENGALI", "THAI", "TAMIL"): "Noto Sans (on Debian: fonts-noto-core)",
}
_BOX = 5  # glyphs of the box that stands for a letter in no font, at least
_SYMBOLS = "Symbola (on Debian: fonts-symbola)"


def require_letters(spec: RaceSpec) -> None:
    """Exit with status 2 and one line, if a text of a race has a letter that no font has."""
    for place, text in _texts(spec):
        for letter in text:
            if not is_shown(letter):
                name = unicodedata.name(letter, f"U+{ord(letter):04X}")
                font = next((font for begin, font in _FONTS.items() if name.startswith(begin)), _SYMBOLS)
                refuse(
                    f"{place}: no font here has {letter!r} ({name.lower()}), in {shorten(text, 40)!r}: "
                    f"install one, such as {font}"
                )


def _texts(spec: RaceSpec) -> Iterator[tuple[str, str]]:
    """What a race's film says in the race's own words, and where that is given."""
    film = spec.film
    yield from (
        ("film: title", film.title),
        ("film: subtitle", film.subtitle),
        ("surface", spec.surface_name),
    )
    for i, racer in enumerate(spec.racers):
        yield f"racer {i + 1}: name", racer.name
        yield f"racer {i + 1}: caption", racer.caption


@cache
def is_shown(letter: str) -> bool:
    """Whether a letter is in the films' font, or else in one of this machine that has it as an outline.

    For a letter in no font, Pango draws a box with at least four digits. For one that is a picture, as
    coloured emoji are, Manim draws nothing.
    """
    if unicodedata.category(letter) in {"Cf", "Mn", "Zs"} or covered(letter, bold=False):
        return True
    return 0 < len(letters(letter).submobjects) < _BOX
