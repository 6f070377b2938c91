"""The table of differentiable operations: one row each, its value and its derivatives.

A derivative is a vector-Jacobian product ``vjp(g, y, *inputs, **settings)``: given ``g``, the gradient of the
loss with respect to the output ``y``, it returns the gradient with respect to one input, in the shape that
broadcasting gave it; `unbroadcast` sums it back to the input's own shape.

Rows are written with numpy's functions and Python's operators, which the compiler's symbols answer too: so
the reverse sweep of a traced program writes itself from this very table. The elementwise rows are also read
with Python's ``math`` in numpy's place, for floats, where it is several times faster.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograd import array_rules

Function = Callable[..., Any]
FAILURES = (ArithmeticError, ValueError)  # what Python's math raises where numpy gives inf or nan


@dataclass(frozen=True, slots=True)
class Rule:
    """One operation: a row of the table."""

    name: str  # numpy's, where numpy has it
    forward: Function  # forward(*inputs, **settings), its value
    # One for each input; None where the output is not differentiated with respect to it. That of an operation
    # with any number of inputs is one function, which takes the input's position first.
    vjps: tuple[Function | None, ...]
    elementwise: bool  # whether each number of the output comes from one of each input
    variadic: bool = False

    def vjp(self, position: int) -> Function | None:
        """The derivative with respect to the input at a position."""
        if self.variadic:
            return partial(self.vjps[0], position) if self.vjps[0] else None
        return self.vjps[position] if position < len(self.vjps) else None


@dataclass(slots=True)
class LocalRule:
    """An operation as one node of a graph was computed by it."""

    name: str  # the row of the table; "" for a leaf
    positions: tuple[int, ...]  # which of the operation's inputs each parent of the node is
    vjps: tuple[Function, ...]  # the derivative with respect to each parent
    settings: dict[str, Any]  # what else the operation was given, such as an axis


def _relu(x: float) -> float:
    return 0.0 if x <= 0 else x


# As numpy, either is nan if one of the two is.
def _maximum(a: float, b: float) -> float:
    return a if a >= b or math.isnan(a) else b


def _minimum(a: float, b: float) -> float:
    return a if a <= b or math.isnan(a) else b


def _power(a: float, b: float) -> float:
    # As numpy, which squares by multiplying. math.pow, not **: it never answers with a complex number.
    return a * a if b == 2.0 else math.sqrt(a) if b == 0.5 else math.pow(a, b)


def _powers(a: Any, b: Any) -> Any:
    # operator.pow, not np.power: numpy turns array ** 2 into a multiplication, and array ** 0.5 into a root,
    # which a single number's is then, too: at -inf it is nan.
    return np.sqrt(a) if isinstance(b, float) and b == 0.5 else a**b


_erf_of_each = np.frompyfunc(math.erf, 1, 1)


def _erf(x: Any, *, out: Any = None) -> Any:
    """numpy has no erf: Python's, number by number, at some 70 ns each."""
    if hasattr(x, "_apply"):
        return x._apply("erf", x)
    if out is not None:
        return _erf_of_each(x, out=out, casting="unsafe")
    return np.asarray(_erf_of_each(x), dtype=np.float64)[()]


# Functions of one number and of two that numpy and Python's math both have (arcsin is asin there).
OF_ONE = (
    "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh",
    "arctanh", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "erf",
)  # fmt: skip
OF_TWO = ("arctan2", "hypot", "fmod")
MATHS = {name: getattr(math, name.replace("arc", "a")) for name in (*OF_ONE, *OF_TWO)}
NUMPYS = {name: _erf if name == "erf" else getattr(np, name) for name in (*OF_ONE, *OF_TWO)}


def _slope_of_power(g: float, _y: float, a: float, b: float) -> float:
    return 0.0 if b == 0 else g * b * _power(a, b - 1)


def _slope_of_powers(g: Any, _y: Any, a: Any, b: Any) -> Any:
    """g b a**(b - 1), and 0 for b = 0, written so that it can be differentiated with respect to b there."""
    if isinstance(b, float) and b:
        return g * b * a ** (b - 1)
    tame = np.logical_and(np.absolute(a) > _LEAST, np.absolute(g) < math.inf)  # may be multiplied with 0
    flat = np.logical_and(np.equal(b, 0), np.logical_not(tame))
    return np.where(flat, 0.0, g) * b * np.where(flat, 1.0, a) ** (b - 1)


