"""Differentiable functions by name: sin, cos and exp, and those that numpy lacks.

Like ``np.sin``, they give a Tensor for a Tensor, and a plain float64 number or array for plain numbers, lists
and arrays; inf and nan come without a warning. numpy's own functions reach the same rules. Where a derivative
is a matter of convention, `Tensor` says which.

They and numpy's functions are methods of Tensors as well: ``t.sin()``, ``t.sigmoid()``, ``t.var(axis=0)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.array_rules import Axis
from autograd.operators import Operators
from autograd.rules import DIFFERENTIABLE, RULES
from autograd.values import as_value


def _call(name: str, x: Any, **settings: Any) -> Any:
    if isinstance(x, Operators):
        return x._apply(name, x, **settings)
    value = as_value(x)
    with np.errstate(all="ignore"):
        result = RULES[name].forward(np.float64(value) if type(value) is float else value, **settings)
    return np.float64(result) if np.ndim(result) == 0 else result


def sin_d(x: Any) -> Any:
    """sin(x) in radians, elementwise; d sin(x)/dx = cos(x).

    Args:
        x: a number, list, array or Tensor of any shape, in radians.

    >>> from autograd import Tensor
    >>> x = Tensor(0.0)
    >>> sin_d(x).backward()
    >>> x.grad
    1.0
    """
    return _call("sin", x)


def cos_d(x: Any) -> Any:
    """cos(x) in radians, elementwise; d cos(x)/dx = -sin(x).

    Args:
        x: a number, list, array or Tensor of any shape, in radians.

    >>> cos_d([0.0, np.pi])
    array([ 1., -1.])
    """
    return _call("cos", x)


def exp_d(x: Any) -> Any:
    """e to the power x, elementwise; its own derivative.

    Args:
        x: a number, list, array or Tensor of any shape.

    >>> exp_d([0.0, 1000.0])
    array([ 1., inf])
    """
    return _call("exp", x)


def erf(x: Any) -> Any:
    """The error function 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x, elementwise.

    Its derivative is 2/sqrt(pi) exp(-x^2).

    Args:
        x: a number, list, array or Tensor of any shape.

    >>> float(round(erf(1.0), 6))
    0.842701
    """
    return _call("erf", x)


def relu(x: Any) -> Any:
    """max(0, x), elementwise; its derivative at 0 is 0, as in PyTorch.

    Args:
        x: a number, list, array or Tensor of any shape.

    >>> relu([-1.0, 2.0])
    array([0., 2.])
    """
    return _call("relu", x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), elementwise; its derivative is sigmoid(x) sigmoid(-x).

    Args:
        x: a number, list, array or Tensor of any shape.

    >>> from autograd import Tensor
    >>> sigmoid(0.0), sigmoid(Tensor(0.0))
    (np.float64(0.5), Tensor(0.5))
    """
    return _call("sigmoid", x)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), elementwise; its derivative is sigmoid(x). Above 20 it is x, as in PyTorch.

    Args:
        x: a number, list, array or Tensor of any shape.

    >>> softplus([-1000.0, 100.0])
    array([  0., 100.])
    """
    return _call("softplus", x)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over `axis`, without overflow.

    Its derivative is softmax(x).

    Args:
        x: a number, list, array or Tensor of any shape.
        axis: an int, several, or None for all.
        keepdims: keep the axes summed over, with length 1.

    >>> print(logsumexp([1000.0, 1000.0]))
    1000.6931471805599
    """
    return _call("logsumexp", x, axis=axis, keepdims=keepdims)


def softmax(x: Any, axis: Axis = -1) -> Any:
    """exp(x) / sum(exp(x)) along `axis`, without overflow.

    With y its value, dy_i/dx_j = y_i ((i = j) - y_j).

    Args:
        x: a number, list, array or Tensor of any shape.
        axis: the axis along which the result sums to 1, the last by default.

    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    return _call("softmax", x, axis=axis)


def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The Euclidean norm over `axis`.

    Its derivative at 0 is 0, as in PyTorch.

    Args:
        x: a number, list, array or Tensor of any shape.
        axis: an int, several, or None for all.
        keepdims: keep the axes summed over, with length 1.

    >>> norm([[3.0, 4.0], [0.0, 1.0]], axis=1)
    array([5., 1.])
    """
    return _call("norm", x, axis=axis, keepdims=keepdims)


def _of_numpy(name: str) -> Callable[..., Any]:
    """numpy's function of that name as a method."""
    function = getattr(np, name)

    def method(self: Operators, *arguments: Any, **settings: Any) -> Any:
        return function(self, *arguments, **settings)

    method.__name__, method.__qualname__ = name, f"Operators.{name}"
    method.__doc__ = f"See numpy.{name}."
    return method


def _of_row(name: str, others: int) -> Callable[..., Any]:
    """A row of the table as a method, without the way through numpy."""

    def of_one(self: Operators) -> Any:
        return self._apply(name, self)

    def of_two(self: Operators, other: Any) -> Any:
        return self._apply(name, self, other)

    method = of_two if others else of_one
    method.__name__, method.__qualname__ = name, f"Operators.{name}"
    method.__doc__ = f"See numpy.{name}."
    return method


def _methods() -> dict[str, Callable[..., Any]]:
    """Functions that are methods too, as far as arrays of numpy or of PyTorch have them.

    Those of arrays that have no rule are refused by name; those that work in place are left out.
    """
    rows = [(name, getattr(np, name, None)) for name in DIFFERENTIABLE]
    found = {name: _of_row(name, ufunc.nin - 1) for name, ufunc in rows if isinstance(ufunc, np.ufunc)}
    found |= {"abs": found["absolute"], "pow": found["power"], "clamp": _of_numpy("clip")}
    of_arrays = {name for name in dir(np.ndarray) if name[0] != "_" and callable(getattr(np.ndarray, name))}
    more = {"outer", "diag", "tril", "triu", "flip", "roll", "tile", "isnan", "isfinite"}
    names = (of_arrays & {*dir(np)} | more) - {"sort", "partition", "put", "resize", "astype"}
    found |= {name: _of_numpy(name) for name in names}
    return found | {own.__name__: own for own in (erf, relu, sigmoid, softplus, logsumexp, softmax, norm)}


for _name, _method in _methods().items():
    if not hasattr(Operators, _name):
        setattr(Operators, _name, _method)
