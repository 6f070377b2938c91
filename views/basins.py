"""Basins as pictures: each start has the colour of the minimum that is reached from there."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from comparison import Basins, basin_map
from comparison.basin_maps import NOWHERE
from races import RaceSpec
from support.palette import COLOURS
from views.theme import Theme, rgb

Array = NDArray[np.float64]

SIDE, LEAST = 240, 40  # starts along each side of a film's map
MOST = 200_000_000  # steps of all its races together
_VECTOR = 400_000  # the same, where racers move the whole vector and run start by start
MOMENTS = 160  # of a race for which the nearest minima are known
_SHADE = 0.45  # how much darker the slowest is


def minimum_colours(count: int) -> list[str]:
    """A colour for each minimum; beyond those of the palette they come again."""
    return [COLOURS[i % len(COLOURS)] for i in range(count)]


def basin_picture(found: Basins, racer: int, nowhere: str) -> Array:
    """A racer's basins, RGB from 0 to 1: the later a minimum is reached, the darker.

    Args:
        found: the map.
        racer: its index.
        nowhere: the colour of starts from which no minimum is reached.

    Returns:
        Of shape (side, side, 3), the lowest row first.
    """
    table = np.array([rgb(colour) for colour in (*minimum_colours(len(found.minima)), nowhere)])
    reached, steps = found.reached[racer], found.steps[racer].astype(np.float64)
    there = reached != NOWHERE
    dark = np.where(there, 1 - _SHADE * steps / steps[there].max(initial=1.0), 1.0)
    return np.asarray(table[reached] * dark[..., None])


def sooner_to_later(colour: str) -> Array:
    """The shades of a basin's colour, from the soonest to the latest, RGB from 0 to 1; of shape (n, 3)."""
    return np.asarray((1 - _SHADE * np.linspace(0, 1, 64))[:, None] * np.array(rgb(colour)))


class FillingBasins:
    """The basins of a race's racers, and how they fill while the races run.

    Args:
        spec: the race; its starts do not count.
        theme: the picture's colours.

    Attributes:
        found: the map.
        faint: the colours of starts from which the race is under way, by the minimum that is nearest; the
            last one is that of starts from which it has left the domain. RGB from 0 to 1.
        digest: equal for maps that look the same.

    Raises:
        ComparisonError: for what has no basin map.
    """

    def __init__(self, spec: RaceSpec, theme: Theme) -> None:
        moments = np.unique(np.linspace(0, spec.steps, min(MOMENTS, spec.steps) + 1).round().astype(int))
        found = self.found = basin_map(spec, _side(spec), moments=moments.tolist())
        ground, ink = np.array(rgb(theme.ground)), np.array(rgb(theme.ink))
        shown = np.array([rgb(colour) for colour in minimum_colours(len(found.minima))])
        self.faint = np.concatenate([0.3 * shown + 0.7 * ground, [0.85 * ground + 0.15 * ink]])
        self._done = [basin_picture(found, racer, theme.ground) for racer in range(len(found.names))]
        arrays = (found.reached, found.steps, found.nearest, self.faint)
        self.digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()

    def arrived(self, racer: int, t: float) -> float:
        """The share of starts from which a minimum has been reached by step t."""
        return float(self.shares(int(t))[racer, -1])

    def shares(self, steps: int) -> Array:
        """The shares of starts that have arrived after each step, of shape (racers, steps + 1)."""
        found, rows = self.found, []
        for reached, when in zip(found.reached, found.steps, strict=True):
            counts = np.bincount(when[(reached != NOWHERE) & (when <= steps)], minlength=steps + 1)
            rows.append(counts.cumsum() / reached.size)
        return np.array(rows)

    def picture(self, racer: int, t: float, width: int, height: int) -> NDArray[np.uint8]:
        """The basins at step t, RGB, top row first, in so many pixels."""
        found = self.found
        nearest = found.nearest[racer, found.moments.searchsorted(t, side="right") - 1]
        there = (found.reached[racer] != NOWHERE) & (found.steps[racer] <= t)
        colours = np.where(there[..., None], self._done[racer], self.faint[nearest])
        colours, side = np.rint(255 * colours).astype(np.uint8), len(colours)
        rows = ((np.arange(height) + 0.5) / height * side).astype(int)[::-1]
        columns = ((np.arange(width) + 0.5) / width * side).astype(int)
        return np.asarray(colours[rows[:, None], columns])


def _side(spec: RaceSpec) -> int:
    """As many starts along each side as there is time for."""
    most = MOST if all(racer.kind.elementwise for racer in spec.racers) else _VECTOR
    return int(np.clip((most / (spec.steps * len(spec.racers))) ** 0.5, LEAST, SIDE))
