"""The functions of `autograd` take plain numbers and arrays as numpy's own do, and give plain ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import (
    Tensor,
    cos_d,
    exp_d,
    logsumexp,
    norm,
    relu,
    sigmoid,
    sin_d,
    softmax,
    softplus,
    value_and_grad,
)

# Each function beside its closed form in numpy, which holds where nothing overflows.
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "sin_d": (sin_d, np.sin),
    "cos_d": (cos_d, np.cos),
    "exp_d": (exp_d, np.exp),
    "relu": (relu, lambda x: np.maximum(x, 0.0)),
    "sigmoid": (sigmoid, lambda x: 1 / (1 + np.exp(-np.asarray(x)))),
    "softplus": (softplus, lambda x: np.log(1 + np.exp(x))),
    "logsumexp": (logsumexp, lambda x: np.log(np.sum(np.exp(x)))),
    "norm": (norm, lambda x: np.sqrt(np.sum(np.asarray(x) ** 2))),
}
PLAIN: tuple[Any, ...] = (
    1.5, -2, True, np.float64(0.5), np.float32(0.5), np.int64(3), np.array(0.25),
    [1.0, -2.0], (1, 2), [[0, 1]], np.array([1, 2]), np.array([0.5, -0.5], dtype=np.float32),
    np.ones((2, 3))[:, ::-2], np.array([True, False]),
)  # fmt: skip


@pytest.mark.parametrize("x", PLAIN, ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_plain_in_plain_out(name: str, x: Any) -> None:
    function, closed = FUNCTIONS[name]
    expected = closed(np.asarray(x, dtype=np.float64))
    result = function(x)
    assert type(result) is type(np.sin(np.asarray(expected)))
    assert result.dtype == np.float64
    assert np.shape(result) == np.shape(expected)
    np.testing.assert_allclose(result, expected, rtol=1e-14, atol=1e-15)


def test_reductions_take_their_settings() -> None:
    x = [[3.0, 4.0], [0.0, 0.0]]
    np.testing.assert_array_equal(norm(x, axis=1), [5.0, 0.0])
    assert norm(x, axis=1, keepdims=True).shape == (2, 1)
    np.testing.assert_allclose(logsumexp(np.zeros((2, 3)), axis=0), np.log([2.0, 2.0, 2.0]), rtol=1e-15)
    np.testing.assert_array_equal(softmax([[0, 0], [5, 5]]), np.full((2, 2), 0.5))
    np.testing.assert_array_equal(softmax(np.zeros((2, 2)), axis=0), np.full((2, 2), 0.5))


def test_what_overflows_is_silent_and_right() -> None:
    # Warnings are errors in these tests; the limits are those of the functions.
    np.testing.assert_array_equal(sigmoid([-1e4, 1e4, -np.inf, np.inf]), [0.0, 1.0, 0.0, 1.0])
    np.testing.assert_array_equal(softplus([-1e4, 1e4]), [0.0, 1e4])
    assert exp_d(1e4) == np.inf
    assert np.isnan(sin_d(np.inf))
    assert logsumexp([1e4, -1e4]) == 1e4
    np.testing.assert_array_equal(softmax([1e4, -1e4]), [1.0, 0.0])


def test_results_are_the_callers_own() -> None:
    x = np.array([1.0, 2.0])
    for function in (relu, norm, softmax, sin_d):
        assert not np.shares_memory(function(x), x)


def test_tensors_give_tensors() -> None:
    for function, _ in (*FUNCTIONS.values(), (softmax, None)):
        x = Tensor([0.5, 1.5])
        y = function(x)
        assert type(y) is Tensor
        np.testing.assert_allclose(y.data, function([0.5, 1.5]), rtol=1e-15)


@pytest.mark.parametrize("wrong", ["1.0", None, 1j, ["a"], [[1.0], [1.0, 2.0]]], ids=str)
def test_what_is_no_real_number_is_refused(wrong: Any) -> None:
    for function, _ in FUNCTIONS.values():
        with pytest.raises(TypeError, match="numbers"):
            function(wrong)


def test_a_constant_in_a_differentiated_function_stays_one() -> None:
    for engine in ("compiled", "eager"):
        value, slope = value_and_grad(lambda x: x * sigmoid(0.0) + norm([3.0, 4.0]), engine=engine)(2.0)
        assert (value, slope) == (6.0, 0.5)
