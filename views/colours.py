"""The colours that all pictures share: background, text, and heights of a surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BACKGROUND = "#0F1218"
INK = "#F2F4F8"  # text that must be read
FAINT = "#9AA4B5"  # axes, captions of axes

# Matplotlib's cividis, a perceptually uniform map, without its upper end, which is as bright as the racers:
# thirteen samples, interpolated linearly. Importing Matplotlib itself takes a third of a second.
_CIVIDIS = "00224E 002C64 0C3470 263D6E 36466C 454F6C 52596D 5E626E 696B71 747575 807E78 8D8878 999277"
_PLACES = np.array([list(bytes.fromhex(colour)) for colour in _CIVIDIS.split()]) / 255


def height_colours(fraction: NDArray[np.float64]) -> NDArray[np.float64]:
    """The surface's colours, RGB in 0..1, for heights given as a fraction of the range shown."""
    places = np.clip(fraction, 0, 1) * (len(_PLACES) - 1)
    channels = [np.interp(places, np.arange(len(_PLACES)), _PLACES[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1)
