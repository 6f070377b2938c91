"""Pictures as arrays of pixels."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]  # RGBA, of shape (height, width, 4), top row first


def straight(pixels: Picture) -> Picture:
    """Straight colours, as files store them, from premultiplied ones; RGBA of shape (height, width, 4).

    >>> straight(np.array([[[60, 30, 0, 120]]], dtype=np.uint8)).tolist()
    [[[127, 63, 0, 120]]]
    """
    found = pixels.copy()
    some = (pixels[..., 3] > 0) & (pixels[..., 3] < 255)
    colours, opacity = pixels[some, :3].astype(int), pixels[some, 3:].astype(int)
    found[some, :3] = np.minimum(colours * 255 // opacity, 255)
    return found