_BELL = 2 / math.sqrt(math.pi)
_LEAST = 1e-307  # numbers nearer 0 have an infinite reciprocal

_FLOATS = SimpleNamespace(
    **MATHS,
    # A rounded number keeps its sign, as numpy's does, even as 0: 1 / ceil(-0.5) is -inf.
    floor=lambda x: math.copysign(math.floor(x), x), ceil=lambda x: math.copysign(math.ceil(x), x),
    rint=lambda x: math.copysign(round(x), x),
    absolute=abs, maximum=_maximum, minimum=_minimum, relu=_relu, power=_power,
    slope_of_power=_slope_of_power,
    where=lambda condition, a, b: a if condition else b,
    logical_and=lambda a, b: bool(a) and bool(b), logical_or=lambda a, b: bool(a) or bool(b),
    logical_not=operator.not_,
)  # fmt: skip
_ARRAYS = SimpleNamespace(
    **NUMPYS, floor=np.floor, ceil=np.ceil, rint=np.rint,
    absolute=np.absolute, maximum=np.maximum, minimum=np.minimum,
    relu=lambda x: np.maximum(x, 0.0), power=_powers, slope_of_power=_slope_of_powers, where=np.where,
    logical_and=np.logical_and, logical_or=np.logical_or, logical_not=np.logical_not,
)  # fmt: skip


def _made_of_others(xp: Any) -> dict[str, Function]:
    """Functions that derivatives use and neither numpy nor Python has."""

    def sech_squared(x: Any) -> Any:
        e = xp.exp(x)
        sech = 2 / (e + 1 / e)
        return sech * sech

    def direction_cosine(a: Any, b: Any) -> Any:
        origin = xp.logical_and(a == 0, b == 0)
        return xp.where(origin, math.nan, xp.sin(xp.arctan2(a, xp.absolute(b))))

    return {
        "sigmoid": lambda x: 1 / (1 + xp.exp(-x)),
        "sech_squared": sech_squared,  # 1 / cosh(x)**2
        "lorentzian": lambda x: 1 / (1 + x * x),
        "one_minus_square": lambda x: (1 - x) * (1 + x),  # has all its digits near 1
        "times_log": lambda y, a: y * xp.log(a),
        "direction_cosine": direction_cosine,  # a / hypot(a, b), also where that is inf / inf
    }


def _as_row(name: str, function: Function) -> Function:
    """A function that is a row of the table, and is noted as that row where it is differentiated."""

    def call(*inputs: Any) -> Any:
        kind = next((x for x in inputs if hasattr(x, "_apply")), None)
        return function(*inputs) if kind is None else kind._apply(name, *inputs)

    return call


vars(_FLOATS).update(_made_of_others(_FLOATS))
vars(_ARRAYS).update({name: _as_row(name, f) for name, f in _made_of_others(_ARRAYS).items()})


