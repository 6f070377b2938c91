"""Differentiable functions by name: the Tensor forms of sin, cos and exp, and those that numpy lacks.

numpy's own functions, ``np.sin(t)`` and so on, reach the same rules. Where a derivative is a matter of
convention, `Tensor` says which.
"""

from __future__ import annotations

from typing import Any

from autograd.operators import Operators
from autograd.shaping import Axis
from autograd.tensor import Tensor


def _call(name: str, x: Any, **settings: Any) -> Any:
    kind: type[Operators] = type(x) if isinstance(x, Operators) else Tensor
    return kind._apply(name, x, **settings)


def sin_d(x: Any) -> Any:
    """sin(x) in radians, elementwise; d sin(x)/dx = cos(x).

    >>> x = Tensor(0.0)
    >>> sin_d(x).backward()
    >>> x.grad
    1.0
    """
    return _call("sin", x)


def cos_d(x: Any) -> Any:
    """cos(x) in radians, elementwise; d cos(x)/dx = -sin(x).

    >>> x = Tensor(0.0)
    >>> cos_d(x).data
    1.0
    """
    return _call("cos", x)


def exp_d(x: Any) -> Any:
    """e to the power x, elementwise; its own derivative.

    >>> x = Tensor([0.0, 1000.0])
    >>> exp_d(x).data
    array([ 1., inf])
    """
    return _call("exp", x)


def relu(x: Any) -> Any:
    """max(0, x), elementwise; its derivative at 0 is 0, as in PyTorch.

    >>> relu(Tensor([-1.0, 2.0])).data
    array([0., 2.])
    """
    return _call("relu", x)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), elementwise; its derivative is sigmoid(x) sigmoid(-x).

    >>> sigmoid(Tensor(0.0)).data
    0.5
    """
    return _call("sigmoid", x)


def softplus(x: Any) -> Any:
    """log(1 + exp(x)), elementwise; its derivative is sigmoid(x). Above 20 it is x, as in PyTorch.

    >>> softplus(Tensor(100.0)).data
    100.0
    """
    return _call("softplus", x)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over `axis` (an int, several, or None for all), without overflow.

    Its derivative is softmax(x).

    >>> round(logsumexp(Tensor([1000.0, 1000.0])).data, 4)
    1000.6931
    """
    return _call("logsumexp", x, axis=axis, keepdims=keepdims)


def softmax(x: Any, axis: Axis = -1) -> Any:
    """exp(x) / sum(exp(x)) along `axis`, without overflow.

    With y its value, dy_i/dx_j = y_i ((i = j) - y_j).

    >>> softmax(Tensor([0.0, 0.0])).data
    array([0.5, 0.5])
    """
    return _call("softmax", x, axis=axis)


def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The Euclidean norm over `axis` (an int, several, or None for all).

    Its derivative at 0 is 0, as in PyTorch.

    >>> norm(Tensor([3.0, 4.0])).data
    5.0
    """
    return _call("norm", x, axis=axis, keepdims=keepdims)
