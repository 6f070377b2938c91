"""`hessian_of`: the numbers of the compiled Hessian and of differences, from a graph that stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Tensor, hessian, hessian_of, logsumexp, softmax, value_and_grad
from autograd.operators import Operators
from surfaces import SURFACES
from tests.autograd.case import Case, seed_for
from tests.autograd.cases import EDGES, SMOOTH, Array, by_rule

OF_RULES, OF_EDGES = by_rule(SMOOTH), by_rule(EDGES)
RANDOM = np.random.default_rng(11)
INPUTS, TARGETS = RANDOM.normal(size=(20, 3)), RANDOM.normal(size=(20, 1))
WEIGHTS = [RANDOM.normal(size=shape) for shape in ((3, 4), (4,), (4, 1), (1,))]


def squared(case: Case) -> tuple[Callable[..., Any], list[Any]]:
    """The sum of an operation's squares, each weighed, as a function of the inputs that count, and those."""

    def loss(*given: Any) -> Any:
        kind = next(type(x) for x in given if isinstance(x, Operators))
        inputs = dict(enumerate(case.inputs)) | dict(zip(case.differentiable, given, strict=True))
        y = kind._apply(case.rule, *inputs.values(), **case.settings)
        return (seed_for(np.shape(y)) * y * y).sum()

    return loss, [case.inputs[i] for i in case.differentiable]


def of(loss: Callable[..., Any], *values: Any) -> Array:
    """The Hessian by the graph that the loss leaves."""
    tensors = [Tensor(x) for x in values]
    return hessian_of(loss(*tensors), tensors)


def compiled(loss: Callable[..., Any], *values: Any) -> Array:
    """The matrix over all numbers that `autograd.hessian` gives."""
    count = sum(map(np.size, values))
    return np.reshape(hessian(loss)(*values), (count, count))


def by_differences(loss: Callable[..., Any], *values: Any) -> Array:
    """The same by central differences of eager gradients, of an error of the step's fourth power."""
    slope = value_and_grad(loss, engine="eager")
    flat = np.concatenate([np.ravel(x) for x in values])
    ends = np.cumsum([np.size(x) for x in values])[:-1]

    def gradient(x: Array) -> Array:
        parts = np.split(x, ends)
        found = slope(*(part.reshape(np.shape(y)) for part, y in zip(parts, values, strict=True)))[1]
        return np.concatenate([np.ravel(g) for g in (found if isinstance(found, tuple) else (found,))])

    rows = []
    for unit in np.eye(flat.size) * 1e-3:
        near, far = (gradient(flat + k * unit) - gradient(flat - k * unit) for k in (1, 2))
        rows.append((8 * near - far) / (12 * 1e-3))
    return np.reshape(rows, (flat.size,) * 2)


def assert_close(matrix: Array, expected: Array, accuracy: float, name: str = "") -> None:
    scale = np.max(np.abs(expected), initial=1.0)
    np.testing.assert_allclose(matrix, expected, rtol=accuracy, atol=accuracy * scale, err_msg=name)


@pytest.mark.parametrize("rule", OF_RULES)
def test_every_rule_has_the_compiled_hessian(rule: str) -> None:
    for case in OF_RULES[rule]:
        loss, values = squared(case)
        assert_close(of(loss, *values), compiled(loss, *values), 1e-11, case.label)


@pytest.mark.parametrize("rule", OF_EDGES)
def test_edges_neither_warn_nor_raise_and_agree_where_both_are_numbers(rule: str) -> None:
    for case in OF_EDGES[rule]:
        loss, values = squared(case)
        ours, expected = of(loss, *values), compiled(loss, *values)
        known = np.isfinite(ours) & np.isfinite(expected)
        assert_close(ours[known], expected[known], 1e-11, case.label)


