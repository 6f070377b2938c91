"""Quadratic bowls: one minimum each; only their two curvatures differ."""

from __future__ import annotations

from typing import Any

from surfaces.surface import surface


@surface(
    u_range=(-5.0, 5.0),
    v_range=(-5.0, 5.0),
    z_range=(0.0, 5.0),
    start=(-4.0, 2.5),
    minima=((0.0, 0.0),),
    camera=(65.0, -60.0),
    source="De Jong, An analysis of the behavior of a class of genetic adaptive systems, 1975",
    suggested={
        "sgd": 0.2, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.3,
        "adadelta": 20.0, "rmsprop": 0.05, "rprop": 0.01, "adam": 0.2,
        "adamw": 0.2, "adamax": 0.2, "nadam": 0.2, "radam": 0.5, "lion": 0.05,
    },
)  # fmt: skip
def sphere(u: Any, v: Any) -> Any:
    """0.1 (u^2 + v^2): a tenth of the sphere function. The gradient points straight at the minimum."""
    return 0.1 * (u**2 + v**2)


@surface(
    u_range=(-10.0, 10.0),
    v_range=(-10.0, 10.0),
    z_range=(0.0, 10.0),
    start=(-4.0, 9.0),
    minima=((0.0, 0.0),),
    camera=(50.0, -70.0),
    source="Matyas, Random optimization, 1965",
    suggested={
        "sgd": 5.0, "momentum": 1.0, "nesterov": 1.0, "adagrad": 2.0,
        "adadelta": 50.0, "rmsprop": 0.2, "rprop": 0.1, "adam": 0.5,
        "adamw": 0.5, "adamax": 0.5, "nadam": 0.5, "radam": 2.0, "lion": 0.1,
    },
)  # fmt: skip
def matyas(u: Any, v: Any) -> Any:
    """0.1 (0.26 (u^2 + v^2) - 0.48 u v): a tenth of the Matyas function.

    A ravine along u = v, 25 times as steep across as along: its condition number. It lies diagonally to the
    axes, so a rule that scales each coordinate by itself gains nothing.
    """
    return 0.1 * (0.26 * (u**2 + v**2) - 0.48 * u * v)


@surface(
    u_range=(-10.0, 10.0),
    v_range=(-10.0, 10.0),
    z_range=(0.0, 6.0),
    start=(-8.0, 2.0),
    minima=((1.0, 3.0),),
    camera=(55.0, -75.0),
    source="Booth's function, from Surjanovic & Bingham, Virtual Library of Simulation Experiments",
    suggested={
        "sgd": 5.0, "momentum": 0.7, "nesterov": 0.7, "adagrad": 2.0,
        "adadelta": 50.0, "rmsprop": 0.1, "rprop": 0.1, "adam": 0.5,
        "adamw": 0.5, "adamax": 0.5, "nadam": 0.5, "radam": 2.0, "lion": 0.1,
    },
)  # fmt: skip
def booth(u: Any, v: Any) -> Any:
    """0.005 ((u + 2v - 7)^2 + (2u + v - 5)^2): 1/200 of Booth's function.

    Two linear equations, solved by least squares; 9 times as steep across as along.
    """
    return 0.005 * ((u + 2 * v - 7) ** 2 + (2 * u + v - 5) ** 2)


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-2.0, 2.0),
    z_range=(0.0, 2.0),
    start=(-1.8, 1.2),
    minima=((0.0, 0.0),),
    camera=(65.0, -70.0),
    parameter_ranges={"condition": (1.0, 1e6)},
    source="an ill-conditioned quadratic, as in Polyak, Some methods of speeding up the convergence of "
    "iteration methods, 1964",
    suggested={
        "sgd": 1.8, "momentum": 0.1, "nesterov": 0.1, "adagrad": 0.1,
        "adadelta": 5.0, "rmsprop": 0.02, "rprop": 0.01, "adam": 0.05,
        "adamw": 0.05, "adamax": 0.05, "nadam": 0.05, "radam": 0.2, "lion": 0.02,
    },
)  # fmt: skip
def ravine(u: Any, v: Any, *, condition: Any = 100.0) -> Any:
    """0.5 (u^2 / condition + v^2): as steep across as `slope`, and `condition` times flatter along.

    Its curvatures are 1 across, whatever the condition number, and 1/condition along. So gradient descent is
    stable up to lr = 2, and at the best learning rate, 2 condition / (condition + 1), each step leaves
    (condition - 1) / (condition + 1) of the distance, in zigzags. The ravine lies along an axis, so a rule
    that scales each coordinate by itself does not notice it.
    """
    return 0.5 * (u**2 / condition + v**2)


@surface(
    u_range=(-2.0, 2.0),
    v_range=(-2.0, 2.0),
    z_range=(0.0, 2.2),
    start=(-1.7, 1.5),
    minima=((0.0, 0.0),),
    camera=(65.0, -60.0),
    noise=0.5,
    source="Zhang et al., Which algorithmic choices matter at which batch sizes?, 2019",
    suggested={
        "sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "adagrad": 0.3,
        "adadelta": 10.0, "rmsprop": 0.03, "rprop": 0.01, "adam": 0.05,
        "adamw": 0.05, "adamax": 0.1, "nadam": 0.05, "radam": 0.2, "lion": 0.02,
    },
)  # fmt: skip
def noisy_quadratic(u: Any, v: Any) -> Any:
    """0.5 (u^2 + v^2 / 10), raced with noise of standard deviation 0.5 in each coordinate of the gradient.

    The noisy quadratic model, with two of the paper's many curvatures h, 1 and 1/10. Gradient descent does
    not come to rest: in the long run its mean loss is the sum of lr s^2 / (4 - 2 lr h) over the curvatures,
    s being the noise. A smaller step ends lower, but takes longer. (The paper's noise has variance h in each
    coordinate; here it is the same in both.)
    """
    return 0.5 * (u**2 + v**2 / 10)
