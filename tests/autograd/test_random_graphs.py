"""Random graphs of up to 200 nodes: eager, compiled and plain numpy agree, and slopes are differences."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import Tensor, hessian, value_and_grad
from autograd.compiler import compiled
from autograd.compiler.compiled import BLOCK
from autograd.graph import node_of, nodes_of
from autograd.rules import FLOAT_RULES, INNER
from tests.autograd.graphs import SHAPED, SMOOTH, WILD, Graph, count, evaluate, graphs, smooth

Point: TypeAlias = tuple[float, float, float]

LONGEST = 44  # steps of two to nine nodes, and one more each for the mean of all
GRAPHS = graphs(SMOOTH, LONGEST)
POINT = st.tuples(*[st.floats(-2, 2)] * 3)
POINTS = st.lists(POINT, min_size=1, max_size=5)
EXTREME = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 1e-3, 40.0, -800.0, np.inf, -np.inf, np.nan])
EVERY_STEP: Graph = [(i, 1, 2) for i in range(len(SMOOTH))]


def gradients(function: Any, *inputs: Any) -> tuple[Any, list[Any]]:
    """The value, and the gradient with respect to each input, by the eager sweep."""
    leaves = [Tensor(x) for x in inputs]
    value = function(*leaves)
    value.backward(np.ones(value.shape))
    return value.data, [leaf.grad for leaf in leaves]


def assert_close(ours: Any, theirs: Any, accuracy: float = 1e-12) -> None:
    """A value and its gradients are the same in shape, and in size relative to the largest."""
    (value, slopes), (other, others) = ours, theirs
    for group in ([(value, other)], list(zip(slopes, others, strict=True))):
        scale = max([1.0, *(float(np.max(np.abs(b), initial=0.0)) for _, b in group)])
        for a, b in group:
            assert type(a) is type(b)
            assert np.shape(a) == np.shape(b)
            np.testing.assert_allclose(a, b, rtol=0, atol=accuracy * scale)


def test_graphs_have_up_to_200_nodes_and_every_elementwise_rule() -> None:
    x = Tensor(0.5)
    steps = evaluate(SMOOTH, EVERY_STEP, x, x, x)
    assert {node_of(step).operation for step in steps} <= set(FLOAT_RULES) | {""}
    met: set[str] = set()
    for graph in (EVERY_STEP, [(i, 1, 2) for i in reversed(range(len(SMOOTH)))][:LONGEST]):
        node = smooth(graph)(Tensor(0.3), Tensor(0.4), Tensor(0.5))
        met |= {each.operation for each in nodes_of(node)}
        assert 100 < count(node) <= 200
    assert met >= {name for name, rule in FLOAT_RULES.items() if any(rule.vjps)} - INNER


@given(GRAPHS, POINTS)
@settings(max_examples=50)
def test_floats_and_arrays_agree(graph: Graph, points: list[Point]) -> None:
    values, slopes = gradients(smooth(graph), *np.array(points).T)
    for i, point in enumerate(points):
        assert_close(
            gradients(smooth(graph), *point),
            (float(np.broadcast_to(values, len(points))[i]), [float(s[i]) for s in slopes]),
        )


@given(GRAPHS, POINTS)
@settings(max_examples=50)
def test_values_are_numpys(graph: Graph, points: list[Point]) -> None:
    columns = np.array(points).T
    expected = smooth(graph)(*columns)
    np.testing.assert_allclose(gradients(smooth(graph), *columns)[0], expected, rtol=1e-12, atol=1e-12)


@given(GRAPHS, POINT)
@example(EVERY_STEP, (0.3, -0.4, 0.5))
def test_gradients_are_central_differences(graph: Graph, point: Point) -> None:
    # In extended precision where the machine has it, so that the differences are worth comparing with.
    h = np.longdouble(1e-4)
    _, slopes = value_and_grad(smooth(graph))(*point)
    for i, slope in enumerate(slopes):
        shifted = [[np.longdouble(x) + k * h * (i == j) for j, x in enumerate(point)] for k in (-2, -1, 1, 2)]
        far_left, left, right, far_right = (smooth(graph)(*inputs) for inputs in shifted)
        expected = float((8 * (right - left) - (far_right - far_left)) / (12 * h))
        assert abs(slope - expected) <= 1e-8 * max(1.0, *np.abs(slopes))


@given(GRAPHS, POINTS)
@settings(max_examples=50)
def test_a_broadcast_input_gets_the_sum(graph: Graph, points: list[Point]) -> None:
    a, b, c = np.array(points).T
    single, spread = Tensor(a[:1]), Tensor(np.full(a.shape, a[0]))
    for leaf in (single, spread):
        (smooth(graph)(leaf, Tensor(b), Tensor(c)) + b).sum().backward()
    scale = max(1.0, float(np.abs(spread.grad).sum()))
    np.testing.assert_allclose(single.grad, [np.sum(spread.grad)], rtol=0, atol=1e-12 * scale)


@given(GRAPHS, POINTS)
@example(EVERY_STEP, [(0.3, -0.4, 0.5), (-2.0, 2.0, 0.0)])
def test_compiled_graphs_are_the_eager_ones(graph: Graph, points: list[Point]) -> None:
    compiled = value_and_grad(smooth(graph))
    assert_close(compiled(*points[0]), gradients(smooth(graph), *points[0]))
    columns = np.array(points).T
    assert_close(compiled(*columns), gradients(smooth(graph), *columns))


@pytest.mark.parametrize("length", [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK - 1])
def test_compiled_graphs_in_blocks_and_threads_are_the_eager_ones(
    length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "ALONE", 0)
    monkeypatch.setattr(compiled, "processors", lambda: 3)
    columns = np.random.default_rng(0).uniform(-2, 2, (3, length))
    assert_close(value_and_grad(smooth(EVERY_STEP))(*columns), gradients(smooth(EVERY_STEP), *columns))


@given(graphs(SMOOTH, 12), POINT)
@settings(max_examples=30)
def test_hessians_are_differences_of_gradients(graph: Graph, point: Point) -> None:
    slope = value_and_grad(smooth(graph))
    matrix = hessian(smooth(graph))(*point)
    h = 1e-4
    for i in range(3):
        left, right = ([x + k * (i == j) for j, x in enumerate(point)] for k in (-h, h))
        expected = np.subtract(slope(*right)[1], slope(*left)[1]) / (2 * h)
        np.testing.assert_allclose(matrix[i], expected, rtol=0, atol=1e-6)


def wild(graph: Graph) -> Any:
    def function(*inputs: Any) -> Any:
        return evaluate(WILD, graph, *inputs)[-1]

    return function


@given(graphs(WILD, 25), st.lists(st.tuples(*[EXTREME] * 3), min_size=1, max_size=4))
@settings(max_examples=300)
def test_where_numbers_end_compiled_and_eager_end_alike(graph: Graph, points: list[Point]) -> None:
    compiled, eager = value_and_grad(wild(graph)), value_and_grad(wild(graph), engine="eager")
    for arguments in (points[0], tuple(np.array(points).T)):
        for a, b in zip(_flat(compiled(*arguments)), _flat(eager(*arguments)), strict=True):
            assert type(a) is type(b)
            # What is written twice is computed once, and 0 * inf + 1 * inf, which is nan, becomes 1 * inf.
            known = ~np.isnan(b)
            assert not np.any(np.isnan(a) & known)
            np.testing.assert_array_equal(np.isinf(a) & known, np.isinf(b))


def _flat(answer: Any) -> list[Any]:
    value, slopes = answer
    return [value, *slopes]


SHAPES = st.sampled_from([(), (1,), (3,), (2, 3), (3, 1), (1, 2), (2, 1, 3)])


@given(graphs(SHAPED, 12), st.tuples(SHAPES, SHAPES), st.integers(0, 99))
@settings(max_examples=150)
def test_compiled_arrays_of_any_shape_are_the_eager_ones(
    graph: Graph, shapes: tuple[tuple[int, ...], ...], seed: int
) -> None:
    def function(*inputs: Any) -> Any:
        return np.tanh(evaluate(SHAPED, graph, *inputs)[-1])

    random = np.random.default_rng(seed)
    inputs = [random.uniform(-2, 2, shape) for shape in shapes]
    assert_close(value_and_grad(function)(*inputs), value_and_grad(function, engine="eager")(*inputs), 1e-11)
