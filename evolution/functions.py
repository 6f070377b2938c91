"""`FUNCTIONS`: what networks are bred on, three families of sharply different character.

An instance is turned, shifted and stretched at random. With a rotation R, the axes' scales K, a shift c and a
height h, all drawn, and q = R (x - c) / K::

    quadratic     f(x) = h |D q|^2, of four numbers, with D diagonal from 1/10 to 1: a ravine
    rosenbrock    f(x) = h (100 (p2 - p1^2)^2 + (1 - p1)^2),  p = 1 + 2 q: a curved valley
    ripples       f(x) = h sum(q^2 + a (1 - cos(w q))): a bowl with many minima

Scales K are a common factor from 1/sqrt(10) to sqrt(10), times one from 1/2 to 2 for each axis; heights h are
from 1/10 to 10. The least value is 0, at c, and starts are spread evenly over c - K to c + K.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from comparison.family import Array, Drawn, Family


def _moved(x: Sequence[Any], values: Sequence[Any]) -> tuple[list[Any], Sequence[Any]]:
    """What M (x - c) is, and the values after those of M and c, which are the first ones."""
    size = len(x)
    away = [each - center for each, center in zip(x, values[size * size :], strict=False)]
    rows = [values[i * size : (i + 1) * size] for i in range(size)]
    q = [sum((m * each for m, each in zip(row, away, strict=True)), 0.0) for row in rows]
    return q, values[size * (size + 1) :]


def _quadratic(x: Sequence[Any], values: Sequence[Any]) -> Any:
    q, (height,) = _moved(x, values)
    return height * sum((each * each for each in q), 0.0)


def _rosenbrock(x: Sequence[Any], values: Sequence[Any]) -> Any:
    q, (height,) = _moved(x, values)
    u, v = (1.0 + 2.0 * each for each in q)
    return height * (100 * (v - u * u) ** 2 + (1 - u) ** 2)


def _ripples(x: Sequence[Any], values: Sequence[Any]) -> Any:
    q, (height, depth, waves) = _moved(x, values)
    return height * sum((each * each + depth * (1 - np.cos(waves * each)) for each in q), 0.0)


def _draw(
    size: int, more: Callable[[np.random.Generator, Array], tuple[Array, tuple[float, ...]]], rng: Any
) -> Drawn:
    """An instance; `more` gives what is put before diag(1/K), and the values after the height."""
    turn, _ = np.linalg.qr(rng.standard_normal((size, size)))
    scales = 10 ** rng.uniform(-0.5, 0.5) * 2 ** rng.uniform(-1, 1, size)
    center = rng.uniform(-1, 1, size) * scales
    height = 10 ** rng.uniform(-1, 1)
    matrix, rest = more(rng, turn)
    values = (*(matrix / scales).ravel(), *center, height, *rest)
    return Drawn(
        tuple(map(float, values)),
        0.0,
        lambda rng, count: np.asarray(center + rng.uniform(-1, 1, (count, size)) * scales),
    )


def _ravine(rng: np.random.Generator, turn: Array) -> tuple[Array, tuple[float, ...]]:
    return 10 ** rng.uniform(-1, 0, (len(turn), 1)) * turn, ()


def _turned_or_not(rng: np.random.Generator, turn: Array) -> tuple[Array, tuple[float, ...]]:
    return (turn if rng.uniform() < 0.5 else np.eye(len(turn))), ()


def _rippled(rng: np.random.Generator, turn: Array) -> tuple[Array, tuple[float, ...]]:
    return turn, (10 ** rng.uniform(-2, -0.5), 10 ** rng.uniform(0.3, 1.2))


FUNCTIONS = {
    family.name: family
    for family in (
        Family("quadratic", 4, _quadratic, partial(_draw, 4, _ravine)),
        Family("rosenbrock", 2, _rosenbrock, partial(_draw, 2, _turned_or_not)),
        Family("ripples", 2, _ripples, partial(_draw, 2, _rippled)),
    )
}
LIKE_THESE = ("ravine", "rosenbrock", "rastrigin")  # families of `comparison` that are of the same kind
