"""Saddles: no minimum at all, but a point where the gradient vanishes, and ways down from it.

A race starts near a ridge, so that the gradient leads to the saddle first. Who leaves the saddle leaves the
domain as well: here that is to win.
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
    """0.5 (u^2 - v^2): it falls for ever along v.

    With the learning rates suggested all leave the domain within 150 steps, some along the ridge and by the
    saddle, and some, whose steps do not ask how steep it is, straight across.
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

    Not only the gradient vanishes at the centre but all curvatures too, so that it holds for long. Beyond, it
    falls faster than any quadratic: a step as long as the gradient is steep soon ends in infinity. So SGD,
    Momentum and Nesterov have learning rates suggested with which they are still held after 200 steps; the
    others leave the domain.
    """
    return 0.5 * (u**3 - 3 * u * v**2)
