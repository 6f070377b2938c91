"""What simplifying a program may change: the last bits of a number, and never whether it is finite.

The eager engine computes what is written, in its order, and is compared with PyTorch elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from autograd import hessian, value_and_grad

INF = math.inf
POINTS = (
    0.0, -0.0, 0.3, -0.7, 1.0, -1.0, 3.0, 5e-324, -1e-310, 1e-200, 1e-160, -1e-154, 1e-78, 1e77, -1e103,
    1e154, 1e155, -1e200, 1e300, 1e308, -1.7e308, INF, -INF,
)  # fmt: skip

# Each is what some function of `autograd.compiler.simplify` looks for, alone and where the difference shows.
REWRITTEN: dict[str, Callable[[Any, Any], Any]] = {
    "plus zero": lambda x, _: 1 / (x + 0.0),
    "zero plus": lambda x, _: 1 / (0 + x),
    "plus minus zero": lambda x, _: 1 / (x + -0.0),
    "minus zero": lambda x, _: 1 / (x - 0.0),
    "minus minus zero": lambda x, _: 1 / (x - -0.0),
    "from zero": lambda x, _: 1 / (0.0 - x),
    "from minus zero": lambda x, _: 1 / (-0.0 - x),
    "twice": lambda x, y: x * y + y * x,
    "plus minus": lambda x, y: 1 / (x + -y),
    "minus minus": lambda x, y: 1 / (x - -y),
    "minus and plus": lambda x, y: 1 / (-x + y),
    "minus and minus": lambda x, y: 1 / (-x - y),
    "a negated difference": lambda x, y: 1 / -(x - y),
    "a negated sum": lambda x, y: 1 / -(x + y),
    "multiples": lambda x, y: 0.1 * x + 0.1 * y,
    "multiples with signs": lambda x, y: -7 * x + 7 * y,
    "difference of multiples": lambda x, y: 1 / (8 * x - 8 * y),
    "times one": lambda x, y: x * 1 * y,
    "times minus one": lambda x, y: 1 / (x * -1) + y,
    "factors that grow, then shrink": lambda x, _: 100 * x * 0.01,
    "factors that shrink, then grow": lambda x, _: 0.01 * x * 100,
    "factors of a sum": lambda x, y: 900 * x + 900 * y,
    "small factors of a difference": lambda x, y: 0.01 * x - 0.01 * y,
    "a factor of what is at most 1": lambda x, y: (0.01 * x) * np.sin(y) * np.exp(-(x**2)) * 100,
    "a factor beside what is not": lambda x, y: (0.01 * x) * np.cosh(y) * np.exp(x),
    "factors that grow": lambda x, _: x * 100.0 * 7,
    "factors that shrink": lambda x, _: x * 0.01 / 7,
    "factors that cancel": lambda x, _: 1e8 * x * 1e-8,
    "factors that cancel, small first": lambda x, _: 1e-8 * x * 1e8,
    "small factor outwards": lambda x, y: 0.1 * x * y,
    "great factor outwards": lambda x, y: (1e6 * x) * y,
    "negative factor outwards": lambda x, y: -x * y,
    "both factors outwards": lambda x, y: (0.01 * x) * (100 * y),
    "a factor of a quotient": lambda x, y: (0.01 * x) / y,
    "minus a quotient": lambda x, y: -x / y,
    "by a number": lambda x, _: x / 3.0,
    "by a great number": lambda x, _: x / 1e99,
    "by a number and back": lambda x, _: x / 3 * 3,
    "minus a multiple": lambda x, _: -(3 * x),
    "minus minus x": lambda x, _: 1 / np.negative(-x),
    **{f"power {c}": lambda x, _, c=c: x**c for c in (0, 1, 2, 3, 4, -1, -2, -3, -4)},  # type: ignore[misc]
    "a reciprocal squared": lambda x, y: y / x**2,
    "the square of a square": lambda x, _: (x**2) ** 2,
    "either way": lambda x, y: np.where(x > y, 1 / x, 1 / x),
    "known conditions": lambda x, y: np.where(np.logical_and(x > y, True), x * y, y),
    "a sine and a cosine": lambda x, y: np.sin(x) * y + np.cos(x),
    "one number": lambda x, y: np.sum(x) * np.max(y) - np.mean(x),
}


def assert_kept(compiled: Any, eager: Any, least: float = 1e-300) -> None:
    """The same wherever eager's number is one; the sign of a zero shows in the functions themselves."""
    compiled, eager = np.asarray(compiled, dtype=float), np.asarray(eager, dtype=float)
    known = ~np.isnan(eager)
    np.testing.assert_allclose(compiled[known], eager[known], rtol=1e-13, atol=least)


