"""The work that all are given: the formula of the funky surface, the points, and what optimizers step on.

This file is run by itself in the processes of the peers and imports nothing of the project. The formula is
that of `surfaces.funky`, operation by operation; the benchmarks check that the results agree.
"""

from __future__ import annotations

import itertools
from typing import Any

PLASTIC = 1.324717957244746  # the root of x^3 = x + 1, whose powers spread points evenly over a square


def funky(xp: Any, u: Any, v: Any) -> Any:
    """The funky surface, with the functions of a library: `xp.sin`, `xp.cos`, `xp.exp`."""
    waves = 5 * u * v * (1 - u) * (1 - v) * xp.cos(10 * v) * xp.sin(10 * u * v) * xp.exp(u)
    hill = xp.exp(-((v - 0.4) ** 2 + (u - 0.2) ** 2) / 0.03)
    ridge = 0.6 * xp.exp(-((v - 0.4) ** 2) / 0.03) * xp.sin(25 * u) * (1 - u) ** 2
    peak_and_pit = xp.exp(-((u - 0.7) ** 2) / 0.02) - xp.exp(-((u - 0.4) ** 2) / 0.02)
    return 0.3 * (waves + hill + ridge + 1.4 * xp.exp(-((v - 0.6) ** 2) / 0.02) * peak_and_pit)


def points(count: int) -> tuple[Any, Any]:
    """That many points spread over the surface: u and v, float64 arrays; one is the default race's start."""
    import numpy as np  # noqa: PLC0415  (micrograd does without)

    if count == 1:
        return np.array([0.1]), np.array([0.45])
    places = np.arange(count, dtype=np.float64)
    return 1.2 * ((0.5 + places / PLASTIC) % 1), 1.2 * ((0.5 + places / PLASTIC**2) % 1)


def vectors(count: int) -> tuple[Any, Any]:
    """So many parameters between 1 and 2, and their gradients, between -0.4 and 0.6."""
    u, v = points(count + 1)
    return 1.0 + u[1:] / 1.2, v[1:] / 1.2 - 0.4


def quadratic(count: int) -> tuple[Any, Any]:
    """So many parameters between 1 and 2, and the weights of their squares in the loss, between 1 and 10."""
    u, v = points(count + 1)
    return 1.0 + u[1:] / 1.2, 1.0 + 9.0 * v[1:] / 1.2


def population(agents: int, instances: int) -> tuple[Any, Any, Any]:
    """Weights of (agents, 65); starts, (2, instances), and values, (8, instances), of Rosenbrock's function.

    The networks have 6 inputs and 8 hidden neurons; `rosenbrock` says what the values are.
    """
    import numpy as np  # noqa: PLC0415

    rng = np.random.default_rng(0)
    angle, scales = rng.uniform(0, 2 * np.pi, instances), 2.0 ** rng.uniform(-1, 1, (2, instances))
    turn = np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)
    matrix = np.array(turn) * 1.5 * np.concatenate([scales, scales])
    rest = rng.uniform(-1, 1, (2, instances)), np.full(instances, 0.1), np.zeros(instances)
    values = np.vstack([matrix, *rest])
    return rng.normal(0, 0.3, (agents, 65)), rng.uniform(-0.5, 0.5, (2, instances)), values


def rosenbrock(x: Any, y: Any, values: Any) -> Any:
    """A turned, shifted and stretched Rosenbrock function, as `comparison` draws them."""
    uu, uv, vu, vv, u0, v0, scale, least = values
    u, v = u0 + uu * x + uv * y, v0 + vu * x + vv * y
    return scale * (0.01 * ((1 - u) ** 2 + 100 * (v - u**2) ** 2) - least)


def network(name: str) -> tuple[list[Any], Any, Any]:
    """A network at its start and a batch: (weight, bias) of each layer, inputs, and labels from 0.

    A weight has the shape (out, in). `moons` is 2-16-16-1 with 100 points; `digits` is 64-32-10 with 128.
    """
    import numpy as np  # noqa: PLC0415

    sizes, count = {"moons": ((2, 16, 16, 1), 100), "digits": ((64, 32, 10), 128)}[name]
    rng = np.random.default_rng(0)
    layers = []
    for before, after in itertools.pairwise(sizes):
        bound = before**-0.5
        layers.append((rng.uniform(-bound, bound, (after, before)), rng.uniform(-bound, bound, after)))
    labels = np.arange(count) % (2 if name == "moons" else 10)
    if name == "moons":
        angle = rng.uniform(0.0, np.pi, count)
        sign = 1.0 - 2.0 * labels
        inputs = np.stack([sign * np.cos(angle) + labels, sign * np.sin(angle) + 0.5 * labels], axis=1)
        return layers, inputs + rng.normal(0.0, 0.1, inputs.shape), labels
    centres = rng.normal(0.0, 1.0, (10, sizes[0]))
    return layers, centres[labels] + rng.normal(0.0, 2.0, (count, sizes[0])), labels


def plane(side: int, layers: Any) -> tuple[Any, Any]:
    """Two directions for each weight and bias of a network, and the coordinates along one side of a grid."""
    import numpy as np  # noqa: PLC0415

    rng = np.random.default_rng(1)
    directions = [[rng.normal(0.0, 0.3, array.shape) for array in layer] for layer in [*layers, *layers]]
    return directions, np.linspace(-1.0, 1.0, side)
