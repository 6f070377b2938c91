"""Saddles: no minimum, but a point where the gradient vanishes, with ways down from it.

A race starts near a ridge, so the gradient leads to the saddle first. A racer that escapes the saddle leaves
the domain as well: here, that is winning.
"""

from __future__ import annotations

from typing import Any

from surfaces.surface import surface


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-2.0, 2.0),
    z_range=(-2.0, 2.0),
    start=(-1.6, 0.01),
    camera=(60.0, -60.0),
    source="the hyperbolic paraboloid; Dauphin et al., Identifying and attacking the saddle point problem in "
    "high-dimensional non-convex optimization, 2014",
    suggested={
        "sgd": 0.04, "momentum": 0.006, "nesterov": 0.006, "adagrad": 0.1,
        "adadelta": 0.3, "rmsprop": 0.01, "rprop": 0.0001, "adam": 0.02,
        "adamw": 0.02, "adamax": 0.03, "nadam": 0.02, "radam": 0.1, "lion": 0.02,
    },
)  # fmt: skip
def saddle(u: Any, v: Any) -> Any:
    """0.5 (u^2 - v^2): descends for ever along v.

    With the learning rates suggested, all leave the domain within 150 steps: some along the ridge and past
    the saddle, and some, whose steps do not depend on the slope, straight across.
    """
    return 0.5 * (u**2 - v**2)


@surface(
    u_range=(-1.5, 1.5),
    v_range=(-1.5, 1.5),
    z_range=(-2.0, 2.0),
    start=(1.2, 0.02),
    camera=(55.0, -60.0),
    source="Hilbert & Cohn-Vossen, Anschauliche Geometrie, 1932",
    suggested={
        "sgd": 0.01, "momentum": 0.002, "nesterov": 0.002, "adagrad": 0.05,
        "adadelta": 0.3, "rmsprop": 0.005, "rprop": 0.0001, "adam": 0.01,
        "adamw": 0.01, "adamax": 0.02, "nadam": 0.01, "radam": 0.05, "lion": 0.01,
    },
)  # fmt: skip
def monkey_saddle(u: Any, v: Any) -> Any:
    """0.5 (u^3 - 3 u v^2): three valleys, two for the monkey's legs and one for its tail.

    At the centre not only the gradient but also all curvatures vanish, so it holds racers for a long time.
    Beyond, it descends faster than any quadratic: steps in proportion to the gradient soon end in infinity.
    So the learning rates suggested for SGD, Momentum and Nesterov still hold them there after 200 steps; the
    others leave the domain.
    """
    return 0.5 * (u**3 - 3 * u * v**2)
