"""The languages of films and figures: one file of words for each, in `languages/`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "languages"
LANGUAGES = tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@cache
def words(language: str) -> dict[str, Any]:
    """The words of a language, by sections.

    Args:
        language: one of `LANGUAGES`.

    >>> words("de")["race"]["step"]
    'Schritt'
    """
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
