"""How a refusal names what it refuses: shared by everything that looks a name up."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def unknown(kind: str, name: str, allowed: Iterable[str]) -> str:
    """One line for a name that is not among the allowed ones, with the nearest of them if one is near.

    >>> unknown("surface", "funki", ["funky", "slope"])
    "unknown surface 'funki'; did you mean 'funky'? Allowed: funky, slope"
    """
    names = list(allowed)
    near = difflib.get_close_matches(name.lower(), names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return (
        f"unknown {kind} {shorten(repr(name))}; {hint}{'Allowed' if hint else 'allowed'}: {', '.join(names)}"
    )


def shorten(text: object, limit: int = 40) -> str:
    """`text` on one line, cut in its middle where it is longer than `limit` characters.

    >>> shorten("a" * 30 + "z" * 30, 11)
    'aaaaa…zzzzz'
    """
    line = " ".join(str(text).split())
    half = (limit - 1) // 2
    return line if len(line) <= limit else f"{line[:half]}…{line[-half:]}"
