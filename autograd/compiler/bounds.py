"""Between which numbers a value lies, whatever the arguments are: a sine between -1 and 1.

So the simplifier knows which products stay within float64's range.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

Bounds: TypeAlias = tuple[float, float]

ANY: Bounds = (-math.inf, math.inf)


def bounds(name: str, *inputs: Bounds) -> Bounds:
    """The bounds of an operation's result, where it is a number, from those of its inputs.

    Args:
        name: of a row of `autograd.rules.RULES`.
        inputs: the bounds of each input.

    >>> bounds("subtract", (1.0, 1.0), bounds("sin", ANY))
    (0.0, 2.0)
    """
    low, high = _KNOWN[name](*inputs) if name in _KNOWN else ANY
    return (low, high) if low <= high else ANY  # as nan is neither


def _product(a: Bounds, b: Bounds) -> Bounds:
    ends = [x * y if x and y else 0.0 for x in a for y in b]
    return min(ends), max(ends)


def _exp(x: float) -> float:
    return math.exp(x) if x < 709 else math.inf


_KNOWN: dict[str, Callable[..., Bounds]] = {
    **dict.fromkeys(("sin", "cos", "tanh", "erf"), lambda _: (-1.0, 1.0)),
    "sigmoid": lambda _: (0.0, 1.0),
    "exp": lambda x: (_exp(x[0]), _exp(x[1])),
    "negative": lambda x: (-x[1], -x[0]),
    "add": lambda a, b: (a[0] + b[0], a[1] + b[1]),
    "subtract": lambda a, b: (a[0] - b[1], a[1] - b[0]),
    "multiply": _product,
    "square": lambda x: (0.0, max(_product(x, x))),
}
