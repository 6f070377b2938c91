"""Compiled functions of numbers and arrays together: a number that overflows or divides by 0 is inf or nan.

Python's floats would raise there, or turn complex. The eager engine is compared with PyTorch elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import hessian, sigmoid, softplus, value_and_grad

INF, NAN = math.inf, math.nan
XS = np.array([1.0, 2.0, 3.0])

# The function, its arguments, and its value by IEEE 754: x / 0 is inf, a root of -1 nan, 10^400 inf.
MIXED: dict[str, tuple[Callable[..., Any], tuple[Any, ...], float]] = {
    "a root of a negative": (lambda a, x: np.sum(x) * a**0.5, (-1.0, XS), NAN),
    "a reciprocal of 0": (lambda s: np.sum(XS * (1 / s)), (0.0,), INF),
    "a reciprocal of -0": (lambda s: np.sum(XS * (1 / s)), (-0.0,), -INF),
    "by 0": (lambda s: np.sum(XS / s), (0.0,), INF),
    "0 by 0": (lambda a, b: np.sum(XS) * (a / b), (0.0, 0.0), NAN),
    "a great power": (lambda a: np.sum(XS * a**400.5), (10.0,), INF),
    "a great exponent": (lambda a: np.sum(XS * 2.0**a), (5000.0,), INF),
    "a negative base": (lambda a: np.sum(XS) * (-2.0) ** a, (0.5,), NAN),
    "a negative exponent of 0": (lambda a: np.sum(XS * a**-1), (0.0,), INF),
    "an exponent that varies": (lambda a, b, x: np.sum(x) * a**b, (-1.0, 0.5, XS), NAN),
    "a product": (lambda a: np.sum(XS * (a * a)), (1e200,), INF),
    "an exponential": (lambda a: np.sum(XS * np.exp(a)), (1000.0,), INF),
    "a logarithm": (lambda a: np.sum(XS) * np.log(a), (0.0,), -INF),
    "after a choice": (lambda a: np.sum(XS * np.where(a > 0, a, 1 / a)), (0.0,), INF),
    "after a sum": (lambda x: np.sum(x) ** 400.5 * np.max(x), (XS,), INF),
    "of sums": (lambda x: np.sum(x) / np.sum(x - x), (XS,), INF),
    "an element": (lambda a, x: np.sum(x[0] ** a), (0.5, -XS), NAN),
    "sigmoid and softplus": (lambda a: np.sum(XS * softplus(a) * sigmoid(a)), (-1000.0,), 0.0),
}


@pytest.mark.parametrize("name", MIXED)
def test_numbers_beside_arrays_end_as_numpys_do(name: str) -> None:
    function, arguments, expected = MIXED[name]
    value, slopes = value_and_grad(function)(*arguments)
    np.testing.assert_allclose(value, expected, rtol=1e-13)
    assert type(value) is float
    _, others = value_and_grad(function, engine="eager")(*arguments)
    for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (slopes, others)), strict=True):
        assert type(a) is type(b)
        np.testing.assert_allclose(a, b, rtol=1e-12)
    assert np.asarray(hessian(function)(*arguments)).dtype == float


@pytest.mark.parametrize("step", [np.floor, np.ceil, np.rint, np.trunc, np.round])
def test_what_is_rounded_to_zero_keeps_its_sign(step: Any) -> None:
    """As in numpy and C: 1 / ceil(-0.5) is -inf."""
    for x in (-0.0, -0.3, -0.5, 0.0, 0.3, -1.7, 2.5, 1e300):
        with np.errstate(divide="ignore"):
            expected = 1.0 / step(np.float64(x))
        for engine in ("eager", "compiled"):
            both: Any = value_and_grad(lambda a: 1.0 / step(a), engine=engine)
            assert both(x)[0] == expected
            assert both(np.array(x))[0] == expected
            # Beside an array, compiled code of arrays has numbers of Python's.
            assert (
                value_and_grad(lambda a, b: np.sum(b / step(a)), engine=engine)(x, np.ones(2))[0]
                == 2 * expected
            )
