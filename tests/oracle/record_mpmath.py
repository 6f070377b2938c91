"""Records first and second derivatives: also at tiny, huge and infinite numbers, and at edges of domains.

It needs mpmath, and renews the npz file beside it::

    python -m tests.oracle.record_mpmath

The derivatives are written here by hand, so that they check ours, and computed with 2,000 digits. At an edge,
and at infinity, the limit from within the domain is what counts: `_EDGE` and `_FAR` stand for it.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SLOPES_FILE = Path(__file__).parent / "slopes.npz"

_SIZES = (
    0.0, 5e-324, 1e-310, 1e-200, 1e-20, 1e-8, 0.5, 1 - 2**-53, 1.0, 1 + 2**-52, 2.0, 3.7, 19.0, 40.0, 300.0,
    750.0, 1e8, 1e20, 1e155, 1e200, 1.7e308, math.inf,
)  # fmt: skip
POINTS = tuple(sign * size for size in _SIZES for sign in (1.0, -1.0))
_MIXED = (1e-100, 1e-20, 0.5, 1.0, 2.0, -3.0, 40.0, 1e20, -1e20, 1e155, 1e200)
_PAIRS = tuple(product(_MIXED, repeat=2))
_BESIDE_INF = tuple((x, y) for x in (math.inf, -math.inf) for y in (0.5, -3.0, 40.0))
_WITH_INF = (*_PAIRS, *_BESIDE_INF, *((y, x) for x, y in _BESIDE_INF))
_BASES, _EXPONENTS = (1e-100, 0.5, 1.0, 2.0, 40.0, 1e20), (-3.0, -2.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
_TWO = {"hypot": _WITH_INF, "arctan2": _WITH_INF, "logaddexp": _WITH_INF}
_TWO |= {"multiply": _PAIRS, "divide": _PAIRS, "power": tuple(product(_BASES, _EXPONENTS))}

EXPONENTS = (-2.0, -1.0, -0.5, 0.5, 1.5, 2.0, 3.0)  # of powers of one number, under the name x**c

# Where a function is real, if not everywhere; and those that have no limit at infinity.
_DOMAINS = {"arcsin": (-1.0, 1.0), "arccos": (-1.0, 1.0), "arctanh": (-1.0, 1.0), "arccosh": (1.0, math.inf)}
_DOMAINS |= {"log1p": (-1.0, math.inf), **dict.fromkeys(("log", "log2", "log10", "sqrt"), (0.0, math.inf))}
_DOMAINS |= {f"x**{c}": (0.0, math.inf) for c in EXPONENTS}
_PERIODIC = ("sin", "cos", "tan")

_EDGE = "1e-900"  # this far from 0, from 1 and from -1
_FAR = "1e10000"
_FAR_UP = "1e4"  # for functions with exponentials, whose limits are reached soon
_GROWING = (
    "sinh", "cosh", "tanh", "exp", "exp2", "expm1", "erf", "sigmoid", "softplus", "logaddexp",
)  # fmt: skip


def formulas(mp: Any) -> dict[str, Callable[..., tuple[Any, ...]]]:
    """First and second derivatives: of two numbers (da, db, da da, da db, db db)."""
    s, log2, log10 = mp.sqrt, mp.log(2), mp.log(10)

    def sigmoid(x: Any) -> Any:
        return 1 / (1 + mp.exp(-x))

    def power(a: Any, b: Any) -> tuple[Any, ...]:
        log = mp.log(a)
        whole = a**b
        return (
            b * whole / a,
            whole * log,
            b * (b - 1) * whole / a**2,
            whole / a * (1 + b * log),
            whole * log**2,
        )

    def logaddexp(a: Any, b: Any) -> tuple[Any, ...]:
        bend = sigmoid(a - b) * sigmoid(b - a)
        return sigmoid(a - b), sigmoid(b - a), bend, -bend, bend

    def hypot(a: Any, b: Any) -> tuple[Any, ...]:
        h = s(a * a + b * b)
        return a / h, b / h, b * b / h**3, -a * b / h**3, a * a / h**3

    def arctan2(a: Any, b: Any) -> tuple[Any, ...]:
        q = a * a + b * b
        return b / q, -a / q, -2 * a * b / q**2, (a * a - b * b) / q**2, 2 * a * b / q**2

    powers = {f"x**{c}": lambda x, c=c: (c * x ** (c - 1), c * (c - 1) * x ** (c - 2)) for c in EXPONENTS}
    return powers | {
        "negative": lambda x: (mp.mpf(-1), mp.mpf(0)),
        "square": lambda x: (2 * x, mp.mpf(2)),
        "sin": lambda x: (mp.cos(x), -mp.sin(x)),
        "cos": lambda x: (-mp.sin(x), -mp.cos(x)),
        "tan": lambda x: (1 / mp.cos(x) ** 2, 2 * mp.tan(x) / mp.cos(x) ** 2),
        "arcsin": lambda x: (1 / s(1 - x * x), x / s(1 - x * x) ** 3),
        "arccos": lambda x: (-1 / s(1 - x * x), -x / s(1 - x * x) ** 3),
        "arctan": lambda x: (1 / (1 + x * x), -2 * x / (1 + x * x) ** 2),
        "sinh": lambda x: (mp.cosh(x), mp.sinh(x)),
        "cosh": lambda x: (mp.sinh(x), mp.cosh(x)),
        "tanh": lambda x: (1 / mp.cosh(x) ** 2, -2 * mp.tanh(x) / mp.cosh(x) ** 2),
        "arcsinh": lambda x: (1 / s(x * x + 1), -x / s(x * x + 1) ** 3),
        "arccosh": lambda x: (1 / s(x * x - 1), -x / s(x * x - 1) ** 3),
        "arctanh": lambda x: (1 / (1 - x * x), 2 * x / (1 - x * x) ** 2),
        "exp": lambda x: (mp.exp(x), mp.exp(x)),
        "exp2": lambda x: (2**x * log2, 2**x * log2**2),
        "expm1": lambda x: (mp.exp(x), mp.exp(x)),
        "log": lambda x: (1 / x, -1 / x**2),
        "log2": lambda x: (1 / x / log2, -1 / x**2 / log2),
        "log10": lambda x: (1 / x / log10, -1 / x**2 / log10),
        "log1p": lambda x: (1 / (1 + x), -1 / (1 + x) ** 2),
        "sqrt": lambda x: (1 / (2 * s(x)), -1 / (4 * s(x) ** 3)),
        "cbrt": lambda x: (1 / (3 * mp.cbrt(abs(x)) ** 2), -2 * mp.sign(x) / (9 * mp.cbrt(abs(x)) ** 5)),
        "erf": lambda x: (2 / s(mp.pi) * mp.exp(-x * x), -4 / s(mp.pi) * x * mp.exp(-x * x)),
        "sigmoid": lambda x: (1 / (2 * mp.cosh(x / 2)) ** 2, -mp.tanh(x / 2) / (2 * mp.cosh(x / 2)) ** 2),
        # By convention the slope is 1 above 20.
        "softplus": lambda x: (sigmoid(x) if x <= 20 else mp.mpf(1), 1 / (2 * mp.cosh(x / 2)) ** 2),
        "multiply": lambda a, b: (b, a, mp.mpf(0), mp.mpf(1), mp.mpf(0)),
        "divide": lambda a, b: (1 / b, -a / b**2, mp.mpf(0), -1 / b**2, 2 * a / b**3),
        "power": power,
        "hypot": hypot,
        "arctan2": arctan2,
        "logaddexp": logaddexp,
    }


def points(name: str) -> tuple[tuple[float, ...], ...]:
    """Where the derivatives of a function are recorded."""
    if name in _TWO:
        return _TWO[name]
    low, high = _DOMAINS.get(name, (-math.inf, math.inf))
    most = sys.float_info.max if name in _PERIODIC else math.inf
    inside = [x for x in POINTS if low <= x <= high and abs(x) <= most]
    return tuple((x,) for x in inside if x or low or math.copysign(1, x) > 0)  # -0.0 is not above 0


def record(mp: Any) -> dict[str, Array]:
    """For each function a row for each point: the point, and the derivatives there."""
    mp.dps = 2000
    return {
        name: np.array([[*point, *_derivatives(mp, name, formula, point)] for point in points(name)])
        for name, formula in formulas(mp).items()
    }


def _derivatives(mp: Any, name: str, formula: Callable[..., Any], point: tuple[float, ...]) -> list[float]:
    edge, far = mp.mpf(_EDGE), mp.mpf(_FAR_UP if name in _GROWING else _FAR)
    low, high = _DOMAINS.get(name, (-math.inf, math.inf))

    def within(x: float) -> Any:
        if math.isinf(x):
            return math.copysign(1, x) * far
        if x in {low, high}:
            return mp.mpf(x) + (edge if x == low else -edge)
        return mp.mpf(x) if x or name == "power" else math.copysign(1, x) * edge

    return [_rounded(mp, x) for x in formula(*map(within, point))]


def _rounded(mp: Any, x: Any) -> float:
    return math.copysign(math.inf, x) if abs(x) > mp.mpf("1.8e308") else float(x)


if __name__ == "__main__":
    np.savez_compressed(SLOPES_FILE, **record(importlib.import_module("mpmath").mp))  # type: ignore[arg-type]