def network(w1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    """Two layers, which share what they broadcast."""
    return (((np.tanh(INPUTS @ w1 + b1) @ w2 + b2) - TARGETS) ** 2).mean() + 0.1 * logsumexp(w1)


def mixed(a: Any, x: Any, m: Any) -> Any:
    """A number, a vector and a matrix, constants, shapes changed, and parts taken twice."""
    rows = np.stack([x, np.sin(x) * a, np.concatenate([x[1:], x[:1]])])
    chosen = np.where(np.array([True, False, True]), softmax(m @ x), a * x[[0, 0, 2]] ** 3)
    return (rows.T @ m).sum() * np.exp(-a) + np.linalg.norm(chosen) + np.max(m[..., ::-1]) ** 2 + 7.0


MIXED = [0.7, np.array([0.3, -1.2, 0.5]), np.arange(9.0).reshape(3, 3) / 5 - 0.8]


@pytest.mark.parametrize(("loss", "values"), [(network, WEIGHTS), (mixed, MIXED)], ids=["network", "mixed"])
def test_a_loss_of_arrays_has_the_hessian_of_its_differences(loss: Any, values: Any) -> None:
    matrix = of(loss, *values)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert_close(matrix, by_differences(loss, *values), 1e-9)
    assert_close(matrix, compiled(loss, *values), 1e-12)


@pytest.mark.parametrize("name", SURFACES)
def test_surfaces_have_the_compiled_hessian(name: str) -> None:
    surface = SURFACES[name]
    low, high = np.transpose([surface.u_range, surface.v_range])
    for u, v in np.random.default_rng(3).uniform(low, high, (5, 2)):
        assert_close(of(surface.formula, u, v), compiled(surface.formula, float(u), float(v)), 1e-9)


def test_a_quadratic_has_its_matrix() -> None:
    matrix = RANDOM.normal(size=(6, 6))
    x = Tensor(RANDOM.normal(size=6))
    loss = 0.5 * (x @ matrix @ x)
    np.testing.assert_allclose(hessian_of(loss, [x]), (matrix + matrix.T) / 2, rtol=1e-14, atol=1e-14)


def test_rows_follow_the_parameters_in_their_order() -> None:
    a, b = Tensor([[1.0], [2.0]]), Tensor(3.0)
    loss = (a**2 * b).sum()
    np.testing.assert_allclose(hessian_of(loss, [a, b]), [[6, 0, 2], [0, 6, 4], [2, 4, 0]])
    np.testing.assert_allclose(hessian_of(loss, [b, a]), [[0, 2, 4], [2, 6, 0], [4, 0, 6]])
    np.testing.assert_allclose(hessian_of(loss, [b]), [[0]])
    assert hessian_of(loss, []).shape == (0, 0)


def test_what_the_loss_does_not_depend_on_or_not_curved_has_zeros() -> None:
    x, y, z = Tensor(2.0), Tensor([1.0, 4.0]), Tensor(5.0)
    loss = x**3 + 2 * y.sum()
    np.testing.assert_array_equal(hessian_of(loss, [z, x, y]), np.diag([0, 12, 0, 0]))
    np.testing.assert_array_equal(hessian_of(x, [x]), [[0]])
    np.testing.assert_array_equal(hessian_of(loss, [z]), [[0]])


def test_a_loss_may_have_a_shape_of_one_number() -> None:
    x = Tensor([[2.0]])
    np.testing.assert_allclose(hessian_of(x**4, [x]), [[48]])


def test_each_parameter_is_varied_by_itself() -> None:
    w = Tensor(2.0)
    u = w * 3.0
    loss = u**2 * w
    np.testing.assert_allclose(hessian_of(loss, [w, u]), [[0, 12], [12, 4]])
    np.testing.assert_allclose(hessian_of(loss, [w]), [[54 * 2]])


def test_the_graph_and_its_gradients_stay_as_they_are() -> None:
    x, y = Tensor([1.0, 2.0]), Tensor(3.0)
    middle = x * y
    loss = (middle**2).sum()
    loss.backward()
    before = [np.copy(t.grad) for t in (x, y, middle, loss)]
    hessian_of(loss, [x, y])
    for tensor, gradient in zip((x, y, middle, loss), before, strict=True):
        np.testing.assert_array_equal(tensor.grad, gradient)
    loss.backward()
    np.testing.assert_array_equal(x.grad, 2 * before[0])


def test_no_gradient_is_needed_before_and_none_is_left() -> None:
    x = Tensor(2.0)
    assert hessian_of(x**3, [x]) == 12
    assert not x.has_grad


def test_the_values_are_those_that_the_loss_was_computed_with() -> None:
    x, m = Tensor(2.0), Tensor([1.0, 2.0])
    held: Any = m.data
    first = x**3 + (m**3).sum()
    x.data = 10.0
    held[:] = 10.0
    np.testing.assert_allclose(hessian_of(first, [x, m]), np.diag([12, 6, 12]))
    second = first + x**3 + (m**3).sum()  # in part before the change, in part after it
    np.testing.assert_allclose(hessian_of(second, [x, m]), np.diag([72, 66, 72]))


def test_a_deep_graph_does_not_recurse() -> None:
    x, depth = Tensor(1.0), 20_000
    y = x
    for _ in range(depth):
        y = y + x * 1e-4
    np.testing.assert_allclose(hessian_of(y * y, [x]), [[2 * (1 + depth * 1e-4) ** 2]])


def test_what_is_no_graph_of_one_number_is_refused() -> None:
    x = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match=r"^hessian_of: the loss must be one number, not of shape \(2,\)$"):
        hessian_of(x * 2, [x])
    with pytest.raises(TypeError, match=r"^hessian_of: loss must be a Tensor, not float$"):
        hessian_of(1.0, [x])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^hessian_of: params\[1\] must be a Tensor, not float$"):
        hessian_of(x.sum(), [x, 1.0])  # type: ignore[list-item]
