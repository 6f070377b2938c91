"""Differentiable functions by name.

`sin_d`, `cos_d` and `exp_d` are the Tensor forms of sin, cos and exp; ``np.sin(t)`` and so on are the same.
"""

from __future__ import annotations

from typing import Any

from autograd.tensor import Tensor, apply


def sin_d(x: Any) -> Tensor:
    """sin(x) in radians, elementwise; d sin(x)/dx = cos(x).

    >>> x = Tensor(0.0)
    >>> sin_d(x).backward()
    >>> x.grad
    1.0
    """
    return apply("sin", x)


def cos_d(x: Any) -> Tensor:
    """cos(x) in radians, elementwise; d cos(x)/dx = -sin(x).

    >>> x = Tensor(0.0)
    >>> cos_d(x).data
    1.0
    """
    return apply("cos", x)


def exp_d(x: Any) -> Tensor:
    """e to the power x, elementwise; its own derivative.

    >>> x = Tensor([0.0, 1000.0])
    >>> exp_d(x).data
    array([ 1., inf])
    """
    return apply("exp", x)
