"""`closing`: the pictures that lead from the end of a film back to its beginning."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from scenes.export.pieces import File, pictures
from support.pictures import Picture


def closing(first: File, last: File, count: int) -> Iterator[Picture]:
    """Pictures that fade from the last frame of a film to its first; the last of them is that frame.

    Args:
        first: the first piece of the film.
        last: its last piece.
        count: how many pictures.

    Returns:
        Premultiplied RGBA, of shape (height, width, 4).
    """
    begin = _premultiplied(next(pictures(first)))
    (end,) = map(_premultiplied, deque(pictures(last), maxlen=1))
    for number in range(1, count + 1):
        share = round(256 * number / count)
        yield ((begin * np.uint16(share) + end * np.uint16(256 - share)) >> 8).astype(np.uint8)


def _premultiplied(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    found = picture.astype(np.uint16)
    opacity = found[..., 3:]
    found[..., :3] = (found[..., :3] * opacity + 127) // 255
    return found
