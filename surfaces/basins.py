"""A few basins: smooth surfaces where the question is which minimum a racer finds.

Formulas, usual domains and known minima are those of Surjanovic & Bingham, Virtual Library of Simulation
Experiments: test functions and datasets, https://www.sfu.ca/~ssurjano, which agrees with the sources named.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from surfaces.surface import surface


@surface(
    u_range=(-2.2, 2.2),
    v_range=(-2.2, 2.2),
    z_range=(0.0, 2.5),
    start=(-1.9, -0.3),
    minima=((0.0, 0.0),),
    camera=(50.0, -70.0),
    source="Branin, Widely convergent method for finding multiple solutions of simultaneous nonlinear "
    "equations, 1972",
    suggested={
        "sgd": 0.02, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.1,
        "adadelta": 5.0, "rmsprop": 0.02, "rprop": 0.01, "adam": 0.1,
        "adamw": 0.1, "adamax": 0.2, "nadam": 0.1, "radam": 0.2, "lion": 0.02,
    },
)  # fmt: skip
def three_hump_camel(u: Any, v: Any) -> Any:
    """2 u^2 - 1.05 u^4 + u^6 / 6 + u v + v^2, unscaled: three basins, the lowest in the middle."""
    return 2 * u**2 - 1.05 * u**4 + u**6 / 6 + u * v + v**2


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-1.1, 1.1),
    z_range=(-1.1, 3.0),
    start=(1.9, 0.5),
    minima=((0.08984201310031806, -0.7126564030207396), (-0.08984201310031806, 0.7126564030207396)),
    camera=(55.0, -70.0),
    source="Dixon & Szegö, The global optimization problem: an introduction, 1978",
    suggested={
        "sgd": 0.005, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.05,
        "adadelta": 2.0, "rmsprop": 0.01, "rprop": 0.01, "adam": 0.2,
        "adamw": 0.2, "adamax": 0.1, "nadam": 0.02, "radam": 0.1, "lion": 0.05,
    },
)  # fmt: skip
def six_hump_camel(u: Any, v: Any) -> Any:
    """(4 - 2.1 u^2 + u^4 / 3) u^2 + u v + (4 v^2 - 4) v^2, unscaled: six basins, the two lowest alike."""
    return (4 - 2.1 * u**2 + u**4 / 3) * u**2 + u * v + (4 * v**2 - 4) * v**2


@surface(
    u_range=(-1.5, 4.0),
    v_range=(-3.0, 4.0),
    z_range=(-0.5, 4.0),
    start=(2.4, -0.6),
    minima=((0.5 - np.pi / 3, -0.5 - np.pi / 3),),
    camera=(60.0, -40.0),
    source="McCormick, Computability of global solutions to factorable nonconvex programs: part I, 1976",
    suggested={
        "sgd": 0.2, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.2,
        "adadelta": 20.0, "rmsprop": 0.02, "rprop": 0.01, "adam": 0.1,
        "adamw": 0.1, "adamax": 0.2, "nadam": 0.1, "radam": 0.5, "lion": 0.02,
    },
)  # fmt: skip
def mccormick(u: Any, v: Any) -> Any:
    """0.2 (sin(u + v) + (u - v)^2 - 1.5 u + 2.5 v + 1): a fifth of the McCormick function.

    A wavy trough that descends along u = v. The race leads to the crest between the domain's two minima, and
    on to the lower one. Beyond the domain it descends for ever.
    """
    return 0.2 * (np.sin(u + v) + (u - v) ** 2 - 1.5 * u + 2.5 * v + 1)


@surface(
    u_range=(-4.5, 4.5),
    v_range=(-4.5, 4.5),
    z_range=(-4.0, 3.0),
    start=(4.3, -0.2),
    minima=((-2.903534027771177, -2.903534027771177),),
    camera=(60.0, -60.0),
    source="Styblinski & Tang, Experiments in nonconvex optimization, 1990",
    suggested={
        "sgd": 0.05, "momentum": 0.2, "nesterov": 0.2, "adagrad": 0.1,
        "adadelta": 10.0, "rmsprop": 0.02, "rprop": 0.01, "adam": 0.1,
        "adamw": 0.1, "adamax": 0.1, "nadam": 0.1, "radam": 0.5, "lion": 0.05,
    },
)  # fmt: skip
def styblinski_tang(u: Any, v: Any) -> Any:
    """0.025 (u^4 - 16 u^2 + 5 u + v^4 - 16 v^2 + 5 v): 1/20 of the Styblinski-Tang function.

    Four basins, one in each quadrant, of three different depths.
    """
    return 0.025 * (u**4 - 16 * u**2 + 5 * u + v**4 - 16 * v**2 + 5 * v)


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-2.0, 2.0),
    z_range=(-3.2, 2.2),
    start=(-0.8, 1.6),
    minima=((0.0, -1.0),),
    camera=(55.0, -60.0),
    source="Goldstein & Price, On descent from local minima, 1971; its logarithm: Picheny, Wagner & "
    "Ginsbourger, A benchmark of kriging-based infill criteria for noisy optimization, 2013",
    suggested={
        "sgd": 0.02, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.2,
        "adadelta": 5.0, "rmsprop": 0.02, "rprop": 0.01, "adam": 0.1,
        "adamw": 0.1, "adamax": 0.2, "nadam": 0.05, "radam": 0.5, "lion": 0.02,
    },
)  # fmt: skip
def goldstein_price(u: Any, v: Any) -> Any:
    """(log(a b) - 8.693) / 2.427; a b, the Goldstein-Price function, spans six orders of magnitude.

    a = 1 + (u + v + 1)^2 (19 - 14 u + 3 u^2 - 14 v + 6 u v + 3 v^2),
    b = 30 + (2 u - 3 v)^2 (18 - 32 u + 12 u^2 + 48 v - 36 u v + 27 v^2).

    The logarithm, shifted and scaled, has mean 0 and variance 1 over the domain. Curved valleys meet in
    several minima; the lowest is narrow.
    """
    a = 1 + (u + v + 1) ** 2 * (19 - 14 * u + 3 * u**2 - 14 * v + 6 * u * v + 3 * v**2)
    b = 30 + (2 * u - 3 * v) ** 2 * (18 - 32 * u + 12 * u**2 + 48 * v - 36 * u * v + 27 * v**2)
    return (np.log(a) + np.log(b) - 8.693) / 2.427
