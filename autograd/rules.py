"""The table of differentiable operations: one row each, its value and its derivatives.

A row is written once against a namespace ``xp`` and read twice: with Python's ``math`` for floats
(several times faster than numpy on one number) and with numpy for arrays. A derivative is a
vector-Jacobian product ``vjp(g, y, *inputs)``: given ``g``, the gradient of the loss with respect to the
output ``y``, it returns the gradient with respect to one input, in the shape that broadcasting gave it;
`autograd.tensor` sums it back to the input's own shape.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One operation: ``forward(*inputs, **settings)`` and one vjp per input."""

    name: str
    forward: Function
    vjps: tuple[Function, ...]


def _relu(x: float) -> float:
    return 0.0 if x <= 0 else x


# math.pow, not **: it never answers with a complex number.
_FLOATS = SimpleNamespace(
    sin=math.sin, cos=math.cos, exp=math.exp, log=math.log, sqrt=math.sqrt, tanh=math.tanh,
    abs=abs, relu=_relu, power=math.pow,
    where=lambda condition, a, b: a if condition else b,
)  # fmt: skip
# operator.pow, not np.power: numpy turns array ** 2 into a multiplication.
_ARRAYS = SimpleNamespace(
    sin=np.sin, cos=np.cos, exp=np.exp, log=np.log, sqrt=np.sqrt, tanh=np.tanh,
    abs=np.abs, relu=lambda x: np.maximum(x, 0.0), power=operator.pow, where=np.where,
)  # fmt: skip


def _elementwise(xp: Any) -> dict[str, tuple[Function, ...]]:
    """Name: value, then the derivative with respect to each input."""
    return {
        "add": (lambda a, b: a + b, lambda g, y, a, b: g, lambda g, y, a, b: g),
        "subtract": (lambda a, b: a - b, lambda g, y, a, b: g, lambda g, y, a, b: -g),
        "multiply": (lambda a, b: a * b, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a),
        "divide": (lambda a, b: a / b, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b),
        # As PyTorch: x**0 is flat, and 0**b with b >= 0 does not depend on b.
        "power": (
            xp.power,
            lambda g, y, a, b: xp.where(b == 0, 0.0, g * (b * xp.power(a, b - 1))),
            lambda g, y, a, b: g * xp.where((a == 0) & (b >= 0), 0.0, y * xp.log(a)),
        ),
        "negative": (lambda x: -x, lambda g, y, x: -g),
        "absolute": (xp.abs, lambda g, y, x: g * (1.0 * (x > 0) - (x < 0))),
        "sin": (xp.sin, lambda g, y, x: g * xp.cos(x)),
        "cos": (xp.cos, lambda g, y, x: -g * xp.sin(x)),
        "exp": (xp.exp, lambda g, y, x: g * y),
        "log": (xp.log, lambda g, y, x: g / x),
        "sqrt": (xp.sqrt, lambda g, y, x: g / (2 * y)),
        "tanh": (xp.tanh, lambda g, y, x: g * (1 - y * y)),
        "relu": (xp.relu, lambda g, y, x: xp.where(x <= 0, 0.0, g)),
    }


def _spread(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """The reverse of a reduction: every element of `x` gets its output's gradient."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, np.shape(x))


def _mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    total = np.sum(x, axis=axis, keepdims=keepdims)
    return total / np.float64(np.size(x) / max(np.size(total), 1))


def _matmul_left(g: Any, _y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return np.asarray(g)[..., None] * b
    if a.ndim == 1:
        return (b @ g[..., None])[..., 0]
    return g @ np.swapaxes(b, -1, -2)


def _matmul_right(g: Any, _y: Any, a: Any, b: Any) -> Any:
    if a.ndim == 1:
        return g * a if b.ndim == 1 else a[:, None] * g[..., None, :]
    if b.ndim == 1:
        return (np.swapaxes(a, -1, -2) @ g[..., None])[..., 0]
    return np.swapaxes(a, -1, -2) @ g


_SHAPED: dict[str, tuple[Function, ...]] = {
    "matmul": (operator.matmul, _matmul_left, _matmul_right),
    "sum": (np.sum, lambda g, y, x, axis=None, keepdims=False: _spread(g, x, axis, keepdims)),
    "mean": (
        _mean,
        lambda g, y, x, axis=None, keepdims=False: _spread(
            np.divide(g, np.size(x) / np.size(y)), x, axis, keepdims
        ),
    ),
}


def _table(rows: dict[str, tuple[Function, ...]]) -> dict[str, Rule]:
    return {
        name: Rule(name, forward, vjps) for name, (forward, *rest) in rows.items() if (vjps := tuple(rest))
    }


FLOAT_RULES = _table(_elementwise(_FLOATS))
RULES = _table(_elementwise(_ARRAYS) | _SHAPED)
