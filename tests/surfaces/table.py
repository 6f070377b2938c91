"""The first nine surfaces as designed: the formulas once more, on Python's floats, and their records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, e, exp, pi, sin, sqrt

Pair = tuple[float, float]


def _funky(u: float, v: float) -> float:
    waves = 5 * u * v * (1 - u) * (1 - v) * cos(10 * v) * sin(10 * u * v) * exp(u)
    hill = exp(-((v - 0.4) ** 2 + (u - 0.2) ** 2) / 0.03)
    ridge = 0.6 * exp(-((v - 0.4) ** 2) / 0.03) * sin(25 * u) * (1 - u) ** 2
    pair = (
        1.4 * exp(-((v - 0.6) ** 2) / 0.02) * (exp(-((u - 0.7) ** 2) / 0.02) - exp(-((u - 0.4) ** 2) / 0.02))
    )
    return 0.3 * (waves + hill + ridge + pair)


def _funky3(u: float, v: float) -> float:
    u0 = 0.2 + 0.6 * v
    bowl = 0.4 * ((u - 1) ** 2 + (v - 1) ** 2)
    return (u - u0) ** 2 + 0.05 * (v - 1) ** 2 + bowl + 0.05 * sin(8 * u) * cos(6 * v) + 0.1


def _beale(u: float, v: float) -> float:
    return 0.01 * sum((c - u + u * v**k) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))


def _rastrigin(u: float, v: float) -> float:
    return 0.005 * (20 + u * u - 10 * cos(2 * pi * u) + v * v - 10 * cos(2 * pi * v))


def _ackley(u: float, v: float) -> float:
    ripples = exp((cos(2 * pi * u) + cos(2 * pi * v)) / 2)
    return 0.1 * (-20 * exp(-0.2 * sqrt((u * u + v * v) / 2)) - ripples + 20 + e)


@dataclass(frozen=True)
class Row:
    """One line of the design's table; `is_global` says whether the minima are known to be global ones."""

    formula: Callable[[float, float], float]
    u_range: Pair
    v_range: Pair
    start: Pair
    z_range: Pair
    camera: Pair
    minima: int
    is_global: bool = True


_UNIT = (0.0, 1.2)

TABLE = {
    "funky": Row(_funky, _UNIT, _UNIT, (0.1, 0.45), (-1, 1), (60, -80), 1, is_global=False),
    "funky2": Row(
        lambda u, v: v * sin(2 * pi * (u - 0.6) / 1.2 - pi / 2),
        _UNIT, _UNIT, (0.1, 0.45), (-1, 1), (60, -80), 0,
    ),
    "funky3": Row(_funky3, _UNIT, _UNIT, (0.2, 0.1), (-1, 1), (60, -80), 1),
    "slope": Row(
        lambda u, v: 0.5 * ((u - 1) ** 2 + (v - 1) ** 2),
        (0, 2), (0, 2), (1.8, 1.8), (0, 2), (70, -45), 1,
    ),
    "rosenbrock": Row(
        lambda u, v: 0.01 * ((1 - u) ** 2 + 100 * (v - u * u) ** 2),
        (-2, 2), (-1, 3), (-1.5, 2.5), (0, 8), (65, -70), 1,
    ),
    "rastrigin": Row(_rastrigin, (-2.5, 2.5), (-2.5, 2.5), (1, 1), (0, 0.5), (60, -80), 1),
    "beale": Row(_beale, (-2, 2), (-2, 2), (-1.5, 1.5), (0, 6), (65, -75), 1),
    "himmelblau": Row(
        lambda u, v: 0.01 * ((u * u + v - 11) ** 2 + (u + v * v - 7) ** 2),
        (-4, 4), (-4, 4), (3.5, 3.5), (0, 8), (65, -70), 4,
    ),
    "ackley": Row(_ackley, (-3, 3), (-3, 3), (2.5, 2.5), (-1, 2), (60, -80), 1),
}  # fmt: skip
