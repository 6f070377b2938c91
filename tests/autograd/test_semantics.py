"""What a user of PyTorch or micrograd counts on: conventions, changes of data, overflow, shapes, examples."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, norm, relu, sigmoid, softplus, value_and_grad

# At a kink: the function, the point, and the derivative with respect to each number.
INF = math.inf
CONVENTIONS: dict[str, tuple[Callable[..., Any], tuple[float, ...], tuple[float, ...]]] = {
    "relu at 0": (relu, (0.0,), (0.0,)),
    "abs at 0": (abs, (0.0,), (0.0,)),
    "sqrt at 0": (np.sqrt, (0.0,), (INF,)),
    "x ** 0": (lambda x: x**0, (0.0,), (0.0,)),
    "x ** 0.5 at 0": (lambda x: x**0.5, (0.0,), (INF,)),
    "0 ** y": (lambda x, y: x**y, (0.0, 2.0), (0.0, 0.0)),
    "0 ** 0": (lambda x, y: x**y, (0.0, 0.0), (0.0, 0.0)),
    "maximum of equals": (np.maximum, (1.0, 1.0), (0.5, 0.5)),
    "minimum of equals": (np.minimum, (1.0, 1.0), (0.5, 0.5)),
    "clip at the lower bound": (lambda x: np.clip(x, 0.0, 1.0), (0.0,), (1.0,)),
    "clip at the upper bound": (lambda x: np.clip(x, 0.0, 1.0), (1.0,), (1.0,)),
    "clip of its own bounds": (np.clip, (0.0, 0.0, 1.0), (1.0, 0.0, 0.0)),
    "where takes one side": (lambda x: np.where(x > 0, x, -x), (0.0,), (-1.0,)),
    "softplus above 20": (softplus, (20.5,), (1.0,)),
}


@pytest.mark.parametrize("name", CONVENTIONS)
@pytest.mark.parametrize("kind", [float, lambda x: [x]], ids=["floats", "arrays"])
def test_conventions_are_pytorchs(name: str, kind: Callable[[float], Any]) -> None:
    function, point, expected = CONVENTIONS[name]
    tensors = [Tensor(kind(x)) for x in point]
    function(*tensors).sum().backward()
    assert [float(np.sum(t.grad)) for t in tensors] == list(expected)


def test_equal_numbers_share_the_gradient_of_a_maximum() -> None:
    functions: tuple[Any, ...] = (np.max, np.min, Tensor.max, Tensor.min)
    for function in functions:
        for axis in (None, 0):
            t = Tensor([2.0, 2.0, 2.0, 2.0])
            function(t, axis=axis).backward()
            np.testing.assert_array_equal(t.grad, [0.25] * 4)


def test_the_norm_of_zero_is_flat() -> None:
    t = Tensor([0.0, 0.0])
    norm(t).backward()
    np.testing.assert_array_equal(t.grad, [0.0, 0.0])


def square_of(t: Any) -> Any:
    return (t * t).sum()


def test_data_changed_after_use_does_not_change_the_gradients() -> None:
    a, b = Tensor(3.0), Tensor([2.0, 4.0])
    loss = (a * b * b).sum()
    a.data, b.data = 100.0, [100.0, 100.0]
    loss.backward()
    assert a.grad == 20.0
    np.testing.assert_array_equal(b.grad, [12.0, 24.0])
    assert loss.data == 60.0


def test_data_changed_in_place_after_use_does_not_change_the_gradients() -> None:
    for early in (False, True):
        t = Tensor([2.0, 4.0])
        array: Any = t.data if early else None  # the array, taken before use or after it
        loss = square_of(t)
        array = t.data if array is None else array
        array[:] = 100.0
        loss.backward()
        np.testing.assert_array_equal(t.grad, [4.0, 8.0])
        np.testing.assert_array_equal(t.data, [100.0, 100.0])


def test_data_changed_in_place_changes_what_is_computed_from_then_on() -> None:
    t = Tensor([2.0, 4.0])
    array: Any = t.data
    assert square_of(t).data == 20.0
    array[0] = 0.0
    assert square_of(t).data == 16.0
    square_of(t).backward()
    np.testing.assert_array_equal(t.grad, [0.0, 8.0])


def test_intermediate_data_changed_in_place_does_not_change_the_gradients() -> None:
    t = Tensor([2.0, 4.0])
    inner: Any = np.exp(t)
    outer = (inner * inner).sum()
    view = inner.reshape(2, 1)
    for node in (inner, view):
        node.data[:] = 0.0
    outer.backward()
    np.testing.assert_allclose(t.grad, 2 * np.exp([4.0, 8.0]))
    np.testing.assert_array_equal((inner * 1.0).data, [0.0, 0.0])


def test_a_view_does_not_share_its_data() -> None:
    t = Tensor([2.0, 4.0])
    part: Any = t[:1]
    part.data[0] = 100.0
    t.data[1] = 50.0  # type: ignore[index]
    np.testing.assert_array_equal(t.data, [2.0, 50.0])
    np.testing.assert_array_equal(part.data, [100.0])


def test_an_array_operand_changed_after_use_does_not_change_the_gradients() -> None:
    whole = np.array([5.0, 6.0, 7.0])
    seen = whole[:2]
    seen.flags.writeable = False
    for array in (whole[:2], seen, np.broadcast_to(whole[:1], 2)):
        expected = array.copy()
        t = Tensor([1.0, 1.0])
        loss = (t * array).sum()
        whole += 1.0
        loss.backward()
        np.testing.assert_array_equal(t.grad, expected)


def test_an_index_changed_after_use_does_not_change_the_gradients() -> None:
    for index in (np.array([0, 1]), [0, 1]):
        t = Tensor([1.0, 2.0, 3.0])
        loss = t[index].sum() + t[index, None].sum()
        index[0] = 2
        loss.backward()
        np.testing.assert_array_equal(t.grad, [2.0, 2.0, 0.0])


def test_a_step_as_optimizers_take_it() -> None:
    for start in (3.0, [3.0, -1.0]):
        t = Tensor(start)
        for _ in range(2):
            t.grad = np.zeros(t.shape)
            square_of(t).backward()
            t.data -= 0.25 * t.grad
        np.testing.assert_array_equal(t.data, 0.25 * np.asarray(start))
        np.testing.assert_array_equal(t.grad, np.asarray(start))


@pytest.mark.parametrize(
    "operation",
    [
        lambda t: t + np.ones(3),
        lambda t: np.ones(3) * t,
        lambda t: np.maximum(t, np.ones((3, 2, 3))),
        lambda t: np.where(t > 0, t, np.ones(5)),
        lambda t: np.clip(t, np.zeros(3), 1.0),
        lambda t: t @ np.ones(3),
        lambda t: np.concatenate([t, np.ones((1, 2))]),
        lambda t: np.stack([t, np.ones(3)]),
        lambda t: t.reshape(3),
        lambda t: np.broadcast_to(t, (3,)),
    ],
)
def test_shapes_that_do_not_go_together_are_refused_in_one_line(operation: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match=r"shape|dimension|broadcast") as refused:
        operation(Tensor([1.0, 2.0]))
    assert "\n" not in str(refused.value)


OVERFLOWS: dict[str, tuple[Callable[[Any], Any], float, float, float]] = {  # function, point, value, slope
    "exp": (np.exp, 1000.0, INF, INF),
    "a power": (lambda x: x**2000, 2.0, INF, INF),
    "a product": (lambda x: x * x, 1e200, INF, 2e200),
    "a quotient": (lambda x: 1.0 / x, 0.0, INF, -INF),
    "a logarithm": (np.log, 0.0, -INF, INF),
    "underflow": (np.exp, -1000.0, 0.0, 0.0),
    "outside the domain": (np.log, -1.0, math.nan, -1.0),
    "sqrt outside the domain": (np.sqrt, -1.0, math.nan, math.nan),
    "sinh": (np.sinh, 1000.0, INF, INF),
    "no overflow in sigmoid": (sigmoid, -1000.0, 0.0, 0.0),
    "no overflow in softplus": (softplus, 1000.0, 1000.0, 1.0),
}


@pytest.mark.parametrize("name", OVERFLOWS)
@pytest.mark.parametrize("kind", [float, lambda x: [x]], ids=["floats", "arrays"])
def test_overflow_gives_what_ieee_754_gives_without_a_warning(name: str, kind: Callable[..., Any]) -> None:
    function, point, value, slope = OVERFLOWS[name]
    t = Tensor(kind(point))
    y = function(t)
    y.backward()
    np.testing.assert_array_equal(y.data, kind(value))
    np.testing.assert_array_equal(t.grad, kind(slope))


def test_micrograds_example_prints_what_it_prints_there() -> None:
    a = Tensor(-4.0)
    b = Tensor(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    assert [f"{x:.4f}" for x in (g.data, a.grad, b.grad)] == ["24.7041", "138.8338", "645.5773"]


def test_the_example_of_three_matrices_gives_every_printed_digit() -> None:
    a = Tensor([[4.0, -2], [-1, 2], [5, 2]])
    b = Tensor([[3, 2, 1], [1, -1, 1], [-1, 0.0, 2]])
    x = Tensor([2.0, -3])
    z = sigmoid(relu(b @ relu(a @ x))).sum()
    z.backward()
    assert str(z.data) == "2.4999999847700205"
    assert str(a.grad) == (
        "[[ 3.04599586e-08 -4.56899378e-08]\n [ 0.00000000e+00  0.00000000e+00]\n"
        " [ 3.04599586e-08 -4.56899378e-08]]"
    )
    assert str(b.grad) == (
        "[[1.47428643e-19 0.00000000e+00 4.21224694e-20]\n [2.13219710e-07 0.00000000e+00 6.09199171e-08]\n"
        " [0.00000000e+00 0.00000000e+00 0.00000000e+00]]"
    )


def test_a_gradient_that_somebody_has_is_not_added_to_where_it_is() -> None:
    x = Tensor([1.0, 2.0])
    (x * [3.0, 4.0]).sum().backward()
    first = x.grad
    (x * [5.0, 6.0]).sum().backward()
    np.testing.assert_array_equal(first, [3.0, 4.0])
    part = np.asarray(x.grad)[1:]
    (x * [1.0, 1.0]).sum().backward()
    np.testing.assert_array_equal(part, [10.0])
    np.testing.assert_array_equal(x.grad, [9.0, 11.0])


def test_gradients_that_nodes_have_in_common_are_their_own() -> None:
    """Both sides of a sum, and a parameter, get the very array; each adds to it what is its own."""
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    z = x + y
    (z + z * [10.0, 20.0] + x).sum().backward()
    np.testing.assert_array_equal(x.grad, [12.0, 22.0])
    np.testing.assert_array_equal(y.grad, [11.0, 21.0])
    np.testing.assert_array_equal(z.grad, [11.0, 21.0])
    y.grad *= 2.0
    np.testing.assert_array_equal(x.grad, [12.0, 22.0])
    np.testing.assert_array_equal(z.grad, [11.0, 21.0])


def test_a_seed_is_not_changed() -> None:
    x = Tensor([1.0, 2.0])
    seed = np.array([1.0, 1.0])
    for _ in range(2):
        x.backward(seed)
    np.testing.assert_array_equal(seed, [1.0, 1.0])
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


@pytest.mark.parametrize("engine", ["compiled", "eager"])
@pytest.mark.parametrize(
    "kind", [float, lambda x: np.array([x, x]), lambda x: [[x]]], ids=["float", "points", "rows"]
)
def test_an_exponent_that_does_not_vary_has_no_share(kind: Callable[[float], Any], engine: Any) -> None:
    """v**(v/v) is v, with slope 1, also where v has no logarithm; v**(v/v + 1) has the slope 2 v."""
    for function, expected in (
        (lambda v: v ** (v / v), 1.0),
        (lambda v: v ** (v / v + 1.0), -4.0),
        (lambda v: (v * 3.0) ** np.divide(v, v), 3.0),
        (lambda v: v ** (v - v + 2.0), -4.0),
        (lambda v: v ** (v % v + 2.0), -4.0),
        (lambda v: v ** np.fmod(v, v), 0.0),
        (lambda v: v**v**0, 1.0),
        (lambda v: v ** np.maximum(v, 2.0), -4.0),
    ):
        _, slope = value_and_grad(function, engine=engine)(kind(-2.0))
        np.testing.assert_allclose(slope, np.full(np.shape(kind(-2.0)), expected), rtol=1e-15)


@pytest.mark.parametrize("engine", ["compiled", "loops", "eager"])
@pytest.mark.parametrize(("x", "root"), [(-math.inf, math.nan), (-0.0, -0.0), (-1.0, math.nan), (2.25, 1.5)])
def test_to_the_power_of_one_half_is_the_root_everywhere(x: float, root: float, engine: Any) -> None:
    """As numpy has it for arrays, and PyTorch; C's pow, and so Python's, gives inf at -inf."""
    call = value_and_grad(lambda v: v**0.5, engine=engine)
    assert repr(call(x)[0]) == repr(root)
    np.testing.assert_array_equal(call(np.array([x, x]))[0], [root, root])
    np.testing.assert_array_equal(call(np.array([[x]]))[0], [[root]])
