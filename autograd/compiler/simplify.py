"""What operations are shorter than they are written: x + 0 is x, and x * 2 * 3 is x * 6.

Each function of `SHORTER` is given the inputs of one operation and answers with the number of a value that is
the same, or with None. How much may change depends on the program: see `autograd.compiler.program.Simplify`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

Bounds: TypeAlias = tuple[float, float]
ANY: Bounds = (-math.inf, math.inf)


class Writer(Protocol):
    """What of an `autograd.compiler.program.Program` is used here."""

    truths: set[int]
    exact: bool
    safe: bool
    finite: bool

    def add(self, name: str, inputs: tuple[int, ...]) -> int: ...  # noqa: D102
    def add_constant(self, value: Any) -> int: ...  # noqa: D102
    def constant(self, number: int) -> float | None: ...  # noqa: D102
    def truth(self, number: int) -> bool | None: ...  # noqa: D102
    def most(self, number: int) -> float: ...  # noqa: D102
    def parts(self, number: int, name: str) -> tuple[int, ...] | None: ...  # noqa: D102


def _split(p: Writer, a: int, b: int) -> tuple[int, float] | None:
    """The two inputs as a value and a known number, if one of them is."""
    for x, c in ((a, p.constant(b)), (b, p.constant(a))):
        if c is not None:
            return x, c
    return None


def _mild(p: Writer, c: float) -> bool:
    """Whether a number is moderate enough for products with it to be reordered."""
    most = 1e3 if p.safe else 1e9
    return 1 / most < abs(c) < most


# Where the range matters, a product may be reordered if that is as accurate where numbers underflow, and
# infinite nowhere else. So 100 * x * 0.01 stays, which is infinite at 1e307, and so does x * 3 * y, since
# x * y may underflow; but 0.01 * x * 100 is x, and x * 0.5 * sin(y) is x * sin(y) * 0.5.
_FAR = 1e300


def _meet(p: Writer, x: int, first: float, second: float) -> bool:
    """Whether x * first * second may be x * (first * second)."""
    return not p.safe or abs(first) <= 1 or abs(second) >= 1 or p.most(x) < _FAR


def _goes_outwards(p: Writer, x: int, c: float, y: int) -> bool:
    """Whether x * c * y may be x * y * c."""
    if not p.safe or abs(c) == 1:
        return True
    ends = p.most(x), p.most(y)
    return abs(c) < 1 and (min(ends) <= 1 or math.prod(ends) < _FAR)


def _scaled(p: Writer, number: int) -> tuple[int, float] | None:
    """What a value is a known, mild multiple of; its negative, where nothing may change."""
    if parts := p.parts(number, "negative"):
        return parts[0], -1.0
    if p.exact:
        return None
    parts = p.parts(number, "multiply")
    split = parts and _split(p, *parts)
    return split if split and _mild(p, split[1]) else None


def _zero(p: Writer, number: int, sign: float) -> bool:
    """Whether adding a value changes nothing: it is 0, or a finite number times 0.

    Where signs matter, only the zero of that sign: -0.0 + 0.0 is 0.0.
    """
    parts = p.parts(number, "multiply") if p.finite else None
    split = parts and _split(p, *parts)
    c = p.constant(number)
    known = c == 0 and (not p.safe or math.copysign(1.0, c) == sign)
    return known or bool(split and split[1] == 0)


def _add(p: Writer, a: int, b: int) -> int | None:
    for x, y in ((a, b), (b, a)):
        if _zero(p, y, -1.0):
            return x
    if a == b:
        return p.add("multiply", (a, p.add_constant(2.0)))
    for x, y in ((a, b), (b, a)):
        if parts := p.parts(y, "negative"):
            return p.add("subtract", (x, parts[0]))
    return _together(p, "add", a, b)


def _subtract(p: Writer, a: int, b: int) -> int | None:
    if _zero(p, b, 1.0):
        return a
    if _zero(p, a, -1.0):
        return p.add("negative", (b,))
    parts = p.parts(b, "negative")
    return p.add("add", (a, parts[0])) if parts else _together(p, "subtract", a, b)


def _together(p: Writer, name: str, a: int, b: int) -> int | None:
    """The sum or difference of two multiples, as a multiple of that of what they are multiples of."""
    x, y = (None, None) if p.safe else (_scaled(p, a), _scaled(p, b))
    if not x or not y or abs(x[1]) != abs(y[1]) or abs(x[1]) == 1:
        return None
    other = {"add": "subtract", "subtract": "add"}[name]
    inner = p.add(name if x[1] == y[1] else other, (x[0], y[0]))
    return p.add("multiply", (inner, p.add_constant(x[1])))


def _multiply(p: Writer, a: int, b: int) -> int | None:
    if split := _split(p, a, b):
        x, c = split
        if c == 1:
            return x
        if c == -1:
            return p.add("negative", (x,))
        if (inner := _scaled(p, x)) and _mild(p, c) and _meet(p, *inner, c):
            return p.add("multiply", (inner[0], p.add_constant(inner[1] * c)))
        return None
    # Known factors go outwards, where they meet.
    for x, y in ((a, b), (b, a)):
        if (inner := _scaled(p, x)) and _goes_outwards(p, *inner, y):
            product = p.add("multiply", (inner[0], y))
            return p.add("multiply", (product, p.add_constant(inner[1])))
    return None


def _divide(p: Writer, a: int, b: int) -> int | None:
    c = p.constant(b)
    if c is not None and 1e-100 < abs(c) < 1e100 and not p.exact:
        return p.add("multiply", (a, p.add_constant(1 / c)))
    inner = _scaled(p, a)
    if inner and p.constant(a) is None and (not p.safe or abs(inner[1]) == 1):
        quotient = p.add("divide", (inner[0], b))
        return p.add("multiply", (quotient, p.add_constant(inner[1])))
    return None


def _negative(p: Writer, x: int) -> int | None:
    if inner := _scaled(p, x):
        return p.add("multiply", (inner[0], p.add_constant(-inner[1])))
    parts = None if p.safe else p.parts(x, "subtract")  # of equals, 0 would become -0.0
    return p.add("subtract", (parts[1], parts[0])) if parts else None


def _power(p: Writer, a: int, b: int) -> int | None:
    c = p.constant(b)
    if c == 1:
        return a
    if c == 0.5:
        return p.add("sqrt", (a,))
    if c == 2 or (c in {3.0, 4.0} and not p.exact):
        square = p.add("multiply", (a, a))
        return square if c == 2 else p.add("multiply", (square, a if c == 3 else square))
    if c in {-1.0, -2.0, -3.0, -4.0} and not p.exact:
        one, power = p.add_constant(1.0), p.add_constant(-c)
        if p.safe:  # a power of a may overflow where its reciprocal is a number still
            return p.add("power", (p.add("divide", (one, a)), power))
        return p.add("divide", (one, p.add("power", (a, power))))
    return None


def _where(p: Writer, condition: int, a: int, b: int) -> int | None:
    known = p.truth(condition)
    if known is not None:
        return a if known else b
    return a if a == b else None


def _either(p: Writer, a: int, b: int, decides: bool) -> int | None:
    """What is known of `and`, which False decides, or of `or`, which True does."""
    for x, y in ((a, b), (b, a)):
        known = p.truth(y)
        if known is decides:
            return p.add_constant(decides)
        if known is not None and x in p.truths:
            return x
    return None


SHORTER: dict[str, Callable[..., int | None]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "negative": _negative,
    "power": _power,
    "square": lambda p, x: p.add("multiply", (x, x)),
    "where": _where,
    "logical_and": lambda p, a, b: _either(p, a, b, False),
    "logical_or": lambda p, a, b: _either(p, a, b, True),
}


def bounds(name: str, *inputs: Bounds) -> Bounds:
    """Between which numbers an operation's result lies, if it is one, from the bounds of its inputs.

    So it is known which products stay within float64's range, whatever the arguments are.

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
