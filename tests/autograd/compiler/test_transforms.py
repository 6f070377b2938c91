"""`value_and_grad`, `grad` and `hessian`: eager's numbers, whatever they are given, in the right shapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, grad, hessian, logsumexp, sigmoid, softmax, value_and_grad
from autograd.array_rules import Shape
from autograd.compiler.transforms import _KEPT
from autograd.values import Array
from surfaces import SURFACES, Surface
from surfaces.funky import funky


def eager(function: Callable[..., Any], *arguments: Any) -> Any:
    return value_and_grad(function, engine="eager")(*arguments)


def flat(answer: Any) -> list[Any]:
    """The value, and the gradient with respect to each argument."""
    value, slopes = answer
    return [value, *(slopes if isinstance(slopes, tuple) else (slopes,))]


def assert_same(answer: Any, expected: Any, accuracy: float = 1e-12) -> None:
    """Two values and gradients are of one type and shape, and close."""
    for a, b in zip(flat(answer), flat(expected), strict=True):
        assert type(a) is type(b)
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=accuracy, atol=accuracy * max(1.0, *np.ravel(np.abs(b)), 0.0))


def points_on(surface: Surface, count: int) -> Array:
    low, high = np.transpose([surface.u_range, surface.v_range])
    return np.random.default_rng(3).uniform(low, high, (count, 2))


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_have_eagers_numbers(name: str) -> None:
    surface = SURFACES[name]
    points = points_on(surface, 300)
    compiled = value_and_grad(surface.formula)
    for u, v in points.tolist():
        (value, slopes), (expected, others) = compiled(u, v), eager(surface.formula, u, v)
        assert value == pytest.approx(expected, rel=1e-12, abs=1e-12)
        assert slopes == pytest.approx(others, rel=1e-12, abs=1e-12 * max(1.0, *np.abs(others)))
    columns = points[:, 0], points[:, 1]
    assert_same(compiled(*columns), eager(surface.formula, *columns))


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_have_the_hessians_of_their_gradients(name: str) -> None:
    surface = SURFACES[name]
    points = points_on(surface, 5)
    slope, curvature = grad(surface.formula), hessian(surface.formula)
    many = curvature(points[:, 0], points[:, 1])
    assert many.shape == (2, 2, 5)
    for i, (u, v) in enumerate(points.tolist()):
        matrix = curvature(u, v)
        np.testing.assert_array_equal(matrix, matrix.T)
        np.testing.assert_allclose(many[:, :, i], matrix, rtol=1e-12, atol=1e-12 * np.abs(matrix).max())
        h = 1e-5
        by_u = np.subtract(slope(u + h, v), slope(u - h, v)) / (2 * h)
        by_v = np.subtract(slope(u, v + h), slope(u, v - h)) / (2 * h)
        np.testing.assert_allclose(
            matrix, [by_u, by_v], rtol=1e-6, atol=1e-6 * max(1.0, np.abs(matrix).max())
        )


def product(u: Any, v: Any) -> Any:
    return u * np.exp(v) + 1.0


ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    (2.0, 0.5), (2, 1), (np.float64(2.0), np.float32(0.5)), (np.array(2.0), True), (np.int8(2), np.uint64(1)),
    ([2.0, 3.0], [0.5, 0.25]), (2.0, [0.5, 0.25]), ((2, 3), 1), (np.array([2.0]), 0.5), ([], []), (1.0, []),
    (np.ones((2, 3)), np.ones((2, 3))), (np.ones((3, 1)), np.ones(4)), (np.ones((2, 3), dtype=np.float32), 1),
    (np.ones((0, 3)), np.ones(3)), (np.ones((4, 6))[::2, ::-3], np.ones((2, 2)).T),
    (np.ones(9)[::3], np.arange(3)), (np.ones((1, 1, 1)), np.ones((1, 1, 1))),
    (np.broadcast_to(np.ones(3), (2, 3)), np.zeros((2, 3), dtype=bool)),
)  # fmt: skip


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=str)
def test_arguments_of_every_kind(arguments: tuple[Any, ...]) -> None:
    compiled = value_and_grad(product)
    for _ in range(2):
        assert_same(compiled(*arguments), eager(product, *arguments))
    shapes = tuple(np.shape(slope) for slope in compiled(*arguments)[1])
    assert shapes == tuple(map(np.shape, arguments))


def test_one_function_serves_all_kinds_in_any_order() -> None:
    compiled = value_and_grad(product)
    for arguments in (*ARGUMENTS, *reversed(ARGUMENTS), *ARGUMENTS[::3]):
        assert_same(compiled(*arguments), eager(product, *arguments))


@pytest.mark.parametrize(
    "wrong",
    ["1.0", None, 1j, [1j], object(), ["a"], {}, b"1", 10**400, Tensor(1.0)],
    ids=lambda wrong: type(wrong).__name__,
)
def test_what_is_no_real_number_is_refused(wrong: Any) -> None:
    for make in (value_and_grad, grad, hessian):
        function = make(product)
        for _ in range(2):
            with pytest.raises(TypeError, match="an argument must be a real number or an array of such"):
                function(1.0, wrong)
            function(1.0, 2.0)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ignores one": lambda u, v: np.sin(v),
    "gives one back": lambda u, v: v,
    "gives a number": lambda u, v: 3,
    "gives an array": lambda u, v: np.array([1.0, 2.0]),
    "gives a float32": lambda u, v: np.float32(0.5),
    "adds": lambda u, v: u + v,
    "is linear": lambda u, v: 2 * u - v / 4,
    "answers true or false": lambda u, v: u > v,
    "gives a truth": lambda u, v: True,
    "counts truths": lambda u, v: 1.0 * (u > 0) + 1.0 * (v > 0),
    "is flat": lambda u, v: np.where(u > v, 1.0, 2.0),
    "has corners": lambda u, v: abs(u) + np.maximum(u, v) - np.minimum(v, 0.5) + np.clip(u, -1, v),
    "takes a power": lambda u, v: (u * u) ** v + 2.0**u + v**3 + v**-1 + (v * v) ** 0.5,
    "uses an array": lambda u, v: u * np.array([1.0, 2.0]) + v,
    "uses arrays of whole numbers": lambda u, v: u * np.array([1, 2]) + v * np.array([True, False]),
    "uses a list": lambda u, v: u * v + [1.0, 2.0],
    "sums": lambda u, v: np.sum(u * v),
    "sums a number": lambda u, v: np.sum(u) + np.mean(v) * np.max(u) - np.min(v),
    "stacks": lambda u, v: np.sum(np.stack([u * v, u + v]) ** 2),
    "divides by a sum": lambda u, v: u / np.sum(v * v),
    "asks for the shape": lambda u, v: u * np.size(v) + len(np.shape(u)),
    "is a formula of ours": lambda u, v: sigmoid(u) * np.log1p(np.exp(v)) + np.expm1(u) / np.cosh(v),
    "is a reduction of ours": lambda u, v: logsumexp(u) * softmax(np.reshape(v, (-1,)))[0],
    "adds with Python": lambda u, v: sum([u, v, u * v]),
    "is a surface": funky,
}  # fmt: skip


@pytest.mark.parametrize("case", FUNCTIONS)
def test_functions_of_every_kind(case: str) -> None:
    function = FUNCTIONS[case]
    compiled, slope = value_and_grad(function), grad(function)
    for arguments in (
        (0.5, -2.0),
        (np.array([0.5, -2.0]), np.array([-2.0, 0.25])),
        (0.5, np.array([-2.0, 0.25])),
        (np.array([[0.5], [1.5], [-2.0]]), np.array([-2.0, 0.25])),
    ):
        expected = eager(function, *arguments)
        assert_same(compiled(*arguments), expected)
        assert_same((0.0, slope(*arguments)), (0.0, expected[1]))
        for number in flat(compiled(*arguments)):
            assert type(number) is float or (type(number) is np.ndarray and number.dtype == np.float64)


def test_one_argument_has_one_gradient_and_none_has_none() -> None:
    assert value_and_grad(np.square)(3.0) == (9.0, 6.0)
    assert grad(np.square)(3.0) == 6.0
    assert hessian(np.square)(3.0) == 2.0
    assert type(hessian(np.square)(3.0)) is float
    assert value_and_grad(lambda: 2.0)() == (2.0, ())
    assert grad(lambda: 2.0)() == ()


def test_constant_gradients_are_floats_or_in_the_shape_of_the_points() -> None:
    compiled = value_and_grad(lambda u, v: u + v)
    assert repr(compiled(1.0, 2.0)) == "(3.0, (1.0, 1.0))"
    value, (du, dv) = compiled(np.ones(3), np.ones(3))
    for array in (value, du, dv):
        assert array.shape == (3,)
        assert array.flags.writeable
    assert not np.shares_memory(du, dv)


def test_arguments_with_defaults_may_be_given_or_not() -> None:
    def function(u: Any, v: Any = 2.0) -> Any:
        return u * v

    for arrays in (lambda *x: x, lambda *x: tuple(np.array([y]) for y in x)):
        compiled = value_and_grad(function)
        for _ in range(2):
            assert_same(compiled(*arrays(3.0)), eager(function, *arrays(3.0)))
            assert_same(compiled(*arrays(3.0, 5.0)), eager(function, *arrays(3.0, 5.0)))
            assert_same(compiled(*arrays(3.0)), eager(function, *arrays(3.0)))
        for wrong in ((), (1.0, 2.0, 3.0)):
            with pytest.raises(TypeError, match=r"function\(\).*argument"):
                compiled(*arrays(*wrong))
    assert value_and_grad(function).source.startswith("def compute(x0):")


@pytest.mark.parametrize("make", [value_and_grad, grad, hessian], ids=lambda make: make.__name__)
def test_too_many_and_too_few_arguments_are_refused_by_the_functions_name(make: Any) -> None:
    compiled = make(product)
    for _ in range(2):  # before there is code, and after
        for wrong in ((), (1.0,), (1.0, 2.0, 3.0), (np.ones(2),)):
            with pytest.raises(TypeError, match=r"product\(\) (missing|takes).*argument"):
                compiled(*wrong)
        compiled(1.0, 2.0)


def test_any_number_of_arguments() -> None:
    def function(*x: Any) -> Any:
        return sum(y * y for y in x)

    compiled = value_and_grad(function)
    for count in (3, 1, 5, 3, 0):
        assert_same(compiled(*[2.0] * count), (4.0 * count, 4.0 if count == 1 else (4.0,) * count))


def test_a_reduction_is_traced_for_each_shape() -> None:
    shapes: list[Shape] = []

    def function(x: Any) -> Any:
        shapes.append(np.shape(x))
        return np.sum(x * x) / np.size(x)

    compiled = value_and_grad(function)
    for shape in ((2,), (3,), (2,), (2, 2), (), (3,), ()):
        assert_same(
            compiled(np.full(shape, 3.0)), eager(lambda x: np.sum(x * x) / np.size(x), np.full(shape, 3.0))
        )
    assert shapes == [(2,), (3,), (2, 2), ()]


def test_an_elementwise_function_is_traced_once_for_all_lengths() -> None:
    calls: list[Any] = []

    def function(x: Any) -> Any:
        calls.append(x)
        return np.sin(x)

    compiled = value_and_grad(function)
    for shape in ((2,), (3, 4), (0,), (20_000,), (1, 1)):
        compiled(np.zeros(shape))
    assert len(calls) == 1


def test_not_all_shapes_are_kept() -> None:
    compiled = value_and_grad(lambda x: np.sum(x) * 2.0)
    first = (compiled(1.0), compiled.source)
    for length in range(2 * _KEPT):
        assert compiled(np.ones(length))[0] == 2.0 * length
    assert len(compiled._codes) == _KEPT
    assert (compiled(1.0), compiled.source) == first


def test_what_a_function_has_from_elsewhere_is_as_it_was_when_traced() -> None:
    array, factor = np.array([1.0, 2.0]), [10.0]
    compiled = value_and_grad(lambda u: u * array * factor[0])
    assert_same(compiled(np.ones(2)), (np.array([10.0, 20.0]), np.array([10.0, 20.0])))
    array[0], factor[0] = 5.0, 100.0
    assert_same(compiled(np.ones(2)), (np.array([10.0, 20.0]), np.array([10.0, 20.0])))
    assert_same(value_and_grad(compiled.function)(1.0), (np.array([500.0, 200.0]), 700.0))


@pytest.mark.parametrize("engine", ["compiled", "eager"])
def test_results_are_nobody_elses(engine: Any) -> None:
    held = np.array([7.0, 8.0])
    functions: list[Callable[..., Any]] = [
        lambda u, v: u, lambda u, v: np.sum(u + v), lambda u, v: u + v, lambda u, v: held,
        lambda u, v: held * u, lambda u, v: np.reshape(u, (1, -1)), lambda u, v: np.transpose(u) + np.sum(v),
    ]  # fmt: skip
    for function in functions:
        compiled = value_and_grad(function, engine=engine)
        u, v = np.array([1.0, 2.0]), np.array([3.0, 4.0])
        before = [np.copy(x) for x in flat(compiled(u, v))]
        results = [x for x in flat(compiled(u, v)) if isinstance(x, np.ndarray)]
        for i, result in enumerate(results):
            assert not any(np.shares_memory(result, other) for other in (u, v, held, *results[:i]))
            np.add(result, 100.0, out=result)
        np.testing.assert_array_equal([u, v, held], [[1, 2], [3, 4], [7, 8]])
        for a, b in zip(flat(compiled(u, v)), before, strict=True):
            np.testing.assert_array_equal(a, b)


def test_an_unknown_engine_is_refused() -> None:
    makers: tuple[Any, ...] = (value_and_grad, grad)
    for make in makers:
        with pytest.raises(ValueError, match="'compiled', 'loops' or 'eager', got 'fast'"):
            make(np.sin, engine="fast")


def test_program_and_source_are_those_of_the_first_call() -> None:
    before, after = value_and_grad(product), value_and_grad(product)
    assert "exp(x1)" in before.source
    assert "return y0, (y1, y2)" in before.source
    assert str(before.program).startswith("t0 = input 0\nt1 = input 1\n")
    after(np.ones(3), np.ones(3))
    assert "exp(x1, " in after.source
    after(1.0, 2.0)
    assert "exp(x1, " in after.source
    assert before.function is product


def test_a_gradient_alone_does_not_compute_the_value() -> None:
    assert "log" in value_and_grad(np.log).source
    assert "log" not in grad(np.log).source


def rosen(x: Any) -> Any:
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosen_hessian(x: Any) -> Any:
    """As scipy.optimize.rosen_hess has it."""
    diagonal = np.zeros_like(x)
    diagonal[0] = 1200 * x[0] ** 2 - 400 * x[1] + 2
    diagonal[-1] = 200
    diagonal[1:-1] = 202 + 1200 * x[1:-1] ** 2 - 400 * x[2:]
    return np.diag(-400 * x[:-1], 1) - np.diag(400 * x[:-1], -1) + np.diag(diagonal)


def test_the_hessian_of_a_function_of_an_array() -> None:
    x = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
    np.testing.assert_allclose(hessian(rosen)(x), rosen_hessian(x), rtol=1e-12)
    matrix = np.array([[2.0, 1.0], [0.5, 3.0]])
    quadratic = hessian(lambda x: x @ matrix @ x)
    np.testing.assert_allclose(quadratic(np.array([1.0, -2.0])), matrix + matrix.T, rtol=1e-14)


def test_the_hessian_of_a_function_of_several_arrays() -> None:
    curvature = hessian(lambda x, y, s: np.sum(x @ y) * s)
    x, y = np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]])
    expected = np.array([[0, 0, 2, 0, 3], [0, 0, 0, 2, 4], [2, 0, 0, 0, 1], [0, 2, 0, 0, 2], [3, 4, 1, 2, 0]])
    np.testing.assert_allclose(curvature(x, y, 2.0), expected, rtol=1e-14)
    assert hessian(lambda x: np.sum(x**3))(np.ones((2, 3))).shape == (2, 3, 2, 3)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: np.sum(np.sin(x) * np.cos(x[::-1])),
        lambda x: logsumexp(x * x),
        lambda x: np.linalg.norm(x - 3.0) * np.max(x),
        lambda x: np.sum(softmax(x) * np.arange(4.0)) ** 2,
        lambda x: np.sum(np.reshape(x, (2, 2)) @ np.reshape(x, (2, 2))) ** 1.5,
        lambda x: np.mean(np.where(x > 0, x**3, np.exp(x))),
    ],
)
def test_hessians_are_symmetric_and_differences_of_gradients(function: Callable[..., Any]) -> None:
    x, h = np.array([0.3, -0.4, 1.5, 0.9]), 1e-5
    matrix, slope = hessian(function)(x), grad(function)
    np.testing.assert_array_equal(matrix, matrix.T)
    rows = [(slope(x + h * unit) - slope(x - h * unit)) / (2 * h) for unit in np.eye(4)]
    np.testing.assert_allclose(matrix, rows, rtol=1e-6, atol=1e-8)


def test_the_hessian_of_linear_functions_is_zero() -> None:
    u, v = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.25, 4.0])
    for function in (lambda u, v: 2 * u - v, lambda u, v: u, lambda u, v: u + 0.0 * v):
        np.testing.assert_array_equal(hessian(function)(1.0, 2.0), np.zeros((2, 2)))
        np.testing.assert_array_equal(hessian(function)(u, v), np.zeros((2, 2, 3)))
    np.testing.assert_array_equal(hessian(lambda u, v: u @ v[::-1] * 0.0)(u, v), np.zeros((6, 6)))
    np.testing.assert_array_equal(hessian(np.sum)(u), np.zeros((3, 3)))
    np.testing.assert_array_equal(hessian(lambda _: 3.0)(2.0), 0.0)


def test_entries_that_all_points_share_do_not_depend_on_the_value() -> None:
    matrix = hessian(lambda u, v: np.exp(u) + v**2)(np.array([1.0, 1000.0]), np.array([1.0, 1000.0]))
    np.testing.assert_array_equal(matrix[1, 1], [2.0, 2.0])
    np.testing.assert_array_equal(matrix[0, 1], [0.0, 0.0])


def test_hessians_of_shapes_of_every_kind() -> None:
    power = hessian(lambda u: u**3)
    assert power(2) == 12.0
    np.testing.assert_array_equal(power([1.0, 2.0]), [6.0, 12.0])
    assert power(np.ones((2, 3, 4))).shape == (2, 3, 4)
    assert power([]).shape == (0,)
    assert hessian(product)(np.ones((2, 3)), np.ones((2, 3))).shape == (2, 2, 2, 3)
    assert hessian(np.sum)(np.ones(0)).shape == (0, 0)
    uses_an_array = hessian(lambda u: np.sum(u**2 * np.array([1.0, 2.0])))
    assert type(uses_an_array(3.0)) is float
    assert uses_an_array(3.0) == 6.0
    np.testing.assert_array_equal(uses_an_array([3.0, 3.0]), [[2.0, 0.0], [0.0, 4.0]])


def test_the_hessian_of_several_numbers_is_refused() -> None:
    for function in (lambda x: np.cumsum(x) if isinstance(x, float) else x[:2], lambda x: x * np.ones(3)):
        with pytest.raises(ValueError, match=r"needs a function with one number as value, not \("):
            hessian(function)(np.ones(3))


def test_the_hessian_outside_the_domain_is_inf_or_nan() -> None:
    assert math.isnan(hessian(np.sqrt)(-1.0))
    assert hessian(np.log)(0.0) == -math.inf
    np.testing.assert_array_equal(hessian(np.log)(np.array([0.0, 1.0])), [-math.inf, -1.0])
