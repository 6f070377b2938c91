"""Second derivatives where exponentials overflow, where powers are flat, and of numbers that do not meet."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, hessian, sigmoid, softplus
from autograd.graph_hessian import hessian_of

INF, NAN = math.inf, math.nan


def of_graph(function: Callable[..., Any], *point: Any) -> Any:
    """The same by Tensors' own graph."""
    leaves = [Tensor(x) for x in point]
    return hessian_of(function(*leaves), leaves)


# By hand, of a**b: da db gives a**(b - 1) (1 + b log a), db^2 a**b log(a)**2, da^2 b (b - 1) a**(b - 2).
POWERS = (
    ((2.0, 0.0), [[0.0, 0.5], [0.5, math.log(2) ** 2]]),
    ((2.0, 1.0), [[0.0, 1 + math.log(2)], [1 + math.log(2), 2 * math.log(2) ** 2]]),
    ((0.25, 0.0), [[0.0, 4.0], [4.0, math.log(4) ** 2]]),
    ((0.0, 2.0), [[2.0, 0.0], [0.0, 0.0]]),
    ((0.0, 0.0), [[0.0, 0.0], [0.0, 0.0]]),  # by convention: x**0 is flat, and so is 0**b
)


@pytest.mark.parametrize(("point", "expected"), POWERS)
def test_of_a_power_with_respect_to_base_and_exponent(point: tuple[float, float], expected: Any) -> None:
    def power(a: Any, b: Any) -> Any:
        return a**b

    np.testing.assert_allclose(hessian(power)(*point), expected, rtol=1e-14)
    np.testing.assert_allclose(of_graph(power, *point), expected, rtol=1e-14)
    points = hessian(power)(*(np.array([x, 3.0]) for x in point))
    np.testing.assert_allclose(points[..., 0], expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda v: v**v**0, 0.0),  # v
        (lambda v: v ** np.maximum(v, 2.0), 2.0),  # v**2, where v < 2
        (lambda v: v ** np.where(v < 0, 3.0, v), -12.0),  # v**3
        (lambda v: v ** (v - v + 2), 2.0),
        (lambda v: v ** (np.floor(v) + 4), 2.0),
    ],
)
def test_of_a_power_whose_exponent_does_not_vary_where_the_base_has_no_logarithm(
    function: Callable[..., Any], expected: float
) -> None:
    np.testing.assert_allclose(hessian(function)(-2.0), expected, rtol=1e-14)
    np.testing.assert_allclose(hessian(function)(np.array([-2.0, 3.0]))[0], expected, rtol=1e-14)
    np.testing.assert_allclose(of_graph(function, -2.0), [[expected]], rtol=1e-14)


# With s = sigmoid(x), s (1 - s) (1 - 2 s) and s (1 - s), by mpmath. JAX 0.10 gives the same to 5 digits.
SIGMOID = {710.0: 0.0, -710.0: 0.0, 800.0: 0.0, 1.0: -0.09085774767294841, 0.0: 0.0}
SOFTPLUS = {
    -710.0: 0.0, -800.0: 0.0, 0.0: 0.25, 20.0: 2.0611536e-09, 25.0: 1.3887944e-11, 40.0: 4.2483543e-18,
    710.0: 0.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [*((sigmoid, *item) for item in SIGMOID.items()), *((softplus, *item) for item in SOFTPLUS.items())],
)
def test_of_sigmoid_and_softplus_where_exponentials_overflow(
    function: Callable[[Any], Any], x: float, expected: float
) -> None:
    np.testing.assert_allclose(hessian(function)(x), expected, rtol=1e-7, atol=1e-300)
    np.testing.assert_allclose(hessian(function)(np.array([x, x])), [expected] * 2, rtol=1e-7, atol=1e-300)
    np.testing.assert_allclose(of_graph(function, x), [[expected]], rtol=1e-7, atol=1e-300)
    matrix = hessian(lambda x: np.sum(function(x)))([x, 0.5])
    np.testing.assert_allclose(matrix[0], [expected, 0.0], rtol=1e-7, atol=1e-300)


# By hand: each is a sum over elements, so the matrix is diagonal.
DIAGONAL: dict[str, tuple[Callable[[Any], Any], list[float], list[float]]] = {
    "flat powers": (lambda x: x**0.0, [0.0, 1.0], [0.0, 0.0]),
    "one infinite entry": (lambda x: x**1.5, [0.0, 4.0], [INF, 0.375]),
    "two infinite entries": (lambda x: x**1.5, [0.0, 0.0, 4.0], [INF, INF, 0.375]),
    "one nan entry": (np.sqrt, [-1.0, 4.0, 4.0], [NAN, -1 / 32, -1 / 32]),
    "logarithms": (lambda x: x * np.log(x), [0.0, 0.0, 4.0], [NAN, NAN, 0.25]),
    "two nan entries": (np.sqrt, [-1.0, 4.0, -1.0], [NAN, -1 / 32, NAN]),
    "quotients": (lambda x: 1 / x, [0.0, 2.0, 0.0], [INF, 0.25, INF]),
}


@pytest.mark.parametrize("name", DIAGONAL)
def test_an_entry_that_is_not_finite_stays_alone(name: str) -> None:
    function, point, diagonal = DIAGONAL[name]
    expected = np.zeros((len(point),) * 2)
    expected[np.diag_indices(len(point))] = diagonal
    np.testing.assert_allclose(hessian(lambda x: np.sum(function(x)))(point), expected, rtol=1e-14)
    np.testing.assert_allclose(of_graph(lambda x: function(x).sum(), point), expected, rtol=1e-14)


def test_a_nan_of_one_argument_stays_with_it() -> None:
    matrix = hessian(lambda a, x: np.sum(x) * a**0.5)(-1.0, [1.0, 2.0])
    np.testing.assert_array_equal(matrix, [[NAN, NAN, NAN], [NAN, 0.0, 0.0], [NAN, 0.0, 0.0]])


def test_a_limit_that_is_lost_is_not_taken_for_zero() -> None:
    """Of sqrt(x) sqrt(x) y at x = 0: d^2/dx dy is 1 by calculus, and 0 times inf as it is written."""
    for function, point in (
        (lambda x: np.sqrt(x[0]) * np.sqrt(x[0]) * x[1], [0.0, 1.0]),
        (lambda x: np.sum(np.sqrt(x[:2]) * np.sqrt(x[:2]) * x[2:]), [0.0, 4.0, 1.0, 1.0]),
        (lambda x: np.sum((x[:1] ** 0.25) ** 4 * x[1:]), [0.0, 1.0]),
    ):
        half = len(point) // 2
        for mixed in (hessian(function)(point)[0, half], of_graph(function, point)[0, half]):
            assert np.isnan(mixed) or mixed == 1.0
