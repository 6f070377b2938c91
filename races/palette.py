"""The racers' colours: the Okabe-Ito palette, which stays apart for colour-blind eyes."""

from __future__ import annotations

# Okabe and Ito, "Color universal design", 2008; its black is left out, since films are dark.
# The order keeps the first four far apart in brightness as well as in hue.
PALETTE = {
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "reddish purple": "#CC79A7",
    "yellow": "#F0E442",
    "bluish green": "#009E73",
    "vermillion": "#D55E00",
    "blue": "#0072B2",
}
