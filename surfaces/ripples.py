"""Ripples: so many local minima that the length of the steps decides where a racer ends.

Formulas, usual domains and known minima are those of Surjanovic & Bingham, Virtual Library of Simulation
Experiments: test functions and datasets, https://www.sfu.ca/~ssurjano, which agrees with the sources named.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from surfaces.surface import surface

# A distance from the origin is the root of u^2 + v^2 + _SPECK, which has a gradient, 0, at the origin too;
# nowhere else does it make a difference.
_SPECK = 1e-30
# Where the crossed pits are deepest: there log sin u + log sin v - r / pi is stationary.
_PIT = math.atan(math.pi * math.sqrt(2))


@surface(
    u_range=(-1.5, 3.5),
    v_range=(-1.5, 3.5),
    z_range=(0.0, 2.5),
    start=(-1.1, 0.2),
    minima=((1.0, 1.0),),
    camera=(60.0, -60.0),
    source="Levy & Montalvo, The tunneling algorithm for the global minimization of functions, 1985",
    suggested={
        "sgd": 0.005, "momentum": 0.02, "nesterov": 0.02, "adagrad": 0.5,
        "adadelta": 2.0, "rmsprop": 0.05, "rprop": 0.1, "adam": 0.2,
        "adamw": 0.2, "adamax": 0.5, "nadam": 0.05, "radam": 0.2, "lion": 0.02,
    },
)  # fmt: skip
def levy13(u: Any, v: Any) -> Any:
    """0.1 (sin(3 pi u)^2 + (u-1)^2 (1 + sin(3 pi v)^2) + (v-1)^2 (1 + sin(2 pi v)^2)): a tenth of Levy 13."""
    along_u = np.sin(3 * np.pi * u) ** 2 + (u - 1) ** 2 * (1 + np.sin(3 * np.pi * v) ** 2)
    return 0.1 * (along_u + (v - 1) ** 2 * (1 + np.sin(2 * np.pi * v) ** 2))


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-2.0, 2.0),
    z_range=(-1.0, 0.0),
    start=(1.6, 0.75),
    minima=((0.0, 0.0),),
    camera=(50.0, -70.0),
    source="Molga & Smutnicki, Test functions for optimization needs, 2005",
    suggested={
        "sgd": 0.005, "momentum": 0.05, "nesterov": 0.01, "adagrad": 0.5,
        "adadelta": 1.0, "rmsprop": 0.05, "rprop": 0.01, "adam": 0.1,
        "adamw": 0.1, "adamax": 0.5, "nadam": 0.02, "radam": 0.1, "lion": 0.01,
    },
)  # fmt: skip
def drop_wave(u: Any, v: Any) -> Any:
    """-(1 + cos(12 r)) / (0.5 r^2 + 2) with r^2 = u^2 + v^2, unscaled: rings around a drop."""
    square = u**2 + v**2
    return -(1 + np.cos(12 * np.sqrt(square + _SPECK))) / (0.5 * square + 2)


@surface(
    u_range=(-5.0, 5.0),
    v_range=(-5.0, 5.0),
    z_range=(-2.1, -0.8),
    start=(2.9, 0.4),
    minima=(
        (_PIT, _PIT),
        (_PIT, -_PIT),
        (-_PIT, _PIT),
        (-_PIT, -_PIT),
    ),
    camera=(50.0, -70.0),
    source="Mishra, Some new test functions for global optimization, 2006",
    suggested={
        "sgd": 0.2, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.1,
        "adadelta": 10.0, "rmsprop": 0.02, "rprop": 0.01, "adam": 0.1,
        "adamw": 0.1, "adamax": 0.1, "nadam": 0.1, "radam": 0.5, "lion": 0.02,
    },
)  # fmt: skip
def cross_in_tray(u: Any, v: Any) -> Any:
    """-0.0001 (|sin u sin v e^|100 - r / pi|| + 1)^0.1 with r^2 = u^2 + v^2, unscaled: pits between creases.

    Where u or v is a multiple of pi, a crease rises to nearly 0, so thin that half of its height lies within
    a thousandth of it: from a distance no gradient shows it. The four pits around the origin are minima.
    """
    pull = np.exp(abs(100 - np.sqrt(u**2 + v**2 + _SPECK) / np.pi))
    return -0.0001 * (abs(np.sin(u) * np.sin(v) * pull) + 1) ** 0.1
