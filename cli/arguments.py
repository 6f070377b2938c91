"""Checks of the arguments before they are parsed, where the parser would misread them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

import typer


def require_pairs(arguments: Sequence[str]) -> None:
    """Raise BadParameter unless two numbers, and no third, follow `--start` and, of a graph, `--at`.

    The parser would take a third number to be the file.
    """
    flags = {"--start", "--at"} if arguments[:1] == ["graph"] else {"--start"}
    for i, flag in enumerate(arguments):
        if flag in flags:
            pair, rest = arguments[i + 1 : i + 3], arguments[i + 3 : i + 4]
            complete = len(pair) == 2 and all(map(_is_number, pair))
            extra = [text for text in rest if complete and _is_number(text) and not Path(text).exists()]
            if extra or not complete:
                given = " ".join([*pair, *extra])
                raise typer.BadParameter(f"takes two numbers, U V, got {given!r}", param_hint=flag)


def with_sizes(arguments: Sequence[str]) -> list[str]:
    """The arguments, with the whole numbers after `--hidden` joined: the parser would take only the first.

    >>> with_sizes(["train", "--hidden", "16", "16", "moons"])
    ['train', '--hidden', '16 16', 'moons']
    """
    joined: list[str] = []
    rest = list(arguments)
    while rest:
        joined.append(rest.pop(0))
        if joined[-1] == "--hidden":
            sizes = list(takewhile(str.isdecimal, rest))
            del rest[: len(sizes)]
            joined += [" ".join(sizes)] if sizes else []
    return joined


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
