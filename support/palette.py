"""The racers' colours: the Okabe-Ito palette, which colour-blind people can tell apart."""

from __future__ import annotations

# Okabe and Ito, "Color universal design", 2008; its black is left out, since films are dark.
# The order keeps the first four far apart in brightness as well as in hue.
PALETTE = {
    "vermillion": "#D55E00",
    "sky blue": "#56B4E9",
    "reddish purple": "#CC79A7",
    "yellow": "#F0E442",
    "bluish green": "#009E73",
    "orange": "#E69F00",
    "blue": "#0072B2",
}


def lighter(colour: str) -> str:
    """A colour halfway to white, for racers beyond the palette.

    >>> lighter("#0072B2")
    '#80B9D9'
    """
    return "#" + "".join(f"{(int(colour[i : i + 2], 16) + 256) // 2:02X}" for i in (1, 3, 5))


# The colours given to racers without one, in order.
COLOURS = (*PALETTE.values(), *(lighter(colour) for colour in PALETTE.values()))
