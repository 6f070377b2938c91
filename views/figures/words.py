"""The text of figures: words and numbers in the race's language, names in fonts that have their letters."""

from __future__ import annotations

import functools
import logging
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.font_manager import FontEntry, FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text
from matplotlib.ticker import ScalarFormatter

from support.numbers import numbers
from support.words import words

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "pdf.fonttype": 42,  # TrueType: journals reject Type 3, and drawing programs cannot edit it
    "svg.fonttype": "path",
    "svg.hashsalt": "race",
    "text.usetex": False,
}


def figure_words(language: str) -> dict[str, str]:
    """The words of figures in a language."""
    return dict(words(language)["figures"])


class AxisNumbers(ScalarFormatter):
    """The numbers along an axis, in a language."""

    def __init__(self, language: str) -> None:
        super().__init__(useMathText=False, useLocale=False)
        self._numbers = numbers(language)

    def __call__(self, x: float, pos: int | None = None) -> str:
        """The number at a tick."""
        return self._numbers.written(str(super().__call__(x, pos)))

    def get_offset(self) -> str:
        """The number added to all others, or the power of ten that they are multiples of."""
        return self._numbers.written(str(super().get_offset()))


def set_text(text: Text, content: str) -> None:
    """Set `text` to `content`, in which dollar signs do not mark mathematics."""
    text.set_parse_math(False)
    text.set_usetex(False)
    text.set_text(content)


def width(text: str) -> int:
    """The width of `text` in letters; full-width letters count as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


@contextmanager
def drawing(texts: Iterable[str]) -> Iterator[None]:
    """Draw in `STYLE`, with fonts that have the letters of `texts`, if there are any.

    A letter that no font on this machine has is drawn as a box, without matplotlib's warnings.
    """
    # At the user's logging level, each font could log fifty lines.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    family = ["DejaVu Sans", *_fallbacks(frozenset("".join(texts)))]
    quiet = np.errstate(all="ignore")  # matplotlib looks for ticks far outside the axes
    with mpl.rc_context({**STYLE, "font.family": family}), warnings.catch_warnings(), quiet:
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        yield


@functools.lru_cache(maxsize=64)
def _fallbacks(letters: frozenset[str]) -> tuple[str, ...]:
    """The families needed besides DejaVu Sans to draw `letters`."""
    missing = {ord(letter) for letter in letters} - _letters(findfont(FontProperties(family="DejaVu Sans")))
    families = []
    for font in filter(_is_plain, fontManager.ttflist):
        if not missing:
            break
        if found := missing & _letters(font.fname):
            families.append(font.name)
            missing -= found
    return tuple(families)


def _is_plain(font: FontEntry) -> bool:
    """Whether a font is upright, of regular weight, and not a font of boxes for all letters."""
    usual = font.weight <= 500 if isinstance(font.weight, int) else font.weight in {"normal", "regular"}
    return font.style == "normal" and usual and not font.name.startswith("Last Resort")


@functools.cache
def _letters(file: str) -> frozenset[int]:
    """The letters of a font; none if it is not scalable, as colour emoji are not."""
    try:
        font = get_font(file)
        return frozenset(font.get_charmap()) if font.scalable else frozenset()
    except (OSError, RuntimeError):
        return frozenset()
