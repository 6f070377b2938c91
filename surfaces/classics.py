"""Classic test problems, scaled to fit a picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from surfaces.surface import surface


@surface(
    u_range=(0.0, 2.0),
    v_range=(0.0, 2.0),
    z_range=(0.0, 2.0),
    start=(1.8, 1.8),
    minima=((1.0, 1.0),),
    camera=(70.0, -45.0),
    source="the round quadratic bowl, on which every optimizer should do well",
)
def slope(u: Any, v: Any) -> Any:
    """0.5 ((u-1)^2 + (v-1)^2)."""
    return 0.5 * ((u - 1) ** 2 + (v - 1) ** 2)


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-1.0, 3.0),
    z_range=(0.0, 8.0),
    start=(-1.5, 2.5),
    minima=((1.0, 1.0),),
    camera=(65.0, -70.0),
    source="Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960",
    suggested={
        "sgd": 0.2, "momentum": 0.15, "nesterov": 0.08, "adagrad": 0.1,
        "adadelta": 3.0, "rmsprop": 0.02, "rprop": 0.01, "adam": 0.4,
        "adamw": 0.4, "adamax": 0.1, "nadam": 0.3, "radam": 0.3, "lion": 0.02,
    },
)  # fmt: skip
def rosenbrock(u: Any, v: Any) -> Any:
    """0.01 ((1-u)^2 + 100 (v-u^2)^2): a flat, curved valley.

    Across, its curvature is 2 (1 + 4 u^2), 20 at the start and 2 at the bend: with a learning rate at which
    it is stable at the start, SGD gets nowhere in 200 steps. With those suggested, SGD, Momentum, Nesterov
    and RAdam bounce from wall to wall past the bend, and arrive; the others creep along the valley's floor.
    """
    return 0.01 * ((1 - u) ** 2 + 100 * (v - u**2) ** 2)


@surface(
    u_range=(-2.5, 2.5),
    v_range=(-2.5, 2.5),
    z_range=(0.0, 0.5),
    start=(1.0, 1.0),
    minima=((0.0, 0.0),),
    camera=(60.0, -80.0),
    source="Rastrigin, Systems of extremal control, 1974",
    suggested={
        "sgd": 0.5, "momentum": 0.05, "nesterov": 0.05, "adagrad": 0.5,
        "adadelta": 1.0, "rmsprop": 0.05, "rprop": 0.5, "adam": 0.5,
        "adamw": 0.7, "adamax": 0.5, "nadam": 0.01, "radam": 0.3, "lion": 0.002,
    },
)  # fmt: skip
def rastrigin(u: Any, v: Any) -> Any:
    """0.005 (20 + u^2 - 10 cos(2 pi u) + v^2 - 10 cos(2 pi v)): a grid of local minima.

    The start lies beside the bottom of a pit. There the gradient is next to nothing, and so are steps in
    proportion to it: SGD and Momentum stay. The first step of Adagrad, RMSProp, Rprop, Adam, AdamW and Adamax
    is as long as the learning rate, however flat the ground: with those suggested, they leave the pit at
    once, and end in the lowest one.
    """
    waves = 10 * np.cos(2 * np.pi * u) + 10 * np.cos(2 * np.pi * v)
    return 0.005 * (20 + u**2 + v**2 - waves)


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-2.0, 2.0),
    z_range=(0.0, 6.0),
    start=(-1.5, 1.5),
    minima=((3.0, 0.5),),  # outside the domain
    camera=(65.0, -75.0),
    source="Beale, On an iterative method for finding a local minimum, 1958",
    suggested={
        "sgd": 0.5, "momentum": 0.07, "nesterov": 0.05, "adagrad": 0.03,
        "adadelta": 1.5, "rmsprop": 0.002, "adam": 0.005,
        "adamw": 0.005, "adamax": 0.015, "nadam": 0.003, "radam": 0.03, "lion": 0.003,
    },
)  # fmt: skip
def beale(u: Any, v: Any) -> Any:
    """0.01 ((1.5-u+uv)^2 + (2.25-u+uv^2)^2 + (2.625-u+uv^3)^2): plateaus with steep corners.

    From the start a valley descends, ever more gently, to u = -2 and beyond: no racer finds the minimum, or
    comes to rest. With the learning rates suggested, racers are still in the domain after 200 steps, except
    Rprop, which leaves with any: however short its first step, its steps soon grow.
    """
    return 0.01 * ((1.5 - u + u * v) ** 2 + (2.25 - u + u * v**2) ** 2 + (2.625 - u + u * v**3) ** 2)


@surface(
    u_range=(-4.0, 4.0),
    v_range=(-4.0, 4.0),
    z_range=(0.0, 8.0),
    start=(3.5, 3.5),
    minima=(
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    ),
    camera=(65.0, -70.0),
    source="Himmelblau, Applied nonlinear programming, 1972",
)
def himmelblau(u: Any, v: Any) -> Any:
    """0.01 ((u^2+v-11)^2 + (u+v^2-7)^2): four equal minima."""
    return 0.01 * ((u**2 + v - 11) ** 2 + (u + v**2 - 7) ** 2)


@surface(
    u_range=(-3.0, 3.0),
    v_range=(-3.0, 3.0),
    z_range=(-1.0, 2.0),
    start=(2.5, 2.5),
    minima=((0.0, 0.0),),
    camera=(60.0, -80.0),
    source="Ackley, A connectionist machine for genetic hillclimbing, 1987",
)
def ackley(u: Any, v: Any) -> Any:
    """0.1 (-20 e^(-0.2 sqrt((u^2+v^2)/2)) - e^((cos 2 pi u + cos 2 pi v)/2) + 20 + e).

    A funnel with ripples. Its centre is a cusp without a gradient: the derivative of the square root is
    infinite there, and the gradient is computed as nan.
    """
    funnel = -20 * np.exp(-0.2 * np.sqrt((u**2 + v**2) / 2))
    ripples = -np.exp((np.cos(2 * np.pi * u) + np.cos(2 * np.pi * v)) / 2)
    return 0.1 * (funnel + ripples + 20 + np.e)
