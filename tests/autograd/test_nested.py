"""Gradients within gradients, eager and compiled in each other: right, or refused. The slopes are by hand."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, check_gradients, grad, hessian, value_and_grad
from autograd.compiler.tracing import TracingError

ENGINES: Any = ["eager", "compiled"]
PAIRS = list(itertools.product(ENGINES, ENGINES))
# Compiled functions take no Tensors, which the eager one would pass on.
NESTED = [pair for pair in PAIRS if pair != ("eager", "compiled")]


@pytest.mark.parametrize(("outer", "inner"), PAIRS)
def test_what_the_inner_function_has_from_the_outer_one_counts(outer: Any, inner: Any) -> None:
    """x * d/dy(x y) = x^2: at 3 it is 9, with slope 6."""

    def function(x: Any) -> Any:
        return x * grad(lambda y: x * y, engine=inner)(2.0)

    if (outer, inner) == ("eager", "eager"):
        assert value_and_grad(function, engine=outer)(3.0) == (9.0, 6.0)
    else:  # a program knows no value of another one: that is to be passed
        with pytest.raises(TracingError, match="pass it as argument"):
            value_and_grad(function, engine=outer)(3.0)


@pytest.mark.parametrize(("outer", "inner"), NESTED)
def test_what_is_passed_on_counts(outer: Any, inner: Any) -> None:
    both = value_and_grad(lambda x: x * grad(lambda a, y: a * y, engine=inner)(x, 2.0)[1], engine=outer)
    assert both(3.0) == (9.0, 6.0)
    # f = (x^2 y^3, y^2): the slope of d/dy at y = x, 3 x^4, is 12 x^3; and x does not count as y.
    cube = value_and_grad(lambda x: value_and_grad(lambda y: x**2 * y**3, engine=inner)(x)[1], engine=outer)
    assert cube(2.0) == (48.0, 96.0)


@pytest.mark.parametrize(("outer", "inner"), NESTED)
def test_the_gradient_of_a_gradient_is_the_second_derivative(outer: Any, inner: Any) -> None:
    second = grad(grad(lambda x: x**3, engine=inner), engine=outer)
    assert second(2.0) == 12.0
    np.testing.assert_array_equal(second(np.array([2.0, 0.0])), [12.0, 0.0])
    third = grad(grad(grad(np.sin, engine=inner), engine=outer), engine=outer)
    assert third(0.0) == -1.0


@pytest.mark.parametrize(("outer", "inner"), NESTED)
def test_values_and_several_arguments(outer: Any, inner: Any) -> None:
    def function(u: Any, v: Any) -> Any:
        value, (du, dv) = value_and_grad(lambda a, b: a**2 * b, engine=inner)(u, v)
        return value + 10 * du + 100 * dv  # u^2 v + 20 u v + 100 u^2

    assert value_and_grad(function, engine=outer)(3.0, 5.0) == (1245.0, (730.0, 69.0))


@pytest.mark.parametrize(("outer", "inner"), NESTED)
def test_arrays(outer: Any, inner: Any) -> None:
    def function(x: Any) -> Any:
        slope = grad(lambda y: np.sum(y**3) * 2.0, engine=inner)(x)
        return np.sum(slope * slope)  # the sum of 36 x^4

    value, slope = value_and_grad(function, engine=outer)([1.0, 2.0])
    assert value == 612.0
    np.testing.assert_array_equal(slope, [144.0, 1152.0])


@pytest.mark.parametrize("inner", ENGINES)
def test_hessians_go_through_inner_gradients(inner: Any) -> None:
    assert hessian(lambda x: x * grad(lambda y: y**4, engine=inner)(x))(2.0) == 192.0  # of 4 x^4


def test_a_hessian_inside_is_refused() -> None:
    with pytest.raises(TracingError, match="nest grad"):
        value_and_grad(hessian(lambda y: y**3))(2.0)


def test_an_inner_sweep_does_not_write_into_outer_leaves() -> None:
    x, w = Tensor(3.0), Tensor([1.0, 2.0])
    value, slope = value_and_grad(lambda y: (w * y).sum() * x, engine="eager")(2.0)
    assert (x.grad, list(np.ravel(w.grad))) == (0.0, [0.0, 0.0])
    assert (float(value), float(slope)) == (18.0, 9.0)
    (value + slope).backward()  # x (y + 1) sum(w)
    assert x.grad == 9.0
    np.testing.assert_array_equal(w.grad, [9.0, 9.0])


def test_a_function_of_the_arguments_alone_gives_numbers() -> None:
    value, slope = value_and_grad(lambda y: y * y, engine="eager")(2.0)
    assert (type(value), type(slope)) == (float, float)


@pytest.mark.parametrize(
    ("function", "value", "slope"),
    [
        (lambda x: x * Tensor(2.0), 6.0, 2.0),
        (lambda x: np.sum(Tensor([1.0, 2.0]) * x), 9.0, 3.0),
        (lambda x: x * grad(lambda y: x * y**2, engine="eager")(2.0), 36.0, 24.0),  # 4 x^2
        (lambda x: np.sum(grad(lambda y: np.sum(x * y * y), engine="eager")([1.0, 2.0])), 18.0, 6.0),
        (lambda x: grad(lambda y, k: x * y**k, argnums=0, engine="eager")(2.0, 3) * x, 108.0, 72.0),  # 12 x^2
        (lambda x: value_and_grad(lambda y: Tensor(3.0) * x * y, engine="eager")(2.0)[0], 18.0, 6.0),
    ],
)
def test_what_a_function_makes_itself_is_not_from_outside(function: Any, value: float, slope: float) -> None:
    result = value_and_grad(function, engine="eager")(3.0)
    assert result == (value, slope)
    assert [type(x) for x in result] == [float, float]


def test_a_compiled_gradient_in_an_eager_one_is_refused() -> None:
    for make in (value_and_grad, grad, hessian):
        with pytest.raises(TypeError, match="engine='eager' takes Tensors"):
            value_and_grad(make(lambda y: y**3), engine="eager")(2.0)


def test_tensors_as_arguments_give_tensors() -> None:
    x = Tensor(3.0)
    value, slope = value_and_grad(lambda y: y**3, engine="eager")(x)
    (value + slope).backward()  # y^3 + 3 y^2
    assert (value.data, slope.data, x.grad) == (27.0, 27.0, 45.0)


@pytest.mark.parametrize(("outer", "inner"), NESTED)
def test_a_step_of_descent_within_is_differentiated(outer: Any, inner: Any) -> None:
    """Of the loss after a step of gradient descent, with respect to the learning rate."""

    def loss(w: Any) -> Any:
        return (w - 1.0) ** 2 * w

    def after(lr: Any, w: Any) -> Any:
        return loss(w - lr * grad(loss, engine=inner)(w))

    value, slopes = value_and_grad(after, engine=outer)(0.1, 2.5)
    h = 1e-6
    for k, slope in enumerate(slopes):
        left, right = ([x + s * (i == k) for i, x in enumerate((0.1, 2.5))] for s in (-h, h))
        assert abs(slope - (after(*right) - after(*left)) / (2 * h)) < 1e-7
    assert value == after(0.1, 2.5)


def test_argnums_aux_and_static_arguments_inside() -> None:
    def inner(y: Any, power: Any, name: Any) -> Any:
        return (y**3 if name == "cube" else y) * power, y * 2.0

    for outer, engine in NESTED:

        def function(x: Any, engine: Any = engine) -> Any:
            (value, aux), slope = value_and_grad(inner, argnums=0, has_aux=True, engine=engine)(
                x, 1.0, "cube"
            )
            return value + aux + slope  # x^3 + 2 x + 3 x^2

        assert value_and_grad(function, engine=outer, argnums=0)(2.0) == (24.0, 26.0)


def test_the_checker_takes_inner_gradients() -> None:
    assert check_gradients(grad(lambda y: np.exp(y) * y, engine="eager"), 0.5) < 1e-7
