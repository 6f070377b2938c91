"""Families of surfaces: each one turned, shifted and stretched at random, so that none fits one picture.

An instance's loss at p is::

    f(p) = a (s(m + w q) - s_min) / h,    q = R(t) diag(k) (p - c)

with the surface s on its domain m +- w, its least value s_min, and h, the median of s - s_min on the domain.
Drawn are the angle t of the rotation R, the axes' scales k from 1/2 to 2, the shift c from -1 to 1, and the
loss's scale a from 1/4 to 4. Starts are spread evenly over nine tenths of the domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np

from comparison.family import Array, Drawn, Family
from surfaces import SURFACES, Surface

# Without a lower bound, or lower somewhere outside their domains than at their listed minima.
_WITHOUT_A_LEAST = ("funky", "mccormick", "cross_in_tray")
SCORING_ONLY = ("beale", "cliff", "drop_wave", "easom", "funky3", "goldstein_price", "levy13")
_SIDE = 33  # points of the grid on which heights are measured
_INSIDE = 0.9  # of the domain: where starts are


def surface_families() -> dict[str, Family]:
    """A family for every registered surface that has a least value and no noise."""
    return {
        name: surface_family(surface, scoring_only=name in SCORING_ONLY)
        for name, surface in SURFACES.items()
        if surface.minima and not surface.noise and name not in _WITHOUT_A_LEAST
    }


def surface_family(surface: Surface, scoring_only: bool = False) -> Family:
    """A surface's family."""
    return Family(surface.name, 2, partial(_loss, surface), partial(_draw, surface), scoring_only)


def _loss(surface: Surface, x: Sequence[Any], values: Sequence[Any]) -> Any:
    uu, uv, vu, vv, u0, v0, scale, least = values
    u, v = x
    height = surface.formula(u0 + uu * u + uv * v, v0 + vu * u + vv * v)
    return scale * (height - least)


@lru_cache(maxsize=64)
def _measured(surface: Surface) -> tuple[Array, Array, float, float]:
    """The middle and half the width of the domain, the least value, and the median height above it."""
    (u_low, u_high), (v_low, v_high) = surface.u_range, surface.v_range
    middle = np.array([u_low + u_high, v_low + v_high]) / 2
    half = np.array([u_high - u_low, v_high - v_low]) / 2
    least = min(surface(*point) for point in surface.minima)
    side = np.linspace(-1, 1, _SIDE)
    u, v = np.meshgrid(*(middle[:, None] + half[:, None] * side))
    return middle, half, least, float(np.nanmedian(surface(u, v) - least))


def _draw(surface: Surface, rng: np.random.Generator) -> Drawn:
    middle, half, least, height = _measured(surface)
    angle, scales = rng.uniform(0, 2 * np.pi), 2.0 ** rng.uniform(-1, 1, 2)
    shift, scale = rng.uniform(-1, 1, 2), 4.0 ** rng.uniform(-1, 1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn * scales
    whole = half[:, None] * matrix
    offset = middle - whole @ shift

    def starts(rng: np.random.Generator, count: int) -> Array:
        inside = rng.uniform(-_INSIDE, _INSIDE, (count, 2))
        return np.asarray(np.linalg.solve(matrix, inside.T).T + shift)

    values = (*whole.ravel(), *offset, scale / height, least)
    return Drawn(tuple(map(float, values)), 0.0, starts)
