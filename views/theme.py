"""`Theme`: the colours of a picture, readable on its ground.

What is drawn names its colour by its role: "ink", "faint", "ground", a name of the racers' palette, or
"#rrggbb", which is the same in every theme.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from support.palette import PALETTES, Name, contrast

INK = "ink"  # text that must be read
FAINT = "faint"  # axes, captions of axes
GROUND = "ground"  # the background


@dataclass(frozen=True)
class Theme:
    """The colours of a picture, each as "#rrggbb".

    Attributes:
        name: dark, light or transparent.
        ground: the background; with transparency, of what stands on plates of its own.
        ink: of text that must be read.
        faint: of axes and their captions.
        lines: of contour lines on a surface.
        heights: a surface's colours from bottom to top, interpolated linearly.
        lamp: how much a map seen from above is brightened, since no light falls on it.
        classes: of samples; their regions are nearer to the ground.
        outline: around text and lines where the ground is not known; none elsewhere.
    """

    name: Name
    ground: str
    ink: str
    faint: str
    lines: str
    heights: tuple[str, ...]
    lamp: float
    classes: tuple[str, str, str]
    outline: str = ""

    def colour(self, role: str) -> str:
        """The colour of a role.

        >>> THEMES["dark"].colour("ink"), THEMES["light"].colour("yellow"), THEMES["light"].colour("#E69F00")
        ('#F2F4F8', '#69783C', '#E69F00')
        """
        if role in {INK, FAINT, GROUND}:
            return str(getattr(self, role))
        return PALETTES[self.name].get(role, role)

    def height_colours(self, fraction: NDArray[np.float64]) -> NDArray[np.float64]:
        """The surface's colours, RGB in 0..1, for heights given as a fraction of the range shown."""
        places = np.clip(fraction, 0, 1) * (len(self.heights) - 1)
        samples = np.arange(len(self.heights))
        channels = [np.interp(places, samples, self._samples[:, channel]) for channel in range(3)]
        return np.stack(channels, axis=-1)

    @cached_property
    def _samples(self) -> NDArray[np.float64]:
        return np.array([rgb(colour) for colour in self.heights])

    def on(self, ground: str) -> Theme:
        """The same on another ground."""
        return replace(self, ground=ground)


# Matplotlib's cividis, a perceptually uniform map, without its upper end, which is as bright as the racers.
# Importing Matplotlib itself takes a third of a second.
_CIVIDIS = "00224E 002C64 0C3470 263D6E 36466C 454F6C 52596D 5E626E 696B71 747575 807E78 8D8878 999277"
# From blue to yellow too, but all of it lighter than the racers.
_PALE = "778FB9 8399BD 96A8C3 A7B4C6 B8C0C5 C7C8BF D2CEB2"

DARK = Theme(
    name="dark",
    ground="#0F1218",
    ink="#F2F4F8",
    faint="#9AA4B5",
    lines="#FFFFFF",
    heights=tuple(f"#{colour}" for colour in _CIVIDIS.split()),
    lamp=0.8,
    classes=("#8FA8FF", "#FFA45C", "#7FE0B0"),
)
LIGHT = Theme(
    name="light",
    ground="#FAFBFC",
    ink="#14181F",
    faint="#5A6475",
    lines="#202733",
    heights=tuple(f"#{colour}" for colour in _PALE.split()),
    lamp=1.1,
    classes=("#2F4BC4", "#B4540A", "#0B7A4B"),
)
TRANSPARENT = replace(DARK, name="transparent", outline=DARK.ground)
THEMES = {theme.name: theme for theme in (DARK, LIGHT, TRANSPARENT)}


def theme_on(ground: str) -> Theme:
    """The theme that is more readable on a ground.

    >>> theme_on("#FFF8E7").name, theme_on("#1E3A5F").name
    ('light', 'dark')
    """
    return max((DARK, LIGHT), key=lambda theme: contrast(theme.ink, ground)).on(ground)


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue, from 0 to 1, of "#rrggbb"."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red / 255, green / 255, blue / 255
