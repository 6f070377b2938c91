"""The racers' colours, of dark grounds and of light ones, which colour-blind people can tell apart."""

from __future__ import annotations

from typing import Literal

Name = Literal["dark", "light", "transparent"]  # of themes

# On dark grounds the first six are Okabe and Ito's, "Color universal design", 2008, without the black, and
# but for the green: to deuteranopes, their #009E73 is the surface's colour. Their blue is too dark for text.
# The first four are far apart in brightness as well as in hue. The others were sought as far from these, from
# each other and from the surface as there was room.
PALETTE = {
    "vermillion": "#D55E00",
    "sky blue": "#56B4E9",
    "reddish purple": "#CC79A7",
    "yellow": "#F0E442",
    "bluish green": "#009650",
    "orange": "#E69F00",
    "blue": "#1E87F0",
    "pale blue": "#A5D2F0",
    "mint": "#87FFC3",
    "green": "#78B469",
    "grey": "#B4B4B4",
    "violet": "#A569B4",
}
# The same names on light grounds, dark enough for text.
_LIGHT = {
    "vermillion": "#691E0F",
    "sky blue": "#1E78B4",
    "reddish purple": "#C30F87",
    "yellow": "#69783C",
    "bluish green": "#0F695A",
    "orange": "#784B0F",
    "blue": "#0F3C5A",
    "pale blue": "#004BD2",
    "mint": "#5A785A",
    "green": "#5A5A3C",
    "grey": "#3C3C3C",
    "violet": "#4B0F96",
}
PALETTES: dict[Name, dict[str, str]] = {"dark": PALETTE, "light": _LIGHT, "transparent": PALETTE}
COLOURS = tuple(PALETTE.values())  # given to racers without one, in this order


def lighter(colour: str) -> str:
    """A colour halfway to white.

    >>> lighter("#0072B2")
    '#80B9D9'
    """
    return "#" + "".join(f"{(int(colour[i : i + 2], 16) + 256) // 2:02X}" for i in (1, 3, 5))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as the Web Content Accessibility Guidelines 2.2 define it.

    >>> contrast("#000000", "#FFFFFF"), round(contrast("#777777", "#FFFFFF"), 2)
    (21.0, 4.48)
    """
    darker, brighter = sorted(map(_luminance, (one, other)))
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [byte / 255 for byte in bytes.fromhex(colour[1:])]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