def _elementwise(xp: Any) -> dict[str, tuple[Function | None, ...]]:
    """Name: value, then the derivative with respect to each input.

    Derivatives are differentiated in turn, so each is written in a form whose own derivative is right, too,
    where numbers are tiny, huge or infinite.
    """
    made = _made_of_others(xp)

    def trunc(x: Any) -> Any:
        return xp.where(x < 0, xp.ceil(x), xp.floor(x))

    return {
        "add": (lambda a, b: a + b, lambda g, y, a, b: g, lambda g, y, a, b: g),
        "subtract": (lambda a, b: a - b, lambda g, y, a, b: g, lambda g, y, a, b: -g),
        "multiply": (lambda a, b: a * b, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a),
        "divide": (lambda a, b: a / b, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b),
        # As PyTorch: x**0 is flat, and 0**b with b >= 0 does not depend on b.
        "power": (
            xp.power,
            xp.slope_of_power,
            lambda g, y, a, b: g * xp.times_log(y, xp.where(xp.logical_and(a == 0, b >= 0), 1.0, a)),
        ),
        "negative": (lambda x: -x, lambda g, y, x: -g),
        "square": (lambda x: x * x, lambda g, y, x: g * 2 * x),
        "absolute": (xp.absolute, lambda g, y, x: g * (1.0 * (x > 0) - 1.0 * (x < 0))),
        # As PyTorch: two equal numbers share the gradient.
        "maximum": (
            xp.maximum,
            lambda g, y, a, b: xp.where(a == b, g / 2, xp.where(a < b, 0.0, g)),
            lambda g, y, a, b: xp.where(a == b, g / 2, xp.where(b < a, 0.0, g)),
        ),
        "minimum": (
            xp.minimum,
            lambda g, y, a, b: xp.where(a == b, g / 2, xp.where(a > b, 0.0, g)),
            lambda g, y, a, b: xp.where(a == b, g / 2, xp.where(b > a, 0.0, g)),
        ),
        # As PyTorch: at a bound the gradient still passes.
        "clip": (
            lambda x, low, high: xp.minimum(xp.maximum(x, low), high),
            lambda g, y, x, low, high: xp.where(xp.logical_and(x >= low, x <= high), g, 0.0),
            lambda g, y, x, low, high: xp.where(xp.logical_and(x < low, low < high), g, 0.0),
            lambda g, y, x, low, high: xp.where(xp.logical_or(x > high, high < low), g, 0.0),
        ),
        "where": (
            xp.where,
            None,
            lambda g, y, condition, a, b: xp.where(condition, g, 0.0),
            lambda g, y, condition, a, b: xp.where(condition, 0.0, g),
        ),
        "sin": (xp.sin, lambda g, y, x: g * xp.cos(x)),
        "cos": (xp.cos, lambda g, y, x: -g * xp.sin(x)),
        "tan": (xp.tan, lambda g, y, x: g * (1 + y * y)),
        "arcsin": (xp.arcsin, lambda g, y, x: g / xp.sqrt(xp.one_minus_square(x))),
        "arccos": (xp.arccos, lambda g, y, x: -g / xp.sqrt(xp.one_minus_square(x))),
        "arctan": (xp.arctan, lambda g, y, x: g * xp.lorentzian(x)),
        # As PyTorch: flat at the origin, where the angle may be any.
        "arctan2": (
            xp.arctan2,
            lambda g, y, a, b: xp.where(
                xp.logical_and(a == 0, b == 0), 0.0, g * (xp.direction_cosine(b, a) / xp.hypot(a, b))
            ),
            lambda g, y, a, b: xp.where(
                xp.logical_and(a == 0, b == 0), 0.0, -g * (xp.direction_cosine(a, b) / xp.hypot(a, b))
            ),
        ),
        "hypot": (
            xp.hypot,
            lambda g, y, a, b: g * xp.direction_cosine(a, b),
            lambda g, y, a, b: g * xp.direction_cosine(b, a),
        ),
        "sinh": (xp.sinh, lambda g, y, x: g * xp.cosh(x)),
        "cosh": (xp.cosh, lambda g, y, x: g * xp.sinh(x)),
        "tanh": (xp.tanh, lambda g, y, x: g * xp.sech_squared(x)),
        "arcsinh": (xp.arcsinh, lambda g, y, x: g / xp.hypot(1.0, x)),
        "arccosh": (xp.arccosh, lambda g, y, x: g / xp.sqrt(x - 1) / xp.sqrt(x + 1)),
        "arctanh": (xp.arctanh, lambda g, y, x: g / xp.one_minus_square(x)),
        "exp": (xp.exp, lambda g, y, x: g * y),
        "exp2": (xp.exp2, lambda g, y, x: g * (y * math.log(2))),
        "expm1": (xp.expm1, lambda g, y, x: g * xp.exp(x)),
        "log": (xp.log, lambda g, y, x: g / x),
        "log2": (xp.log2, lambda g, y, x: g / (x * math.log(2))),
        "log10": (xp.log10, lambda g, y, x: g / (x * math.log(10))),
        "logaddexp": (
            lambda a, b: xp.where(
                a == b, a + math.log(2), xp.maximum(a, b) + xp.log1p(xp.exp(-xp.absolute(a - b)))
            ),
            lambda g, y, a, b: g * xp.sigmoid(a - b),
            lambda g, y, a, b: g * xp.sigmoid(b - a),
        ),
        "log1p": (xp.log1p, lambda g, y, x: g / (x + 1)),
        "sqrt": (xp.sqrt, lambda g, y, x: g / (2 * y)),
        "cbrt": (xp.cbrt, lambda g, y, x: g / y / y / 3),
        # exp(-x**2) is 0 from 30 on.
        "erf": (
            xp.erf,
            lambda g, y, x: g * (_BELL * xp.exp(-(xp.maximum(xp.minimum(x, 30.0), -30.0) ** 2))),
        ),
        # Steps are flat, as in PyTorch, at their edges too.
        "floor": (xp.floor, lambda g, y, x: 0.0),
        "ceil": (xp.ceil, lambda g, y, x: 0.0),
        "rint": (xp.rint, lambda g, y, x: 0.0),
        "trunc": (trunc, lambda g, y, x: 0.0),
        "sign": (lambda x: xp.where(x > 0, 1.0, xp.where(x < 0, -1.0, x * 0.0)), lambda g, y, x: 0.0),
        "floor_divide": (lambda a, b: a // b, lambda g, y, a, b: 0.0, lambda g, y, a, b: 0.0),
        "remainder": (lambda a, b: a % b, lambda g, y, a, b: g, lambda g, y, a, b: -g * (a // b)),
        "fmod": (xp.fmod, lambda g, y, a, b: g, lambda g, y, a, b: -g * trunc(a / b)),
        # Not y (1 - y), as PyTorch, which has lost all digits where y is nearly 1.
        "sigmoid": (made["sigmoid"], lambda g, y, x: g * (xp.sech_squared(x / 2) / 4)),
        # These are met in derivatives only: see `INNER`.
        "sech_squared": (made["sech_squared"], lambda g, y, x: -2 * g * y * xp.tanh(x)),
        "one_minus_square": (made["one_minus_square"], lambda g, y, x: -2 * g * x),
        # What does not count, as the exponent of v**max(v, 2), spoils nothing where a has no logarithm.
        "times_log": (
            made["times_log"],
            lambda g, _, y, a: xp.where(g == 0, 0.0, g * xp.log(a)),
            lambda g, _, y, a: xp.where(g == 0, 0.0, g * (y / a)),
        ),
        # Not -2 g x y y, which is nan at infinity.
        "lorentzian": (
            made["lorentzian"],
            lambda g, y, x: -2 * g * y * (xp.direction_cosine(x, 1.0) / xp.hypot(1.0, x)),
        ),
        "direction_cosine": (
            made["direction_cosine"],
            lambda g, y, a, b: g * (xp.direction_cosine(b, a) ** 2 / xp.hypot(a, b)),
            lambda g, y, a, b: -g * (y * xp.direction_cosine(b, a) / xp.hypot(a, b)),
        ),
        # As PyTorch: x itself above 20, with slope 1: adding 1e17 rounds the sigmoid away, but not what the
        # second derivative makes of it.
        "softplus": (
            lambda x: xp.where(x > 20, x, xp.log1p(xp.exp(xp.minimum(x, 20.0)))),
            lambda g, y, x: g * xp.where(x > 20, 1 + ((xp.sigmoid(x) + 1e17) - 1e17), xp.sigmoid(x)),
        ),
        "relu": (xp.relu, lambda g, y, x: xp.where(x <= 0, 0.0, g)),
        "detach": (lambda x: x * 1.0, None),  # a value of its own
        # These answer true or false and are flat.
        "greater": (lambda a, b: a > b,),
        "greater_equal": (lambda a, b: a >= b,),
        "less": (lambda a, b: a < b,),
        "less_equal": (lambda a, b: a <= b,),
        "equal": (lambda a, b: a == b,),
        "not_equal": (lambda a, b: a != b,),
        "logical_and": (xp.logical_and,),
        "logical_or": (xp.logical_or,),
        "logical_not": (xp.logical_not,),
    }


def _table(rows: dict[str, tuple[Function | None, ...]], elementwise: bool) -> dict[str, Rule]:
    return {
        name: Rule(name, row[0], row[1:], elementwise, name in array_rules.VARIADIC)
        for name, row in rows.items()
        if row[0] is not None
    }


FLOAT_RULES = _table(_elementwise(_FLOATS), elementwise=True)
RULES = _table(_elementwise(_ARRAYS), elementwise=True) | _table(array_rules.ROWS, elementwise=False)
# x / x and x - x are constant: no gradient passes, also none that is nan, as that of v**(v/v) to its power.
CONSTANT_OF_EQUALS = frozenset({"divide", "subtract", "remainder", "fmod"})
INNER = frozenset(
    {"sech_squared", "one_minus_square", "times_log", "lorentzian", "direction_cosine"}
)  # of derivatives only
DIFFERENTIABLE = tuple(name for name, rule in RULES.items() if any(rule.vjps) and name not in INNER)
