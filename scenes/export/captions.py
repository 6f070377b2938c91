"""The captions of a film as an .srt file: what is said, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from srt import Subtitle, sort_and_reindex


class Said(NamedTuple):
    """A caption.

    Attributes:
        words: what it says.
        piece: the number of the piece of film during which it begins.
        after: how many seconds after the piece has begun.
    """

    words: str
    piece: int
    after: float


def subtitles(said: Sequence[Said], begins: Sequence[float]) -> list[Subtitle]:
    """The captions, each of which stays until the next one, and the last until the film ends.

    Args:
        said: the captions, in their order.
        begins: when each piece of the film begins, and at last when the film ends, in seconds.
    """
    edges = [*(min(begins[one.piece] + one.after, begins[-1]) for one in said), begins[-1]]
    found = [
        Subtitle(None, timedelta(seconds=start), timedelta(seconds=end), one.words)
        for one, (start, end) in zip(said, pairwise(edges), strict=True)
        if end > start
    ]
    return list(sort_and_reindex(found))