@pytest.mark.parametrize("name", REWRITTEN)
def test_values_and_gradients_are_those_of_what_is_written(name: str) -> None:
    function = REWRITTEN[name]
    # What 0.01 * 5e-324 loses shows when it is divided by.
    numbers = [x for x in POINTS if "factor" not in name or not 0 < abs(x) < 1e-300]
    points = list(product(numbers, numbers))
    compiled, eager = value_and_grad(function), value_and_grad(function, engine="eager")
    expected = [(value, *slopes) for value, slopes in (eager(*point) for point in points)]
    assert_kept([(value, *slopes) for value, slopes in (compiled(*point) for point in points)], expected)
    if name == "one number":
        return
    # Near multiples of pi / 2, a sine and a cosine from one tangent are off by 1e-16 of the other.
    least = 1e-15 if name == "a sine and a cosine" else 1e-300
    value, slopes = compiled(*np.array(points).T)
    if name == "a sine and a cosine":
        near = [i for i, point in enumerate(points) if max(map(abs, point)) < 10]
        value, slopes, expected = value[near], [s[near] for s in slopes], [expected[i] for i in near]
    assert_kept(np.transpose([value, *slopes]), expected, least)


# PyTorch 2.13: torch.tensor(u, dtype=float64, requires_grad=True), (u**-2).backward().
INVERSE_SQUARES = (
    (0.0, -INF), (-0.0, INF), (1e-78, -2e234), (-1e-78, 2e234), (1e100, -2e-300), (1e155, 0.0), (INF, 0.0),
)  # fmt: skip


@pytest.mark.parametrize(("u", "expected"), INVERSE_SQUARES)
@pytest.mark.parametrize("kind", [float, lambda x: np.array([x, 1.0])], ids=["a number", "points"])
def test_the_gradient_of_an_inverse_square_is_pytorchs(
    u: float, expected: float, kind: Callable[[float], Any]
) -> None:
    _, slope = value_and_grad(lambda u: u**-2)(kind(u))
    np.testing.assert_allclose(np.ravel(slope)[0], expected, rtol=1e-14)


# By hand: d^2/dx^2 of x**-1 is 2 x**-3, of x**-2 is 6 x**-4, of x**3 is 6 x, of 1/x is 2/x**3.
SECOND: dict[str, tuple[Callable[[Any], Any], float, float]] = {
    "a reciprocal": (lambda x: x**-1, 1e-100, 2e300),
    "a reciprocal at 0": (lambda x: x**-1, 0.0, INF),
    "an inverse square": (lambda x: x**-2, 1e-76, 6e304),
    "an inverse square, far": (lambda x: x**-2, 1e70, 6e-280),
    "an inverse square at inf": (lambda x: x**-2, INF, 0.0),
    "a cube": (lambda x: x**3, 1e300, 6e300),
    "a quotient": (lambda x: 1 / x, 1e-100, 2e300),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives_are_those_of_what_is_written(name: str) -> None:
    function, x, expected = SECOND[name]
    np.testing.assert_allclose(hessian(function)(x), expected, rtol=1e-14)
