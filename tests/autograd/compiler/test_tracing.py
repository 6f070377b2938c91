"""Tracing: what cannot be written down is refused in words; and the reverse sweep, written down."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, TracingError, grad, hessian, value_and_grad
from autograd.compiler.compiled import Arrays, Floats, Points
from autograd.compiler.program import POINTS, NotElementwiseError, Program
from autograd.compiler.tracing import Symbol, as_number, gradients, trace


def branch(u: Any) -> Any:
    return u if u > 0 else -u


def loop(u: Any) -> Any:
    while u > 1:
        u = u / 2
    return u


def repeat(u: Any) -> Any:
    total = u
    for _ in range(int(u)):
        total = total * u
    return total


WHERE = r"numpy\.where\(condition, a, b\) chooses between two"
REFUSED: dict[str, tuple[Callable[..., Any], str]] = {
    "if": (branch, WHERE),
    "while": (loop, WHERE),
    "and": (lambda u: u * (u > 0 and u < 9), WHERE),
    "max": (lambda u: max(u, 2.0 * u), WHERE),
    "in": (lambda u: u * (u in (1.0, 2.0)), WHERE),
    "bool": (lambda u: u * bool(u), WHERE),
    "int": (repeat, r"count and index with numbers that are known, choose with numpy\.where"),
    "float": (lambda u: u * float(u), r"numpy\.sin and not math\.sin"),
    "math": (lambda u: u * math.sin(u), r"numpy\.sin and not math\.sin"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("make", [value_and_grad, grad, hessian], ids=lambda make: make.__name__)
def test_what_depends_on_a_value_is_refused_with_the_way_out(case: str, make: Any) -> None:
    function, advice = REFUSED[case]
    for argument in (2.0, np.array([2.0, 3.0]), np.array([[2.0]])):
        with pytest.raises(TracingError, match=advice) as caught:
            make(function)(argument)
        assert "cannot be compiled" in str(caught.value)
        assert "engine='eager'" in str(caught.value)


@pytest.mark.parametrize("case", sorted(set(REFUSED) - {"int"}))
def test_what_is_refused_runs_eagerly_if_asked(case: str) -> None:
    function, _ = REFUSED[case]
    value, slope = value_and_grad(function, engine="eager")(3.0)
    h = 1e-6
    difference = (float(function(3.0 + h)) - float(function(3.0 - h))) / (2 * h)
    assert value == float(function(3.0))
    if case not in {"float", "math"}:  # which hide from the graph that they depend on the value
        assert slope == pytest.approx(difference, rel=1e-6)
    assert grad(function, engine="eager")(3.0) == slope


@pytest.mark.parametrize(
    "function",
    [lambda u: u[u > 0], lambda u: u[u[0]], lambda u: u[:, u], lambda u: u[[0, u[0]]], lambda u: u[: u[0]]],
)
def test_an_index_that_depends_on_a_value_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(TracingError, match="index"):
        value_and_grad(function)(np.array([1.0, 2.0]))


def test_a_tensor_from_elsewhere_is_refused() -> None:
    other = Tensor(2.0)
    for argument in (2.0, np.array([2.0, 3.0])):
        with pytest.raises(TracingError, match="uses a Tensor from elsewhere: pass it as argument"):
            value_and_grad(lambda u: u * other)(argument)
        with pytest.raises(TypeError, match="traced program"):
            value_and_grad(lambda u: other * u)(argument)
        value_and_grad(lambda u: u * other, engine="eager")(argument)


def test_a_symbol_of_another_program_is_refused() -> None:
    kept: list[Any] = []

    def function(u: Any) -> Any:
        kept.append(u)
        return u * kept[0]

    value_and_grad(function)(2.0)
    with pytest.raises(TracingError, match="in another: pass it as argument"):
        value_and_grad(function)(2.0)


@pytest.mark.parametrize("wrong", [None, "1.0", (1.0, 2.0), [1.0], {"z": 1.0}, 1j, np.array(["a"])], ids=repr)
def test_what_is_no_number_is_refused_as_value(wrong: Any) -> None:
    for engine in ("compiled", "eager"):
        for argument in (2.0, np.array([2.0, 3.0])):
            with pytest.raises(TypeError, match="must give one number or array"):
                value_and_grad(lambda _: wrong, engine=engine)(argument)


def test_several_values_are_refused() -> None:
    for engine in ("compiled", "eager"):
        for argument in (2.0, np.array([2.0, 3.0])):
            for function in (lambda u: (u, u * u), lambda u: [u], lambda u: np.array([u, u], dtype=object)):
                with pytest.raises(TypeError, match="must give one number or array"):
                    value_and_grad(function, engine=engine)(argument)


def test_what_is_no_number_is_refused_in_the_function() -> None:
    for wrong in (None, "1.0", 1j, object()):
        with pytest.raises(TypeError):
            value_and_grad(lambda u, wrong=wrong: u * wrong)(2.0)
    with pytest.raises(TypeError, match=r"np\.spacing has no derivative rule"):
        value_and_grad(np.spacing)(2.0)


def test_what_a_function_raises_is_raised() -> None:
    def function(_: Any) -> Any:
        raise KeyError("its own")

    for argument in (2.0, np.array([2.0, 3.0])):
        with pytest.raises(KeyError, match="its own"):
            value_and_grad(function)(argument)


def test_logic_of_conditions_is_numpys() -> None:
    def function(u: Any, v: Any) -> Any:
        inside = (u > 0) & (v > 0) | ~(u < 9)
        return np.where(inside, u * v, np.where(True & (v != 2.0), u, -v))

    points = np.array([-1.0, 1.0, 9.0, 0.0]), np.array([1.0, 2.0, -1.0, 2.0])
    value, (du, dv) = value_and_grad(function)(*points)
    expected = value_and_grad(function, engine="eager")(*points)
    np.testing.assert_array_equal([value, du, dv], [expected[0], *expected[1]])


def test_points_are_refused_where_the_shape_is_asked_for() -> None:
    for function in (lambda x: x.shape, np.ndim, lambda x: x.size, list, np.mean):
        with pytest.raises(NotElementwiseError):
            trace(function, [POINTS])


def written(function: Callable[..., Any], count: int, seed: Any = None, **shapes: Any) -> Program:
    program, symbols, value = trace(function, shapes.get("shapes", [()] * count))
    program.outputs = [as_number(program, y) for y in gradients(value, symbols, seed)]
    return program


def test_the_sweep_writes_the_gradients() -> None:
    program = written(lambda x, y: x * np.sin(y), 2)
    du, dv = Floats(program).call(2.0, 0.5)
    assert (du, dv) == (math.sin(0.5), 2.0 * math.cos(0.5))


def test_the_sweep_takes_a_seed() -> None:
    assert Floats(written(lambda x: x * x, 1, seed=10.0)).call(3.0) == (60.0,)
    weighted = Arrays(written(lambda x: x * x, 1, seed=np.array([1.0, 10.0]), shapes=[(2,)]))
    np.testing.assert_array_equal(weighted.call(np.array([3.0, 4.0]))[0], [6.0, 80.0])
    program, (x, g), value = trace(lambda x, _: x * x, [POINTS, POINTS])
    program.outputs = [as_number(program, y) for y in gradients(value, [x], g)]
    np.testing.assert_array_equal(
        Points(program).call(np.array([3.0, 4.0]), np.array([1.0, 10.0]))[0], [6, 80]
    )


def test_the_sweep_differentiates_with_respect_to_what_is_asked_for() -> None:
    program, (x, y), _ = trace(lambda *_: None, [(), ()])
    inner = x * y
    loss = np.sin(inner) + inner * x
    program.outputs = [as_number(program, slope) for slope in gradients(loss, [inner, y, loss])]
    by_inner, by_y, by_itself = Floats(program).call(0.5, 3.0)
    assert by_inner == pytest.approx(math.cos(1.5) + 0.5)
    assert by_y == pytest.approx(0.5 * (math.cos(1.5) + 0.5))
    assert by_itself == 1.0


def test_the_sweep_of_what_does_not_depend_is_zero() -> None:
    program, (x, y), value = trace(lambda x, _: np.exp(x), [(), ()])
    assert gradients(value, [y]) == [0.0]
    assert gradients(x, [x, y]) == [1.0, 0.0]
    assert gradients(Symbol(program, program.add_constant(2.0)), [x]) == [0.0]


def test_the_sweep_gives_what_all_points_share_no_sum() -> None:
    program, (x, shared), value = trace(lambda x, shared: x * shared, [POINTS, ()])
    assert len(gradients(value, [x])) == 1
    with pytest.raises(NotElementwiseError, match="all points share"):
        gradients(value, [shared])
    assert program.shapes[value.number] == POINTS
