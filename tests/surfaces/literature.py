"""The surfaces from the literature as it states them: formula, lowest value and where, on Python's floats.

Formulas and minima are those of Surjanovic & Bingham, Virtual Library of Simulation Experiments, or in closed
form where that is known; what is published with few digits has a tolerance of half a unit in the last one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import acos, atan, cos, cosh, exp, log, pi, sin, sqrt, tanh

Pair = tuple[float, float]


def _camel6(x: float, y: float) -> float:
    return 4 * x**2 - 2.1 * x**4 + x**6 / 3 + x * y - 4 * y**2 + 4 * y**4


def _goldstein_price(x: float, y: float) -> float:
    first = (x + y + 1) ** 2 * (19 - 14 * x + 3 * x * x - 14 * y + 6 * x * y + 3 * y * y)
    second = (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x * x + 48 * y - 36 * x * y + 27 * y * y)
    return (1 + first) * (30 + second)


def _levy13(x: float, y: float) -> float:
    return (
        sin(3 * pi * x) ** 2
        + (x - 1) ** 2 * (1 + sin(3 * pi * y) ** 2)
        + (y - 1) ** 2 * (1 + sin(2 * pi * y) ** 2)
    )


def _drop_wave(x: float, y: float) -> float:
    return -(1 + cos(12 * sqrt(x * x + y * y))) / (0.5 * (x * x + y * y) + 2)


def _cross_in_tray(x: float, y: float) -> float:
    inner = abs(sin(x) * sin(y) * exp(abs(100 - sqrt(x * x + y * y) / pi)))
    return -0.0001 * exp(0.1 * log(inner + 1))


def _cliff(x: float, y: float) -> float:
    return 1 + tanh(8 * (x - 0.2 * y * y)) + 0.1 * ((x + 1) * (x + 1) + y * y)


def _foot() -> float:
    """Where 1 + tanh(8 x) + 0.1 (x + 1)^2 is least: x = -1 - 40 / cosh(8 x)^2, which iteration settles."""
    x = -1.0
    for _ in range(20):
        x = -1 - 40 / cosh(8 * x) ** 2
    return x


@dataclass(frozen=True)
class Row:
    """A formula, by what the surface multiplies it, its lowest value, and where it takes that, if anywhere.

    `digits` is the tolerance of the lowest value and of where it is.
    """

    formula: Callable[[float, float], float]
    scale: float = 1.0
    lowest: float = 0.0
    minimizers: tuple[Pair, ...] = ((0.0, 0.0),)
    digits: Pair = (1e-14, 1e-14)
    after: Callable[[float], float] = lambda z: z

    def __call__(self, x: float, y: float) -> float:
        """What the surface's value should be."""
        return self.scale * self.after(self.formula(x, y))


# The least root of 4 x^3 - 32 x + 5, by Viete's formula.
_TANG = 2 * sqrt(8 / 3) * cos(acos(-3 * 1.25 / 16 * sqrt(3 / 8)) / 3 - 4 * pi / 3)
_PIT = atan(sqrt(2) * pi)
_FOOT = _foot()
_UNBOUNDED = -float("inf")

LITERATURE = {
    "sphere": Row(lambda x, y: x * x + y * y, 0.1),
    "matyas": Row(lambda x, y: 0.26 * (x * x + y * y) - 0.48 * x * y, 0.1),
    "booth": Row(
        lambda x, y: (x + 2 * y - 7) * (x + 2 * y - 7) + (2 * x + y - 5) * (2 * x + y - 5),
        0.005, minimizers=((1.0, 3.0),),
    ),
    "ravine": Row(lambda x, y: x * x / 200 + y * y / 2),
    "noisy_quadratic": Row(lambda x, y: sum(h * z * z / 2 for h, z in ((1.0, x), (0.1, y)))),
    "three_hump_camel": Row(lambda x, y: 2 * x * x - 1.05 * x**4 + x**6 / 6 + x * y + y * y),
    "six_hump_camel": Row(
        _camel6, lowest=-1.0316, minimizers=((0.0898, -0.7126), (-0.0898, 0.7126)), digits=(5e-5, 1e-4)
    ),
    "mccormick": Row(
        lambda x, y: sin(x + y) + (x - y) * (x - y) - 1.5 * x + 2.5 * y + 1,
        0.2, -sqrt(3) / 2 - pi / 3, ((0.5 - pi / 3, -0.5 - pi / 3),),
    ),
    "styblinski_tang": Row(
        lambda x, y: sum(z**4 - 16 * z**2 + 5 * z for z in (x, y)) / 2,
        0.05, _TANG**4 - 16 * _TANG**2 + 5 * _TANG, ((_TANG, _TANG),),
    ),
    "goldstein_price": Row(
        _goldstein_price, 1 / 2.427, 3.0, ((0.0, -1.0),), after=lambda z: log(z) - 8.693
    ),
    "easom": Row(
        lambda x, y: -cos(x) * cos(y) * exp(-(x - pi) * (x - pi) - (y - pi) * (y - pi)),
        lowest=-1.0, minimizers=((pi, pi),),
    ),
    "cliff": Row(
        _cliff, 1.0, 2 / (1 + exp(-16 * _FOOT)) + 0.1 * (_FOOT + 1) ** 2, ((_FOOT, 0.0),), (1e-15, 1e-14)
    ),
    "levy13": Row(_levy13, 0.1, minimizers=((1.0, 1.0),)),
    "drop_wave": Row(_drop_wave, lowest=-1.0),
    "cross_in_tray": Row(
        _cross_in_tray, 1.0, -2.06261, ((_PIT, _PIT), (_PIT, -_PIT), (-_PIT, _PIT), (-_PIT, -_PIT)),
        (5e-6, 1e-14),
    ),
    "saddle": Row(lambda x, y: (x + y) * (x - y), 0.5, _UNBOUNDED, ()),
    "monkey_saddle": Row(lambda x, y: x**3 - 3 * x * y * y, 0.5, _UNBOUNDED, ()),
}  # fmt: skip
