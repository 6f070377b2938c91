"""First and second derivatives by every engine, where numbers are ordinary, tiny, huge or infinite.

The numbers to compare with are mpmath's, from `tests.oracle.record_mpmath`: at infinity and at edges of
domains they are limits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, value_and_grad
from autograd.functions import erf, sigmoid, softplus
from autograd.graph_hessian import hessian_of
from tests.oracle.record_mpmath import EXPONENTS, SLOPES_FILE

with np.load(SLOPES_FILE) as _file:
    SLOPES = {name: _file[name] for name in _file}

OURS: dict[str, Callable[..., Any]] = {"erf": erf, "sigmoid": sigmoid, "softplus": softplus}
OURS |= {f"x**{c}": lambda x, c=c: x**c for c in EXPONENTS}
Rows = Any  # a row for each point: the first derivatives, then the second ones


def function_of(name: str) -> Callable[..., Any]:
    return OURS.get(name) or getattr(np, name)


def upper(matrix: Any) -> Any:
    """What of a symmetric matrix is recorded."""
    matrix = np.atleast_2d(matrix) if np.ndim(matrix) < 2 else matrix
    return [matrix[i, j] for i in range(len(matrix)) for j in range(i, len(matrix))]


def by_floats(function: Any, points: Any) -> Rows:
    slope, curve = grad(function), hessian(function)
    return [[*np.atleast_1d(slope(*x)), *upper(curve(*x))] for x in points.tolist()]


def by_points(function: Any, points: Any) -> Rows:
    slopes, curves = grad(function)(*points.T), hessian(function)(*points.T)
    slopes, curves = (slopes, upper(curves)) if points.shape[1] > 1 else ([slopes], [curves])
    return np.transpose([*slopes, *curves])


def by_arrays(function: Any, points: Any) -> Rows:
    n, k = points.shape
    matrix = hessian(lambda *x: np.sum(function(*x)))(*points.T).reshape(k, n, k, n)
    slopes = grad(lambda *x: np.sum(function(*x)))(*points.T)
    curves = [matrix[i, range(n), j, range(n)] for i in range(k) for j in range(i, k)]
    return np.transpose([*(slopes if k > 1 else [slopes]), *curves])


def by_graphs(function: Any, points: Any) -> Rows:
    rows = []
    for point in points.tolist():
        slopes = value_and_grad(function, engine="eager")(*point)[1]
        leaves = [Tensor(x) for x in point]
        rows.append([*np.atleast_1d(slopes), *upper(hessian_of(function(*leaves), leaves))])
    return rows


@pytest.mark.parametrize("engine", [by_floats, by_points, by_arrays, by_graphs])
@pytest.mark.parametrize("name", SLOPES)
def test_derivatives_are_mpmaths(name: str, engine: Callable[..., Rows]) -> None:
    inputs = 1 if SLOPES[name].shape[1] == 3 else 2
    points, expected = np.split(SLOPES[name], [inputs], axis=1)
    found = np.asarray(engine(OURS.get(name) or getattr(np, name), points), dtype=np.float64)
    # What is a difference of two numbers, as a b - c d, is as accurate as these.
    size = np.where(np.isfinite(expected), np.abs(expected), 0.0).max(axis=1, keepdims=True)
    close = np.isclose(found, expected, 1e-12, 1e-15 * size + 1e-305)
    np.testing.assert_array_equal(np.where(close, expected, found), expected)
